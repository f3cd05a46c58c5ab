// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/recurrent.hpp"

#include <doctest/doctest.h>

#include "../fabric/recorded.hpp"

using namespace shardline;
using namespace recording;

namespace {

// 4 key heads of 3 and 8 value heads of 5: 12 + 12 + 40 channels are convolved by 4 taps.
constexpr linear_attention delta_rule{4, 8, 3, 5, 4};

const basic_step<> one_token = decode_step(1.0, 10.0, 1.0);

}  // namespace

TEST_CASE("the state is in its own precision, the convolution's inputs in the activations'") {
  linear_attention a = delta_rule;
  a.state = precision::bf16;
  model m = sixteen_wide();
  m.activations = precision::fp32;
  m.kv_cache = precision::fp8;  // has no part in it
  const recorded r = mixing_of(a, m, {}, one_token);
  CHECK(r.caches[0].state_bytes == 8.0 * 15.0 * 2.0 + 3.0 * 64.0 * 4.0);
  CHECK(r.recurrences[1].activation == precision::fp32);
}

TEST_CASE("a convolution of one tap keeps no inputs") {
  linear_attention a = delta_rule;
  a.conv_kernel = 1;
  CHECK(block_of(a, {}, one_token).caches[0].state_bytes == 8.0 * 15.0 * 4.0);
}

TEST_CASE("every part of a step runs the rule over its tokens; cp ranks share a prompt's") {
  const layout l{{2, 4, 1}, {2, 4, 1}};
  const recorded r = block_of(
      delta_rule, l, mixed_step(prefill_step(3.0, 100.0, 50.0, 1.0), decode_step(7.0, 30.0, 1.0)));
  REQUIRE(r.recurrences.size() == 4);
  CHECK(r.recurrences[2].phase == phase::prefill);
  CHECK(r.recurrences[2].query_split == 4);
  CHECK(r.recurrences[2].flops().value() == 3.0 * 25.0 * 7.0 * 4.0 * 15.0);
  CHECK(r.recurrences[3].phase == phase::decode);
  CHECK(r.recurrences[3].query_split == 1);
  CHECK(r.recurrences[3].flops().value() == 7.0 * 7.0 * 4.0 * 15.0);
  REQUIRE(r.caches.size() == 1);
  CHECK(r.gemms[0].rows == 3.0 * 25.0 + 7.0);
  CHECK(r.collectives.empty());
}
