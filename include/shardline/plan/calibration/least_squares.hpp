// SPDX-License-Identifier: BSL-1.0
/// A robust least-squares fit of any prediction to what was measured.
#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <cstddef>
#include <functional>
#include <string>
#include <unsupported/Eigen/NonLinearOptimization>
#include <vector>

#include "shardline/plan/calibration/determination.hpp"
#include "shardline/plan/calibration/robust.hpp"
#include "shardline/plan/calibration/unknowns.hpp"

namespace shardline {

/// What the constants, in the order of the unknowns, predict of the measurement of a number.
using prediction = std::function<double(const std::vector<double>&, std::size_t)>;

namespace detail {

// A range as the whole line, so that no step of the search can leave it.
struct unknown_range {
  double lowest;
  double highest;

  [[nodiscard]] double value(double free) const {
    return lowest + (highest - lowest) / (1.0 + std::exp(-free));
  }
  [[nodiscard]] double free(double value_inside) const {
    const double share = (value_inside - lowest) / (highest - lowest);
    return std::log(share / (1.0 - share));
  }
};

inline unknown_range range_of(const unknown& u) { return {u.lowest, u.highest}; }

// Weighted residuals as Eigen's Levenberg-Marquardt wants them. Predictions are of one type: what
// Eigen is made of is compiled once, not once for each thing that is fitted.
struct residual_function {
  const std::vector<unknown>& unknowns;
  const std::vector<double>& measured;
  const prediction& predict;
  std::vector<double> weights;

  [[nodiscard]] std::vector<double> constants(const Eigen::VectorXd& free) const {
    std::vector<double> found(unknowns.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      found[i] = range_of(unknowns[i]).value(free[static_cast<Eigen::Index>(i)]);
    }
    return found;
  }
  [[nodiscard]] std::vector<double> residuals(const std::vector<double>& values) const {
    std::vector<double> logs(measured.size());
    for (std::size_t i = 0; i < logs.size(); ++i) {
      logs[i] = std::log(predict(values, i) / measured[i]);
    }
    return logs;
  }
  template <class Weight>
  void weigh(const std::vector<double>& logs, const Weight& weight) {
    for (std::size_t i = 0; i < logs.size(); ++i) weights[i] = weight(logs[i]);
  }

  // The interface that Eigen asks for.
  [[nodiscard]] int inputs() const { return static_cast<int>(unknowns.size()); }
  [[nodiscard]] int values() const { return static_cast<int>(measured.size()); }
  int operator()(const Eigen::VectorXd& free, Eigen::VectorXd& result) const {
    const std::vector<double> logs = residuals(constants(free));
    for (std::size_t i = 0; i < logs.size(); ++i) {
      result[static_cast<Eigen::Index>(i)] = std::sqrt(weights[i]) * logs[i];
    }
    return 0;
  }
  int df(const Eigen::VectorXd& free, Eigen::MatrixXd& jacobian) const {
    constexpr double step = 1e-5;
    Eigen::VectorXd above(measured.size());
    Eigen::VectorXd below(measured.size());
    for (Eigen::Index i = 0; i < free.size(); ++i) {
      Eigen::VectorXd moved = free;
      moved[i] = free[i] + step;
      (*this)(moved, above);
      moved[i] = free[i] - step;
      (*this)(moved, below);
      jacobian.col(i) = (above - below) / (2.0 * step);
    }
    return 0;
  }
};

// To the last digit, or only as far as the next round's weights need it: predictions with steps
// never come to rest.
inline void minimise(residual_function& function, Eigen::VectorXd& free, bool to_the_end) {
  Eigen::LevenbergMarquardt<residual_function> search(function);
  search.parameters.maxfev = to_the_end ? 200 : 40;
  search.parameters.ftol = to_the_end ? 1e-14 : 1e-8;
  search.parameters.xtol = to_the_end ? 1e-12 : 1e-8;
  search.minimize(free);
}

// First the one optimum of Huber's weights, each round from a hundredth inside the ranges: at an
// end nothing changes, and a search that outliers led there would not come back. Then, from there,
// without what is far from it.
inline void minimise_robustly(residual_function& function, Eigen::VectorXd& free) {
  constexpr int rounds = 6;
  constexpr double inside = 4.6;  // ln(0.99 / 0.01)
  const std::size_t n = function.unknowns.size();
  for (int round = 0; round < 2 * rounds; ++round) {
    if (round < rounds) free = free.cwiseMax(-inside).cwiseMin(inside);
    minimise(function, free, round + 1 == 2 * rounds);
    const std::vector<double> logs = function.residuals(function.constants(free));
    const double deviation = deviation_of(logs, n);
    if (round + 1 < rounds) {
      function.weigh(logs, huber_weight{deviation});
    } else {
      function.weigh(logs, biweight{deviation});
    }
  }
}

inline std::string fault_of_predictions(const std::vector<double>& residuals) {
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    if (std::isfinite(residuals[i])) continue;
    return refusal("prediction " + std::to_string(i), "not a positive number",
                   "one for all constants inside their ranges");
  }
  return {};
}

inline double mean_error(const std::vector<double>& residuals) {
  double sum = 0.0;
  for (const double r : residuals) sum += std::abs(std::expm1(r));
  return sum / static_cast<double>(residuals.size());
}

}  // namespace detail

/// Fits the unknowns so that predict(constants, i), in the order of the unknowns, comes closest to
/// measured[i] > 0. Minimises the weighted sum of squares of ln(predicted / measured) by
/// Levenberg-Marquardt (Eigen): outliers are weighted down by Huber's function and then, by Tukey's
/// biweight, left out. Unknowns stay inside their ranges. Predictions must be positive and smooth
/// but for steps. Errors assume measurements independent of each other and a prediction that is
/// right but for its constants.
/// The fault names the first unknown whose range does not hold its start, the measurement or
/// prediction that is not positive, too few measurements, or the constants that the measurements
/// do not determine: they change none of them, or, be it only where the search starts, only
/// together.
///   t = launch + bytes / (share rate), of 3 sizes: launch and share to 1e-6
///   (tests/plan/calibration.cpp)
[[nodiscard]] inline calibration calibrate(const std::vector<unknown>& unknowns,
                                           const std::vector<double>& measured,
                                           const prediction& predict) {
  calibration result;
  result.fault = detail::fault_of(unknowns, measured);
  if (!result.has_value()) return result;
  detail::residual_function function{unknowns, measured, predict,
                                     std::vector<double>(measured.size(), 1.0)};
  Eigen::VectorXd free(unknowns.size());
  for (std::size_t i = 0; i < unknowns.size(); ++i) {
    free[static_cast<Eigen::Index>(i)] = detail::range_of(unknowns[i]).free(unknowns[i].initial);
  }
  const auto residuals = [&function](const std::vector<double>& constants) {
    return function.residuals(constants);
  };
  const std::vector<double> initial = function.constants(free);
  result.fault = detail::fault_of_predictions(residuals(initial));
  if (!result.has_value()) return result;
  result.fault =
      detail::only_together(unknowns, detail::sensitivities(unknowns, initial, residuals));
  if (!result.has_value()) return result;

  detail::minimise_robustly(function, free);
  const std::size_t n = unknowns.size();
  result.constants = function.constants(free);
  result.residuals = residuals(result.constants);
  result.fault = detail::fault_of_predictions(result.residuals);
  if (!result.has_value()) return result;
  const Eigen::MatrixXd by_constant = detail::sensitivities(unknowns, result.constants, residuals);
  result.fault = detail::without_effect(unknowns, by_constant);
  if (result.has_value()) result.fault = detail::only_together(unknowns, by_constant);
  if (!result.has_value()) return result;
  result.weights = function.weights;
  result.mape = detail::mean_error(result.residuals);
  result.spread = detail::weighted_deviation(result.residuals, result.weights, n);
  result.deviations = detail::standard_errors(unknowns, by_constant, result.weights, result.spread);
  const double t = detail::student_95(static_cast<double>(measured.size() - n));
  for (const double d : result.deviations) result.confidence.push_back(t * d);
  return result;
}

}  // namespace shardline
