/// A collective inside one scale-up domain under `fitted` where the domain is a torus (TPU,
/// Trainium). No torus was measured: what is fitted is taken over from switched links.
#pragma once

#include "shardline/cost/torus.hpp"
#include "shardline/fitted/scale_up.hpp"

namespace shardline::detail {

// The bandwidth-bound algorithms of cost/torus.hpp by the share of a link's rate that the library's
// whole buffers reach (bulk_share), hops as the accelerator states them.
template <class T>
constexpr T time_on_torus(const fitted_cluster<T>& c, const collective<T>& op) noexcept {
  const collective_curve<T>& curve = c.accelerator.efficiency.collectives;
  const torus_links& torus = c.accelerator.torus;
  const basic_link<T> all{c.scale_up.rate * curve.bulk_share, c.scale_up.latency};
  const torus_group laid = lay(op.group, torus);
  return (curve.launch + time_of(laid, link_of_torus(all, torus), op.kind, op.message)).value();
}

}  // namespace shardline::detail
