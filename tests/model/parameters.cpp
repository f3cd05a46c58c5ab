// SPDX-License-Identifier: BSL-1.0
// Small models counted by hand, class by class; the catalog's totals are in
// tests/catalog/models.cpp.
#include "shardline/model/parameters.hpp"

#include <doctest/doctest.h>
#include "shardline/catalog/models.hpp"

using namespace shardline;

namespace {

// Hidden 16, 8 heads of 4 over 2 key-value heads, 2 layers, vocabulary 100.
model with(const attention_kind& a, const feed_forward_kind& f) {
  return {.name = "by hand", .hidden_size = 16, .vocab_size = 100, .layers = {{2, {a, f}}}};
}

constexpr grouped_query_attention eight_heads{.heads = 8, .kv_heads = 2, .head_dim = 4};
constexpr dense_feed_forward width_24{.width = 24};
constexpr mixture_of_experts four_experts{.experts = 4, .experts_per_token = 1, .width = 6};

integer of(const model& m, weight_class c) { return parameters(m)[c]; }

}  // namespace

TEST_CASE("a dense model by hand") {
  const model m = with(eight_heads, width_24);
  CHECK(of(m, weight_class::embedding) == 100 * 16);
  CHECK(of(m, weight_class::head) == 16 * 100);
  CHECK(of(m, weight_class::attention) == 2 * (16 * 8 * 4 + 2 * 16 * 2 * 4 + 8 * 4 * 16));
  CHECK(of(m, weight_class::dense_feed_forward) == 2 * 3 * 16 * 24);
  CHECK(of(m, weight_class::norm) == 2 * 2 * 16 + 16);
  CHECK(of(m, weight_class::router) == 0);
  CHECK(of(m, weight_class::routed_expert) == 0);
  CHECK(of(m, weight_class::shared_expert) == 0);
  CHECK(parameters(m).total() == 1600 + 1600 + 2560 + 2304 + 80);
  CHECK(parameters(m).total_bytes().value() == 2.0 * 8144.0);
  CHECK(active_parameters(m) == 8144);
}

TEST_CASE("a layer whose weights are another's stores none, and keeps keys and values of its own") {
  const model twice = with(eight_heads, width_24);
  model m = twice;
  layer again = m.layers.kinds[0];
  again.weights_of_another = true;
  m.layers = {{1, m.layers.kinds[0]}, {1, again}};
  model once = m;
  once.layers = {{1, m.layers.kinds[0]}};
  CHECK(m.layers.kinds.size() == 2);
  CHECK(shares_weights(m));
  CHECK_FALSE(shares_weights(twice));
  CHECK(parameters(m).total() == parameters(once).total());
  CHECK(active_parameters(m) == parameters(once).total());
  CHECK(kv_bytes_per_token(m).value() == kv_bytes_per_token(twice).value());
  const model_context e{m, layout{}};
  CHECK(e.in_layer(m.layers.kinds[0]).matrix(weight_class::attention, 2, 3).resident);
  CHECK_FALSE(e.in_layer(again).matrix(weight_class::attention, 2, 3).resident);
  CHECK_FALSE(e.in_layer(again).vector(weight_class::norm, 2).resident);
  CHECK(e.in_layer(again).norm().weight.elements() == 16);
}

TEST_CASE("biases, head norms and sinks by hand") {
  grouped_query_attention a = eight_heads;
  a.qkv_bias = a.output_bias = a.sinks = true;
  a.qk_norm = head_norm::per_head;
  const model plain = with(eight_heads, width_24);
  const model m = with(a, dense_feed_forward{.width = 24, .gated = true, .bias = true});
  CHECK(of(m, weight_class::attention) - of(plain, weight_class::attention) ==
        2 * ((8 + 2 + 2) * 4 + 16 + 8));
  CHECK(of(m, weight_class::norm) - of(plain, weight_class::norm) == 2 * 2 * 4);
  CHECK(of(m, weight_class::dense_feed_forward) - of(plain, weight_class::dense_feed_forward) ==
        2 * (2 * 24 + 16));
}

TEST_CASE("two matrices where there is no gate") {
  const model m = with(eight_heads, dense_feed_forward{.width = 24, .gated = false, .bias = true});
  CHECK(of(m, weight_class::dense_feed_forward) == 2 * (2 * 16 * 24 + 24 + 16));
}

TEST_CASE("a mixture of experts by hand: routed, shared, router, all biases") {
  mixture_of_experts f = four_experts;
  f.shared_experts = 2;
  f.shared_width = 5;
  f.expert_bias = f.router_bias = f.correction_bias = true;
  const model m = with(eight_heads, f);
  CHECK(of(m, weight_class::routed_expert) == 2 * 4 * (3 * 16 * 6 + 2 * 6 + 16));
  CHECK(of(m, weight_class::shared_expert) == 2 * (3 * 16 * 10 + 2 * 10 + 16));
  CHECK(of(m, weight_class::router) == 2 * (16 * 4 + 4 + 4));
  // A score correction takes 4 bytes whatever the rest is stored in.
  CHECK(parameters(m).bytes_of(weight_class::router).value() == 2.0 * (68.0 * 2.0 + 4.0 * 4.0));
}

TEST_CASE("a token meets its experts and everything else") {
  mixture_of_experts f = four_experts;
  f.experts_per_token = 3;
  f.expert_bias = true;
  const model m = with(eight_heads, f);
  CHECK(parameters(m).total() - active_parameters(m) == 2 * 1 * (3 * 16 * 6 + 2 * 6 + 16));
  f.experts_per_token = 4;
  CHECK(active_parameters(with(eight_heads, f)) == parameters(with(eight_heads, f)).total());
}

TEST_CASE("latent attention by hand, with and without a latent for queries") {
  // Ranks 6 and 5, dims 3 + 2 and 7, 8 heads.
  const model m = with(latent_attention{8, 6, 5, 3, 2, 7}, width_24);
  const integer common = 16 * (5 + 2) + 5 * 8 * (3 + 7) + 8 * 7 * 16;
  CHECK(of(m, weight_class::attention) == 2 * (16 * 6 + 6 * 8 * 5 + common));
  CHECK(of(m, weight_class::norm) == 2 * (2 * 16 + 6 + 5) + 16);
  const model direct = with(latent_attention{8, 0, 5, 3, 2, 7}, width_24);
  CHECK(of(direct, weight_class::attention) == 2 * (16 * 8 * 5 + common));
  CHECK(of(direct, weight_class::norm) == 2 * (2 * 16 + 5) + 16);
}

TEST_CASE("a tied head is stored once, and again on the last stage where that is another") {
  model m = with(eight_heads, width_24);
  m.tied_embeddings = true;
  CHECK(of(m, weight_class::embedding) == 1600);
  CHECK(of(m, weight_class::head) == 0);
  const layout two_stages{{}, {}, 2};
  CHECK(weights_of_rank(m, two_stages, 0, {})[weight_class::embedding] == 1600);
  CHECK(weights_of_rank(m, two_stages, 1, {})[weight_class::embedding] == 1600);
  CHECK(weights_of_rank(m, two_stages, 1, {})[weight_class::head] == 0);
  CHECK(weights_of_rank(m, two_stages, 0, {})[weight_class::norm] == 32);
  CHECK(weights_of_rank(m, two_stages, 1, {})[weight_class::norm] == 48);
}

TEST_CASE("ranks hold their shares; the first ones what does not divide") {
  const model m = with(eight_heads, dense_feed_forward{.width = 26});
  const layout four{{4, 1, 1}, {4, 1, 1}};
  // 26 over 4: 7, 7, 6, 6. 100 over 4: 25 each. 2 key-value heads over 4: one copy each.
  CHECK(weights_of_rank(m, four, 0, {0, 0, 0})[weight_class::dense_feed_forward] == 2 * 3 * 16 * 7);
  CHECK(weights_of_rank(m, four, 0, {3, 3, 0})[weight_class::dense_feed_forward] == 2 * 3 * 16 * 6);
  CHECK(weights_of_rank(m, four, 0, {3, 3, 0})[weight_class::embedding] == 25 * 16);
  CHECK(weights_of_rank(m, four, 0, {1, 1, 0})[weight_class::attention] ==
        2 * (16 * 2 * 4 + 2 * 16 * 1 * 4 + 2 * 4 * 16));
}

TEST_CASE("expert ranks hold their share of the experts, and of the width of each") {
  const model m =
      with(eight_heads, mixture_of_experts{.experts = 5, .experts_per_token = 1, .width = 6});
  const layout l{{2, 1, 4}, {2, 4, 1}};  // 5 experts over 4 ranks: 2, 1, 1, 1; 3 of width 6 each
  CHECK(weights_of_rank(m, l, 0, {0, 0, 0})[weight_class::routed_expert] == 2 * 2 * 3 * 16 * 3);
  CHECK(weights_of_rank(m, l, 0, {0, 1, 3})[weight_class::routed_expert] == 2 * 1 * 3 * 16 * 3);
}

TEST_CASE("gates, and norms over all heads, by hand") {
  grouped_query_attention a = eight_heads;
  a.output_gate = a.qkv_bias = true;
  a.qk_norm = head_norm::all_heads;
  const model m = with(a, width_24);
  CHECK(of(m, weight_class::attention) ==
        2 * (16 * (8 + 8 + 2 + 2) * 4 + (8 + 8 + 2 + 2) * 4 + 8 * 4 * 16));
  CHECK(of(m, weight_class::norm) == 2 * (2 * 16 + (8 + 2) * 4) + 16);
  mixture_of_experts f = four_experts;
  f.shared_experts = 1;
  f.shared_width = 5;
  f.shared_gate = true;
  CHECK(of(with(eight_heads, f), weight_class::router) == 2 * (16 * 4 + 16));
}

TEST_CASE("norms by hand: biases, one after the embedding, two around each block, one for both") {
  const auto norms = [](layer_form form, bool bias, bool embedding_norm) {
    model m = with(eight_heads, width_24);
    m.layers = {{2, {eight_heads, width_24, form}}};
    m.norm_bias = bias;
    m.embedding_norm = embedding_norm;
    return of(m, weight_class::norm);
  };
  CHECK(norms(layer_form::sequential, false, false) == (2 * 2 + 1) * 16);
  CHECK(norms(layer_form::sequential, true, false) == (2 * 2 + 1) * 32);
  CHECK(norms(layer_form::sequential, true, true) == (2 * 2 + 2) * 32);
  CHECK(norms(layer_form::sandwich, false, false) == (2 * 4 + 1) * 16);
  CHECK(norms(layer_form::parallel, false, false) == (2 * 1 + 1) * 16);
  CHECK(norms(layer_form::parallel_two_norms, false, false) == (2 * 2 + 1) * 16);
}

TEST_CASE("GPT-2 by hand: 124,439,808 parameters") {
  // config.json of openai-community/gpt2: 12 layers of 768, 12 heads of 64, 50257 tokens, 1024
  // positions, biases everywhere, LayerNorm, tied head. Per layer: c_attn 768 x 2304 + 2304,
  // c_proj 768 x 768 + 768, c_fc 768 x 3072 + 3072, c_proj 3072 x 768 + 768, two norms of 2 x 768.
  const model m{
      .name = "gpt2",
      .hidden_size = 768,
      .vocab_size = 50257,
      .tied_embeddings = true,
      .norm_bias = true,
      .positions = 1024,
      .layers = {
          {12,
           {grouped_query_attention{
                .heads = 12, .kv_heads = 12, .head_dim = 64, .qkv_bias = true, .output_bias = true},
            dense_feed_forward{.width = 3072, .gated = false, .bias = true}}}}};
  CHECK(of(m, weight_class::embedding) == (50257 + 1024) * 768);
  CHECK(of(m, weight_class::attention) == 12 * (768 * 2304 + 2304 + 768 * 768 + 768));
  CHECK(parameters(m).total() == 124439808);
}

TEST_CASE("layers of one block, and of every kind, add up") {
  const linear_attention delta{4, 8, 3, 5, 4};  // 2832 and 5, work/kinds/recurrence.cpp
  const state_space mamba{
      .heads = 8, .head_dim = 5, .groups = 2, .state_size = 3, .conv_kernel = 4};  // 2524 and 40
  model m = with(eight_heads, width_24);
  m.layers = {
      {3, {delta, width_24}}, {2, {mamba, no_feed_forward{}}}, {1, {no_attention{}, width_24}}};
  CHECK(of(m, weight_class::attention) == 3 * 2832 + 2 * 2524);
  CHECK(of(m, weight_class::dense_feed_forward) == 4 * 3 * 16 * 24);
  CHECK(of(m, weight_class::norm) == 3 * (2 * 16 + 5) + 2 * (16 + 40) + 16 + 16);
  CHECK(active_parameters(m) == parameters(m).total());
}

TEST_CASE("prediction layers are counted apart: a layer, two streams into one, three norms") {
  model m = with(eight_heads, four_experts);
  const integer total = parameters(m).total();
  CHECK(mtp_parameters(m).total() == 0);
  m.mtp_layers = 2;
  CHECK(parameters(m).total() == total);
  const weight_totals mtp = mtp_parameters(m);
  CHECK(mtp[weight_class::attention] == of(m, weight_class::attention));  // 2 layers, as the model
  CHECK(mtp[weight_class::routed_expert] == of(m, weight_class::routed_expert));
  CHECK(mtp[weight_class::router] == of(m, weight_class::router));
  CHECK(mtp[weight_class::head] == 2 * 2 * 16 * 16);
  CHECK(mtp[weight_class::norm] == 2 * (2 + 3) * 16);
  CHECK(mtp[weight_class::embedding] == 0);
  // Like the last layer, not the first.
  m.layers = {{1, {eight_heads, four_experts}}, {1, {eight_heads, width_24}}};
  CHECK(mtp_parameters(m)[weight_class::routed_expert] == 0);
  CHECK(mtp_parameters(m)[weight_class::dense_feed_forward] == 2 * 3 * 16 * 24);
}

TEST_CASE("copies of experts are shared out with the experts") {
  const model m =
      with(eight_heads, mixture_of_experts{.experts = 5, .experts_per_token = 1, .width = 6});
  layout l{{2, 1, 4}, {2, 4, 1}};
  l.redundant_experts = 4;  // 9 over 4 ranks: 3, 2, 2, 2
  CHECK(weights_of_rank(m, l, 0, {0, 0, 0})[weight_class::routed_expert] == 2 * 3 * 3 * 16 * 3);
  CHECK(weights_of_rank(m, l, 0, {0, 1, 3})[weight_class::routed_expert] == 2 * 2 * 3 * 16 * 3);
  CHECK(weights_of_rank(m, l, 0, {})[weight_class::router] ==
        2 * 16 * 5);  // they are not routed to
}

TEST_CASE(
    "padding: experts in 4 bits to the engine's width on each rank, the vocabulary before tp") {
  model m =
      with(eight_heads, mixture_of_experts{.experts = 4, .experts_per_token = 1, .width = 100});
  const layout l{{4, 1, 1}, {4, 1, 1}};
  const shard_padding padding{64, 32};
  const auto held = [&](weight_class c) { return weights_of_rank(m, l, 0, {3, 3, 0}, padding)[c]; };
  CHECK(held(weight_class::routed_expert) == 2 * 4 * 3 * 16 * 25);  // bf16: 100 over 4
  CHECK(held(weight_class::embedding) == 32 * 16);                  // 100 rows are 128, over 4
  CHECK(held(weight_class::head) == 16 * 32);
  m.weights[weight_class::routed_expert] = formats::mxfp4;
  CHECK(held(weight_class::routed_expert) == 2 * 4 * 3 * 16 * 32);
  // Up is 16 inputs and 64 outputs (a scale each), down 32 inputs and 16 outputs.
  CHECK(
      weights_of_rank(m, l, 0, {3, 3, 0}, padding).bytes_of(weight_class::routed_expert).value() ==
      2.0 * 4.0 * (3.0 * 16.0 * 32.0 / 2.0 + 64.0 + 16.0));
  CHECK(parameters(m)[weight_class::routed_expert] == 2 * 4 * 3 * 16 * 100);  // the model's own
}

namespace {

// Matrices in fp8 with an fp32 scale per column; the first of three layers as it was, in bf16.
model first_unquantised() {
  model m = with(eight_heads, width_24);
  m.vocab_size = 0;
  m.weights = quantised(uniform(formats::bf16), formats::fp8_channel);
  layer first{eight_heads, width_24};
  first.exceptions = {{{weight_class::attention, weight_class::dense_feed_forward}, formats::bf16}};
  m.layers = {{1, first}, {2, {eight_heads, width_24}}};
  return m;
}

}  // namespace

TEST_CASE("a matrix in a format of its own, by hand") {
  // 16 inputs of the dense block to 48, and 24 to 16 outputs; 16 to 48 of attention, and 32 to 16.
  model m = with(eight_heads, width_24);
  m.vocab_size = 0;
  m.weights = quantised(uniform(formats::bf16), formats::fp8_channel);
  layer down_kept{eight_heads, width_24};
  down_kept.exceptions = {
      {{weight_class::dense_feed_forward}, formats::bf16, {matrix_role::output}},
      {{weight_class::attention}, formats::fp16, {matrix_role::input}}};
  m.layers = {{1, down_kept}};
  const weight_totals all = parameters(m);
  CHECK(all.bytes_of(weight_class::dense_feed_forward).value() == 48.0 * 16 + 48 * 4 + 16 * 24 * 2);
  CHECK(all.bytes_of(weight_class::attention).value() == 48.0 * 16 * 2 + 16 * 32 + 16 * 4);
}

TEST_CASE("bytes of layers in different formats by hand") {
  // Attention: 48 columns of 16 (8 + 2 + 2 heads of 4) and 16 columns of 32; dense: 48 columns of
  // 16 and 16 columns of 24.
  const model m = first_unquantised();
  const double attention_in_fp8 = 48.0 * 16 + 16 * 32 + (48 + 16) * 4;
  const double dense_in_fp8 = 48.0 * 16 + 16 * 24 + (48 + 16) * 4;
  const double attention_in_bf16 = (48.0 * 16 + 16 * 32) * 2;
  const double dense_in_bf16 = (48.0 * 16 + 16 * 24) * 2;
  const weight_totals all = parameters(m);
  CHECK(all.bytes_of(weight_class::attention).value() == attention_in_bf16 + 2 * attention_in_fp8);
  CHECK(all.bytes_of(weight_class::dense_feed_forward).value() == dense_in_bf16 + 2 * dense_in_fp8);
  CHECK(all.total() == 3 * (48 * 16 + 16 * 32 + 48 * 16 + 16 * 24 + 2 * 16));

  const layout three_stages{{}, {}, 3};
  const auto held = [&](integer stage) {
    return weights_of_rank(m, three_stages, stage, {}).total_bytes().value();
  };
  const double norms = 2.0 * 16 * 2;
  CHECK(held(0) == attention_in_bf16 + dense_in_bf16 + norms);
  CHECK(held(1) == attention_in_fp8 + dense_in_fp8 + norms);
  CHECK(held(2) == held(1));
}

TEST_CASE("experts are padded in those layers alone that have them in 4 bits") {
  model m =
      with(eight_heads, mixture_of_experts{.experts = 4, .experts_per_token = 1, .width = 100});
  m.vocab_size = 0;
  m.weights[weight_class::routed_expert] = formats::mxfp4;
  layer unquantised = m.layers.kinds[0];
  unquantised.exceptions = {{{weight_class::routed_expert}, formats::bf16}};
  m.layers = {{1, m.layers.kinds[0]}, {1, unquantised}};
  const layout l{{4, 1, 1}, {4, 1, 1}, 2};
  const auto held = [&](integer stage) {
    return weights_of_rank(m, l, stage, {}, {1, 32})[weight_class::routed_expert];
  };
  CHECK(held(0) == 4 * 3 * 16 * 32);
  CHECK(held(1) == 4 * 3 * 16 * 25);
}

TEST_CASE("a prediction layer is in the formats of the last layer") {
  model m = first_unquantised();
  m.mtp_layers = 1;
  const double quantised_layer = mtp_parameters(m).bytes_of(weight_class::attention).value();
  CHECK(quantised_layer == 48.0 * 16 + 16 * 32 + (48 + 16) * 4);
  m.layers.append(1, m.layers.kinds[0]);
  CHECK(mtp_parameters(m).bytes_of(weight_class::attention).value() == (48.0 * 16 + 16 * 32) * 2);
}

TEST_CASE("state of one sequence, over all layers and kinds; the growing cache has none of it") {
  const linear_attention delta{4, 8, 3, 5, 4};
  const state_space mamba{
      .heads = 8, .head_dim = 5, .groups = 2, .state_size = 3, .conv_kernel = 4};
  model m = with(eight_heads, width_24);
  CHECK(state_bytes_per_sequence(m).value() == 0.0);
  m.layers = {
      {3, {delta, width_24}}, {2, {mamba, no_feed_forward{}}}, {1, {eight_heads, width_24}}};
  CHECK(state_bytes_per_sequence(m).value() == 3.0 * 864.0 + 2.0 * 792.0);
  CHECK(kv_bytes_per_token(m).value() == 2.0 * 2.0 * 4.0 * 2.0);
}

TEST_CASE("cache bytes of one more token, over all layers and kinds") {
  model m = with(eight_heads, width_24);
  CHECK(kv_bytes_per_token(m).value() == 2.0 * 2.0 * 2.0 * 4.0 * 2.0);
  m.layers.append(3, {latent_attention{8, 6, 5, 3, 2, 7}, width_24});
  CHECK(kv_bytes_per_token(m).value() == 64.0 + 3.0 * 7.0 * 2.0);
  m.kv_cache = precision::fp8;
  CHECK(kv_bytes_per_token(m).value() == 53.0);
}

TEST_CASE("4e15 parameters are counted exactly") {
  const model m{.name = "huge",
                .hidden_size = 10000000,
                .layers = {{1,
                            {grouped_query_attention{.heads = 1, .kv_heads = 1, .head_dim = 1},
                             dense_feed_forward{.width = 100000000}}}}};
  // 3e15 in the feed-forward block, 4e7 in attention, 2e7 in norms.
  CHECK(parameters(m).total() == 3000000060000000);
}

static_assert(weights_of_rank(catalog::llama_3_1_8b, layout{{8, 1, 1}, {8, 1, 1}}, 0, {}).total() ==
              1004015616);
static_assert(parameters(catalog::llama_3_1_8b).total() == 8030261248);
static_assert(mtp_parameters(catalog::deepseek_v3).total() == 11610068224);
