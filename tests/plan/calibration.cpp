// SPDX-License-Identifier: BSL-1.0
#include "shardline/plan/calibration.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <random>

#include "../../bench/accuracy/solvers.hpp"

using namespace shardline;

namespace {

// time = launch + bytes / (share 1e12), the same as an operator bound by memory.
struct transfers {
  std::vector<double> sizes{};
  double operator()(const std::vector<double>& constants, std::size_t i) const {
    return constants[0] + sizes[i] / (constants[1] * 1e12);
  }
};

std::vector<unknown> launch_and_share() {
  return {{"launch", 1e-6, 0.0, 1e-4}, {"share", 0.5, 0.0, 1.0}};
}

std::vector<double> exact(const transfers& t, double launch, double share) {
  std::vector<double> measured;
  for (std::size_t i = 0; i < t.sizes.size(); ++i) measured.push_back(t({launch, share}, i));
  return measured;
}

}  // namespace

TEST_CASE("what was measured without error is found: launch and share of three sizes") {
  const transfers t{{1e3, 1e6, 1e9}};
  const calibration c = calibrate(launch_and_share(), exact(t, 7e-6, 0.8), t);
  REQUIRE(c.has_value());
  CHECK(c.constants[0] == doctest::Approx(7e-6).epsilon(1e-6));
  CHECK(c.constants[1] == doctest::Approx(0.8).epsilon(1e-6));
  CHECK(c.mape < 1e-9);
}

TEST_CASE("one measurement in five that is three times too long hardly moves the constants") {
  transfers t;
  for (int i = 0; i < 50; ++i) t.sizes.push_back(std::pow(10.0, 3.0 + 0.14 * i));
  std::vector<double> measured = exact(t, 7e-6, 0.8);
  std::mt19937_64 engine(5);
  std::normal_distribution<double> noise(0.0, 0.02);
  for (double& m : measured) m *= std::exp(noise(engine));
  for (std::size_t i = 0; i < measured.size(); i += 5) measured[i] *= 3.0;
  const calibration c = calibrate(launch_and_share(), measured, t);
  REQUIRE(c.has_value());
  CHECK(c.constants[0] == doctest::Approx(7e-6).epsilon(0.03).scale(0.0));
  CHECK(c.constants[1] == doctest::Approx(0.8).epsilon(0.03).scale(0.0));
  CHECK(c.spread > 0.01);
  CHECK(c.spread < 0.06);
  CHECK(c.residuals[0] < -0.9);  // the outlier stays one
}

TEST_CASE("deviations are those of the scatter: two in three fits lie within one of the truth") {
  transfers t;
  for (int i = 0; i < 40; ++i) t.sizes.push_back(std::pow(10.0, 4.0 + 0.1 * i));
  std::mt19937_64 engine(6);
  std::normal_distribution<double> noise(0.0, 0.05);
  int within = 0;
  constexpr int fits = 200;
  for (int fit = 0; fit < fits; ++fit) {
    std::vector<double> measured = exact(t, 7e-6, 0.6);
    for (double& m : measured) m *= std::exp(noise(engine));
    const calibration c = calibrate(launch_and_share(), measured, t);
    REQUIRE(c.has_value());
    if (std::abs(c.constants[1] - 0.6) < c.deviations[1]) ++within;
  }
  CHECK(within > fits * 50 / 100);
  CHECK(within < fits * 85 / 100);
}

TEST_CASE("a constant stays inside its range, and its error is that without the edge") {
  const transfers t{{1e6, 1e8, 1e9, 1e10}};
  std::vector<double> measured = exact(t, 1e-6, 0.9);
  for (double& m : measured) m *= 0.5;  // as a share of 1.8 would
  const calibration c = calibrate(launch_and_share(), measured, t);
  REQUIRE(c.has_value());
  CHECK(c.constants[1] <= 1.0);
  CHECK(c.constants[1] > 0.99);
  CHECK(c.deviations[1] > 0.0);
  CHECK(c.mape > 0.3);
}

TEST_CASE("measurements that leave a constant open are refused by its name") {
  // Sizes so small that nothing depends on the share.
  const transfers tiny{{0.0, 0.0, 0.0}};
  CHECK(calibrate(launch_and_share(), {1e-6, 1e-6, 1e-6}, tiny).fault ==
        "share: not determined by these measurements; allowed: measurements that it changes on its "
        "own");
  // Two constants that only their sum matters of.
  const auto sum = [](const std::vector<double>& c, std::size_t) { return c[0] + c[1]; };
  const calibration both =
      calibrate({{"first", 1.0, 0.0, 9.0}, {"second", 2.0, 0.0, 9.0}}, {3.0, 3.0, 3.0}, sum);
  CHECK(both.fault ==
        "first: determined only together with second by these measurements; allowed: measurements "
        "that each changes on its own");
}

TEST_CASE("wrong input is refused by name, value and what is allowed") {
  const transfers t{{1e3, 1e6, 1e9}};
  CHECK(calibrate({}, {1.0}, t).fault == "unknowns: none; allowed: at least one");
  CHECK(calibrate(launch_and_share(), {1.0, 2.0}, t).fault ==
        "measurements: 2; allowed: more than the 2 unknowns");
  CHECK(calibrate(launch_and_share(), {1.0, -2.0, 3.0}, t).fault ==
        "measurement 1: -2; allowed: a positive number");
  CHECK_FALSE(calibrate(launch_and_share(), {1.0, std::numeric_limits<double>::quiet_NaN(), 3.0}, t)
                  .has_value());
  CHECK(calibrate({{"share", 1.0, 0.0, 1.0}}, {1.0, 2.0, 3.0}, t).fault ==
        "share: starts at 1; allowed: inside 0 to 1, both finite");
}
