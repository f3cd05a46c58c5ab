#include "shardline/work/kinds/recurrence.hpp"

#include <doctest/doctest.h>

#include "../../fabric/recorded.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace recording;

namespace {

template <class Attention>
recorded block_of(const Attention& a, const layout& l, const basic_step<>& s) {
  return mixing_of(a, sixteen_wide(), l, s);
}

// 4 key heads of 3 and 8 value heads of 5: 12 + 12 + 40 channels are convolved by 4 taps.
constexpr linear_attention delta{4, 8, 3, 5, 4};
// 8 heads of 5 in 2 groups with 3 values of state: 40 + 2 x 2 x 3 channels are convolved.
constexpr state_space mamba{
    .heads = 8, .head_dim = 5, .groups = 2, .state_size = 3, .conv_kernel = 4};

const basic_step<> one_token = decode_step(1.0, 10.0, 1.0);

}  // namespace

TEST_CASE("gated delta rule by hand: projections, convolution, rule, gated norm, output") {
  const recorded r = block_of(delta, {}, one_token);
  REQUIRE(r.gemms.size() == 3);
  CHECK(shape(r.gemms[0].weight, 16, 64 + 40));  // q k v and gate
  CHECK(shape(r.gemms[1].weight, 16, 8 + 8));    // decay and write strength
  CHECK(shape(r.gemms[2].weight, 40, 16));
  REQUIRE(r.vectors.size() == 2);
  CHECK(r.vectors[0].weight.elements() == 64 * 4);  // taps
  CHECK(r.vectors[0].traffic.value() == 2.0 * 64.0 * 2.0);
  CHECK(r.vectors[1].weight.elements() == 5);  // gains, the same for all heads
  CHECK(r.vectors[1].weight.weight_class == weight_class::norm);
  CHECK(r.vectors[1].traffic.value() == 3.0 * 40.0 * 2.0);
  REQUIRE(r.fused.size() == 1);
  CHECK(shape(r.fused[0], 1, 8 + 8));  // A_log and dt_bias
  CHECK(r.stored(weight_class::attention) == 16 * 104 + 16 * 16 + 256 + 16 + 40 * 16);
  CHECK(r.stored(weight_class::norm) == 5);
}

TEST_CASE("gated delta rule by hand: 7 operations per value of state, in every value head") {
  const recorded r = block_of(delta, {}, one_token);
  REQUIRE(r.recurrences.size() == 1);
  CHECK(r.recurrences[0].flops().value() == 7.0 * 8.0 * 3.0 * 5.0);
  CHECK(r.recurrences[0].activation_bytes().value() == (64.0 + 40.0) * 2.0);
  CHECK(r.multiplied() == 2.0 * (16 * 104 + 16 * 16 + 40 * 16));
  // 8 matrices of 3 x 5 in fp32, and the last 3 inputs of 64 channels in bf16.
  CHECK(r.caches[0].state_bytes == 8.0 * 15.0 * 4.0 + 3.0 * 64.0 * 2.0);
  CHECK(r.caches[0].bytes_per_token == 0.0);
  CHECK(r.recurrences[0].state_bytes == r.caches[0].state_bytes);
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
  CHECK(r.recurrences[0].flops_per_token * 4 == whole.recurrences[0].flops_per_token);
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

TEST_CASE("state space by hand: one projection in, convolution, recurrence, gated norm, output") {
  const recorded r = block_of(mamba, {}, one_token);
  REQUIRE(r.gemms.size() == 2);
  CHECK(shape(r.gemms[0].weight, 16, 40 + 52 + 8));  // gate, convolved channels, step sizes
  CHECK(shape(r.gemms[1].weight, 40, 16));
  REQUIRE(r.vectors.size() == 2);
  CHECK(r.vectors[0].weight.elements() == 52 * 4);
  CHECK(r.vectors[1].weight.elements() == 40);
  CHECK(r.vectors[1].weight.weight_class == weight_class::norm);
  REQUIRE(r.fused.size() == 2);
  CHECK(shape(r.fused[0], 1, 52));     // bias of the convolution
  CHECK(shape(r.fused[1], 1, 3 * 8));  // A_log, D and dt_bias
  CHECK(r.stored(weight_class::attention) == 1600 + 208 + 52 + 24 + 640);
  CHECK(r.stored(weight_class::norm) == 40);
}

TEST_CASE("state space by hand: 5 operations per channel and value of state") {
  const recorded r = block_of(mamba, {}, one_token);
  REQUIRE(r.recurrences.size() == 1);
  CHECK(r.recurrences[0].flops().value() == 5.0 * 40.0 * 3.0);
  CHECK(r.recurrences[0].activation_bytes().value() == (52.0 + 40.0) * 2.0);
  CHECK(r.multiplied() == 2.0 * (1600 + 640));
  CHECK(r.caches[0].state_bytes == 40.0 * 3.0 * 4.0 + 3.0 * 52.0 * 2.0);
  CHECK(r.caches[0].bytes_per_token == 0.0);
}

TEST_CASE("state space: biases of both projections, none of the convolution") {
  state_space a = mamba;
  a.conv_bias = false;
  a.projection_bias = true;
  const recorded r = block_of(a, tensor_parallel(2), one_token);
  REQUIRE(r.fused.size() == 3);
  CHECK(shape(r.fused[0], 1, 20 + (20 + 6) + 4));  // one group, half of the heads
  CHECK(shape(r.fused[1], 1, 3 * 4));
  CHECK(shape(r.fused[2], 1, 16));  // the output's, on every rank
}

TEST_CASE("state space: fewer groups than ranks lie on several, as key-value heads do") {
  const recorded r = block_of(mamba, tensor_parallel(4), one_token);
  // 2 heads of 5 and one group each: 10 + 2 x 3 channels.
  CHECK(shape(r.gemms[0].weight, 16, 10 + 16 + 2));
  CHECK(r.vectors[0].weight.elements() == 16 * 4);
  CHECK(r.vectors[1].weight.elements() == 10);
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
  const recorded r = mixing_of(a, m, {}, one_token);
  CHECK(r.stored(weight_class::attention) == 10576 * 2560 + 5376 * 4 + 5376 + 3 * 80 + 2560 * 5120);
  CHECK(r.stored(weight_class::attention) + r.stored(weight_class::norm) == 40214000);
  m.tied_embeddings = true;
  m.layers = {{64, {a, no_feed_forward{}}}};
  CHECK(parameters(m).total() == count{64} * (40214000 + 2560) + 50288 * 2560 + 2560);
  CHECK(parameters(m).total() == 2702599680);
  CHECK(kv_bytes_per_token(m).value() == 0.0);
}

TEST_CASE("the state is in its own precision, the convolution's inputs in the activations'") {
  linear_attention a = delta;
  a.state = precision::bf16;
  model m = sixteen_wide();
  m.activations = precision::fp32;
  m.kv_cache = precision::fp8;  // has no part in it
  const recorded r = mixing_of(a, m, {}, one_token);
  CHECK(r.caches[0].state_bytes == 8.0 * 15.0 * 2.0 + 3.0 * 64.0 * 4.0);
  CHECK(r.recurrences[0].activation == precision::fp32);
}

TEST_CASE("a convolution of one tap keeps no inputs") {
  linear_attention a = delta;
  a.conv_kernel = 1;
  CHECK(block_of(a, {}, one_token).caches[0].state_bytes == 8.0 * 15.0 * 4.0);
}

TEST_CASE("every part of a step runs the rule over its tokens; cp ranks share a prompt's") {
  const layout l{{2, 4, 1}, {2, 4, 1}};
  const recorded r = block_of(
      delta, l, mixed_step(prefill_step(3.0, 100.0, 50.0, 1.0), decode_step(7.0, 30.0, 1.0)));
  REQUIRE(r.recurrences.size() == 2);
  CHECK(r.recurrences[0].phase == phase::prefill);
  CHECK(r.recurrences[0].query_split == 4);
  CHECK(r.recurrences[0].flops().value() == 3.0 * 25.0 * 7.0 * 4.0 * 15.0);
  CHECK(r.recurrences[1].phase == phase::decode);
  CHECK(r.recurrences[1].query_split == 1);
  CHECK(r.recurrences[1].flops().value() == 7.0 * 7.0 * 4.0 * 15.0);
  REQUIRE(r.caches.size() == 1);
  CHECK(r.gemms[0].rows == 3.0 * 25.0 + 7.0);
  CHECK(r.collectives.empty());
}
