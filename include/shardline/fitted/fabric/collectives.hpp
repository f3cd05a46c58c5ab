// SPDX-License-Identifier: BSL-1.0
/// The time of a collective under `fitted`.
#pragma once

#include "shardline/fitted/fabric/expert_exchange.hpp"
#include "shardline/fitted/fabric/network.hpp"
#include "shardline/fitted/fabric/scale_up.hpp"
#include "shardline/fitted/fabric/torus.hpp"
#include "shardline/policies/laws.hpp"

namespace shardline {

namespace detail {

// Until the last of n ranks has come.
template <class T>
constexpr T waiting(const collective_curve<T>& c, integer n) noexcept {
  return c.synchronise.value() + c.drift.value() * real<T>(log2_ceil(n));
}

// A collective of one of the sizes of a step, or of bytes, that a group waits for together.
template <class T>
constexpr message_law<T> law_of_group(const fitted_cluster<T>& c, collective_kind kind,
                                      const rank_group& group) noexcept {
  const placement at = place(group, c.gpus_per_domain);
  const bool torus = c.accelerator.torus.dimensions() > 0;
  message_law<T> law = at.domains > 1 ? law_across(c, kind, group, at)
                       : torus        ? law_on_torus(c, kind, group)
                                      : law_inside(c, kind, group.size);
  if (kind != collective_kind::send_recv && kind != collective_kind::broadcast) {
    law.apart = waiting(c.accelerator.efficiency.collectives, group.size);
  }
  law.rooted = any_root(law.ways);
  return law;
}

// Nothing is sent to nobody.
template <class T>
constexpr message_law<T> silent() noexcept {
  return {only(message_line<T>{})};
}

}  // namespace detail

/// Time of a collective of V bytes over n ranks, launched inside a CUDA graph; links of B bytes/s
/// per rank and direction (on a mesh those to the other ranks alone), memory of M bytes/s. Inside a
/// domain
///   time = launch + the fastest of, for an all-reduce, all-gather, reduce-scatter or broadcast,
///     LL      hop S + (W + own_flag O) / (flag_share B)
///     LL128   start_line + hop_line S + (W + own_flag O) / (line_share B)
///     Simple  start_bulk + hop_bulk S + x + sqrt(fill x),  x = W / (bulk_share B)
///             + 2 O / (copy_share M)
///     switch  switch_start + y + sqrt(switch_fill y),  y = (n + 1) V / n / (switch_share B)
/// S steps, W bytes that a rank sends, O bytes of its own part that it copies:
///   all-reduce 2 (n - 1), 2 (n - 1) V / n, V / 2n; all-gather n - 1, (n - 1) V / n, V / n;
///   reduce-scatter the same, O times own_scatter; broadcast n - 1, V, 0. The switch: all-reduce.
/// An all-to-all, O = own_exchange V / n and x of W (1 + incast (1 - 2 / n)), and a send-recv:
///   peer (n - 2) + min(hop + max(V / n / (peer_share B), x), 2 pair + x + sqrt(fill x))
///   min(hop + V / (peer_share B), pair + V / (bulk_share B))
/// An all-reduce of V < engine_most bytes may run as the engine's own kernel in place of all this:
///   engine_launch + engine_barrier + engine_rank n + min((n - 1) V / (one_shot_share B),
///                                    engine_second + 2 (n - 1) V / n / (two_shot_share B))
/// At engine_most the time jumps up, if it jumps, to the library's; elsewhere it is continuous.
///
/// Across m domains of d ranks, each rank with a port of N bytes/s and latency l; r = 2
/// (all-reduce) or 1, h = l + network_hop, z = seconds per byte of a domain = 1 / min(d
/// network_share N, bulk_share B):
///   ring    r ((n - m) hop + (m - 1) h) + x + sqrt(4 h x),  x = r (n - 1) V z / n
///   tree    r ((d - 1) hop + ceil(log2 m) h) + x + sqrt(4 h x),  x = r V z / tree_share
///   phases  where hierarchical: r ((d - 1) hop + (m - 1) h) + network_phase
///           + r V ((d - 1) / d / (bulk_share B) + (m - 1) / m / d / (network_share N))
///   broadcast   (d - 1) hop + ceil(log2 m) h + V z
///   send-recv   h + V / min(pair_share N, bulk_share B)
///   all-to-all  h + x + min(network_peer (n - d), network_peer (m - 1) + hop + pair
///               + (n - d) V / n / (bulk_share B)),
///               x = max((d - 1) V / n / (bulk_share B), (n - d) V / n / (exchange_share N))
/// Ports are counted in the domain that is least full: the others wait for it.
/// Ranks alone in their domains use no link. The latency of links inside a domain is not read: hops
/// were fitted.
///
/// Inside a domain that is a torus: launch + the time of fabric/torus.hpp by links at bulk_share,
/// their latency that of a hop; between such domains as above, by all of a rank's links.
///
/// An all-to-all of tokens that kernels of their own carry takes the time of expert_exchange.hpp.
///
/// Where all ranks wait for each other (not in a send-recv or broadcast) synchronise
/// + drift ceil(log2 n) is added.
/// A message of 0 bytes takes no time. Never faster than its bytes over link or port; a longer
/// message, a slower link, memory or network never takes less time.
/// Source of the form: NCCL's protocols and algorithms as Z. Hu et al. describe them, "Demystifying
/// NCCL", arXiv 2507.04786, 2025; the fill is what a chain costs with chunks of the best size; one
/// and two shots as in vLLM's custom all-reduce. Constants: chips/curves.hpp.
/// Check: 64 MiB over 8 H100, reduced by NCCL: 324.5 us (tests/fitted/fabric/collectives.cpp).
template <class T>
[[nodiscard]] constexpr message_law<T> law_of(const fitted_cluster<T>& c, collective_kind kind,
                                              const rank_group& group) noexcept {
  return group.size <= 1 ? detail::silent<T>() : detail::law_of_group(c, kind, group);
}
template <class T>
[[nodiscard]] constexpr exchange_law<T> law_of(const fitted_cluster<T>& c, const exchange_shape& o,
                                               const message_law<T>& of_bytes) noexcept {
  if (o.group.size <= 1) return {only(exchange_way<T>{}), T(0.0)};
  return {exchange_ways_of(c, o.group, o, of_bytes.ways), of_bytes.apart};
}
template <class T>
[[nodiscard]] constexpr seconds<T> time_of(const fitted_cluster<T>& c,
                                           const collective<T>& op) noexcept {
  if (op.group.size <= 1) return {};
  const message_law<T> library = detail::law_of_group(c, op.kind, op.group);
  if (op.kind != collective_kind::all_to_all || op.tokens.hidden == 0) {
    return detail::in_seconds(library.time(op.message.value()));
  }
  const exchange_law<T> law{exchange_ways_of(c, op.group, op.tokens, library.ways), library.apart};
  return detail::in_seconds(law.time(op.tokens));
}

template <class T>
inline constexpr bool sends_by_laws<T, basic_fitted<T>> = true;

}  // namespace shardline
