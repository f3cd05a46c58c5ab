// SPDX-License-Identifier: BSL-1.0
#include "solvers.hpp"

template Eigen::LevenbergMarquardtSpace::Status accuracy::least_squares_search::minimize(
    Eigen::VectorXd&);
template class Eigen::JacobiSVD<Eigen::MatrixXd>;
template class Eigen::HouseholderQR<Eigen::MatrixXd>;
template class Eigen::ColPivHouseholderQR<Eigen::MatrixXd>;
