// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/kinds/short_convolution.hpp"

#include <doctest/doctest.h>

#include "../../fabric/recorded.hpp"

using namespace shardline;
using namespace recording;

TEST_CASE("a short convolution: what is convolved and two gates, taps, output; it keeps inputs") {
  constexpr short_convolution a{.width = 16, .conv_kernel = 3, .bias = true};
  const recorded r = block_of(a, tensor_parallel(2), decode_step(3.0, 10.0, 1.0));
  REQUIRE(r.gemms.size() == 2);
  CHECK(shape(r.gemms[0].weight, 16, 3 * 8));
  CHECK(shape(r.gemms[1].weight, 8, 16));
  CHECK(r.vectors[0].weight.n == 8 * 3);
  REQUIRE(r.fused.size() == 3);
  CHECK(shape(r.fused[0], 1, 3 * 8));
  CHECK(shape(r.fused[1], 1, 8));
  CHECK(shape(r.fused[2], 1, 16));
  REQUIRE(r.caches.size() == 1);
  CHECK(r.caches[0].bytes_per_token == 0.0);
  CHECK(r.caches[0].state_bytes == 8.0 * 2.0 * 2.0);
}
