// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/kinds/selective_state.hpp"

#include <doctest/doctest.h>

#include "../../fabric/recorded.hpp"

using namespace shardline;
using namespace recording;

TEST_CASE("selective states: steps, inputs and outputs are made from all channels and summed") {
  constexpr selective_state a{
      .width = 24, .state_size = 3, .step_rank = 5, .conv_kernel = 4, .inner_norms = true};
  const recorded r = block_of(a, tensor_parallel(2), decode_step(3.0, 10.0, 1.0));
  REQUIRE(r.gemms.size() == 4);
  CHECK(shape(r.gemms[0].weight, 16, 2 * 12));
  CHECK(shape(r.gemms[1].weight, 12, 5 + 2 * 3));
  CHECK(shape(r.gemms[2].weight, 5, 12));
  CHECK(shape(r.gemms[3].weight, 12, 16));
  REQUIRE(r.collectives.size() == 1);
  CHECK(r.collectives[0].message.value() == 3.0 * 11.0 * 2.0);
  CHECK(r.stored(weight_class::norm) == 11);
  CHECK(shape(r.fused[2], 1, 12 + 12 * 3 + 12));  // step biases, decays, direct paths
  CHECK(r.caches[0].state_bytes == 12.0 * 3.0 * 4.0 + 3.0 * 12.0 * 2.0);
  CHECK(r.recurrences[1].flops().value() == 3.0 * 7.0 * 36.0);
  CHECK(block_of(a, {}, decode_step(3.0, 10.0, 1.0)).collectives.empty());
}

TEST_CASE("selective states with heads: a step, a decay and a direct path for each of them") {
  constexpr selective_state a{.width = 6,
                              .state_size = 3,
                              .step_rank = 5,
                              .conv_kernel = 4,
                              .conv_bias = false,
                              .head_dim = 4};
  const recorded r = block_of(a, tensor_parallel(2), decode_step(3.0, 10.0, 1.0));
  CHECK(shape(r.gemms[0].weight, 16, 2 * 12));
  CHECK(shape(r.gemms[2].weight, 5, 3));
  CHECK(shape(r.fused[1], 1, 3 + 3 + 3));
  CHECK(r.caches[0].state_bytes == 12.0 * 3.0 * 4.0 + 3.0 * 12.0 * 2.0);
}
