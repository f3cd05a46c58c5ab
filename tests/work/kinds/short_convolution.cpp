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
  REQUIRE(r.vectors.size() == 2);  // a product before the convolution and one behind
  CHECK(r.vectors[0].traffic.value() == 3.0 * 3.0 * 8.0 * 2.0);
  REQUIRE(r.fused.size() == 4);
  CHECK(shape(r.fused[0], 1, 3 * 8));
  CHECK(shape(r.fused[1], 1, 8 * 3));
  CHECK(shape(r.fused[2], 1, 8));
  CHECK(shape(r.fused[3], 1, 16));
  REQUIRE(r.recurrences.size() == 1);
  CHECK(r.recurrences[0].kind == recurrence_kind::convolution);
  CHECK(r.recurrences[0].flops().value() == 3.0 * 2.0 * 8.0 * 3.0);
  CHECK(r.recurrences[0].bytes_moved().value() == 3.0 * 2.0 * (2.0 * 8.0 + 2.0 * 8.0 * 2.0));
  REQUIRE(r.caches.size() == 1);
  CHECK(r.caches[0].bytes_per_token == 0.0);
  CHECK(r.caches[0].state_bytes == 8.0 * 2.0 * 2.0);
}
