#include "shardline/catalog/models.hpp"

#include <doctest/doctest.h>

#include <string_view>

#include "shardline/cost/parameters.hpp"

using namespace shardline;

// Published totals: the parameter count of the safetensors metadata on huggingface.co, for the
// repository named in catalog/models/<family>.hpp. DeepSeek-V3's is that of the main model; the
// repository's total adds the multi-token-prediction layer and the scales.
static_assert(parameters(catalog::llama_3_1_8b).total() == 8'030'261'248);
static_assert(parameters(catalog::llama_3_1_70b).total() == 70'553'706'496);
static_assert(parameters(catalog::llama_3_1_405b).total() == 405'853'388'800);
static_assert(parameters(catalog::mixtral_8x7b).total() == 46'702'792'704);
static_assert(parameters(catalog::qwen3_32b).total() == 32'762'123'264);
static_assert(parameters(catalog::qwen3_30b_a3b).total() == 30'532'122'624);
static_assert(parameters(catalog::qwen3_235b_a22b).total() == 235'093'634'560);
static_assert(parameters(catalog::deepseek_v3).total() == 671'026'419'200);
static_assert(parameters(catalog::gpt_oss_20b).total() == 20'914'757'184);
static_assert(parameters(catalog::gpt_oss_120b).total() == 116'829'156'672);

namespace {

// The matrices of a model of the plans, by the plans' own formula: per layer four attention
// matrices of width x width, the router, and two matrices per expert.
constexpr count plan_matrices(count layers, count width, count experts, count expert_width) {
  return layers * (4 * width * width + width * experts + experts * 2 * width * expert_width);
}

constexpr count without_norms(const model& m) {
  const auto p = parameters(m);
  return p.total() - p[weight_class::norm];
}

constexpr count experts_of_all_layers(const model& m) {
  return m.layers.size() * experts_of(m).experts;
}

constexpr count window_of_run(const layer_stack& layers, std::size_t run) {
  return std::get<grouped_query_attention>(layers.kinds[layers.runs[run].kind].attention).window;
}

}  // namespace

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
// x (latent 512 + rotary 64).
constexpr bool caches(const model& m, double bytes_per_token) {
  return kv_bytes_per_token(m).value() == bytes_per_token;
}
static_assert(caches(catalog::llama_3_1_8b, 2 * 32 * 2 * 8 * 128));
static_assert(caches(catalog::llama_3_1_70b, 2 * 80 * 2 * 8 * 128));
static_assert(caches(catalog::llama_3_1_70b, 327680));
static_assert(caches(catalog::llama_3_1_405b, 2 * 126 * 2 * 8 * 128));
static_assert(caches(catalog::mixtral_8x7b, 2 * 32 * 2 * 8 * 128));
static_assert(caches(catalog::qwen3_32b, 2 * 64 * 2 * 8 * 128));
static_assert(caches(catalog::qwen3_30b_a3b, 2 * 48 * 2 * 4 * 128));
static_assert(caches(catalog::qwen3_235b_a22b, 2 * 94 * 2 * 4 * 128));
static_assert(caches(catalog::deepseek_v3, 2 * 61 * 576));
static_assert(caches(catalog::deepseek_v3, 70272));
static_assert(caches(catalog::gpt_oss_20b, 2 * 24 * 2 * 8 * 64));
static_assert(caches(catalog::gpt_oss_120b, 2 * 36 * 2 * 8 * 64));
static_assert(caches(catalog::plan_001, 2 * 16 * 2 * 16 * 32));
static_assert(caches(catalog::plan_002, 2 * 16 * 2 * 16 * 64));
static_assert(caches(catalog::plan_003, 1 * 16 * 2 * 16 * 64), "FP8");

TEST_CASE("the catalog has exactly the documented names, in order") {
  constexpr std::array<std::string_view, 15> names{
      "llama-3.1-8b",  "llama-3.1-70b",   "llama-3.1-405b", "mixtral-8x7b", "qwen3-32b",
      "qwen3-30b-a3b", "qwen3-235b-a22b", "deepseek-v3",    "gpt-oss-20b",  "gpt-oss-120b",
      "plan-000",      "plan-001",        "plan-002",       "plan-003",     "plan-004"};
  REQUIRE(catalog::models.size() == names.size());
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
    CHECK(m->layers.size() >= 16);
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

TEST_CASE("published quantisation is on the classes that the checkpoint has quantised") {
  const weight_formats& deepseek = catalog::deepseek_v3.weights;
  for (const weight_class c : {weight_class::attention, weight_class::routed_expert,
                               weight_class::shared_expert, weight_class::dense_feed_forward}) {
    CHECK(deepseek[c] == formats::fp8_block);
  }
  for (const weight_class c :
       {weight_class::embedding, weight_class::head, weight_class::norm, weight_class::router}) {
    CHECK(deepseek[c] == formats::bf16);
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
