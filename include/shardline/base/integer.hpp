/// Whole-number helpers: shares of a count, and products that say when they leave 64 bits.
#pragma once

#include <cstdint>
#include <limits>

namespace shardline {

using count = std::int64_t;

namespace detail {

// n / d of non-negative counts. Where both fit in 32 bits the narrow division is several times
// faster on processors older than 2019, and estimates divide a lot.
constexpr count quotient(count n, count d) noexcept {
  constexpr auto narrow = count{0xffffffff};
  if (n <= narrow && d <= narrow) {
    return static_cast<count>(static_cast<std::uint32_t>(n) / static_cast<std::uint32_t>(d));
  }
  return n / d;
}

}  // namespace detail

/// Smallest number of groups of `size` that hold `n` items; n >= 0, size >= 1.
///   ceil_div(61, 4) = 16
[[nodiscard]] constexpr count ceil_div(count n, count size) noexcept {
  const count whole = detail::quotient(n, size);
  return whole * size == n ? whole : whole + 1;
}

/// Items of part `index` when `n` items go to `parts` parts as evenly as possible, the first
/// n mod parts of them taking one more, so that part 0 is never lighter than another.
///   share(61, 4, 0) = 16, share(61, 4, 3) = 15; summed over the parts it is n.
[[nodiscard]] constexpr count share(count n, count parts, count index) noexcept {
  const count whole = detail::quotient(n, parts);
  return index < n - whole * parts ? whole + 1 : whole;
}

/// Whether `degree` >= 1 divides `dimension` >= 0.
[[nodiscard]] constexpr bool divides(count degree, count dimension) noexcept {
  return detail::quotient(dimension, degree) * degree == dimension;
}

/// a * b, or the largest count where the product of two non-negative counts does not fit.
[[nodiscard]] constexpr count saturating_product(count a, count b) noexcept {
  constexpr count largest = (std::numeric_limits<count>::max)();
  constexpr count narrow = count{1} << 31;  // factors below never overflow: no division needed
  if (a < narrow && b < narrow) return a * b;
  return b != 0 && a > largest / b ? largest : a * b;
}

}  // namespace shardline
