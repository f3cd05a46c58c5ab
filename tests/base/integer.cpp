// SPDX-License-Identifier: BSL-1.0
#include "shardline/base/integer.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace shardline;

namespace {

constexpr integer largest = (std::numeric_limits<integer>::max)();

}  // namespace

TEST_CASE("shares sum to the whole, differ by one at most, and the first are the larger") {
  for (integer n = 0; n <= 200; ++n) {
    for (integer parts = 1; parts <= 70; ++parts) {
      integer sum = 0;
      integer before = n;
      for (integer i = 0; i < parts; ++i) {
        const integer one = items_in_part(n, parts, i);
        REQUIRE(one <= before);
        REQUIRE(one >= n / parts);
        REQUIRE(one <= n / parts + 1);
        REQUIRE(part_of(n, parts, i) == item_range{sum, one});
        before = one;
        sum += one;
      }
      CAPTURE(n);
      CAPTURE(parts);
      REQUIRE(sum == n);
      REQUIRE(items_in_part(n, parts, 0) == ceil_div(n, parts));
    }
  }
}

TEST_CASE("groups are as few as hold all items") {
  for (integer n = 0; n <= 300; ++n) {
    for (integer size = 1; size <= 70; ++size) {
      const integer groups = ceil_div(n, size);
      CAPTURE(n);
      CAPTURE(size);
      REQUIRE(groups * size >= n);
      REQUIRE((groups - 1) * size < n);
    }
  }
  CHECK(ceil_div(61, 4) == 16);
}

TEST_CASE("divides is what the remainder says, for powers of two and others, small and huge") {
  for (integer n = 0; n <= 500; ++n) {
    for (integer d = 1; d <= 70; ++d) REQUIRE(is_divisor(d, n) == (n % d == 0));
  }
  CHECK(is_divisor(largest, largest));
  CHECK_FALSE(is_divisor(2, largest));
  CHECK_FALSE(is_divisor(largest, largest - 1));
  CHECK(is_divisor(integer{1} << 40, integer{1} << 60));
}

TEST_CASE("shares of huge counts are exact") {
  CHECK(items_in_part(largest, 2, 0) == largest / 2 + 1);
  CHECK(items_in_part(largest, 2, 1) == largest / 2);
  CHECK(items_in_part(largest, 1000003, 0) == largest / 1000003 + (largest % 1000003 > 0 ? 1 : 0));
  CHECK(ceil_div(largest, largest) == 1);
  CHECK(ceil_div(largest, largest - 1) == 2);
}

TEST_CASE("products and sums that leave 64 bits are the largest count, negative ones are refused") {
  CHECK(saturating_product(3, 4) == 12);
  CHECK(saturating_product(0, largest) == 0);
  CHECK(saturating_product(largest, 0) == 0);
  CHECK(saturating_product(largest, 1) == largest);
  CHECK(saturating_product(largest, 2) == largest);
  CHECK(saturating_product(integer{1} << 32, integer{1} << 31) == largest);
  CHECK(saturating_product(integer{1} << 31, integer{1} << 31) == integer{1} << 62);
  CHECK(saturating_product(-1, 5) < 0);
  CHECK(saturating_product(largest, -2) < 0);
  CHECK(saturating_sum(3, 4) == 7);
  CHECK(saturating_sum(largest, 0) == largest);
  CHECK(saturating_sum(largest, 1) == largest);
  CHECK(saturating_sum(-1, 5) < 0);
}

TEST_CASE("a range of items knows its ends") {
  constexpr item_range r{16, 15};
  CHECK(r.last() == 30);
  CHECK(r.contains(16));
  CHECK(r.contains(30));
  CHECK_FALSE(r.contains(15));
  CHECK_FALSE(r.contains(31));
}
