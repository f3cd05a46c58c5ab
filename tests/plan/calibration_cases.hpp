// SPDX-License-Identifier: BSL-1.0
/// What tests of calibrations share: noise and outliers put on exact times, and checks of what is
/// found against the constants that the times were made from.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "../../bench/accuracy/solvers.hpp"
#include "shardline/plan/calibration.hpp"

namespace calibration_cases {

using truth = std::vector<std::pair<std::string, double>>;

/// Times as a benchmark gives them, with 2 % of noise, or as a bad one does: the same, but one in
/// five three times too long.
class disturbance {
 public:
  disturbance(unsigned seed, bool outliers) : engine_(seed), outliers_(outliers) {}
  double operator()(double time) {
    const double noisy = time * std::exp(noise_(engine_));
    const bool wrong = share_(engine_) < 0.2;
    return outliers_ && wrong ? 3.0 * noisy : noisy;
  }

 private:
  std::mt19937_64 engine_;
  bool outliers_;
  std::normal_distribution<double> noise_{0.0, 0.02};
  std::uniform_real_distribution<double> share_{0.0, 1.0};
};

/// Every constant is found to a millionth, and predictions of timings left out are as good.
inline void check_exact(const shardline::curve_report& r, const truth& constants) {
  CAPTURE(r.curve);
  REQUIRE(r.fault == "");
  REQUIRE(r.constants.size() == constants.size());
  for (const auto& constant : constants) {
    const std::string& name = constant.first;
    const double value = constant.second;
    CAPTURE(name);
    REQUIRE(r.find(name) != nullptr);
    CHECK(std::abs(r.find(name)->value / value - 1.0) < 1e-6);
    CHECK_FALSE(r.find(name)->at_edge);
  }
  CHECK(r.mape < 1e-6);
  CHECK(r.source == shardline::provenance::measured);
}

/// One time in five being three times too long moves no constant by more than its confidence, which
/// says something, and these times are those that do not count. Nor is the truth far: in 20
/// constants one may be outside of its interval, none by as much again.
inline void check_robust(const shardline::curve_report& bad, const shardline::curve_report& good,
                         const truth& constants) {
  CAPTURE(bad.curve);
  REQUIRE(bad.fault == "");
  REQUIRE(good.fault == "");
  for (const auto& constant : constants) {
    const std::string& name = constant.first;
    const double value = constant.second;
    CAPTURE(name);
    const shardline::fitted_constant* with = bad.find(name);
    const shardline::fitted_constant* without = good.find(name);
    REQUIRE(with != nullptr);
    REQUIRE(without != nullptr);
    const double confidence = 0.5 * (with->high - with->low);
    CHECK(std::abs(with->value - without->value) < confidence);
    CHECK(std::abs(with->value - value) < 2.5 * confidence);
    CHECK(with->deviation > 0.0);
    CHECK(confidence < 0.25 * value);
  }
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < bad.residuals.size(); ++i) {
    if (bad.residuals[i] > -0.9) continue;
    ++wrong;
    CHECK(bad.weights[i] == 0.0);
  }
  CHECK(wrong * 10 > bad.residuals.size());
  CHECK(bad.spread > 0.012);
  CHECK(bad.spread < 0.03);
}

}  // namespace calibration_cases
