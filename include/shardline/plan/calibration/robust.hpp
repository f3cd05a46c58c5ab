// SPDX-License-Identifier: BSL-1.0
/// Robust statistics of residuals: how far measurements scatter, how much each of them counts, and
/// how sure a constant is that was fitted to few of them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "shardline/base/fwd.hpp"

namespace shardline::detail {

// Logarithms of times are not measured more closely than this, however well they fit.
inline constexpr double least_deviation = 1e-6;

// Standard deviation of residuals by their median size, which fewer than half of them being wild
// does not move. `constants` of them can be made zero by fitting, so the smallest are left out.
// Source: J. O. Street, R. J. Carroll, D. Ruppert, "A note on computing robust regression
// estimates", The American Statistician 42, 1988; 0.6745 = median of a normal deviate's size.
inline double deviation_of(const std::vector<double>& residuals, std::size_t constants) {
  std::vector<double> sizes;
  sizes.reserve(residuals.size());
  for (const double r : residuals) sizes.push_back(std::abs(r));
  std::sort(sizes.begin(), sizes.end());
  const std::size_t unfitted = std::min(constants, sizes.size() - 1);
  return std::max(sizes[(sizes.size() + unfitted) / 2] / 0.6745, least_deviation);
}

// Huber's weight: residuals beyond 1.345 deviations count by their size, not by its square. Has one
// optimum, so the search starts with it.
// Source: P. J. Huber, "Robust Statistics", 1981, section 7.
struct huber_weight {
  double deviation;
  [[nodiscard]] double operator()(double residual) const {
    return std::min(1.345 * deviation / std::max(std::abs(residual), 1e-300), 1.0);
  }
};

// Tukey's biweight: a residual beyond 4.685 deviations does not count at all. Keeps 95 % of what
// normal residuals tell.
// Source: A. E. Beaton, J. W. Tukey, Technometrics 16, 1974.
struct biweight {
  double deviation;
  [[nodiscard]] double operator()(double residual) const {
    const double x = residual / (4.685 * deviation);
    const double rest = std::max(1.0 - x * x, 0.0);
    return rest * rest;
  }
};

// Standard deviation of residuals counted by their biweights, `constants` having been fitted. Of
// normal residuals weighting loses 1 - 1/1.2076 of the variance: (1 - 6/c^2 + 15/c^4) / (1 - 2/c^2
// + 3/c^4), c = 4.685.
inline double weighted_deviation(const std::vector<double>& residuals,
                                 const std::vector<double>& weights, std::size_t constants) {
  constexpr double consistent = 1.2076;
  double squares = 0.0;
  double counted = 0.0;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    squares += weights[i] * residuals[i] * residuals[i];
    counted += weights[i];
  }
  const double free = std::max(counted - static_cast<double>(constants), 0.5);
  return std::sqrt(consistent * squares / free);
}

// Student's t that 95 % of deviates stay within: from its table up to 10 degrees of freedom, then
// R. A. Fisher's expansion, good to 0.1 %.
//   5 degrees: 2.571;  60 degrees: 2.000
inline double student_95(double degrees) {
  constexpr std::array<double, 10> table{12.706, 4.303, 3.182, 2.776, 2.571,
                                         2.447,  2.365, 2.306, 2.262, 2.228};
  const auto whole = static_cast<std::size_t>(std::max(degrees, 1.0));
  if (whole <= table.size()) return table[whole - 1];
  return 1.95996 + 2.3723 / degrees + 2.8225 / (degrees * degrees);
}

}  // namespace shardline::detail
