// SPDX-License-Identifier: BSL-1.0
/// A collective inside one scale-up domain under `fitted`: the library's (NCCL) ring in its three
/// protocols, the reduction inside the switch, pairs of ranks, and the engine's own all-reduce.
/// fitted/fabric/collectives.hpp gives the formulas.
#pragma once

#include "shardline/describe/cluster.hpp"
#include "shardline/fabric/collectives.hpp"
#include "shardline/fabric/sending_laws.hpp"
#include "shardline/fitted/kernel.hpp"

namespace shardline {

template <class T>
using fitted_cluster = basic_cluster<T, basic_fitted<T>>;

namespace detail {

// Times around the ring: an all-reduce goes round twice.
constexpr integer rounds(collective_kind kind) noexcept {
  return kind == collective_kind::all_reduce ? 2 : 1;
}

// Steps one after the other.
constexpr integer ring_steps(collective_kind kind, integer n) noexcept {
  return kind == collective_kind::send_recv ? 1 : rounds(kind) * (n - 1);
}

// n-ths of the message that a rank sends.
constexpr integer parts_sent(collective_kind kind, integer n) noexcept {
  const bool whole = kind == collective_kind::send_recv || kind == collective_kind::broadcast;
  return whole ? n : rounds(kind) * (n - 1);
}

// How often a rank copies its own part of the message.
template <class T>
constexpr T own_copies(const collective_curve<T>& c, collective_kind kind) noexcept {
  switch (kind) {
    case collective_kind::all_reduce:
      return T(0.5);
    case collective_kind::all_gather:
      return T(1.0);
    case collective_kind::reduce_scatter:
      return c.own_scatter;
    case collective_kind::all_to_all:
      return c.own_exchange;
    case collective_kind::send_recv:
    case collective_kind::broadcast:
      return T(0.0);
  }
  return T(0.0);
}

// Work that is cut into chunks of the best size, the first of which nothing hides.
template <class T>
constexpr T pipelined(const T& work, const seconds<T>& fill) noexcept {
  return work + square_root(fill.value() * work);
}
// The same where so much work comes with each byte.
template <class T>
constexpr message_line<T> pipelined_line(const T& start, const T& each,
                                         const seconds<T>& fill) noexcept {
  return {start, each, square_root(fill.value() * each)};
}

// What one rank of n does for each byte of the message, in seconds.
//   part   a part of the message on the whole link
//   sent   all that it sends, on the whole link
//   flag   the same and its own part, which flags carry just as slowly
//   copy   its own part through its memory, read and written
template <class T>
struct rank_work {
  T ranks;
  T steps;
  T part;
  T sent;
  T flag;
  T copy;
};

// Bytes per second of one rank's link to n - 1 others: where all are linked in pairs, the other
// links of the domain lie idle.
template <class T>
constexpr T link_rate(const fitted_cluster<T>& c, integer n) noexcept {
  const T all = c.scale_up.rate.value();
  if (!c.accelerator.mesh || n >= c.gpus_per_domain) return all;
  return all * real<T>(n - 1) / real<T>(c.gpus_per_domain - 1);
}

template <class T>
constexpr rank_work<T> work_inside(const fitted_cluster<T>& c, collective_kind kind,
                                   integer n) noexcept {
  const collective_curve<T>& curve = c.accelerator.efficiency.collectives;
  const T ranks = real<T>(n);
  const T share = T(1.0) / ranks;
  const T part = share / link_rate(c, n);
  const T own = own_copies(curve, kind);
  const T sent = real<T>(parts_sent(kind, n)) * part;
  const T copied = T(2.0) * own * share;
  return {ranks,
          real<T>(ring_steps(kind, n)),
          part,
          sent,
          sent + curve.own_flag * own * part,
          copied * seconds_per_byte(c.accelerator, curve.copy_share)};
}

// LL, LL128 and Simple around the ring.
template <class T>
constexpr message_lines<T> ring_lines(const collective_curve<T>& c,
                                      const rank_work<T>& r) noexcept {
  message_lines<T> ways;
  ways.push_back({c.hop.value() * r.steps, r.flag / c.flag_share});
  ways.push_back({c.start_line.value() + c.hop_line.value() * r.steps, r.flag / c.line_share});
  ways.push_back(pipelined_line(c.start_bulk.value() + c.hop_bulk.value() * r.steps,
                                r.sent / c.bulk_share + r.copy, c.fill));
  return ways;
}

// n + 1 parts: to the switch and, summed, back from it.
template <class T>
constexpr message_line<T> switch_line(const collective_curve<T>& c,
                                      const rank_work<T>& r) noexcept {
  const T wire = (r.ranks + T(1.0)) * r.part / c.switch_share;
  return pipelined_line(c.switch_start.value(), wire, c.switch_fill);
}

// A part to each other rank, by one channel of flags each or in bulk. All channels together are no
// faster than the bulk.
template <class T>
constexpr message_lines<T> exchange_lines(const collective_curve<T>& c,
                                          const rank_work<T>& r) noexcept {
  const T meeting = T(1.0) + c.incast * (T(1.0) - T(2.0) / r.ranks);
  const T bulk = r.sent * meeting / c.bulk_share + r.copy;
  const T peers = c.peer.value() * (r.ranks - T(2.0));
  message_lines<T> ways;
  ways.push_back({peers + c.hop.value(), max(r.part / c.peer_share, bulk)});
  ways.push_back(pipelined_line(peers + T(2.0) * c.pair.value(), bulk, c.fill));
  return ways;
}

template <class T>
constexpr message_lines<T> pair_lines(const collective_curve<T>& c,
                                      const rank_work<T>& r) noexcept {
  message_lines<T> ways;
  ways.push_back({c.hop.value(), r.sent / c.peer_share});
  ways.push_back({c.pair.value(), r.sent / c.bulk_share});
  return ways;
}

// The library's collective, without its launch.
template <class T>
constexpr message_lines<T> library_lines(const collective_curve<T>& c, collective_kind kind,
                                         const rank_work<T>& r) noexcept {
  if (kind == collective_kind::all_to_all) return exchange_lines(c, r);
  if (kind == collective_kind::send_recv) return pair_lines(c, r);
  message_lines<T> ways = ring_lines(c, r);
  const bool summed = kind == collective_kind::all_reduce;
  if (summed && value_of(c.switch_share) > 0.0) ways.push_back(switch_line(c, r));
  return ways;
}

// The engine's kernel: every rank reads all buffers whole, or its part of them and then the sums.
template <class T>
constexpr void put_engine_lines(const collective_curve<T>& c, const rank_work<T>& r,
                                message_law<T>& law) noexcept {
  if (!(value_of(c.one_shot_share) > 0.0)) return;
  const T start = (c.engine_launch + c.engine_barrier).value() + c.engine_rank.value() * r.ranks;
  const T others = (r.ranks - T(1.0)) * r.part;
  law.engine_most = c.engine_most.value();
  law.engine.push_back({start, r.ranks * others / c.one_shot_share});
  if (!(value_of(c.two_shot_share) > 0.0)) return;
  law.engine.push_back({start + c.engine_second.value(), T(2.0) * others / c.two_shot_share});
}

// Adds the same start to all ways.
template <class T>
constexpr message_lines<T> after(const T& start, message_lines<T> ways) noexcept {
  for (std::size_t i = 0; i < ways.size(); ++i) ways[i].start = ways[i].start + start;
  return ways;
}

// A collective of n ranks of one domain, per byte.
template <class T>
constexpr message_law<T> law_inside(const fitted_cluster<T>& c, collective_kind kind,
                                    integer n) noexcept {
  const collective_curve<T>& curve = c.accelerator.efficiency.collectives;
  const rank_work<T> work = work_inside(c, kind, n);
  message_law<T> law;
  law.ways = after(curve.launch.value(), library_lines(curve, kind, work));
  if (kind == collective_kind::all_reduce) put_engine_lines(curve, work, law);
  return law;
}

}  // namespace detail

}  // namespace shardline
