// SPDX-License-Identifier: BSL-1.0
// One header of `fitted` is not all of it.
#include <shardline/fitted/attention/attention.hpp>
#include <shardline/fitted/elementwise.hpp>
#include <shardline/fitted/experts.hpp>
#include <shardline/fitted/fabric/collectives.hpp>
#include <shardline/fitted/gemm.hpp>
#include <shardline/fitted/recurrence.hpp>
#ifndef SHARDLINE_TEST_BAD
#include <shardline/fitted/policy.hpp>
#endif

#include <shardline/estimate/estimate.hpp>

using namespace shardline;

double step(const basic_cluster<double, fitted>& c, const model& m, const layout& l,
            const workload& w) {
  return estimate(c, m, l, w).decode.total().value();
}
