// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/kinds/state_space.hpp"

#include <doctest/doctest.h>

#include "../../fabric/recorded.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace recording;

namespace {

// 8 heads of 5 in 2 groups with 3 values of state: 40 + 2 x 2 x 3 channels are convolved.
constexpr state_space mamba{
    .heads = 8, .head_dim = 5, .groups = 2, .state_size = 3, .conv_kernel = 4};

const basic_step<> next_token = decode_step(1.0, 10.0, 1.0);

}  // namespace

TEST_CASE("state space by hand: one projection in, convolution, recurrence, gated norm, output") {
  const recorded r = block_of(mamba, {}, next_token);
  REQUIRE(r.gemms.size() == 2);
  CHECK(shape(r.gemms[0].weight, 16, 40 + 52 + 8));  // gate, convolved channels, step sizes
  CHECK(shape(r.gemms[1].weight, 40, 16));
  REQUIRE(r.vectors.size() == 1);
  CHECK(r.vectors[0].weight.elements() == 40);
  CHECK(r.vectors[0].weight.weight_class == weight_class::norm);
  REQUIRE(r.fused.size() == 3);
  CHECK(shape(r.fused[0], 1, 52 * 4));
  CHECK(shape(r.fused[1], 1, 52));     // bias of the convolution
  CHECK(shape(r.fused[2], 1, 3 * 8));  // A_log, D and dt_bias
  CHECK(r.stored(weight_class::attention) == 1600 + 208 + 52 + 24 + 640);
  CHECK(r.stored(weight_class::norm) == 40);
}

TEST_CASE("state space by hand: 5 operations per channel and value of state") {
  const recorded r = block_of(mamba, {}, next_token);
  REQUIRE(r.recurrences.size() == 2);
  CHECK(r.recurrences[1].flops().value() == 5.0 * 40.0 * 3.0);
  CHECK(r.recurrences[1].activation_bytes().value() == (52.0 + 40.0) * 2.0);
  CHECK(r.multiplied() == 2.0 * (1600 + 640));
  CHECK(r.caches[0].state_bytes == 40.0 * 3.0 * 4.0 + 3.0 * 52.0 * 2.0);
  CHECK(r.caches[0].bytes_per_token == 0.0);
}

TEST_CASE("state space: biases of both projections, none of the convolution") {
  state_space a = mamba;
  a.conv_bias = false;
  a.projection_bias = true;
  const recorded r = block_of(a, tensor_parallel(2), next_token);
  REQUIRE(r.fused.size() == 4);
  CHECK(shape(r.fused[0], 1, 20 + (20 + 6) + 4));  // one group, half of the heads
  CHECK(shape(r.fused[1], 1, 26 * 4));             // of the convolution
  CHECK(shape(r.fused[2], 1, 3 * 4));
  CHECK(shape(r.fused[3], 1, 16));  // the output's, on every rank
}

TEST_CASE("state space: fewer groups than ranks lie on several, as key-value heads do") {
  const recorded r = block_of(mamba, tensor_parallel(4), next_token);
  // 2 heads of 5 and one group each: 10 + 2 x 3 channels.
  CHECK(shape(r.gemms[0].weight, 16, 10 + 16 + 2));
  CHECK(r.fused[0].elements() == 16 * 4);
  CHECK(r.vectors[0].weight.elements() == 10);
  CHECK(shape(r.gemms[1].weight, 10, 16));
  CHECK(r.caches[0].state_bytes == 10.0 * 3.0 * 4.0 + 3.0 * 16.0 * 2.0);
}

TEST_CASE("a layer of Mamba-2 2.7B has 40,214,000 parameters") {
  // Hidden 2560, 80 heads of 64 (twice as wide), one group of 128 values of state, 4 taps:
  // in_proj 10576 x 2560, conv1d 5376 x 4 and bias, A_log, D and dt_bias 80 each, norm 5120,
  // out_proj 2560 x 5120. arXiv 2405.21060, section 7; 64 of them, with a norm each, a tied
  // embedding of 50288 rows and the last norm are 2,702,599,680.
  const state_space a{
      .heads = 80, .head_dim = 64, .groups = 1, .state_size = 128, .conv_kernel = 4};
  model m{.name = "mamba2-2.7b", .hidden_size = 2560, .vocab_size = 50288};
  const recorded r = mixing_of(a, m, {}, next_token);
  CHECK(r.stored(weight_class::attention) == 10576 * 2560 + 5376 * 4 + 5376 + 3 * 80 + 2560 * 5120);
  CHECK(r.stored(weight_class::attention) + r.stored(weight_class::norm) == 40214000);
  m.tied_embeddings = true;
  m.layers = {{64, {a, no_feed_forward{}}}};
  CHECK(parameters(m).total() == integer{64} * (40214000 + 2560) + 50288 * 2560 + 2560);
  CHECK(parameters(m).total() == 2702599680);
  CHECK(kv_bytes_per_token(m).value() == 0.0);
}
