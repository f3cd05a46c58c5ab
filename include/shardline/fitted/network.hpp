/// A collective between scale-up domains under `fitted`: ring or tree over all ranks, phase after
/// phase where the library is hierarchical, and pairs. fitted/collectives.hpp gives the formulas.
#pragma once

#include "shardline/fitted/scale_up.hpp"

namespace shardline {

namespace detail {

// How n ranks lie, and what the fabric takes.
//   fewest   ranks of the emptiest domain: their ports are what the others wait for
//   inside   seconds per byte of one rank's link, 0 where each is alone in its domain
//   port     the same of one rank's port to the network
//   hop      seconds of a step between domains
template <class T>
struct spread_ranks {
  count n;
  placement at;
  count fewest;
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
  const count fewest = g.size - (at.domains - 1) * at.local;
  if (at.local == 1) return {g.size, at, fewest, T(0.0), port, hop};
  const T link = link_rate(c, at.local) * curve.bulk_share;
  return {g.size, at, fewest, T(1.0) / link, port, hop};
}

// Steps inside domains and between them, of which each kind takes its own time.
template <class T>
constexpr T steps_time(const collective_curve<T>& c, const spread_ranks<T>& r, count inside,
                       count between) noexcept {
  return c.hop.value() * real<T>(inside) + r.hop * real<T>(between);
}

// Seconds on the wire of what is sent through a step between domains, in chunks of the best size:
// with one step of h seconds, (sqrt(h) + sqrt(x))^2 = h + x + sqrt(4 h x).
template <class T>
constexpr T chunked(const T& sent, const spread_ranks<T>& r) noexcept {
  return pipelined(sent * r.out(), in_seconds(T(4.0) * r.hop));
}

// All-reduce, all-gather, reduce-scatter: around all ranks, in and out of each domain once.
template <class T>
constexpr T ring_across(const collective_curve<T>& c, const spread_ranks<T>& r, count around,
                        const T& message) noexcept {
  const T sent = real<T>(around) * crossing<T>(r.n) * message;
  return steps_time(c, r, around * (r.n - r.at.domains), around * (r.at.domains - 1)) +
         chunked(sent, r);
}

// Up and down a tree of domains, each a chain of its ranks.
template <class T>
constexpr T tree_across(const collective_curve<T>& c, const spread_ranks<T>& r, count around,
                        const T& message) noexcept {
  const T sent = real<T>(around) * message / c.tree_share;
  return steps_time(c, r, around * (r.at.local - 1), around * log2_ceil(r.at.domains)) +
         chunked(sent, r);
}

// Inside each domain, then each rank with its like in the other domains, then inside.
template <class T>
constexpr T phases_across(const collective_curve<T>& c, const spread_ranks<T>& r, count around,
                          const T& message) noexcept {
  const T near = crossing<T>(r.at.local) * r.inside;
  const T far = real<T>(r.n - r.fewest) / real<T>(r.n * r.fewest) * r.port;
  return steps_time(c, r, around * (r.at.local - 1), around * (r.at.domains - 1)) +
         real<T>(around) * message * (near + far) + c.network_phase.value();
}

template <class T>
constexpr T reduce_across(const collective_curve<T>& c, const spread_ranks<T>& r, count around,
                          const T& message) noexcept {
  const T flat = min(ring_across(c, r, around, message), tree_across(c, r, around, message));
  return c.hierarchical ? min(flat, phases_across(c, r, around, message)) : flat;
}

// Pairwise, links and ports at once; or what leaves the domain handed first to the rank whose port
// leads to its destination, which spares messages.
template <class T>
constexpr T exchange_across(const collective_curve<T>& c, const spread_ranks<T>& r,
                            const T& message) noexcept {
  const T part = message / real<T>(r.n);
  const T leaving = real<T>(r.n - r.fewest) * part;
  const T both = max(real<T>(r.at.local - 1) * part * r.inside, leaving * r.port);
  const T peer = c.network_peer.value();
  const T pairs = peer * real<T>(r.n - r.at.local);
  const T handed = peer * real<T>(r.at.domains - 1) + (c.hop + c.pair).value();
  return r.hop + both + min(pairs, handed + leaving * r.inside);
}

// Down a tree of domains, each a chain of its ranks.
template <class T>
constexpr T broadcast_across(const collective_curve<T>& c, const spread_ranks<T>& r,
                             const T& message) noexcept {
  return steps_time(c, r, r.at.local - 1, log2_ceil(r.at.domains)) + message * r.out();
}

// Of the network's rate, what a collective of this kind reaches.
template <class T>
constexpr const T& share_across(const collective_curve<T>& c, collective_kind kind) noexcept {
  if (kind == collective_kind::all_to_all) return c.exchange_share;
  return kind == collective_kind::send_recv ? c.pair_share : c.network_share;
}

template <class T>
constexpr T time_across(const fitted_cluster<T>& c, const collective<T>& op,
                        const placement& at) noexcept {
  const collective_curve<T>& curve = c.accelerator.efficiency.collectives;
  const spread_ranks<T> ranks = spread(c, op.group, at, share_across(curve, op.kind));
  const T launch = curve.launch.value();
  const T message = op.message.value();
  switch (op.kind) {
    case collective_kind::all_to_all:
      return launch + exchange_across(curve, ranks, message);
    case collective_kind::send_recv:
      return launch + ranks.hop + message * max(ranks.port, ranks.inside);
    case collective_kind::broadcast:
      return launch + broadcast_across(curve, ranks, message);
    default:
      return launch + reduce_across(curve, ranks, rounds(op.kind), message);
  }
}

}  // namespace detail

}  // namespace shardline
