// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/kinds/gated_delta_rule.hpp"

#include <doctest/doctest.h>

#include "../../fabric/recorded.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace recording;

namespace {

// 4 key heads of 3 and 8 value heads of 5: 12 + 12 + 40 channels are convolved by 4 taps.
constexpr linear_attention delta{4, 8, 3, 5, 4};

const basic_step<> one_token = decode_step(1.0, 10.0, 1.0);

}  // namespace

TEST_CASE("gated delta rule by hand: projections, convolution, rule, gated norm, output") {
  const recorded r = block_of(delta, {}, one_token);
  REQUIRE(r.gemms.size() == 3);
  CHECK(shape(r.gemms[0].weight, 16, 64 + 40));  // q k v and gate
  CHECK(shape(r.gemms[1].weight, 16, 8 + 8));    // decay and write strength
  CHECK(shape(r.gemms[2].weight, 40, 16));
  REQUIRE(r.vectors.size() == 1);
  CHECK(r.vectors[0].weight.elements() == 5);  // gains, the same for all heads
  CHECK(r.vectors[0].weight.weight_class == weight_class::norm);
  CHECK(r.vectors[0].traffic.value() == 3.0 * 40.0 * 2.0);
  REQUIRE(r.fused.size() == 2);
  CHECK(shape(r.fused[0], 1, 64 * 4));  // taps
  CHECK(shape(r.fused[1], 1, 8 + 8));   // A_log and dt_bias
  CHECK(r.recurrences[0].kind == recurrence_kind::convolution);
  CHECK(r.recurrences[0].bytes_moved().value() == 2.0 * (2.0 * 64.0 + 2.0 * 3.0 * 64.0));
  CHECK(r.stored(weight_class::attention) == 16 * 104 + 16 * 16 + 256 + 16 + 40 * 16);
  CHECK(r.stored(weight_class::norm) == 5);
}

TEST_CASE("gated delta rule by hand: 7 operations per value of state, in every value head") {
  const recorded r = block_of(delta, {}, one_token);
  REQUIRE(r.recurrences.size() == 2);
  CHECK(r.recurrences[1].flops().value() == 7.0 * 8.0 * 3.0 * 5.0);
  CHECK(r.recurrences[1].activation_bytes().value() == (64.0 + 40.0) * 2.0);
  CHECK(r.multiplied() == 2.0 * (16 * 104 + 16 * 16 + 40 * 16));
  // 8 matrices of 3 x 5 in fp32, and the last 3 inputs of 64 channels in bf16.
  CHECK(r.caches[0].state_bytes == 8.0 * 15.0 * 4.0 + 3.0 * 64.0 * 2.0);
  CHECK(r.caches[0].bytes_per_token == 0.0);
  CHECK(r.recurrences[1].kind == recurrence_kind::delta_rule);
  CHECK(r.recurrences[1].state_values == 8 * 15);
  CHECK(r.recurrences[0].state_bytes + r.recurrences[1].state_bytes == r.caches[0].state_bytes);
}

TEST_CASE("gated delta rule: all but the norm's gains is split over tp") {
  const recorded whole = block_of(delta, {}, one_token);
  const recorded r = block_of(delta, tensor_parallel(4), one_token);
  CHECK(shape(r.gemms[0].weight, 16, 16 + 10));
  CHECK(shape(r.gemms[1].weight, 16, 2 + 2));
  CHECK(shape(r.gemms[2].weight, 10, 16));
  CHECK(r.stored(weight_class::attention) * 4 == whole.stored(weight_class::attention));
  CHECK(r.stored(weight_class::norm) == 5);
  CHECK(r.caches[0].state_bytes * 4.0 == whole.caches[0].state_bytes);
  CHECK(r.recurrences[1].flops_per_token * 4 == whole.recurrences[1].flops_per_token);
  CHECK(r.collectives.empty());  // the sum over ranks is the layer's: model/blocks.cpp
}

TEST_CASE("a layer of Qwen3-Next has 33,718,464 parameters") {
  // config.json: hidden 2048; 16 key and 32 value heads of 128; 4 taps. Tensors of the checkpoint:
  // in_proj_qkvz 12288 x 2048, in_proj_ba 64 x 2048, conv1d 8192 x 4, A_log 32, dt_bias 32,
  // norm 128, out_proj 2048 x 4096.
  model m;
  m.hidden_size = 2048;
  const recorded r = mixing_of(linear_attention{16, 32, 128, 128, 4}, m, {}, one_token);
  CHECK(r.stored(weight_class::attention) ==
        12288 * 2048 + 64 * 2048 + 8192 * 4 + 32 + 32 + 2048 * 4096);
  CHECK(r.stored(weight_class::attention) + r.stored(weight_class::norm) == 33718464);
  // 2 MiB of fp32 state, and 3 inputs of 8192 channels in bf16.
  CHECK(r.caches[0].state_bytes == 2097152.0 + 49152.0);
}
