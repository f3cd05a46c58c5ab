// SPDX-License-Identifier: BSL-1.0
#include "shardline/curves/power.hpp"

#include <doctest/doctest.h>

using namespace shardline;

namespace {

constexpr power_curve b200{.idle = 280.0, .memory = 645.0, .compute = 1204.0, .limit = 1000.0};
static_assert(watts(b200, 2.0, 1.0, 0.0) == 602.5);

}  // namespace

TEST_CASE("power is idle's, more for what is read and multiplied, and held to the limit") {
  CHECK(watts(b200, 1.0, 0.0, 0.0) == 280.0);
  CHECK(watts(b200, 1.0, 1.0, 0.0) == 925.0);
  CHECK(watts(b200, 1.0, 0.0, 1.0) == 1000.0);
  CHECK(watts(b200, 4.0, 1.0, 1.0) == doctest::Approx(280.0 + 0.25 * (645.0 + 1204.0)));
}
