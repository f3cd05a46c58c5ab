// SPDX-License-Identifier: BSL-1.0
// What `fitted` answers is in a header of its own: without it there is no price, not one without a
// host.
#include <shardline/curves/fitted.hpp>
#include <shardline/estimate/estimate.hpp>
#ifndef SHARDLINE_TEST_BAD
#include <shardline/fitted/policy.hpp>
#endif

using namespace shardline;

double step(const basic_cluster<double, fitted>& c, const model& m, const layout& l,
            const workload& w) {
  return estimate(c, m, l, w).decode.total().value();
}
