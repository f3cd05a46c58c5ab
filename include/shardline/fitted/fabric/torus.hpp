// SPDX-License-Identifier: BSL-1.0
/// A collective inside one scale-up domain under `fitted` where the domain is a torus (TPU,
/// Trainium). No torus was measured: what is fitted is taken over from switched links.
#pragma once

#include "shardline/fabric/torus.hpp"
#include "shardline/fitted/fabric/scale_up.hpp"

namespace shardline::detail {

// The bandwidth-bound algorithms of fabric/torus.hpp by the share of a link's rate that the
// library's whole buffers reach (bulk_share), hops as the accelerator states them.
template <class T>
constexpr message_law<T> law_on_torus(const fitted_cluster<T>& c, collective_kind kind,
                                      const rank_group& group) noexcept {
  const collective_curve<T>& curve = c.accelerator.efficiency.collectives;
  const torus_links& torus = c.accelerator.torus;
  const basic_link<T> all{c.scale_up.rate * curve.bulk_share, c.scale_up.latency};
  const message_line<T> line = line_of(lay(group, torus), link_of_torus(all, torus), kind);
  return {after(curve.launch.value(), only(line))};
}

}  // namespace shardline::detail
