// SPDX-License-Identifier: BSL-1.0
/// Which constants measurements determine, and how well.
#pragma once

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "shardline/plan/calibration/unknowns.hpp"

namespace shardline::detail {

// Of a difference to either side of a constant: both together, but where one of them has a step of the
// prediction in it, at which searches like to end and whose height is no slope, the flatter one.
inline double slope(double below, double at, double above, double to_below, double to_above) {
  const double both = (above - below) / (to_above + to_below);
  if (!(to_below > 0.0) || !(to_above > 0.0)) return both;
  const double before = (at - below) / to_below;
  const double behind = (above - at) / to_above;
  const bool stepped = std::abs(behind - before) > 0.5 * std::abs(both);
  if (!stepped) return both;
  return std::abs(before) < std::abs(behind) ? before : behind;
}

// d residual / d constant at `constants`, each in units of its range. Central differences,
// one-sided at the ends and beside steps.
template <class Residuals>
Eigen::MatrixXd sensitivities(const std::vector<unknown>& unknowns,
                              const std::vector<double>& constants, const Residuals& residuals) {
  constexpr double step = 1e-6;
  Eigen::MatrixXd result;
  const std::vector<double> at = residuals(constants);
  for (std::size_t k = 0; k < unknowns.size(); ++k) {
    const unknown& u = unknowns[k];
    const double range = u.highest - u.lowest;
    std::vector<double> moved = constants;
    moved[k] = std::min(constants[k] + step * range, u.highest);
    const double to_above = (moved[k] - constants[k]) / range;
    const std::vector<double> above = residuals(moved);
    moved[k] = std::max(constants[k] - step * range, u.lowest);
    const double to_below = (constants[k] - moved[k]) / range;
    const std::vector<double> below = residuals(moved);
    result.conservativeResize(static_cast<Eigen::Index>(above.size()),
                              static_cast<Eigen::Index>(k + 1));
    for (std::size_t i = 0; i < above.size(); ++i) {
      result(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) =
          slope(below[i], at[i], above[i], to_below, to_above);
    }
  }
  return result;
}

inline std::string not_determined(const std::string& name) {
  return refusal(name, "not determined by these measurements",
                 "measurements that it changes on its own");
}

// A constant that changes no measurement, or none: an empty text.
inline std::string without_effect(const std::vector<unknown>& unknowns,
                                  const Eigen::MatrixXd& by_constant) {
  constexpr double nothing = 1e-9;
  for (Eigen::Index k = 0; k < by_constant.cols(); ++k) {
    if (by_constant.col(k).norm() >= nothing) continue;
    return not_determined(unknowns[static_cast<std::size_t>(k)].name);
  }
  return {};
}

// Of constants that move together along `direction` the first that moves as far as any, rounding
// aside, and the others that move at least a third as far.
inline std::string bound_together(const std::vector<unknown>& unknowns,
                                  const Eigen::VectorXd& direction) {
  const double most = direction.cwiseAbs().maxCoeff();
  Eigen::Index first = 0;
  while (std::abs(direction[first]) < 0.999 * most) ++first;
  std::string others;
  for (Eigen::Index k = 0; k < direction.size(); ++k) {
    if (k == first || std::abs(direction[k]) * 3.0 < most) continue;
    others += (others.empty() ? "" : ", ") + unknowns[static_cast<std::size_t>(k)].name;
  }
  return refusal(unknowns[static_cast<std::size_t>(first)].name,
                 "determined only together with " + others + " by these measurements",
                 "measurements that each changes on its own");
}

// Constants of which only a combination changes the measurements, or none: an empty text.
inline std::string only_together(const std::vector<unknown>& unknowns,
                                 Eigen::MatrixXd by_constant) {
  constexpr double nearly = 1e-6;
  std::vector<unknown> effective;
  for (Eigen::Index k = 0; k < by_constant.cols(); ++k) {
    const double size = by_constant.col(k).norm();
    if (!(size > 0.0)) continue;
    by_constant.col(static_cast<Eigen::Index>(effective.size())) = by_constant.col(k) / size;
    effective.push_back(unknowns[static_cast<std::size_t>(k)]);
  }
  const auto kept = static_cast<Eigen::Index>(effective.size());
  if (kept < 2) return {};
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(by_constant.leftCols(kept), Eigen::ComputeThinV);
  const Eigen::VectorXd& values = svd.singularValues();
  if (values[kept - 1] > nearly * values[0]) return {};
  return bound_together(effective, svd.matrixV().col(kept - 1));
}

// Standard errors from the curvature at the solution. At an edge of its range a constant has the
// error that it would have without the edge.
inline std::vector<double> standard_errors(const std::vector<unknown>& unknowns,
                                           Eigen::MatrixXd by_constant,
                                           const std::vector<double>& weights, double deviation) {
  for (Eigen::Index i = 0; i < by_constant.rows(); ++i) {
    by_constant.row(i) *= std::sqrt(weights[static_cast<std::size_t>(i)]);
  }
  // Of the triangle of a QR decomposition: the curvature itself would square its condition.
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(by_constant);
  const Eigen::Index n = by_constant.cols();
  const Eigen::MatrixXd triangle = qr.matrixQR().topRows(n);
  const Eigen::MatrixXd inverse =
      triangle.triangularView<Eigen::Upper>().solve(Eigen::MatrixXd::Identity(n, n));
  std::vector<double> errors;
  for (const unknown& u : unknowns) {
    const auto k = static_cast<Eigen::Index>(errors.size());
    errors.push_back(deviation * inverse.row(k).norm() * (u.highest - u.lowest));
  }
  return errors;
}

// The constant whose interval is widest, if wider than half of its range: measurements say next to
// nothing of it. At an edge they say on which side of it they would have the constant.
inline std::string unconfined(const std::vector<unknown>& unknowns, const calibration& found) {
  double widest = 0.25;
  std::string name;
  for (std::size_t k = 0; k < unknowns.size(); ++k) {
    const double share = found.confidence[k] / (unknowns[k].highest - unknowns[k].lowest);
    if (share < widest || at_edge(unknowns[k], found.constants[k])) continue;
    widest = share;
    name = unknowns[k].name;
  }
  return name.empty() ? name : not_determined(name);
}

}  // namespace shardline::detail
