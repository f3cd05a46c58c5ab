// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/kinds/dense.hpp"

#include <doctest/doctest.h>

#include "../../fabric/recorded.hpp"

using namespace shardline;
using namespace recording;

TEST_CASE("a dense block is split over tp and summed") {
  model m;
  m.hidden_size = 16;
  const layout l{{4, 1, 1}, {4, 1, 1}};
  const model_context e{m, l};
  const recorded r =
      feeding_of(dense_feed_forward{.width = 10, .gated = false}, e, decode_step(3.0, 0.0, 1.0));
  REQUIRE(r.gemms.size() == 2);
  CHECK(r.gemms[0].weight.n == 3);  // 10 over 4, rounded up on rank 0
  CHECK(r.gemms[1].weight.k == 3);
  CHECK(r.sends(collective_kind::all_reduce, {4, 1}, 3.0 * 32.0));
}
