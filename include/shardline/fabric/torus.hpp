// SPDX-License-Identifier: BSL-1.0
/// The time of a collective on a torus (TPU, Trainium): no switch, each accelerator linked to its
/// neighbours along every axis.
#pragma once

#include <array>
#include <cstddef>

#include "shardline/base/bounded.hpp"
#include "shardline/base/scalar.hpp"
#include "shardline/describe/accelerator.hpp"
#include "shardline/fabric/message_lines.hpp"
#include "shardline/work/operators.hpp"

namespace shardline {

/// Ranks along one axis.
///   length   of them; 1: there is no such axis
///   stride   links between one and the next; so many groups share those links
///   closed   the last is linked to the first: a ring rather than a line
struct torus_axis {
  integer length = 1;
  integer stride = 1;
  bool closed = true;
};

/// A rank group as a block of a torus.
struct torus_group {
  std::array<torus_axis, 3> axes{};

  [[nodiscard]] constexpr integer size() const noexcept {
    return axes[0].length * axes[1].length * axes[2].length;
  }
};

namespace detail {

// Prime factors, ascending.
constexpr bounded<integer, 64> prime_factors(integer n) noexcept {
  bounded<integer, 64> factors;
  for (integer f = 2; f * f <= n; ++f) {
    for (; n % f == 0; n /= f) factors.push_back(f);
  }
  if (n > 1) factors.push_back(n);
  return factors;
}

// The shortest axis with room for `times` its length; the first, where none has.
constexpr std::size_t axis_to_extend(const std::array<integer, 3>& length,
                                     const std::array<integer, 3>& room, integer times) noexcept {
  std::size_t best = room.size();
  for (std::size_t i = 0; i < room.size(); ++i) {
    const bool fits = length[i] * times <= room[i];
    if (fits && (best == room.size() || length[i] < length[best])) best = i;
  }
  return best == room.size() ? 0 : best;
}

// `n` such blocks as one: the prime factors of n, largest first.
constexpr std::array<integer, 3> extended(std::array<integer, 3> block, integer n,
                                          const std::array<integer, 3>& room) noexcept {
  const auto factors = prime_factors(n);
  for (std::size_t i = factors.size(); i > 0; --i) {
    block[axis_to_extend(block, room, factors[i - 1])] *= factors[i - 1];
  }
  return block;
}

}  // namespace detail

/// The most cubic block of `n` accelerators with room for so many along each axis: the prime
/// factors of n, largest first, each along the shortest axis that has room for it. What finds no
/// room lengthens the first axis.
///   compact_block(8, {16, 16, 1}) = {4, 2, 1};  compact_block(8, {4, 4, 4}) = {2, 2, 2}
[[nodiscard]] constexpr std::array<integer, 3> compact_block(
    integer n, const std::array<integer, 3>& room) noexcept {
  return detail::extended({1, 1, 1}, n, room);
}

/// How a rank group lies on a torus, in counts of ranks and links: `stride` consecutive ranks fill
/// a compact block, and the group's members lie at the same place in as many such blocks, which
/// fill one that is as compact as can be. An axis is closed where this one spans a multiple of
/// `ring`. Source: TPU slices are such blocks (Google Cloud documentation, "System architecture").
///   {8, 8} on 16 x 16: blocks of 4 x 2; 2 along the first axis, every 4th, 4 along the second
[[nodiscard]] constexpr torus_group lay(const rank_group& g, const torus_links& t) noexcept {
  if (g.size <= 1) return {};
  const std::array<integer, 3> block = compact_block(g.stride, t.axes);
  const std::array<integer, 3> whole = detail::extended(block, g.size, t.axes);
  torus_group laid;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    laid.axes[i] = {whole[i] / block[i], block[i], whole[i] % t.ring == 0};
  }
  return laid;
}

namespace detail {

// Links, in whole ones of its own, by which each rank sends along an axis: both ways round a ring;
// at the end of a line, and to an only neighbour, one.
constexpr double links_along(const torus_axis& a) noexcept {
  if (a.length < 2) return 0.0;
  const bool two_ways = a.closed && a.length * a.stride > 2;
  return (two_ways ? 2.0 : 1.0) / static_cast<double>(a.stride);
}
constexpr double links_of(const torus_group& g) noexcept {
  double links = 0.0;
  for (const torus_axis& a : g.axes) links += links_along(a);
  return links;
}

// Half way round every ring and to the end of every line, one after the other.
constexpr double hops_of(const torus_group& g) noexcept {
  double hops = 0.0;
  for (const torus_axis& a : g.axes) {
    const double length = static_cast<double>(a.length);
    const double far = a.length < 2 ? 0.0 : (a.closed ? 0.5 * length : length - 1.0);
    hops += far * static_cast<double>(a.stride);
  }
  return hops;
}

// Messages per link of the axis that carries most of an all-to-all of one message per rank: half of
// each crosses the middle, by one link of a line and two of a ring.
constexpr double exchanged_along(const torus_axis& a) noexcept {
  if (a.length < 2) return 0.0;
  const double across = static_cast<double>(a.length * a.stride);
  return a.closed && a.length * a.stride > 2 ? across / 8.0 : across / 4.0;
}
constexpr double busiest_link(const torus_group& g) noexcept {
  double most = 0.0;
  for (const torus_axis& a : g.axes) most = shardline::max(most, exchanged_along(a));
  return most;
}

// To the next rank along the only axis that has one, whose links the ranks in between use too.
constexpr double hops_to_neighbour(const torus_group& g) noexcept {
  double hops = 1.0;
  for (const torus_axis& a : g.axes) {
    if (a.length > 1) hops = static_cast<double>(a.stride);
  }
  return hops;
}

// Of one link at its rate: how often it carries the message.
constexpr double messages_per_link(const torus_group& g, collective_kind kind) noexcept {
  const double n = static_cast<double>(g.size());
  const double all = (n - 1.0) / n / links_of(g);
  switch (kind) {
    case collective_kind::all_reduce:
      return 2.0 * all;
    case collective_kind::all_gather:
    case collective_kind::reduce_scatter:
      return all;
    case collective_kind::broadcast:
      return 1.0 / links_of(g);
    case collective_kind::all_to_all:
      return busiest_link(g);
    case collective_kind::send_recv:
      return hops_to_neighbour(g);
  }
  return 1.0;
}

constexpr double hops_of(const torus_group& g, collective_kind kind) noexcept {
  if (kind == collective_kind::send_recv) return hops_to_neighbour(g);
  return kind == collective_kind::all_reduce ? 2.0 * hops_of(g) : hops_of(g);
}

// One of the links that share an accelerator's rate.
template <class T>
constexpr basic_link<T> link_of_torus(const basic_link<T>& all, const torus_links& t) noexcept {
  return {all.rate / real<T>(2 * t.dimensions()), all.latency};
}

}  // namespace detail

/// Time of a collective of V bytes, and the line that it is, over the n ranks of a group on a
/// torus, one link of B bytes/s in one direction, a seconds per hop. An axis has L ranks, s links
/// apart; it is a ring with 2 / s links per rank and s L / 2 hops to the farthest, or a line with 1
/// / s and s (L - 1). K links and h hops are the sums over the axes.
///   all-reduce                   2 a h + 2 V (n - 1) / n / (K B)
///   all-gather, reduce-scatter   a h + V (n - 1) / n / (K B)
///   broadcast                    a h + V / (K B)
///   all-to-all                   a h + V max(s L / 8) / B; s L / 4 of a line
///   send-recv                    a s + V s / B, to the next rank
/// The message is shared out over all axes, each share going along them in its own order, both ways
/// round a ring; an all-to-all is bound by the middle of its longest axis, which half of every
/// message crosses. A message of 0 bytes takes a h.
/// Source: E. Chan et al., "Collective communication: theory, practice, and experience",
/// Concurrency and Computation 19(13), 2007 (bucket algorithms on meshes). No measurement.
/// Check: all-reduce of 1 GB on rings of 4 x 4 x 4 at 45 GB/s, no latency:
/// 2 * 63/64 / 6 / 45 = 7.292 ms (tests/fabric/torus.cpp).
template <class T>
[[nodiscard]] constexpr message_line<T> line_of(const torus_group& g, const basic_link<T>& one_link,
                                                collective_kind kind) noexcept {
  if (g.size() <= 1) return {};
  return {one_link.latency.value() * T(detail::hops_of(g, kind)),
          T(detail::messages_per_link(g, kind)) / one_link.rate.value()};
}
template <class T>
[[nodiscard]] constexpr seconds<T> time_of(const torus_group& g, const basic_link<T>& one_link,
                                           collective_kind kind, const bytes<T>& message) noexcept {
  const message_line<T> line = line_of(g, one_link, kind);
  return seconds<T>::from_value(line.start + line.each * message.value());
}

namespace detail {

// The part of a rank group that shares a domain, linked as a torus: it answers as a link does.
template <class T>
struct torus_ranks {
  torus_group group{};
  basic_link<T> link{};
};

}  // namespace detail

}  // namespace shardline
