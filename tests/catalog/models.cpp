// SPDX-License-Identifier: BSL-1.0
#include "shardline/catalog/models.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string_view>

#include "shardline/model/parameters.hpp"

using namespace shardline;

namespace {

constexpr integer total(const model& m) { return parameters(m).total(); }

// Published totals: the parameter count of the safetensors metadata on huggingface.co, for the
// repository named in catalog/models/<family>.hpp. Where the published figure counts more than the
// model, models_checkpoints.cpp asserts the difference: Llama 2, Llama 4, Mistral Small 3.2,
// Qwen3-0.6B, Qwen3-Next, Qwen3.5, Gemma 3, DeepSeek-V3, Kimi K2, GLM-4.5, MiniMax-M2.5, Falcon.
static_assert(total(catalog::llama_2_7b) == 6'738'415'616);
static_assert(total(catalog::llama_2_13b) == 13'015'864'320);
static_assert(total(catalog::llama_2_70b) == 68'976'648'192);
static_assert(total(catalog::llama_3_1_8b) == 8'030'261'248);
static_assert(total(catalog::llama_3_1_70b) == 70'553'706'496);
static_assert(total(catalog::llama_3_1_405b) == 405'853'388'800);
static_assert(total(catalog::llama_4_scout) == 107'769'861'120);
static_assert(total(catalog::mistral_7b_v0_1) == 7'241'732'096);
static_assert(total(catalog::mistral_7b_v0_3) == 7'248'023'552);
static_assert(total(catalog::mistral_small_3_2_24b) == 23'572'403'200);
static_assert(total(catalog::mixtral_8x7b) == 46'702'792'704);
static_assert(total(catalog::mixtral_8x22b) == 140'630'071'296);
static_assert(total(catalog::qwen2_5_1_5b) == 1'543'714'304);
static_assert(total(catalog::qwen2_5_7b) == 7'615'616'512);
static_assert(total(catalog::qwen2_5_32b) == 32'763'876'352);
static_assert(total(catalog::qwen2_5_72b) == 72'706'203'648);
static_assert(total(catalog::qwen3_0_6b) == 596'049'920);
static_assert(total(catalog::qwen3_8b) == 8'190'735'360);
static_assert(total(catalog::qwen3_32b) == 32'762'123'264);
static_assert(total(catalog::qwen3_30b_a3b) == 30'532'122'624);
static_assert(total(catalog::qwen3_235b_a22b) == 235'093'634'560);
static_assert(total(catalog::gemma_2_27b) == 27'227'128'320);
static_assert(total(catalog::gemma_3_27b) == 27'009'346'304);
static_assert(total(catalog::phi_3_mini_4k) == 3'821'079'552);
static_assert(total(catalog::deepseek_v2) == 235'741'434'880);
static_assert(total(catalog::deepseek_v3) == 671'026'419'200);
static_assert(total(catalog::kimi_k2) == 1'026'408'232'448);
static_assert(total(catalog::glm_4_5) == 352'797'829'024);
static_assert(total(catalog::minimax_m2_5) == 228'689'764'864);
static_assert(total(catalog::gpt_oss_20b) == 20'914'757'184);
static_assert(total(catalog::gpt_oss_120b) == 116'829'156'672);
static_assert(total(catalog::gpt_2) == 124'439'808);
static_assert(total(catalog::gpt_2_xl) == 1'557'611'200);
static_assert(total(catalog::bloom_176b) == 176'247'271'424);
static_assert(total(catalog::falcon_7b) == 6'921'720'704);
static_assert(total(catalog::falcon_40b) == 41'303'293'952);

// Layer by layer: a state-space mixer with h = 4096 and its norm,
//   in 4096 x (8192 gate + 8192 x + 2 x 8 x 128 B, C + 128 dt), convolution of 10240 channels by 4
//   taps and a bias, A, D and dt of 128 heads, gated norm 8192, out 8192 x 4096, norm 4096.
constexpr integer mamba_layer =
    4096 * 18560 + 10240 * 5 + 3 * 128 + 8192 + 8192 * 4096 + 4096;  // 109,640,064
// 7,285,403,648: mistral.ai/news/codestral-mamba.
static_assert(total(catalog::mamba_codestral_7b) == 64 * mamba_layer + 2 * 32768 * 4096 + 4096);
static_assert(total(catalog::mamba_codestral_7b) == 7'285'403'648);
// 24 mixers, 24 feed-forward layers of two matrices, 4 of attention, each with its norm.
constexpr integer relu_layer = 2 * 4096 * 21504 + 4096;
constexpr integer attention_layer = 4096 * (32 + 8 + 8) * 128 + 4096 * 4096 + 4096;
static_assert(total(catalog::nemotron_h_8b) ==
              24 * mamba_layer + 24 * relu_layer + 4 * attention_layer + 2 * 131072 * 4096 + 4096);
static_assert(total(catalog::nemotron_h_8b) == 8'100'852'736);

// The hybrids, h = 2048. Linear attention: q and k of 16 x 128, v and gate of 32 x 128, decay and
// strength of 32 each, convolution of 8192 channels by 4, A and dt of 32, norm 128, out.
constexpr integer delta_layer =
    2048 * (2 * 2048 + 2 * 4096) + 2048 * 64 + 8192 * 4 + 64 + 128 + 4096 * 2048;  // 33,718,464
// Full attention: q and gate of 16 x 256, k and v of 2 x 256, two head norms, out.
constexpr integer gated_layer =
    2048 * (2 * 16 + 2 * 2) * 256 + 2 * 256 + 4096 * 2048;  // 27,263,488
// Router, experts and one shared expert of three 2048 x 512 matrices, the shared expert's gate, and
// the layer's two norms.
constexpr integer expert_layer(integer experts) {
  return 2048 * experts + (experts + 1) * 3 * 2048 * 512 + 2048 + 2 * 2048;
}
// 40 layers of 256 experts, 30 linear and 10 full; embedding, head, last norm.
static_assert(total(catalog::qwen3_5_35b_a3b) == 30 * delta_layer + 10 * gated_layer +
                                                     40 * expert_layer(256) + 2 * 248320 * 2048 +
                                                     2048);
static_assert(total(catalog::qwen3_5_35b_a3b) == 34'660'610'688);
// 48 layers of 512 experts, 36 linear and 12 full.
static_assert(total(catalog::qwen3_next_80b_a3b) == 36 * delta_layer + 12 * gated_layer +
                                                        48 * expert_layer(512) + 2 * 151936 * 2048 +
                                                        2048);
static_assert(total(catalog::qwen3_next_80b_a3b) == 79'674'391'296);

// Papers, not checkpoints. GPT-3: 12 h^2 + 13 h per layer (9 h biases, 4 h norms), vocabulary and
// positions, last norm 2 h. Published: "175B".
constexpr integer gpt_3(integer h) {
  return 96 * (12 * h * h + 13 * h) + (50257 + 2048) * h + 2 * h;
}
static_assert(total(catalog::gpt_3_175b) == gpt_3(12288));
static_assert(total(catalog::gpt_3_175b) == 174'604'259'328);
// PaLM: h (q, k, v) + out + three matrices of 4 h^2, one norm; published 8.63B, 62.50B, 540.35B.
constexpr integer palm(integer layers, integer h, integer heads) {
  return layers * (h * (2 * heads + 2) * 256 + 12 * h * h + h) + 256000 * h + h;
}
static_assert(total(catalog::palm_8b) == palm(32, 4096, 16));
static_assert(total(catalog::palm_8b) == 8'632'012'800);
static_assert(total(catalog::palm_62b) == palm(64, 8192, 32));
static_assert(total(catalog::palm_62b) == 62'495'662'080);
static_assert(total(catalog::palm_540b) == palm(118, 18432, 48));
static_assert(total(catalog::palm_540b) == 540'356'474'880);

// Multi-token-prediction layers, counted apart: a layer like the last, 2 h x h, three norms.
static_assert(mtp_parameters(catalog::deepseek_v3).total() == 11'610'068'224);
static_assert(mtp_parameters(catalog::glm_4_5).total() == 3'988'069'792);
static_assert(mtp_parameters(catalog::qwen3_5_35b_a3b).total() ==
              gated_layer + expert_layer(256) + 2 * 2048 * 2048 + 3 * 2048);
static_assert(mtp_parameters(catalog::qwen3_next_80b_a3b).total() ==
              gated_layer + expert_layer(512) + 2 * 2048 * 2048 + 3 * 2048);

// Active parameters: embedding and head count in full, as do norms and biases. Publishers leave one
// or the other out.
static_assert(active_parameters(catalog::mixtral_8x7b) == 12'879'925'248);
static_assert(active_parameters(catalog::mixtral_8x22b) == 39'161'468'928);
static_assert(active_parameters(catalog::qwen3_30b_a3b) == 3'353'032'704);
static_assert(active_parameters(catalog::qwen3_235b_a22b) == 22'190'763'520);
static_assert(active_parameters(catalog::deepseek_v2) == 21'375'800'320);
static_assert(active_parameters(catalog::deepseek_v3) == 37'552'297'472);
static_assert(active_parameters(catalog::glm_4_5) == 33'632'266'144);
static_assert(active_parameters(catalog::llama_4_scout) == 17'172'894'720);
static_assert(active_parameters(catalog::gpt_oss_20b) == 4'187'440'704);
static_assert(active_parameters(catalog::gpt_oss_120b) == 5'711'982'912);
// Mixtral 8x22B is published as 39,160,774,656, without its 113 norms of 6144.
static_assert(active_parameters(catalog::mixtral_8x22b) - 113 * 6144 == 39'160'774'656);
// OpenAI's 3.61B and 5.13B leave the embedding out.
static_assert(active_parameters(catalog::gpt_oss_20b) - 201088 * 2880 == 3'608'307'264);
static_assert(active_parameters(catalog::gpt_oss_120b) - 201088 * 2880 == 5'132'849'472);
// The others: all but the experts that a token does not choose, each of three matrices.
constexpr integer idle(integer layers, integer experts, integer hidden, integer width) {
  return layers * experts * 3 * hidden * width;
}
static_assert(active_parameters(catalog::kimi_k2) ==
              total(catalog::kimi_k2) - idle(60, 384 - 8, 7168, 2048));
static_assert(active_parameters(catalog::kimi_k2) == 32'861'500'928);
static_assert(active_parameters(catalog::minimax_m2_5) ==
              total(catalog::minimax_m2_5) - idle(62, 256 - 8, 3072, 1536));
static_assert(active_parameters(catalog::minimax_m2_5) == 11'030'553'088);
static_assert(active_parameters(catalog::qwen3_next_80b_a3b) ==
              total(catalog::qwen3_next_80b_a3b) - idle(48, 512 - 10, 2048, 512));
static_assert(active_parameters(catalog::qwen3_next_80b_a3b) == 3'874'929'408);
static_assert(active_parameters(catalog::qwen3_5_35b_a3b) ==
              total(catalog::qwen3_5_35b_a3b) - idle(40, 256 - 8, 2048, 512));
static_assert(active_parameters(catalog::qwen3_5_35b_a3b) == 3'454'988'928);

// The matrices of a model of the plans, by the plans' own formula: per layer four attention
// matrices of width x width, the router, and two matrices per expert.
constexpr integer plan_matrices(integer layers, integer width, integer experts,
                                integer expert_width) {
  return layers * (4 * width * width + width * experts + experts * 2 * width * expert_width);
}

constexpr integer without_norms(const model& m) {
  const auto p = parameters(m);
  return p.total() - p[weight_class::norm];
}

constexpr integer experts_of_all_layers(const model& m) {
  return m.layers.size() * experts_of(m).experts;
}

constexpr integer window_of_run(const layer_stack& layers, std::size_t run) {
  return std::get<grouped_query_attention>(layers.kinds[layers.runs[run].kind].attention).window;
}

// The figures that the plans' claims of 10B and 30B parameters are held against.
static_assert(without_norms(catalog::plan_001) == 285'343'744);
static_assert(without_norms(catalog::plan_001) == plan_matrices(16, 512, 16, 1024));
static_assert(without_norms(catalog::plan_002) == 4'363'124'736);
static_assert(without_norms(catalog::plan_002) == plan_matrices(16, 1024, 64, 2048));

// "1,024 experts in all", plans 000 and 004.
static_assert(experts_of_all_layers(catalog::plan_000) == 1024);
static_assert(experts_of_all_layers(catalog::plan_004) == 1024);

static_assert(catalog::find_model("DeepSeek-V3") == &catalog::deepseek_v3);
static_assert(catalog::find_model("llama-3.1-8b") == &catalog::llama_3_1_8b);
static_assert(catalog::find_model("llama-3.1") == nullptr);
static_assert(catalog::find_model("") == nullptr);

// Bytes x layers x keys and values x key-value heads x head size; of a latent cache bytes x layers
// x (latent 512 + rotary 64). Windowed layers count while the sequence is inside the window.
constexpr bool caches(const model& m, double bytes_per_token) {
  return kv_bytes_per_token(m).value() == bytes_per_token;
}
static_assert(caches(catalog::llama_2_7b, 2 * 32 * 2 * 32 * 128));
static_assert(caches(catalog::llama_2_13b, 2 * 40 * 2 * 40 * 128));
static_assert(caches(catalog::llama_2_70b, 2 * 80 * 2 * 8 * 128));
static_assert(caches(catalog::llama_3_1_8b, 2 * 32 * 2 * 8 * 128));
static_assert(caches(catalog::llama_3_1_70b, 2 * 80 * 2 * 8 * 128));
static_assert(caches(catalog::llama_3_1_70b, 327680));
static_assert(caches(catalog::llama_3_1_405b, 2 * 126 * 2 * 8 * 128));
static_assert(caches(catalog::llama_4_scout, 2 * 48 * 2 * 8 * 128));
static_assert(caches(catalog::mistral_7b_v0_1, 2 * 32 * 2 * 8 * 128));
static_assert(caches(catalog::mistral_7b_v0_3, 2 * 32 * 2 * 8 * 128));
static_assert(caches(catalog::mistral_small_3_2_24b, 2 * 40 * 2 * 8 * 128));
static_assert(caches(catalog::mixtral_8x7b, 2 * 32 * 2 * 8 * 128));
static_assert(caches(catalog::mixtral_8x22b, 2 * 56 * 2 * 8 * 128));
static_assert(caches(catalog::mamba_codestral_7b, 0), "no attention");
static_assert(caches(catalog::qwen2_5_1_5b, 2 * 28 * 2 * 2 * 128));
static_assert(caches(catalog::qwen2_5_7b, 2 * 28 * 2 * 4 * 128));
static_assert(caches(catalog::qwen2_5_32b, 2 * 64 * 2 * 8 * 128));
static_assert(caches(catalog::qwen2_5_72b, 2 * 80 * 2 * 8 * 128));
static_assert(caches(catalog::qwen3_0_6b, 2 * 28 * 2 * 8 * 128));
static_assert(caches(catalog::qwen3_8b, 2 * 36 * 2 * 8 * 128));
static_assert(caches(catalog::qwen3_32b, 2 * 64 * 2 * 8 * 128));
static_assert(caches(catalog::qwen3_30b_a3b, 2 * 48 * 2 * 4 * 128));
static_assert(caches(catalog::qwen3_235b_a22b, 2 * 94 * 2 * 4 * 128));
static_assert(caches(catalog::qwen3_next_80b_a3b, 2 * 12 * 2 * 2 * 256), "every fourth layer");
static_assert(caches(catalog::qwen3_5_35b_a3b, 2 * 10 * 2 * 2 * 256), "every fourth layer");
static_assert(caches(catalog::gemma_2_27b, 2 * 46 * 2 * 16 * 128));
static_assert(caches(catalog::gemma_3_27b, 2 * 62 * 2 * 16 * 128));
static_assert(caches(catalog::phi_3_mini_4k, 2 * 32 * 2 * 32 * 96));
static_assert(caches(catalog::deepseek_v2, 2 * 60 * 576));
static_assert(caches(catalog::deepseek_v3, 2 * 61 * 576));
static_assert(caches(catalog::deepseek_v3, 70272));
static_assert(caches(catalog::kimi_k2, 2 * 61 * 576));
static_assert(caches(catalog::glm_4_5, 2 * 92 * 2 * 8 * 128));
static_assert(caches(catalog::minimax_m2_5, 2 * 62 * 2 * 8 * 128));
static_assert(caches(catalog::gpt_oss_20b, 2 * 24 * 2 * 8 * 64));
static_assert(caches(catalog::gpt_oss_120b, 2 * 36 * 2 * 8 * 64));
static_assert(caches(catalog::nemotron_h_8b, 2 * 4 * 2 * 8 * 128), "4 of 52 layers");
static_assert(caches(catalog::gpt_2, 2 * 12 * 2 * 12 * 64));
static_assert(caches(catalog::gpt_2_xl, 2 * 48 * 2 * 25 * 64));
static_assert(caches(catalog::gpt_3_175b, 2 * 96 * 2 * 96 * 128));
static_assert(caches(catalog::bloom_176b, 2 * 70 * 2 * 112 * 128));
static_assert(caches(catalog::falcon_7b, 2 * 32 * 2 * 1 * 64));
static_assert(caches(catalog::falcon_40b, 2 * 60 * 2 * 8 * 64));
static_assert(caches(catalog::palm_8b, 2 * 32 * 2 * 1 * 256));
static_assert(caches(catalog::palm_62b, 2 * 64 * 2 * 1 * 256));
static_assert(caches(catalog::palm_540b, 2 * 118 * 2 * 1 * 256));
static_assert(caches(catalog::plan_001, 2 * 16 * 2 * 16 * 32));
static_assert(caches(catalog::plan_002, 2 * 16 * 2 * 16 * 64));
static_assert(caches(catalog::plan_003, 1 * 16 * 2 * 16 * 64), "FP8");

// Layers x (4 bytes x heads x head size x state + 2 bytes x channels x (taps - 1)).
constexpr bool keeps(const model& m, double bytes_per_sequence) {
  return state_bytes_per_sequence(m).value() == bytes_per_sequence;
}
static_assert(keeps(catalog::mamba_codestral_7b, 64 * (4 * 128 * 64 * 128 + 2 * 10240 * 3)));
static_assert(keeps(catalog::nemotron_h_8b, 24 * (4 * 128 * 64 * 128 + 2 * 10240 * 3)));
static_assert(keeps(catalog::nemotron_h_8b, 102'137'856));
static_assert(keeps(catalog::qwen3_next_80b_a3b, 36 * (4 * 32 * 128 * 128 + 2 * 8192 * 3)));
static_assert(keeps(catalog::qwen3_5_35b_a3b, 30 * (4 * 32 * 128 * 128 + 2 * 8192 * 3)));
static_assert(keeps(catalog::llama_3_1_8b, 0));

}  // namespace

TEST_CASE("the catalog has exactly the documented names, in order") {
  constexpr std::array<std::string_view, catalog::models.size()> names{"llama-2-7b",
                                                                       "llama-2-13b",
                                                                       "llama-2-70b",
                                                                       "llama-3.1-8b",
                                                                       "llama-3.1-70b",
                                                                       "llama-3.1-405b",
                                                                       "llama-4-scout",
                                                                       "mistral-7b-v0.1",
                                                                       "mistral-7b-v0.3",
                                                                       "mistral-small-3.2-24b",
                                                                       "mixtral-8x7b",
                                                                       "mixtral-8x22b",
                                                                       "mamba-codestral-7b",
                                                                       "qwen2.5-1.5b",
                                                                       "qwen2.5-7b",
                                                                       "qwen2.5-32b",
                                                                       "qwen2.5-72b",
                                                                       "qwen3-0.6b",
                                                                       "qwen3-8b",
                                                                       "qwen3-32b",
                                                                       "qwen3-30b-a3b",
                                                                       "qwen3-235b-a22b",
                                                                       "qwen3-next-80b-a3b",
                                                                       "qwen3.5-35b-a3b",
                                                                       "gemma-2-27b",
                                                                       "gemma-3-27b",
                                                                       "phi-3-mini-4k",
                                                                       "deepseek-v2",
                                                                       "deepseek-v3",
                                                                       "kimi-k2",
                                                                       "glm-4.5",
                                                                       "minimax-m2.5",
                                                                       "gpt-oss-20b",
                                                                       "gpt-oss-120b",
                                                                       "nemotron-h-8b",
                                                                       "gpt-2",
                                                                       "gpt-2-xl",
                                                                       "gpt-3-175b",
                                                                       "bloom-176b",
                                                                       "falcon-7b",
                                                                       "falcon-40b",
                                                                       "palm-8b",
                                                                       "palm-62b",
                                                                       "palm-540b",
                                                                       "plan-000",
                                                                       "plan-001",
                                                                       "plan-002",
                                                                       "plan-003",
                                                                       "plan-004"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    CHECK(catalog::models[i]->name.view() == names[i]);
    CHECK(catalog::find_model(names[i]) == catalog::models[i]);
  }
}

TEST_CASE("no model overflows the layer stack") {
  for (const model* m : catalog::models) {
    CAPTURE(m->name.view());
    CHECK(!m->layers.kinds.overflowed);
    CHECK(!m->layers.runs.overflowed);
    CHECK(m->layers.size() >= 12);
  }
}

TEST_CASE("gpt-oss alternates a window of 128 tokens with full attention, sliding first") {
  const layer_stack& layers = catalog::gpt_oss_120b.layers;
  REQUIRE(layers.size() == 36);
  CHECK(window_of_run(layers, 0) == 128);
  CHECK(window_of_run(layers, 1) == 0);
  CHECK(window_of_run(layers, 35) == 0);
  CHECK(layers.counts(0, 36)[0] == 18);
}

TEST_CASE("Gemma 2 alternates, Gemma 3 has five windowed layers to one and ends on two") {
  const layer_stack& two = catalog::gemma_2_27b.layers;
  REQUIRE(two.size() == 46);
  CHECK(window_of_run(two, 0) == 4096);
  CHECK(window_of_run(two, 45) == 0);
  const layer_stack& three = catalog::gemma_3_27b.layers;
  REQUIRE(three.size() == 62);
  CHECK(three.runs[0] == layer_run{5, 0});
  CHECK(three.runs[20] == layer_run{2, 0});
  CHECK(window_of_run(three, 0) == 1024);
  CHECK(three.counts(0, 62)[1] == 10);
}

TEST_CASE("Llama 4 sees chunks of 8192 tokens in three layers of four, everything in the fourth") {
  const layer_stack& layers = catalog::llama_4_scout.layers;
  REQUIRE(layers.size() == 48);
  CHECK(layers.runs[0] == layer_run{3, 0});
  CHECK(std::get<grouped_query_attention>(layers.kinds[0].attention).chunked);
  CHECK(window_of_run(layers, 0) == 8192);
  CHECK(window_of_run(layers, 1) == 0);
  CHECK(layers.counts(0, 48)[1] == 12);
}

TEST_CASE("the hybrids have their attention layers where the configurations say") {
  for (const model* m : {&catalog::qwen3_next_80b_a3b, &catalog::qwen3_5_35b_a3b}) {
    for (integer i = 0; i < m->layers.size(); ++i) {
      CHECK(m->layers.counts(i, 1)[i % 4 == 3 ? 1 : 0] == 1);
    }
  }
  const layer_stack& layers = catalog::nemotron_h_8b.layers;
  REQUIRE(layers.size() == 52);
  CHECK(layers.counts(0, 52) == kind_counts{24, 24, 4});
  for (const integer i : {7, 18, 29, 40}) CHECK(layers.counts(i, 1)[2] == 1);
}

TEST_CASE("published quantisation is on the classes that the checkpoint has quantised") {
  for (const model* m : {&catalog::deepseek_v3, &catalog::kimi_k2, &catalog::minimax_m2_5}) {
    CAPTURE(m->name.view());
    for (const weight_class c : {weight_class::attention, weight_class::routed_expert,
                                 weight_class::shared_expert, weight_class::dense_feed_forward}) {
      CHECK(m->weights[c] == formats::fp8_block);
    }
    for (const weight_class c :
         {weight_class::embedding, weight_class::head, weight_class::norm, weight_class::router}) {
      CHECK(m->weights[c] == formats::bf16);
    }
  }
  CHECK(catalog::gpt_oss_20b.weights[weight_class::routed_expert] == formats::mxfp4);
  CHECK(catalog::gpt_oss_20b.weights[weight_class::attention] == formats::bf16);
}

TEST_CASE("the plans' models have no vocabulary, ungated experts, and their stated precision") {
  for (const model* m : {&catalog::plan_000, &catalog::plan_001, &catalog::plan_002,
                         &catalog::plan_003, &catalog::plan_004}) {
    CAPTURE(m->name.view());
    CHECK(m->vocab_size == 0);
    CHECK(parameters(*m)[weight_class::embedding] == 0);
    CHECK(parameters(*m)[weight_class::head] == 0);
    CHECK(!std::get<mixture_of_experts>(m->layers.kinds[0].feed_forward).gated);
    CHECK(m->activations == (m == &catalog::plan_003 ? precision::fp8 : precision::fp16));
  }
  // 64 experts x 2 matrices x 1024 x 2048 x 16 layers at one byte, no scales
  CHECK(parameters(catalog::plan_003).bytes_of(weight_class::routed_expert).value() ==
        64.0 * 2 * 1024 * 2048 * 16);
}

TEST_CASE("quantising a model leaves the catalog as it is") {
  const model m = quantised(catalog::qwen3_8b, formats::fp8);
  CHECK(m.weights[weight_class::attention] == formats::fp8);
  for (const model* each : {&catalog::qwen3_8b, &catalog::llama_3_1_70b, &catalog::bloom_176b}) {
    CHECK(each->weights[weight_class::attention] == formats::bf16);
  }
}

static_assert(catalog::find_model("DeepSeek-V3")->layers.size() == 61);
