// SPDX-License-Identifier: BSL-1.0
#include "solvers.hpp"

template Eigen::LevenbergMarquardtSpace::Status
Eigen::LevenbergMarquardt<shardline::detail::residual_function>::minimize(Eigen::VectorXd&);
template class Eigen::JacobiSVD<Eigen::MatrixXd>;
template class Eigen::HouseholderQR<Eigen::MatrixXd>;
template class Eigen::ColPivHouseholderQR<Eigen::MatrixXd>;
