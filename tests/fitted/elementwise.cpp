#include "shardline/fitted/elementwise.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "../laws/random_inputs.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/fitted/elementwise.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr auto h100 = [] {
  fitted f;
  f.elementwise = catalog::curves::elementwise_h100;
  return with_efficiency(catalog::h100_sxm, f);
}();

constexpr operator_time<double> moving(double traffic) {
  return time_of(h100, elementwise<double>{term::norms, {}, bytes<>::from_value(traffic)});
}

static_assert(moving(0.0).total() == 1.86_us);

}  // namespace

TEST_CASE("a vector kernel: launch, memory and registers, the largest softly") {
  // 100 MB: 30.30 us through the memory, 56.12 us through 132 multiprocessors.
  const double memory = 1e8 / (0.985 * 3350e9);
  const double through = 1e8 / (132 * 13.5e9);
  const operator_time<double> t = moving(1e8);
  CHECK(t.total().value() ==
        doctest::Approx(std::sqrt(1.86e-6 * 1.86e-6 + memory * memory + through * through))
            .epsilon(1e-14));
  CHECK(t.memory.value() == doctest::Approx(memory).epsilon(1e-14));
  CHECK(t.compute.value() == 0.0);
}

TEST_CASE("more bytes never take less time, and none less than the memory takes") {
  laws::dice d(4201);
  for (int number = 0; number < 20000; ++number) {
    const double traffic = laws::log_between(d, 1.0, 1e11);
    REQUIRE(moving(traffic * d.between(1.0, 2.0)).total() >= moving(traffic).total());
    REQUIRE(moving(traffic).total().value() >= traffic / 3350e9);
    REQUIRE(moving(traffic).total().value() >= 1.86e-6 * (1.0 - 1e-15));
    REQUIRE(moving(traffic).launch.value() >= 0.0);
  }
}

TEST_CASE("what another kernel reads along costs its bytes and no launch") {
  const weight w{weight_class::attention, formats::bf16, 1, 1000000};
  const operator_time<double> t = time_of(h100, fused_vector<double>{term::attention, w});
  CHECK(t.total().value() == doctest::Approx(2e6 / (0.985 * 3350e9)).epsilon(1e-14));
}
