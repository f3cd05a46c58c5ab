// SPDX-License-Identifier: BSL-1.0
// One estimate.
#include "shardline/core.hpp"

shardline::basic_estimate<> of(const shardline::basic_cluster<double, shardline::constant>& c,
                               const shardline::model& m, const shardline::layout& l,
                               const shardline::workload& w) {
  return shardline::estimate(c, m, l, w);
}
