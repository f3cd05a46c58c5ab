// SPDX-License-Identifier: BSL-1.0
#include "shardline/curves/between.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <vector>

#include "shardline/catalog/efficiencies.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr gemm_curve<> slow_launch{.bandwidth = 0.64, .launch = 4_us};
constexpr gemm_curve<> slow_memory{.bandwidth = 0.25, .launch = 9_us, .reduction = 2_us};

}  // namespace

TEST_CASE("constants follow a power of the rate between two, or grow evenly from none") {
  const gemm_curve<> half = between(slow_launch, slow_memory, 0.5);
  CHECK(half.launch.value() == doctest::Approx(6e-6).scale(0.0));
  CHECK(half.bandwidth == doctest::Approx(0.4));
  CHECK(half.reduction.value() == doctest::Approx(1e-6).scale(0.0));
  CHECK(half.compute == 1.0);
}

TEST_CASE("what takes as many bytes a second on two chips does between them") {
  constexpr double slow = 3.35;
  constexpr double fast = 4.8;
  const expert_curve<> on_slow{.bandwidth = 0.9, .passes = 4.0};
  const expert_curve<> on_fast{.bandwidth = 0.9 * slow / fast, .passes = 4.0 * fast / slow};
  for (const double rate : {3.6, 4.0, 4.6}) {
    CAPTURE(rate);
    const double share = std::log(rate / slow) / std::log(fast / slow);
    const expert_curve<> c = between(on_slow, on_fast, share);
    CHECK(c.bandwidth * rate == doctest::Approx(0.9 * slow));
    CHECK(c.passes / rate == doctest::Approx(4.0 / slow));
  }
}

TEST_CASE("each constant of each curve lies between those of two chips") {
  const fitted from = catalog::measured_h100_sxm.kernels(engines::vllm.kernels);
  const fitted to = catalog::measured_h200_sxm.kernels(engines::vllm.kernels);
  std::vector<double> low;
  std::vector<double> high;
  const auto into = [](std::vector<double>& all) {
    return [&all](field, const auto& curve) {
      list_constants(curve, [&](const constant_range&, std::string_view, const auto& figure) {
        all.push_back(detail::number_in(figure));
      });
    };
  };
  for_each_curve(from, into(low));
  for_each_curve(to, into(high));
  for (const double share : {0.0, 0.3, 1.0}) {
    std::vector<double> found;
    for_each_curve(between(from, to, share), into(found));
    REQUIRE(found.size() == low.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CAPTURE(i);
      CHECK(found[i] >= (std::min)(low[i], high[i]) * (1.0 - 1e-14));
      CHECK(found[i] <= (std::max)(low[i], high[i]) * (1.0 + 1e-14));
      if (share == 0.0) CHECK(std::abs(found[i] - low[i]) <= low[i] * 1e-14);
      if (share == 1.0) CHECK(std::abs(found[i] - high[i]) <= high[i] * 1e-14);
    }
  }
}
