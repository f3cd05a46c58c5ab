/// Constants from measurements: a robust least-squares fit of any prediction to what was measured,
/// with the constants' uncertainty, and a refusal that names what the measurements leave open.
#pragma once

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <unsupported/Eigen/NonLinearOptimization>
#include <utility>
#include <vector>

namespace shardline {

/// A constant to be determined: its name, where the search starts, and the range it must stay in.
/// lowest < initial < highest.
struct unknown {
  std::string name{};
  double initial = 0.0;
  double lowest = 0.0;
  double highest = 1.0;
};

/// What a calibration found.
///   constants    in the order of the unknowns
///   deviations   the standard error of each; 0 at the edge of its range
///   residuals    ln(predicted / measured) of each measurement
///   mape         mean of |predicted / measured - 1|
///   spread       standard deviation of the residuals, outliers weighted down: the band's width
///   fault        what is wrong with the input or left open by it, in one line; empty if nothing is
struct calibration {
  std::vector<double> constants{};
  std::vector<double> deviations{};
  std::vector<double> residuals{};
  double mape = 0.0;
  double spread = 0.0;
  std::string fault{};

  [[nodiscard]] bool has_value() const noexcept { return fault.empty(); }
};

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
  [[nodiscard]] double slope(double free) const {
    const double share = 1.0 / (1.0 + std::exp(-free));
    return (highest - lowest) * share * (1.0 - share);
  }
};

// Weighted residuals as Eigen's Levenberg-Marquardt wants them.
template <class Predict>
struct residual_function {
  const std::vector<unknown>& unknowns;
  const std::vector<double>& measured;
  const Predict& predict;
  std::vector<double> weights;

  [[nodiscard]] std::vector<double> constants(const Eigen::VectorXd& free) const {
    std::vector<double> found(unknowns.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      const unknown_range range{unknowns[i].lowest, unknowns[i].highest};
      found[i] = range.value(free[static_cast<Eigen::Index>(i)]);
    }
    return found;
  }
  [[nodiscard]] std::vector<double> residuals(const Eigen::VectorXd& free) const {
    const std::vector<double> found = constants(free);
    std::vector<double> logs(measured.size());
    for (std::size_t i = 0; i < logs.size(); ++i) {
      logs[i] = std::log(predict(found, i) / measured[i]);
    }
    return logs;
  }

  // The interface that Eigen asks for.
  [[nodiscard]] int inputs() const { return static_cast<int>(unknowns.size()); }
  [[nodiscard]] int values() const { return static_cast<int>(measured.size()); }
  int operator()(const Eigen::VectorXd& free, Eigen::VectorXd& result) const {
    const std::vector<double> logs = residuals(free);
    for (std::size_t i = 0; i < logs.size(); ++i) {
      result[static_cast<Eigen::Index>(i)] = weights[i] * logs[i];
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

inline double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Huber's weights: residuals beyond 1.345 deviations count by their size, not by its square. The
// deviation is estimated by the median, which outliers do not move.
// Source: P. J. Huber, "Robust Statistics", 1981, section 7.
inline double huber_weights(const std::vector<double>& residuals, std::vector<double>& weights) {
  std::vector<double> sizes;
  for (const double r : residuals) sizes.push_back(std::abs(r));
  const double deviation = std::max(1.4826 * median_of(sizes), 1e-12);
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    const double beyond = sizes[i] / (1.345 * deviation);
    weights[i] = beyond > 1.0 ? 1.0 / std::sqrt(beyond) : 1.0;
  }
  return deviation;
}

inline std::string fault_of(const std::vector<unknown>& unknowns,
                            const std::vector<double>& measured) {
  if (unknowns.empty()) return "unknowns: none; allowed: at least one";
  for (const unknown& u : unknowns) {
    if (!(u.lowest < u.initial && u.initial < u.highest)) {
      return u.name + ": starts at " + std::to_string(u.initial) + "; allowed: inside " +
             std::to_string(u.lowest) + " to " + std::to_string(u.highest);
    }
  }
  if (measured.size() <= unknowns.size()) {
    return "measurements: " + std::to_string(measured.size()) + "; allowed: more than the " +
           std::to_string(unknowns.size()) + " unknowns";
  }
  for (std::size_t i = 0; i < measured.size(); ++i) {
    if (!(measured[i] > 0.0 && std::isfinite(measured[i]))) {
      return "measurement " + std::to_string(i) + ": " + std::to_string(measured[i]) +
             "; allowed: a positive number";
    }
  }
  return {};
}

// The constant that the measurements do not determine, or none: a column of the Jacobian that is
// zero, or nearly a combination of the others.
inline std::string undetermined(const std::vector<unknown>& unknowns, Eigen::MatrixXd jacobian) {
  constexpr double nothing = 1e-9;
  constexpr double nearly = 1e-6;
  for (Eigen::Index i = 0; i < jacobian.cols(); ++i) {
    const double size = jacobian.col(i).norm();
    if (size < nothing) return unknowns[static_cast<std::size_t>(i)].name;
    jacobian.col(i) /= size;
  }
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(jacobian, Eigen::ComputeThinV);
  const Eigen::VectorXd& values = svd.singularValues();
  if (values[values.size() - 1] > nearly * values[0]) return {};
  Eigen::Index most = 0;
  svd.matrixV().col(values.size() - 1).cwiseAbs().maxCoeff(&most);
  return unknowns[static_cast<std::size_t>(most)].name;
}

// Standard errors from the curvature at the solution, for the constants inside their ranges.
inline std::vector<double> standard_errors(const std::vector<unknown>& unknowns,
                                           const Eigen::VectorXd& free,
                                           const Eigen::MatrixXd& jacobian, double deviation) {
  constexpr double edge = 8.0;  // of the whole line: within 0.03 % of a range's end
  std::vector<Eigen::Index> inside;
  for (Eigen::Index i = 0; i < free.size(); ++i) {
    if (std::abs(free[i]) < edge) inside.push_back(i);
  }
  Eigen::MatrixXd reduced(jacobian.rows(), static_cast<Eigen::Index>(inside.size()));
  for (std::size_t i = 0; i < inside.size(); ++i) {
    reduced.col(static_cast<Eigen::Index>(i)) = jacobian.col(inside[i]);
  }
  const Eigen::MatrixXd curvature = reduced.transpose() * reduced;
  const Eigen::MatrixXd covariance = curvature.completeOrthogonalDecomposition().pseudoInverse();
  std::vector<double> found(unknowns.size(), 0.0);
  for (std::size_t i = 0; i < inside.size(); ++i) {
    const auto at = static_cast<std::size_t>(inside[i]);
    const unknown_range range{unknowns[at].lowest, unknowns[at].highest};
    const auto own = static_cast<Eigen::Index>(i);
    found[at] =
        deviation * std::sqrt(std::max(covariance(own, own), 0.0)) * range.slope(free[inside[i]]);
  }
  return found;
}

}  // namespace detail

/// Fits the unknowns so that predict(constants, i), in the order of the unknowns, comes closest to
/// measured[i] > 0. Minimises the sum of squares of ln(predicted / measured), outliers weighted
/// down by Huber's function over 6 rounds, by Levenberg-Marquardt (Eigen). Unknowns stay inside
/// their ranges. Predictions must be positive and smooth but for steps.
/// The fault names the first unknown whose range does not hold its start, the measurement that is
/// not positive, too few measurements, or the constant that the measurements do not determine.
///   t = launch + bytes / (share rate), of 3 sizes: launch and share to 1e-6
///   (tests/plan/calibration.cpp)
template <class Predict>
[[nodiscard]] calibration calibrate(const std::vector<unknown>& unknowns,
                                    const std::vector<double>& measured, const Predict& predict) {
  calibration result;
  result.fault = detail::fault_of(unknowns, measured);
  if (!result.has_value()) return result;
  detail::residual_function<Predict> function{unknowns, measured, predict,
                                              std::vector<double>(measured.size(), 1.0)};
  Eigen::VectorXd free(unknowns.size());
  for (std::size_t i = 0; i < unknowns.size(); ++i) {
    const detail::unknown_range range{unknowns[i].lowest, unknowns[i].highest};
    free[static_cast<Eigen::Index>(i)] = range.free(unknowns[i].initial);
  }
  Eigen::MatrixXd jacobian(measured.size(), unknowns.size());
  function.df(free, jacobian);
  const std::string open = detail::undetermined(unknowns, jacobian);
  if (!open.empty()) {
    result.fault = open +
                   ": not determined by these measurements; allowed: measurements that it "
                   "changes on its own";
    return result;
  }
  double deviation = 0.0;
  for (int round = 0; round < 6; ++round) {
    Eigen::LevenbergMarquardt<detail::residual_function<Predict>> search(function);
    search.parameters.maxfev = 200;
    search.minimize(free);
    deviation = detail::huber_weights(function.residuals(free), function.weights);
  }
  function.df(free, jacobian);
  result.constants = function.constants(free);
  result.residuals = function.residuals(free);
  result.deviations = detail::standard_errors(unknowns, free, jacobian, deviation);
  result.spread = deviation;
  for (const double r : result.residuals) result.mape += std::abs(std::expm1(r));
  result.mape /= static_cast<double>(measured.size());
  return result;
}

}  // namespace shardline
