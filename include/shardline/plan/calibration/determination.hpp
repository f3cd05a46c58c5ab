/// Which constants measurements determine, and how well.
#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "shardline/plan/calibration/unknowns.hpp"

namespace shardline {

namespace detail {

// d residual / d constant at `constants`, each in units of its range. Central differences, one-sided
// at the ends.
template <class Residuals>
Eigen::MatrixXd sensitivities(const std::vector<unknown>& unknowns,
                              const std::vector<double>& constants, const Residuals& residuals) {
  constexpr double step = 1e-6;
  Eigen::MatrixXd result;
  for (std::size_t k = 0; k < unknowns.size(); ++k) {
    const unknown& u = unknowns[k];
    const double range = u.highest - u.lowest;
    std::vector<double> moved = constants;
    moved[k] = std::min(constants[k] + step * range, u.highest);
    const std::vector<double> above = residuals(moved);
    const double top = moved[k];
    moved[k] = std::max(constants[k] - step * range, u.lowest);
    const std::vector<double> below = residuals(moved);
    const double width = (top - moved[k]) / range;
    result.conservativeResize(static_cast<Eigen::Index>(above.size()),
                              static_cast<Eigen::Index>(k + 1));
    for (std::size_t i = 0; i < above.size(); ++i) {
      result(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) =
          (above[i] - below[i]) / width;
    }
  }
  return result;
}

// Names of the constants that a direction moves by at least a third of its largest part.
inline std::string names_along(const std::vector<unknown>& unknowns, const Eigen::VectorXd& v) {
  std::string names;
  for (Eigen::Index i = 0; i < v.size(); ++i) {
    if (std::abs(v[i]) * 3.0 < v.cwiseAbs().maxCoeff()) continue;
    names += (names.empty() ? "" : ", ") + unknowns[static_cast<std::size_t>(i)].name;
  }
  return names;
}

inline std::string not_determined(const std::string& name) {
  return refusal(name, "not determined by these measurements",
                 "measurements that it changes on its own");
}

// What the measurements leave open: a constant that changes none of them, or several of which only
// a combination does. Empty if there is none.
inline std::string undetermined(const std::vector<unknown>& unknowns, Eigen::MatrixXd by_constant) {
  constexpr double nothing = 1e-9;
  constexpr double nearly = 1e-6;
  for (Eigen::Index i = 0; i < by_constant.cols(); ++i) {
    const double size = by_constant.col(i).norm();
    if (size < nothing) return not_determined(unknowns[static_cast<std::size_t>(i)].name);
    by_constant.col(i) /= size;
  }
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(by_constant, Eigen::ComputeThinV);
  const Eigen::VectorXd& values = svd.singularValues();
  if (values[values.size() - 1] > nearly * values[0]) return {};
  const std::string names = names_along(unknowns, svd.matrixV().col(values.size() - 1));
  return refusal(names, "only together determined by these measurements",
                 "measurements that each changes on its own");
}

// Closer to an end of its range than any step of the search can tell.
inline bool at_edge(const unknown& u, double constant) {
  constexpr double close = 3e-4;
  const double share = (constant - u.lowest) / (u.highest - u.lowest);
  return share < close || share > 1.0 - close;
}

// Standard errors from the curvature at the solution, of the constants inside their ranges; those
// at an edge are taken as known.
inline std::vector<double> standard_errors(const std::vector<unknown>& unknowns,
                                           const std::vector<double>& constants,
                                           const Eigen::MatrixXd& by_constant,
                                           const std::vector<double>& weights, double deviation) {
  std::vector<std::size_t> inside;
  for (std::size_t k = 0; k < unknowns.size(); ++k) {
    if (!at_edge(unknowns[k], constants[k])) inside.push_back(k);
  }
  std::vector<double> errors(unknowns.size(), 0.0);
  if (inside.empty()) return errors;
  Eigen::MatrixXd counted(by_constant.rows(), static_cast<Eigen::Index>(inside.size()));
  for (Eigen::Index c = 0; c < counted.cols(); ++c) {
    for (Eigen::Index i = 0; i < counted.rows(); ++i) {
      counted(i, c) =
          std::sqrt(weights[static_cast<std::size_t>(i)]) *
          by_constant(i, static_cast<Eigen::Index>(inside[static_cast<std::size_t>(c)]));
    }
  }
  // The triangle of a QR decomposition: the curvature itself would square its condition.
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(counted);
  const Eigen::Index n = counted.cols();
  const Eigen::MatrixXd triangle = qr.matrixQR().topRows(n).triangularView<Eigen::Upper>();
  const Eigen::MatrixXd inverse =
      triangle.triangularView<Eigen::Upper>().solve(Eigen::MatrixXd::Identity(n, n));
  for (Eigen::Index c = 0; c < n; ++c) {
    const unknown& u = unknowns[inside[static_cast<std::size_t>(c)]];
    errors[inside[static_cast<std::size_t>(c)]] =
        deviation * inverse.row(c).norm() * (u.highest - u.lowest);
  }
  return errors;
}

// A constant whose interval is no narrower than its range: measurements say nothing of it.
inline std::string unconfined(const std::vector<unknown>& unknowns,
                              const std::vector<double>& confidence) {
  for (std::size_t k = 0; k < unknowns.size(); ++k) {
    const double range = unknowns[k].highest - unknowns[k].lowest;
    if (!(2.0 * confidence[k] < range)) return not_determined(unknowns[k].name);
  }
  return {};
}

}  // namespace detail

}  // namespace shardline
