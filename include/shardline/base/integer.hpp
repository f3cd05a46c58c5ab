// SPDX-License-Identifier: BSL-1.0
/// Whole-number helpers: shares of a count, and products that say when they leave 64 bits.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include "shardline/base/fwd.hpp"

namespace shardline {

using integer = std::int64_t;

namespace detail {

// n / d of a non-negative n. Degrees and block sizes are powers of two nearly always, and a shift
// is twenty times faster than a 64-bit division on processors older than 2019.
constexpr integer quotient(integer n, integer d) noexcept {
  const auto divisor = static_cast<std::uint64_t>(d);
  const bool power_of_two = (divisor & (divisor - 1)) == 0;  // has_single_bit calls a function here
  return power_of_two ? n >> std::countr_zero(divisor) : n / d;
}

}  // namespace detail

/// Smallest number of groups of `size` >= 1 that hold `n` >= 0 items: n / size, rounded up.
///   ceil_div(61, 4) = 16
///   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr integer ceil_div(integer n, integer size) noexcept {
  const integer whole = detail::quotient(n, size);
  return whole * size == n ? whole : whole + 1;
}

/// Items of part `index` when `n` items go to `parts` parts as evenly as possible, the first
/// n mod parts of them taking one more, so that part 0 is never lighter than another; n >= 0,
/// parts >= 1, 0 <= index < parts. Summed over the parts it is n.
///   items_in_part(61, 4, 0) = 16, items_in_part(61, 4, 3) = 15
///   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr integer items_in_part(integer n, integer parts, integer index) noexcept {
  const integer whole = detail::quotient(n, parts);
  return index < n - whole * parts ? whole + 1 : whole;
}

/// Items first, first + 1, ..., first + number - 1 of something that is numbered from 0.
struct item_range {
  integer first = 0;
  integer number = 0;
  friend constexpr bool operator==(const item_range&, const item_range&) noexcept = default;

  template <class List>
  static constexpr void parts(List&& list) {
    list("first", &item_range::first);
    list("number", &item_range::number);
  }

  /// The number behind the last one: first + number.
  [[nodiscard]] constexpr integer last() const noexcept { return first + number - 1; }
  /// Whether item `i` is one of them.
  [[nodiscard]] constexpr bool contains(integer i) const noexcept {
    return first <= i && i < first + number;
  }
};

/// Items of part `index` when `n` >= 0 go to `parts` >= 1 parts as items_in_part() divides them,
/// 0 <= index < parts: the first stands behind the items of all parts before.
///   part_of(61, 4, 1) = {16, 15}
///   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr item_range part_of(integer n, integer parts, integer index) noexcept {
  const integer whole = detail::quotient(n, parts);
  const integer longer = n - whole * parts;
  return {whole * index + (index < longer ? index : longer), items_in_part(n, parts, index)};
}

/// Whether `degree` >= 1 divides `dimension` >= 0 without a remainder.
///   is_divisor(8, 64), but not is_divisor(3, 64)   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr bool is_divisor(integer degree, integer dimension) noexcept {
  return detail::quotient(dimension, degree) * degree == dimension;
}

/// a * b of two counts, or 2^63 - 1, the largest, where the product does not fit (saturating
/// arithmetic); -1, which no range allows, where a factor is negative.
///   saturating_product(3, 4) = 12, saturating_product(2^62, 4) = 2^63 - 1
///   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr integer saturating_product(integer a, integer b) noexcept {
  constexpr integer largest = (std::numeric_limits<integer>::max)();
  constexpr integer narrow = integer{1} << 31;  // factors below never overflow: no division needed
  const auto bits_of_both = static_cast<std::uint64_t>(a) | static_cast<std::uint64_t>(b);
  if (bits_of_both < static_cast<std::uint64_t>(narrow)) return a * b;
  if (a < 0 || b < 0) return -1;
  return b != 0 && a > largest / b ? largest : a * b;
}

/// a + b of two counts, or 2^63 - 1 where the sum does not fit; -1 where a term is negative.
///   saturating_sum(3, 4) = 7, saturating_sum(3, -4) = -1   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr integer saturating_sum(integer a, integer b) noexcept {
  constexpr integer largest = (std::numeric_limits<integer>::max)();
  constexpr integer narrow = integer{1} << 31;  // a negative one is not below it as a bit pattern
  const auto bits_of_both = static_cast<std::uint64_t>(a) | static_cast<std::uint64_t>(b);
  if (bits_of_both < static_cast<std::uint64_t>(narrow)) return a + b;
  if (a < 0 || b < 0) return -1;
  return a > largest - b ? largest : a + b;
}

}  // namespace shardline
