// SPDX-License-Identifier: BSL-1.0
// What Eigen solves a calibration with is compiled in solvers.cpp alone: it takes longer than what
// each of these files fits with it.
#pragma once

#include "shardline/plan/calibration.hpp"

namespace accuracy {

using least_squares_search = Eigen::LevenbergMarquardt<shardline::detail::residual_function>;

}  // namespace accuracy

extern template Eigen::LevenbergMarquardtSpace::Status accuracy::least_squares_search::minimize(
    Eigen::VectorXd&);
extern template class Eigen::JacobiSVD<Eigen::MatrixXd>;
extern template class Eigen::HouseholderQR<Eigen::MatrixXd>;
extern template class Eigen::ColPivHouseholderQR<Eigen::MatrixXd>;
