/// Whole-number helpers: shares of a count, and products that say when they leave 64 bits.
#pragma once

#include <cstdint>
#include <limits>

namespace shardline {

using count = std::int64_t;

/// Smallest number of groups of `size` that hold `n` items; n >= 0, size >= 1.
///   ceil_div(61, 4) = 16
[[nodiscard]] constexpr count ceil_div(count n, count size) noexcept {
  return n / size + (n % size != 0 ? 1 : 0);
}

/// Items of part `index` when `n` items go to `parts` parts as evenly as possible, the first
/// n mod parts of them taking one more, so that part 0 is never lighter than another.
///   share(61, 4, 0) = 16, share(61, 4, 3) = 15; summed over the parts it is n.
[[nodiscard]] constexpr count share(count n, count parts, count index) noexcept {
  return n / parts + (index < n % parts ? 1 : 0);
}

/// a * b, or the largest count where the product of two non-negative counts does not fit.
[[nodiscard]] constexpr count saturating_product(count a, count b) noexcept {
  constexpr count largest = (std::numeric_limits<count>::max)();
  return b != 0 && a > largest / b ? largest : a * b;
}

}  // namespace shardline
