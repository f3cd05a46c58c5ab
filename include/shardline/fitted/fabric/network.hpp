// SPDX-License-Identifier: BSL-1.0
/// A collective between scale-up domains under `fitted`: ring or tree over all ranks, phase after
/// phase where the library is hierarchical, and pairs. fitted/fabric/collectives.hpp gives the
/// formulas.
#pragma once

#include "shardline/fitted/fabric/scale_up.hpp"

namespace shardline::detail {

// How n ranks lie, and what the fabric takes.
//   fewest   ranks of the emptiest domain: their ports are what the others wait for
//   inside   seconds per byte of one rank's link, 0 where each is alone in its domain
//   port     the same of one rank's port to the network
//   hop      seconds of a step between domains
template <class T>
struct spread_ranks {
  integer n;
  placement at;
  integer fewest;
  T inside;
  T port;
  T hop;

  // Seconds per byte that a domain sends: by all its ports, or as fast as one rank passes it on.
  [[nodiscard]] constexpr T out() const noexcept { return max(port / real<T>(fewest), inside); }
};

template <class T>
constexpr spread_ranks<T> spread(const fitted_cluster<T>& c, const rank_group& g,
                                 const placement& at, const T& network_share) noexcept {
  const collective_curve<T>& curve = c.accelerator.efficiency.collectives;
  const T port = T(1.0) / (c.network.rate.value() * network_share);
  const T hop = (c.network.latency + curve.network_hop).value();
  const integer fewest = g.size - (at.domains - 1) * at.local;
  if (at.local == 1) return {g.size, at, fewest, T(0.0), port, hop};
  const T link = link_rate(c, at.local) * curve.bulk_share;
  return {g.size, at, fewest, T(1.0) / link, port, hop};
}

// Steps inside domains and between them, of which each kind takes its own time.
template <class T>
constexpr T steps_time(const collective_curve<T>& c, const spread_ranks<T>& r, integer inside,
                       integer between) noexcept {
  return c.hop.value() * real<T>(inside) + r.hop * real<T>(between);
}

// So much on the wire for each byte, through steps between domains in chunks of the best size: with
// one step of h seconds, (sqrt(h) + sqrt(x))^2 = h + x + sqrt(4 h x).
template <class T>
constexpr message_line<T> chunked(const T& start, const T& sent,
                                  const spread_ranks<T>& r) noexcept {
  return pipelined_line(start, sent * r.out(), in_seconds(T(4.0) * r.hop));
}

// All-reduce, all-gather, reduce-scatter: around all ranks, in and out of each domain once.
template <class T>
constexpr message_line<T> ring_across(const collective_curve<T>& c, const spread_ranks<T>& r,
                                      integer around) noexcept {
  return chunked(steps_time(c, r, around * (r.n - r.at.domains), around * (r.at.domains - 1)),
                 real<T>(around) * crossing<T>(r.n), r);
}

// Up and down a tree of domains, each a chain of its ranks.
template <class T>
constexpr message_line<T> tree_across(const collective_curve<T>& c, const spread_ranks<T>& r,
                                      integer around) noexcept {
  return chunked(steps_time(c, r, around * (r.at.local - 1), around * log2_ceil(r.at.domains)),
                 real<T>(around) / c.tree_share, r);
}

// Inside each domain, then each rank with its like in the other domains, then inside.
template <class T>
constexpr message_line<T> phases_across(const collective_curve<T>& c, const spread_ranks<T>& r,
                                        integer around) noexcept {
  const T near = crossing<T>(r.at.local) * r.inside;
  const T far = real<T>(r.n - r.fewest) / real<T>(r.n * r.fewest) * r.port;
  return {steps_time(c, r, around * (r.at.local - 1), around * (r.at.domains - 1)) +
              c.network_phase.value(),
          real<T>(around) * (near + far)};
}

template <class T>
constexpr message_lines<T> reduce_across(const collective_curve<T>& c, const spread_ranks<T>& r,
                                         integer around) noexcept {
  message_lines<T> ways;
  ways.push_back(ring_across(c, r, around));
  ways.push_back(tree_across(c, r, around));
  if (c.hierarchical) ways.push_back(phases_across(c, r, around));
  return ways;
}

// Pairwise, links and ports at once; or what leaves the domain handed first to the rank whose port
// leads to its destination, which spares messages.
template <class T>
constexpr message_lines<T> exchange_across(const collective_curve<T>& c,
                                           const spread_ranks<T>& r) noexcept {
  const T part = T(1.0) / real<T>(r.n);
  const T leaving = real<T>(r.n - r.fewest) * part;
  const T both = max(real<T>(r.at.local - 1) * part * r.inside, leaving * r.port);
  const T peer = c.network_peer.value();
  message_lines<T> ways;
  ways.push_back({r.hop + peer * real<T>(r.n - r.at.local), both});
  ways.push_back({r.hop + peer * real<T>(r.at.domains - 1) + (c.hop + c.pair).value(),
                  both + leaving * r.inside});
  return ways;
}

// Down a tree of domains, each a chain of its ranks.
template <class T>
constexpr message_line<T> broadcast_across(const collective_curve<T>& c,
                                           const spread_ranks<T>& r) noexcept {
  return {steps_time(c, r, r.at.local - 1, log2_ceil(r.at.domains)), r.out()};
}

// Of the network's rate, what a collective of this kind reaches.
template <class T>
constexpr const T& share_across(const collective_curve<T>& c, collective_kind kind) noexcept {
  if (kind == collective_kind::all_to_all) return c.exchange_share;
  return kind == collective_kind::send_recv ? c.pair_share : c.network_share;
}

template <class T>
constexpr message_lines<T> lines_across(const fitted_cluster<T>& c, collective_kind kind,
                                        const rank_group& group, const placement& at) noexcept {
  const collective_curve<T>& curve = c.accelerator.efficiency.collectives;
  const spread_ranks<T> ranks = spread(c, group, at, share_across(curve, kind));
  switch (kind) {
    case collective_kind::all_to_all:
      return exchange_across(curve, ranks);
    case collective_kind::send_recv:
      return only(message_line<T>{ranks.hop, max(ranks.port, ranks.inside)});
    case collective_kind::broadcast:
      return only(broadcast_across(curve, ranks));
    default:
      return reduce_across(curve, ranks, rounds(kind));
  }
}

template <class T>
constexpr message_law<T> law_across(const fitted_cluster<T>& c, collective_kind kind,
                                    const rank_group& group, const placement& at) noexcept {
  const collective_curve<T>& curve = c.accelerator.efficiency.collectives;
  return {after(curve.launch.value(), lines_across(c, kind, group, at))};
}

}  // namespace shardline::detail
