// SPDX-License-Identifier: BSL-1.0
// Families of 2025 and 2026 of known parts: totals derived here from the shapes of each module in
// the reference code, and published sizes.
#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "hf_texts.hpp"
#include "shardline/model/parameters.hpp"

using namespace shardline;
using namespace hf_test;

namespace {

// `key` and a list of `layers` values, every `period`-th of them `last`.
std::string listed(std::string_view key, int layers, int period, std::string_view each,
                   std::string_view last) {
  std::string list;
  for (int i = 1; i <= layers; ++i) {
    list += (i == 1 ? "" : ", ") + std::string(i % period == 0 ? last : each);
  }
  return "\"" + std::string(key) + "\": [" + list + "]";
}
std::string layer_types(int layers, int period, std::string_view each = R"("sliding_attention")") {
  return listed("layer_types", layers, period, each, R"("full_attention")");
}

// Queries, keys, values and output of grouped-query attention.
constexpr integer grouped(integer hidden, integer heads, integer kv_heads, integer head_dim) {
  return 2 * hidden * heads * head_dim + 2 * hidden * kv_heads * head_dim;
}
constexpr integer gated_block(integer hidden, integer width) { return 3 * hidden * width; }
// Embedding, head and last norm.
constexpr integer ends(integer vocabulary, integer hidden) { return (2 * vocabulary + 1) * hidden; }
// Latent attention with its norms; without a rank, queries come straight from the stream.
constexpr integer latent(integer hidden, integer heads, integer q_rank, integer kv_rank,
                         integer nope, integer rope, integer v) {
  const integer queries = heads * (nope + rope);
  return (q_rank > 0 ? hidden * q_rank + q_rank + q_rank * queries : hidden * queries) +
         hidden * (kv_rank + rope) + kv_rank + kv_rank * heads * (nope + v) + heads * v * hidden;
}

}  // namespace

TEST_CASE("Trinity Mini: gates as wide as queries, four norms, 26 B") {
  const model m = imported(text_of("afmoe", "AfmoeForCausalLM", R"("hidden_size": 2048,
    "vocab_size": 200192, "num_hidden_layers": 32, "num_dense_layers": 2,
    "num_attention_heads": 32, "num_key_value_heads": 4, "head_dim": 128,
    "intermediate_size": 6144, "moe_intermediate_size": 1024, "num_experts": 128,
    "num_experts_per_tok": 8, "num_shared_experts": 1, "global_attn_every_n_layers": 4,
    "sliding_window": 2048)"));
  const integer attention = grouped(2048, 32, 4, 128) + 2048 * 32 * 128 + 2 * 128;
  CHECK(total(m) == ends(200192, 2048) + 32 * (attention + 4 * 2048) + 2 * gated_block(2048, 6144) +
                        30 * (2048 * 128 + 128 + 129 * gated_block(2048, 1024)));
  CHECK(total(m) == 26'123'974'400);
  CHECK(windows(m)[2] == 2048);
  CHECK(windows(m)[3] == 0);
  CHECK(attention_at(m, 0).output_gate);
}

TEST_CASE("Hy3: one shared expert, a score correction, 295 B") {
  const std::string text = text_of("hy_v3", "HYV3ForCausalLM", R"("hidden_size": 4096,
    "vocab_size": 120832, "num_hidden_layers": 80, "num_attention_heads": 64,
    "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 13312,
    "moe_intermediate_size": 1536, "num_experts": 192, "num_experts_per_tok": 8,
    "num_shared_experts": 1, "num_nextn_predict_layers": 1)");
  const model m = imported(text);
  const integer attention = grouped(4096, 64, 8, 128) + 2 * 128 + 2 * 4096;
  CHECK(total(m) == ends(120832, 4096) + 80 * attention + gated_block(4096, 13312) +
                        79 * (4096 * 192 + 192 + 193 * gated_block(4096, 1536)));
  CHECK(total(m) == 295'033'543'488);
  CHECK(active_parameters(m) == 20'675'730'240);
  CHECK(same_but_name(m, imported(with(
                             text, R"("mlp_layer_types": ["dense")" + [] {
                               std::string rest;
                               for (int i = 1; i < 80; ++i) rest += R"(, "sparse")";
                               return rest + "]";
                             }()))));
  CHECK(refusal(with(text, R"("mlp_layer_types": ["dense"])")) ==
        R"($.mlp_layer_types: ["dense"]; allowed: one for each layer (80))");
  CHECK(refusal(with(text, R"("mlp_layer_types": ["thick"])")) ==
        R"($.mlp_layer_types: ["thick"]; allowed: "sparse", "dense")");
}

TEST_CASE("Laguna: heads of their own number in each layer, a gate for each") {
  const std::string text = text_of(
      "laguna", "LagunaForCausalLM",
      R"("hidden_size": 2048, "vocab_size": 100352, "num_hidden_layers": 40,
    "num_attention_heads": 48, "num_key_value_heads": 8, "head_dim": 128,
    "intermediate_size": 8192, "moe_intermediate_size": 512,
    "shared_expert_intermediate_size": 512, "num_experts": 256, "num_experts_per_tok": 8,
    "sliding_window": 512, )" +
          layer_types(40, 4) + ", " + listed("num_attention_heads_per_layer", 40, 4, "64", "48"));
  const model m = imported(text);
  const auto heads = [](integer n) { return grouped(2048, n, 8, 128) + 2048 * n; };
  CHECK(total(m) == ends(100352, 2048) + 30 * heads(64) + 10 * heads(48) +
                        40 * (2 * 128 + 2 * 2048) + gated_block(2048, 8192) +
                        39 * (2048 * 256 + 256 + 257 * gated_block(2048, 512)));
  CHECK(attention_at(m, 3).heads == 48);
  CHECK(attention_at(m, 3).window == 0);
  const model wide = imported(with(text, R"("gating": "per-element")"));
  CHECK(total(wide) == total(m) + 2048 * 127 * (30 * 64 + 10 * 48));
  CHECK(contains(refusal(swapped(text, "[64,", "[60,")),
                 "allowed: a multiple of num_key_value_heads (8) for each layer (40)"));
  CHECK(contains(refusal(with(text, R"("gating": "twice")")),
                 R"(allowed: "per-head", "per-element")"));
}

TEST_CASE("Command A+: experts in parallel with attention, after dense layers") {
  const std::string text = text_of("cohere2_moe", "Cohere2MoeForCausalLM", R"("hidden_size": 4096,
    "vocab_size": 256000, "num_hidden_layers": 4, "num_attention_heads": 64,
    "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 2048,
    "prefix_dense_intermediate_size": 16384, "num_experts": 128, "num_experts_per_tok": 8,
    "num_shared_experts": 1, "sliding_window": 4096, "first_k_dense_replace": 1)");
  const model m = imported(with(text, layer_types(4, 4)));
  CHECK(total(m) == (256000 + 1) * 4096 + 4 * (grouped(4096, 64, 8, 128) + 4096) +
                        gated_block(4096, 16384) +
                        3 * (4096 * 128 + 129 * gated_block(4096, 2048)));
  CHECK(refusal(text) ==
        "$.layer_types: missing; allowed: one for each layer, since first_k_dense_replace is above "
        "0");
}

TEST_CASE("Solar Open, Sarvam and Mellum 2 by their experts") {
  const model solar = imported(text_of("solar_open", "SolarOpenForCausalLM", R"("hidden_size": 4096,
    "vocab_size": 196608, "num_hidden_layers": 48, "num_attention_heads": 64,
    "num_key_value_heads": 8, "moe_intermediate_size": 1280, "n_routed_experts": 128,
    "n_shared_experts": 1, "num_experts_per_tok": 8)"));
  CHECK(total(solar) ==
        ends(196608, 4096) + 48 * (grouped(4096, 64, 8, 128) + 2 * 4096 + 4096 * 128 + 128 +
                                   129 * gated_block(4096, 1280)));
  const model sarvam = imported(text_of("sarvam_moe", "SarvamMoEForCausalLM", R"(
    "hidden_size": 4096, "vocab_size": 262144, "num_hidden_layers": 19,
    "num_attention_heads": 64, "num_key_value_heads": 4, "head_dim": 64,
    "intermediate_size": 8192, "moe_intermediate_size": 1024, "num_experts": 128,
    "num_experts_per_tok": 6, "num_shared_experts": 1, "first_k_dense_replace": 1,
    "use_qk_norm": true, "moe_router_enable_expert_bias": true)"));
  CHECK(total(sarvam) == ends(262144, 4096) + 19 * (grouped(4096, 64, 4, 64) + 2 * 64 + 2 * 4096) +
                             gated_block(4096, 8192) +
                             18 * (4096 * 128 + 128 + 129 * gated_block(4096, 1024)));
  const model mellum = imported(text_of("mellum", "MellumForCausalLM",
                                        R"("hidden_size": 2304, "vocab_size": 98304,
    "num_hidden_layers": 28, "num_attention_heads": 32, "num_key_value_heads": 4,
    "head_dim": 128, "moe_intermediate_size": 896, "num_experts": 64, "num_experts_per_tok": 8,
    "sliding_window": 1024, )" + layer_types(28, 4)));
  CHECK(total(mellum) == ends(98304, 2304) + 28 * (grouped(2304, 32, 4, 128) + 2 * 128 + 2 * 2304 +
                                                   2304 * 64 + 64 * gated_block(2304, 896)));
}

TEST_CASE("latents: Mistral Small 4 within Mistral 3, Youtu, Sarvam's larger model") {
  const model mistral = imported(R"({"model_type": "mistral3", "dtype": "bfloat16",
    "architectures": ["Mistral3ForConditionalGeneration"], "text_config": {
    "model_type": "mistral4", "hidden_size": 4096, "vocab_size": 131072, "num_hidden_layers": 36,
    "num_attention_heads": 32, "kv_lora_rank": 256, "q_lora_rank": 1024, "qk_rope_head_dim": 64,
    "v_head_dim": 128, "qk_nope_head_dim": 64, "n_routed_experts": 128, "n_shared_experts": 1,
    "num_experts_per_tok": 4, "first_k_dense_replace": 0, "intermediate_size": 12288,
    "moe_intermediate_size": 2048}})");
  CHECK(total(mistral) ==
        ends(131072, 4096) + 36 * (latent(4096, 32, 1024, 256, 64, 64, 128) + 2 * 4096 +
                                   4096 * 128 + 129 * gated_block(4096, 2048)));
  CHECK(cached(mistral) == 36 * 2.0 * (256 + 64));
  const model youtu = imported(text_of("youtu", "YoutuForCausalLM", R"("hidden_size": 2048,
    "vocab_size": 128256, "num_hidden_layers": 32, "num_attention_heads": 16,
    "kv_lora_rank": 512, "q_lora_rank": 1536, "qk_rope_head_dim": 64, "v_head_dim": 128,
    "qk_nope_head_dim": 128, "intermediate_size": 6144)"));
  CHECK(total(youtu) == (128256 + 1) * 2048 + 32 * (latent(2048, 16, 1536, 512, 128, 64, 128) +
                                                    2 * 2048 + gated_block(2048, 6144)));
  const model sarvam = imported(text_of("sarvam_mla", "SarvamMLAForCausalLM", R"(
    "hidden_size": 4096, "vocab_size": 262144, "num_hidden_layers": 32,
    "num_attention_heads": 64, "kv_lora_rank": 512, "q_lora_rank": null, "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64, "v_head_dim": 128, "intermediate_size": 16384,
    "moe_intermediate_size": 2048, "num_experts": 128, "num_experts_per_tok": 8,
    "num_shared_experts": 1, "first_k_dense_replace": 1, "moe_router_enable_expert_bias": true)"));
  CHECK(total(sarvam) ==
        ends(262144, 4096) + 32 * (latent(4096, 64, 0, 512, 128, 64, 128) + 2 * 4096) +
            gated_block(4096, 16384) + 31 * (4096 * 128 + 128 + 129 * gated_block(4096, 2048)));
}

TEST_CASE("Llama by other names, with windows, or with norms behind the blocks") {
  constexpr std::string_view sizes = R"("hidden_size": 512, "vocab_size": 1000,
    "num_hidden_layers": 4, "num_attention_heads": 8, "num_key_value_heads": 2, "head_dim": 64,
    "intermediate_size": 1024)";
  const integer layer = grouped(512, 8, 2, 64) + 2 * 512 + gated_block(512, 1024);
  const integer plain = ends(1000, 512) + 4 * layer;
  const std::string cwm = text_of("cwm", "CwmForCausalLM", sizes);
  CHECK(total(imported(cwm)) == plain);
  CHECK(windows(imported(cwm)) == std::vector<integer>{8192, 8192, 8192, 0});
  const std::string ministral = text_of("ministral", "MinistralForCausalLM", sizes);
  CHECK(windows(imported(with(ministral, R"("sliding_window": 128, )" + layer_types(4, 2)))) ==
        std::vector<integer>{128, 0, 128, 0});
  for (const auto& named : {std::pair{"helium", "HeliumForCausalLM"},
                            {"iquestcoder", "IQuestCoderForCausalLM"},
                            {"solar", "SolarForCausalLM"},
                            {"hyperclovax", "HyperCLOVAXForCausalLM"}}) {
    CAPTURE(named.first);
    CHECK(total(imported(text_of(named.first, named.second, sizes))) == plain);
  }
  const std::string clova = text_of("hyperclovax", "HyperCLOVAXForCausalLM", sizes);
  CHECK(total(imported(with(clova, R"("use_post_norm": true)"))) == plain + 4 * 2 * 512);
}

TEST_CASE("OLMo Hybrid: a gated delta rule whose sizes follow from the others") {
  const model m = imported(text_of("olmo_hybrid", "OlmoHybridForCausalLM",
                                   R"("hidden_size": 3840, "vocab_size": 100352,
    "num_hidden_layers": 32, "num_attention_heads": 30, "num_key_value_heads": 30,
    "intermediate_size": 11008, )" + layer_types(32, 4, R"("linear_attention")")));
  constexpr integer keys = 30 * 96;
  constexpr integer values = 30 * 192;
  constexpr integer linear = 3840 * (2 * keys + 2 * values + 2 * 30) + values * 3840 +
                             4 * (2 * keys + values) + 2 * 30 + 192;
  constexpr integer full = grouped(3840, 30, 30, 128) + 2 * 3840;
  CHECK(total(m) ==
        ends(100352, 3840) + 24 * linear + 8 * full + 32 * (2 * 3840 + gated_block(3840, 11008)));
  CHECK(state_bytes_per_sequence(m).value() ==
        24 * (4.0 * 30 * 96 * 192 + 2.0 * 3 * (2 * keys + values)));
  const model flex = imported(text_of("flex_olmo", "FlexOlmoForCausalLM", R"("hidden_size": 4096,
    "vocab_size": 100352, "num_hidden_layers": 32, "num_attention_heads": 32,
    "intermediate_size": 11008, "num_experts": 7, "num_experts_per_tok": 7)"));
  CHECK(total(flex) == ends(100352, 4096) + 32 * (grouped(4096, 32, 32, 128) + 4 * 4096 + 4096 * 7 +
                                                  7 * gated_block(4096, 11008)));
}

TEST_CASE("layers that a search left with heads and widths of their own, or with neither") {
  const std::string text = text_of("nemotron-nas", "DeciLMForCausalLM", R"("hidden_size": 8192,
    "vocab_size": 128256, "num_hidden_layers": 3, "num_attention_heads": 64,
    "num_key_value_heads": null, "intermediate_size": null, "block_configs": [
    {"attention": {"n_heads_in_group": 8, "no_op": false, "replace_with_linear": false},
     "ffn": {"ffn_mult": 5.25, "no_op": false, "replace_with_linear": false}},
    {"attention": {"n_heads_in_group": null, "no_op": true}, "ffn": {"ffn_mult": 1.3125}},
    {"attention": {"n_heads_in_group": 16}, "ffn": {"ffn_mult": null, "no_op": true}}])");
  const model m = imported(text);
  CHECK(dense_at(m, 0).width == 28672);  // Llama-70B's own
  CHECK(dense_at(m, 1).width == 7168);
  CHECK(attention_at(m, 2).kv_heads == 4);
  CHECK(total(m) == ends(128256, 8192) + grouped(8192, 64, 8, 128) + 2 * 8192 +
                        gated_block(8192, 28672) + 8192 + gated_block(8192, 7168) +
                        grouped(8192, 64, 4, 128) + 8192);
  CHECK(cached(m) == 2.0 * 2 * (8 + 4) * 128);
  CHECK(refusal(swapped(text, R"("n_heads_in_group": 16)", R"("n_heads_in_group": 7)")) ==
        "$.block_configs[2].attention.n_heads_in_group: 7; allowed: a divisor of "
        "num_attention_heads (64)");
  CHECK(refusal(swapped(text, "1.3125", "0")) ==
        "$.block_configs[1].ffn.ffn_mult: 0; allowed: a number above 0, at most 1000");
  CHECK(
      refusal(swapped(text, R"("replace_with_linear": false)", R"("replace_with_linear": true)")) ==
      "$.block_configs[0].attention.replace_with_linear: true; allowed: null or false");
  CHECK(contains(refusal(swapped(text, R"("num_hidden_layers": 3)", R"("num_hidden_layers": 4)")),
                 "allowed: an object for each layer (4)"));
}

namespace {

// Layers in order: with attention and without, of such ffn_mult, so often; 0: nothing.
struct searched {
  bool attends = true;
  double width = 0.0;
  int times = 1;
};
std::string searched_text(integer hidden, integer heads, integer in_group,
                          std::initializer_list<searched> layers) {
  std::string blocks;
  int number = 0;
  for (const searched& l : layers) {
    const std::string nothing = R"("no_op": true})";
    const std::string attention =
        l.attends ? R"("n_heads_in_group": )" + std::to_string(in_group) + "}" : nothing;
    const std::string block =
        l.width > 0.0 ? R"("ffn_mult": )" + std::to_string(l.width) + "}" : nothing;
    for (int i = 0; i < l.times; ++i, ++number) {
      blocks += (number == 0 ? R"({"attention": {)" : R"(, {"attention": {)") + attention;
      blocks += R"(, "ffn": {)" + block + "}";
    }
  }
  return text_of("nemotron-nas", "DeciLMForCausalLM",
                 R"("hidden_size": )" + std::to_string(hidden) +
                     R"(, "vocab_size": 128256, "num_attention_heads": )" + std::to_string(heads) +
                     R"(, "num_hidden_layers": )" + std::to_string(number) +
                     R"(, "block_configs": [)" + blocks + "]");
}

}  // namespace

// As the config.json files of nvidia/Llama-3_3-Nemotron-Super-49B-v1 and
// Llama-3_1-Nemotron-Ultra-253B-v1 have them; the first has as many values as its page says.
TEST_CASE("the searched models that NVIDIA publishes: up to sixteen kinds, and layers of nothing") {
  const std::string super_text = searched_text(
      8192, 64, 8,
      {{true, 2.625},    {true, 5.25, 5}, {false, 2.625, 2},  {true, 5.25, 3},    {false, 3.28125},
       {true, 5.25, 30}, {false, 1.3125}, {false, 2.625, 2},  {false, 1.3125},    {false, 5.25},
       {false, 1.3125},  {false, 2.625},  {false, 1.3125, 3}, {true, 5.25},       {false, 1.3125},
       {false, 1.0, 2},  {false, 1.3125}, {false, 1.0, 3},    {false, 1.3125, 2}, {false, 0.5, 2},
       {false, 1.0, 2},  {false, 0.5, 2}, {false, 1.0},       {false, 0.5, 2},    {true, 5.25, 9}});
  CHECK(total(imported(super_text)) == 49867145216);
  CHECK(notes(super_text).empty());
  const std::string ultra_text = searched_text(
      16384, 128, 16, {{true, 0.4875},     {true, 0.975},      {true, 1.4625, 6}, {true, 1.95},
                       {false, 0.0, 4},    {true, 1.95, 3},    {true, 4.875, 2},  {false, 0.0, 5},
                       {true, 4.875, 6},   {true, 2.4375},     {false, 0.0, 3},   {true, 1.95, 3},
                       {false, 1.95},      {true, 4.875},      {false, 4.875},    {false, 0.0, 5},
                       {true, 4.875, 17},  {true, 3.4125, 3},  {false, 0.0, 2},   {true, 2.925},
                       {true, 2.4375, 3},  {false, 2.4375, 2}, {true, 2.4375},    {false, 0.0},
                       {false, 2.4375, 7}, {true, 2.4375},     {false, 0.0, 5},   {true, 2.925},
                       {true, 4.875},      {false, 4.875},     {true, 4.875},     {false, 0.0, 8},
                       {false, 36.5625},   {false, 39.0},      {false, 31.40625}, {false, 27.5625},
                       {false, 1.95},      {true, 1.95},       {true, 2.4375, 3}, {true, 3.4125},
                       {true, 4.875, 4},   {true, 2.4375}});
  const model ultra = imported(ultra_text);
  CHECK(total(ultra) == 253401268224);
  CHECK(ultra.layers.kinds.size() == 15);
  CHECK(cached(ultra) == 2.0 * 2 * 64 * 8 * 128);
  CHECK(notes(ultra_text) ==
        std::vector<std::string>{"$.block_configs: 33 layers of nothing are left out: pipeline "
                                 "stages share the others"});
  CHECK(
      refusal(searched_text(8192, 64, 8, {{false, 0.0, 3}})) ==
      "$.block_configs: [{\"attention\":{\"no_op\":true},\"ffn\":{\"no_op\":true}},{\"attenti...; "
      "allowed: a layer with attention or a feed-forward block");
}

TEST_CASE("text models beside what reads images, by their own names") {
  constexpr std::string_view sizes = R"("hidden_size": 512, "vocab_size": 1000,
    "num_hidden_layers": 2, "num_attention_heads": 8, "num_key_value_heads": 2, "head_dim": 64,
    "intermediate_size": 1024)";
  const integer plain =
      ends(1000, 512) + 2 * (grouped(512, 8, 2, 64) + 2 * 512 + gated_block(512, 1024));
  const integer heads_normed = 2 * 2 * 64;
  const integer biased = 2 * (8 + 2 * 2) * 64;
  CHECK(total(imported(text_of("dots_ocr", "DotsOCRForCausalLM", sizes))) == plain + biased);
  CHECK(total(imported(text_of("KeyeVL1_5", "KeyeVL1_5ForConditionalGeneration", sizes))) ==
        plain + heads_normed);
  CHECK(total(imported(text_of("hunyuan_vl", "HunYuanVLForConditionalGeneration", sizes))) ==
        plain + heads_normed);
  CHECK(total(imported(text_of("phi3_v", "Phi3VForCausalLM", sizes))) == plain);
  CHECK(total(imported(text_of("paddleocr_vl", "PaddleOCRVLForConditionalGeneration", sizes))) ==
        plain - 1000 * 512);
  const model gemma = imported(R"({"model_type": "gemma4_unified", "text_config": {
    "model_type": "gemma4_unified_text", "dtype": "bfloat16", "hidden_size": 3840,
    "num_hidden_layers": 48, "num_attention_heads": 16, "num_key_value_heads": 8,
    "head_dim": 256, "intermediate_size": 15360, "global_head_dim": 512,
    "num_global_key_value_heads": 2, "attention_k_eq_v": true}})");
  const integer sliding = grouped(3840, 16, 8, 256) + 2 * 256;
  const integer global = 2 * 3840 * 16 * 512 + 3840 * 2 * 512 + 2 * 512;
  CHECK(total(gemma) == (262144 + 1) * 3840 + 40 * sliding + 8 * global +
                            48 * (4 * 3840 + 1 + gated_block(3840, 15360)));
  CHECK(refusal(R"({"model_type": "mistral3", "text_config": {"model_type": "qwen3"}})") ==
        R"($.text_config.model_type: "qwen3"; allowed: "mistral", "ministral3", "mistral4")");
}

TEST_CASE("Gemma 3n: 6.87 B and 4.46 B of text, whose difference is that of the checkpoints") {
  const auto text_of_layers = [](int layers, int width, int sharing) {
    return R"({"model_type": "gemma3n", "architectures": ["Gemma3nForConditionalGeneration"],
      "text_config": {"model_type": "gemma3n_text", "torch_dtype": "bfloat16",
      "hidden_size": 2048, "num_attention_heads": 8, "num_key_value_heads": 2, "head_dim": 256,
      "vocab_size": 262400, "vocab_size_per_layer_input": 262144,
      "hidden_size_per_layer_input": 256, "laurel_rank": 64, "altup_num_inputs": 4,
      "num_hidden_layers": )" +
           std::to_string(layers) + R"(, "intermediate_size": )" + std::to_string(width) +
           R"(, "num_kv_shared_layers": )" + std::to_string(sharing) + "}}";
  };
  const model large = imported(text_of_layers(35, 16384, 15));
  const model small = imported(text_of_layers(30, 8192, 10));
  constexpr integer h = 2048;
  const auto derived = [](integer layers, integer width) {
    const integer attention = grouped(h, 8, 2, 256) + 2 * 256;
    const integer path = 2 * h * 64 + h;
    const integer versions =
        4 * h + h + 4 * 16 + 4 * 4 + h;  // router, its norm, coefficients, scale
    const integer own_input = 2 * h * 256 + h;
    return (262400 + 1) * h + 262144 * layers * 256 + h * layers * 256 + 256 + 2 * 3 * h * h +
           layers * (attention + path + versions + own_input + 4 * h + gated_block(h, width));
  };
  CHECK(total(large) == derived(35, 16384));
  CHECK(total(small) == derived(30, 8192));
  // huggingface.co/google/gemma-3n-E4B and E2B hold 7,849,978,192 and 5,439,438,272, of which the
  // towers for images and sound are the same.
  CHECK(total(large) - total(small) == 7'849'978'192 - 5'439'438'272);
  CHECK(cached(large) == 20 * 2.0 * 2 * 2 * 256);  // 15 layers keep nothing
  CHECK(attention_at(large, 34).idle_projections);
  CHECK(windows(large)[4] == 0);
  CHECK(windows(large)[3] == 512);
  CHECK(contains(refusal(swapped(text_of_layers(3, 8, 1), R"("intermediate_size": 8)",
                                 R"("intermediate_size": [8, 8])")),
                 "allowed: one whole number for each layer (3), from 1 to"));
}

TEST_CASE("LongCat-Flash: two attentions and two dense blocks a layer, experts that give back") {
  const model m = imported(text_of("longcat_flash", "LongcatFlashForCausalLM", R"(
    "hidden_size": 6144, "vocab_size": 131072, "num_layers": 28, "num_attention_heads": 64,
    "kv_lora_rank": 512, "q_lora_rank": 1536, "qk_rope_head_dim": 64, "v_head_dim": 128,
    "qk_nope_head_dim": 128, "ffn_hidden_size": 12288, "expert_ffn_hidden_size": 2048,
    "n_routed_experts": 512, "zero_expert_num": 256, "zero_expert_type": "identity",
    "moe_topk": 12)"));
  CHECK(total(m) == ends(131072, 6144) + 28 * (2 * latent(6144, 64, 1536, 512, 128, 64, 128) +
                                               4 * 6144 + 2 * gated_block(6144, 12288) +
                                               6144 * 768 + 768 + 512 * gated_block(6144, 2048)));
  CHECK(total(m) == 560'664'980'480);
  CHECK(m.layers.size() == 56);
  CHECK(experts_at(m, 0).experts_per_token == 8);  // of 12 choices, a third give back
  CHECK(experts_at(m, 0).identity_experts == 256);
  CHECK(cached(m) == 56 * 2.0 * (512 + 64));
  CHECK(active_parameters(m) == 27'954'818'048);  // published: 27 B on average
}

TEST_CASE("MiniMax-Text-01: a state in seven layers of eight, 456 B") {
  const std::string text = text_of("minimax_text_01", "MiniMaxText01ForCausalLM",
                                   R"("hidden_size": 6144,
    "vocab_size": 200064, "num_hidden_layers": 80, "num_attention_heads": 64,
    "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 9216,
    "num_local_experts": 32, "num_experts_per_tok": 2, "shared_intermediate_size": 0, )" +
                                       listed("attn_type_list", 80, 8, "0", "1"));
  const model m = imported(text);
  constexpr integer inner = 64 * 128;
  CHECK(total(m) == ends(200064, 6144) + 70 * (5 * 6144 * inner + inner) +
                        10 * grouped(6144, 64, 8, 128) +
                        80 * (2 * 6144 + 6144 * 32 + 32 * gated_block(6144, 9216)));
  CHECK(total(m) == 456'089'655'296);  // that of huggingface.co/MiniMaxAI/MiniMax-Text-01
  CHECK(state_bytes_per_sequence(m).value() == 70 * 64 * 128.0 * 128.0 * 4.0);
  CHECK(cached(m) == 10 * 2.0 * 2 * 8 * 128);
  CHECK(contains(refusal(swapped(text, "[0,", "[2,")), "0 or 1 for each layer (80)"));
}

TEST_CASE("OLMo 1B without gains, Apertus 8B with four values of its activation function") {
  const model olmo = imported(text_of("olmo", "OlmoForCausalLM", R"("hidden_size": 2048,
    "vocab_size": 50304, "num_hidden_layers": 16, "num_attention_heads": 16,
    "intermediate_size": 8192, "tie_word_embeddings": true, "clip_qkv": null)"));
  CHECK(total(olmo) == 50304 * 2048 + 16 * (grouped(2048, 16, 16, 128) + gated_block(2048, 8192)));
  CHECK(total(olmo) == 1'176'764'416);  // that of huggingface.co/allenai/OLMo-1B-hf
  const std::string apertus = text_of("apertus", "ApertusForCausalLM", R"("hidden_size": 4096,
    "vocab_size": 131072, "num_hidden_layers": 32, "num_attention_heads": 32,
    "num_key_value_heads": 8, "intermediate_size": 21504, "hidden_act": "xielu",
    "qk_norm": true)");
  CHECK(total(imported(apertus)) == ends(131072, 4096) + 32 * (grouped(4096, 32, 8, 128) + 2 * 128 +
                                                               2 * 4096 + 2 * 4096 * 21504 + 4));
  CHECK(refusal(swapped(apertus, "xielu", "relu")) == R"($.hidden_act: "relu"; allowed: "xielu")");
}

TEST_CASE(
    "Ring 2.5: a state in seven layers of eight, latents in the eighth; 2.0: grouped queries") {
  constexpr std::string_view sizes = R"("hidden_size": 8192, "vocab_size": 157184,
    "num_hidden_layers": 80, "num_attention_heads": 64, "num_key_value_heads": 8,
    "head_dim": 128, "layer_group_size": 8, "intermediate_size": 18432,
    "moe_intermediate_size": 2048, "num_experts": 256, "num_experts_per_tok": 8,
    "num_shared_experts": 1, "first_k_dense_replace": 4, "use_qk_norm": true,
    "moe_router_enable_expert_bias": true, "kv_lora_rank": 512, "q_lora_rank": 1536,
    "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128)";
  constexpr integer h = 8192;
  const integer state = 5 * h * h + 2 * 128 + h;
  const integer rest = ends(157184, h) + 70 * state + 80 * 2 * h + 4 * gated_block(h, 18432) +
                       76 * (h * 256 + 256 + 257 * gated_block(h, 2048));
  const model m = imported(text_of("bailing_hybrid", "BailingMoeV2_5ForCausalLM", sizes));
  CHECK(total(m) == rest + 10 * latent(h, 64, 1536, 512, 128, 64, 128));
  CHECK(cached(m) == 10 * 2.0 * (512 + 64));
  CHECK(state_bytes_per_sequence(m).value() == 70 * 64 * 128.0 * 128.0 * 4.0);
  const std::string linear = text_of("bailing_moe_linear", "BailingMoeLinearForCausalLM", sizes);
  CHECK(total(imported(linear)) == rest + 10 * (grouped(h, 64, 8, 128) + 2 * 128));
  CHECK(contains(refusal(with(linear, R"("use_bias": true)")), "$.use_bias: true; allowed: false"));
}

TEST_CASE("MiniCPM-V is of the text model that its version says") {
  constexpr std::string_view sizes = R"("hidden_size": 512, "vocab_size": 1000,
    "num_hidden_layers": 2, "num_attention_heads": 8, "num_key_value_heads": 2,
    "intermediate_size": 1024, "tie_word_embeddings": false)";
  const integer plain =
      ends(1000, 512) + 2 * (grouped(512, 8, 2, 64) + 2 * 512 + gated_block(512, 1024));
  const std::string text = text_of("minicpmv", "MiniCPMV", sizes);
  CHECK(total(imported(text)) == plain);
  CHECK(total(imported(with(text, R"("version": 4.0)"))) == plain);
  CHECK(total(imported(with(text, R"("version": 2.6)"))) == plain + 2 * (8 + 2 * 2) * 64);
  CHECK(total(imported(with(text, R"("version": "4.5", "head_dim": 64)"))) == plain + 2 * 2 * 64);
  CHECK(refusal(with(text, R"("version": 9)")) == "$.version: 9; allowed: 2.0, 2.5, 2.6, 4.0, 4.5");
}

TEST_CASE("a text_config that leaves sizes out has those of its class") {
  constexpr std::string_view llava = R"({"model_type": "llava", "text_config": {
    "model_type": "llama", "torch_dtype": "float16", "vocab_size": 32064}})";
  const model m = imported(llava);
  CHECK(total(m) == ends(32064, 4096) +
                        32 * (grouped(4096, 32, 32, 128) + 2 * 4096 + gated_block(4096, 11008)));
  CHECK(notes(llava)[0] == "$.text_config.hidden_size: missing; read as 4096, as its class does");
  CHECK(contains(refusal(R"({"model_type": "llama", "vocab_size": 32064})"),
                 "$.hidden_size: missing"));
}

TEST_CASE("DeepSeek-OCR: DeepSeek-V2's experts, heads of keys and values of their own") {
  const model m = imported(R"({"model_type": "deepseek_vl_v2", "language_config": {
    "architectures": ["DeepseekV2ForCausalLM"], "torch_dtype": "bfloat16", "use_mla": false,
    "model_type": "deepseek_v2", "hidden_size": 1280, "vocab_size": 129280,
    "num_hidden_layers": 12, "num_attention_heads": 10, "num_key_value_heads": 10,
    "kv_lora_rank": null, "q_lora_rank": null, "qk_nope_head_dim": 0, "qk_rope_head_dim": 0,
    "v_head_dim": 0, "intermediate_size": 6848, "moe_intermediate_size": 896,
    "n_routed_experts": 64, "n_shared_experts": 2, "num_experts_per_tok": 6,
    "first_k_dense_replace": 1, "topk_method": "greedy"}})");
  CHECK(total(m) == ends(129280, 1280) + 12 * (grouped(1280, 10, 10, 128) + 2 * 1280) +
                        gated_block(1280, 6848) + 11 * (1280 * 64 + 66 * gated_block(1280, 896)));
  CHECK(cached(m) == 12 * 2.0 * 2 * 10 * 128);
}

TEST_CASE("encoders are refused by what they are") {
  CHECK(refusal(R"({"model_type": "bert"})") ==
        R"($.model_type: "bert" is an encoder: encoders are out of scope)");
  CHECK(refusal(R"({"model_type": "t5", "is_encoder_decoder": true})") ==
        R"($.model_type: "t5" is an encoder with a decoder: encoders are out of scope)");
}
