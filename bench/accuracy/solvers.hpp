// SPDX-License-Identifier: BSL-1.0
// What Eigen solves a calibration with is compiled in solvers.cpp alone: it takes longer than what
// each of these files fits with it.
#pragma once

#include "shardline/plan/calibration.hpp"

extern template Eigen::LevenbergMarquardtSpace::Status
Eigen::LevenbergMarquardt<shardline::detail::residual_function>::minimize(Eigen::VectorXd&);
extern template class Eigen::JacobiSVD<Eigen::MatrixXd>;
extern template class Eigen::HouseholderQR<Eigen::MatrixXd>;
extern template class Eigen::ColPivHouseholderQR<Eigen::MatrixXd>;
