// SPDX-License-Identifier: BSL-1.0
// One estimate by the times of real kernels.
#include "shardline/core.hpp"
#include "shardline/fitted/policy.hpp"

shardline::basic_estimate<> of(const shardline::basic_cluster<double, shardline::fitted>& c,
                               const shardline::model& m, const shardline::layout& l,
                               const shardline::workload& w) {
  return shardline::estimate(c, m, l, w);
}
