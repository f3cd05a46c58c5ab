// SPDX-License-Identifier: BSL-1.0
/// The time of a message as the fastest of a few ways to send it, each a straight line in its size.
#pragma once

#include <cstddef>

#include "shardline/base/bounded.hpp"
#include "shardline/base/scalar.hpp"

namespace shardline {

/// One way to send m:  max(start + each m + root sqrt(m), floor_start + floor_each m)   [s]
///   root    of chunks of the best size, whose first nothing hides
///   floor   of other links, used at the same time
template <class T>
struct message_line {
  T start = T(0.0);
  T each = T(0.0);
  T root = T(0.0);
  T floor_start = T(0.0);
  T floor_each = T(0.0);

  [[nodiscard]] constexpr T time(const T& message, const T& root_of_message) const noexcept {
    return max(start + each * message + root * root_of_message, floor_start + floor_each * message);
  }
};

/// One way after another, neither with a floor.
template <class T>
[[nodiscard]] constexpr message_line<T> operator+(const message_line<T>& a,
                                                  const message_line<T>& b) noexcept {
  return {a.start + b.start, a.each + b.each, a.root + b.root};
}

/// The same seconds with m in another unit, one of which is `units` > 0 of the old one: slopes
/// become `units` times as large, that of the root sqrt(units) times.
///   each 2 s a byte in units of 4 bytes: 8 s   (tests/fabric/message_lines.cpp)
template <class T>
[[nodiscard]] constexpr message_line<T> in_units_of(const message_line<T>& l,
                                                    const T& units) noexcept {
  return {l.start, l.each * units, l.root * square_root(units), l.floor_start,
          l.floor_each * units};
}

/// The most ways that any collective has.
inline constexpr std::size_t max_message_lines = 8;

/// Ways to send a message, of which the fastest is taken.
template <class T>
using message_lines = growing<message_line<T>, max_message_lines>;

/// A list of one way.
///   only(late) of 5 s and 0.01 s a byte: 5.5 s for 50 bytes   (tests/fabric/message_lines.cpp)
template <class Way>
[[nodiscard]] constexpr growing<Way, max_message_lines> only(const Way& way) noexcept {
  growing<Way, max_message_lines> ways;
  ways.push_back(way);
  return ways;
}

/// Whether any of the lines has a root. Where none has, none is taken, since its slope at 0 is
/// infinite.
///   true of a line of root 3, false of one without   (tests/fabric/message_lines.cpp)
template <class T>
[[nodiscard]] constexpr bool any_root(const message_lines<T>& lines) noexcept {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (value_of(lines[i].root) > 0.0) return true;
  }
  return false;
}

/// Whether all of the lines are straight, time = start + each m: none has a root or a floor.
///   true of a line of 5 s and 0.01 s a byte, false of one of root 3
///   (tests/fabric/message_lines.cpp)
template <class T>
[[nodiscard]] constexpr bool all_straight(const message_lines<T>& lines) noexcept {
  // Both bounds, since g++ 12 else warns of what lies behind the last place.
  for (std::size_t i = 0; i < max_message_lines && i < lines.size(); ++i) {
    const message_line<T>& l = lines[i];
    if (largest_of(max(l.root, max(l.floor_start, l.floor_each))) > 0.0) return false;
  }
  return true;
}

/// Seconds that a message m takes by the fastest of the lines, one or more: the least of their
/// time(). fastest_straight() takes all to be straight; `rooted` false says that none has a root.
///   of 1 s + 0.05 s a byte and 5 s + 0.01 s a byte: 3.5 s for 50 bytes, 7 s for 200
///   (tests/fabric/message_lines.cpp)
template <class T>
[[nodiscard]] constexpr T fastest_straight(const message_lines<T>& lines,
                                           const T& message) noexcept {
  T least = lines[0].start + lines[0].each * message;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    least = min(least, lines[i].start + lines[i].each * message);
  }
  return least;
}
template <class T>
[[nodiscard]] constexpr T fastest(const message_lines<T>& lines, const T& message,
                                  bool rooted) noexcept {
  const T root = rooted ? square_root(message) : T(0.0);
  T least = lines[0].time(message, root);
  for (std::size_t i = 1; i < lines.size(); ++i) least = min(least, lines[i].time(message, root));
  return least;
}
template <class T>
[[nodiscard]] constexpr T fastest(const message_lines<T>& lines, const T& message) noexcept {
  return fastest(lines, message, any_root(lines));
}

}  // namespace shardline
