/// The time of a collective on a torus (TPU, Trainium): no switch, each accelerator linked to its
/// neighbours along every axis. Not measured, and no operator is priced by it yet.
#pragma once

#include <array>

#include "shardline/cost/collectives.hpp"
#include "shardline/fitted/kernel.hpp"

namespace shardline {

/// Accelerators in rings along up to three axes.
///   axes     their lengths; 1: there is no such axis
///   link     one link in one direction, and the time of a hop along it
///   share    of the link's rate that is reached
///   launch   of a collective
template <class T = double>
struct basic_torus {
  std::array<count, 3> axes{1, 1, 1};
  basic_link<T> link{};
  T share = T(1.0);
  seconds<T> launch{};

  [[nodiscard]] constexpr count size() const noexcept { return axes[0] * axes[1] * axes[2]; }
};
using torus = basic_torus<>;

namespace detail {

// Links by which an accelerator sends along an axis: one each way, but to its only neighbour one.
constexpr count links_along(count axis) noexcept { return axis < 2 ? 0 : (axis == 2 ? 1 : 2); }

template <class T>
constexpr T links_of(const basic_torus<T>& t) noexcept {
  count links = 0;
  for (const count axis : t.axes) links += links_along(axis);
  return real<T>(links);
}

// Half way round every ring, one after the other.
template <class T>
constexpr T hops_time(const basic_torus<T>& t) noexcept {
  count around = 0;
  for (const count axis : t.axes) around += axis < 2 ? 0 : axis;
  return t.link.latency.value() * real<T>(around) / T(2.0);
}

// Messages per link of the axis that carries most of an all-to-all of one message per accelerator:
// on the way half round, a quarter of a ring on average, each byte takes one of two links.
constexpr double exchanged_along(count axis) noexcept {
  if (axis < 2) return 0.0;
  return axis == 2 ? 0.5 : static_cast<double>(axis) / 8.0;
}
template <class T>
constexpr T busiest_link(const basic_torus<T>& t) noexcept {
  double most = 0.0;
  for (const count axis : t.axes) most = shardline::max(most, exchanged_along(axis));
  return T(most);
}

// Seconds per byte of the message, without hops.
template <class T>
constexpr T wire_share(const basic_torus<T>& t, collective_kind kind) noexcept {
  const T all = crossing<T>(t.size()) / links_of(t);
  switch (kind) {
    case collective_kind::all_reduce:
      return T(2.0) * all;
    case collective_kind::all_gather:
    case collective_kind::reduce_scatter:
      return all;
    case collective_kind::broadcast:
      return T(1.0) / links_of(t);
    case collective_kind::all_to_all:
      return busiest_link(t);
    case collective_kind::send_recv:
      return T(1.0);
  }
  return T(1.0);
}

template <class T>
constexpr T hops_time(const basic_torus<T>& t, collective_kind kind) noexcept {
  if (kind == collective_kind::send_recv) return t.link.latency.value();
  return kind == collective_kind::all_reduce ? T(2.0) * hops_time(t) : hops_time(t);
}

}  // namespace detail

/// Time of a collective of V bytes over all n accelerators of a torus with axes of lengths L_i,
/// links of B bytes/s at `share`, a seconds per hop; K links per accelerator, 2 along each axis, 1
/// where L_i = 2:
///   all-reduce                   launch + 2 a sum(L_i / 2) + 2 V (n - 1) / n / (K share B)
///   all-gather, reduce-scatter   half of that beside the launch
///   broadcast                    launch + a sum(L_i / 2) + V / (K share B)
///   all-to-all                   launch + a sum(L_i / 2) + V max(L_i / 8) / (share B); 1/2 for L =
///   2 send-recv                    launch + a + V / (share B), to a neighbour
/// The message is shared out over all axes, each share going round them in its own order, both ways
/// round every ring; an all-to-all is bound by the links of its longest axis, across the middle of
/// which half of every message goes. A message of 0 bytes takes no time.
/// Source: E. Chan et al., "Collective communication: theory, practice, and experience",
/// Concurrency and Computation 19(13), 2007 (bucket algorithms on meshes). No measurement.
/// Check: all-reduce of 1 GB on 4 x 4 x 4 at 45 GB/s, no latency: 2 * 63/64 / 6 / 45 = 7.292 ms.
template <class T>
[[nodiscard]] constexpr seconds<T> time_of(const basic_torus<T>& t, collective_kind kind,
                                           const bytes<T>& message) noexcept {
  if (t.size() <= 1) return {};
  const T per_byte = detail::wire_share(t, kind) / (t.link.rate.value() * t.share);
  const T time = t.launch.value() + detail::hops_time(t, kind) + message.value() * per_byte;
  return detail::in_seconds(select(T(0.0) < message.value(), time, T(0.0)));
}

}  // namespace shardline
