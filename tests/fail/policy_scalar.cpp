// SPDX-License-Identifier: BSL-1.0
// The policy has the scalar of the cluster: constants of another one are none.
#include "small.hpp"

using namespace shardline;

using slope = dual<1>;

#ifdef SHARDLINE_TEST_BAD
using policy = constant;
#else
using policy = basic_constant<slope>;
#endif

slope step(const basic_cluster<slope, policy>& c, const model& m, const layout& l,
           const basic_workload<slope>& w) {
  return decode(c, m, l, w).total().value();
}
