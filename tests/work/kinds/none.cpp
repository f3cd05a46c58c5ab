// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/kinds/none.hpp"

#include <doctest/doctest.h>

#include "../../fabric/recorded.hpp"

using namespace shardline;
using namespace recording;

TEST_CASE("a layer without attention does nothing here") {
  const recorded r = block_of(no_attention{}, tensor_parallel(2), decode_step(3.0, 10.0, 1.0));
  CHECK(r.lines.empty());
}
TEST_CASE("a layer without a feed-forward block does nothing here") {
  const model m = sixteen_wide();
  const layout l = tensor_parallel(2);
  const model_context e{m, l};
  const recorded r = feeding_of(no_feed_forward{}, e, decode_step(3.0, 0.0, 1.0));
  CHECK(r.lines.empty());
}
