// SPDX-License-Identifier: BSL-1.0
// How right is memory? What serving engines logged at start-up, beside what is predicted for the
// same model, engine and layout. No figure here was fitted row by row; three of vLLM's constants
// (engines/vllm.hpp) stem from the rows of llm-d, as is said there.
//
// Logged figures: llm-d/llm-d-benchmark, config_explorer/empirical-vllm-memory-results.md
// ("llm-d"); start-up logs quoted in vllm-project/vllm issues 17469, 17327 and 33155 and in public
// threads; LLMServingSim's bench metadata; GiB per GPU. A cache below 0 is one that did not fit.
#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <variant>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/io/text/table.hpp"
#include "shardline/shardline.hpp"

namespace {

using namespace shardline;

constexpr double gib = 1073741824.0;

// Zero stands for what a log does not say.
struct logged_start {
  std::string_view name{};
  const model* of{};
  std::string_view weights_in{};  // other than the catalog's
  integer tp = 1;
  integer dp = 1;  // experts are spread over all ranks
  const engine_version* engine{};
  const accelerator* gpu = nullptr;
  double weights_gib = 0.0;
  double activation_gib = 0.0;
  double kv_gib = 0.0;
  double kv_tokens = 0.0;
  std::string_view remark{};
  double share = 0.0;  // 0: the engine's own
  double chunk = 0.0;  // likewise
};

constexpr std::string_view own{};

constexpr const engine_version* vllm_engine = &engines::vllm_0_11;
constexpr const engine_version* sglang_engine = &engines::sglang_0_5;
constexpr const engine_version* trt_engine = &engines::tensorrt_llm_1_0;
constexpr const accelerator* h100 = &catalog::h100_sxm;
constexpr const accelerator* unnamed = nullptr;
constexpr std::string_view no_gpu = "GPU or settings not named: no budget";

constexpr std::array starts{
    logged_start{"gpt-oss-20b, llm-d", &catalog::gpt_oss_20b, own, 1, 1, vllm_engine, h100, 13.47,
                 7.38, 50.28, 0, ""},
    logged_start{"Llama-3.1-8B, llm-d", &catalog::llama_3_1_8b, own, 1, 1, vllm_engine, h100, 14.99,
                 4.76, 51.38, 0, ""},
    logged_start{"Qwen3-0.6B, llm-d", &catalog::qwen3_0_6b, own, 1, 1, vllm_engine, h100, 1.12,
                 5.56, 64.45, 0, ""},
    logged_start{"Qwen3-32B, llm-d", &catalog::qwen3_32b, own, 1, 1, vllm_engine, h100, 61.03, 5.64,
                 4.45, 0, ""},
    logged_start{"Qwen3-32B tp2, llm-d", &catalog::qwen3_32b, own, 2, 1, vllm_engine, h100, 30.59,
                 5.64, 34.49, 0, ""},
    logged_start{"Qwen3-30B-A3B tp4", &catalog::qwen3_30b_a3b, own, 4, 1, vllm_engine, unnamed,
                 14.2474, 0, 0, 0, no_gpu},
    logged_start{"DeepSeek-V3, fp8 cache", &catalog::deepseek_v3, own, 1, 1, sglang_engine, unnamed,
                 0, 0, 17.16, 524288, "logged cache only"},
    logged_start{"QwQ-32B tp4", &catalog::qwen2_5_32b, own, 4, 1, sglang_engine, unnamed, 15.54, 0,
                 2.84, 46611, "a difference of free memory, slack in it; fraction not logged"},
    logged_start{"Llama-3.1-8B, 40 GB", &catalog::llama_3_1_8b, own, 1, 1, vllm_engine, unnamed,
                 14.9888, 0, 0, 0, no_gpu},
    logged_start{"Llama-3.1-8B", &catalog::llama_3_1_8b, own, 1, 1, vllm_engine, unnamed, 14.9595,
                 0, 0, 0, no_gpu},
    logged_start{"Llama-3.1-8B tp2", &catalog::llama_3_1_8b, own, 2, 1, vllm_engine, unnamed,
                 7.5122, 0, 0, 0, no_gpu},
    logged_start{"Llama-3.1-8B tp2", &catalog::llama_3_1_8b, own, 2, 1, vllm_engine, unnamed, 7.51,
                 0, 0, 0, no_gpu},
    logged_start{"Llama-2-7B", &catalog::llama_2_7b, own, 1, 1, vllm_engine, unnamed, 12.5534, 0, 0,
                 0, no_gpu},
    logged_start{"Qwen2.5-7B", &catalog::qwen2_5_7b, own, 1, 1, vllm_engine, unnamed, 14.2488, 0, 0,
                 0, no_gpu},
    logged_start{"Mistral-7B v0.3 tp2", &catalog::mistral_7b_v0_3, own, 2, 1, vllm_engine, unnamed,
                 6.7585, 0, 0, 0, no_gpu},
    logged_start{"Qwen3-30B-A3B", &catalog::qwen3_30b_a3b, own, 1, 1, vllm_engine, unnamed, 56.9001,
                 0, 0, 0, no_gpu},
    logged_start{"Llama-3.1-8B FP8-dynamic", &catalog::llama_3_1_8b, "fp8 per channel", 1, 1,
                 vllm_engine, unnamed, 8.4939, 0, 0, 0, no_gpu},
    logged_start{"Llama-3.1-8B FP8, A40", &catalog::llama_3_1_8b, "fp8 per tensor", 1, 1,
                 vllm_engine, unnamed, 8.4927, 0, 0, 0, no_gpu},
    logged_start{"Qwen3-8B-FP8", &catalog::qwen3_8b, "fp8 blocks", 1, 1, vllm_engine, unnamed, 8.8,
                 0, 0, 0, no_gpu},
    logged_start{"Qwen2.5-1.5B", &catalog::qwen2_5_1_5b, own, 1, 1, vllm_engine, unnamed, 0, 0,
                 33.42, 1251440, "logged cache only"},
    logged_start{"Llama-3.1-8B, RTX 4090", &catalog::llama_3_1_8b, own, 1, 1, &engines::vllm_0_18,
                 &catalog::rtx_4090, 0, 0, 0, 41408,
                 "vLLM 0.19, driver not named: -0.9 % of 23.64 GiB"},
    logged_start{"DeepSeek-R1-FP4, 8 x B200", &catalog::deepseek_v3, "nvfp4 experts", 1, 8,
                 trt_engine, &catalog::b200_sxm, 0, 0, 0, 0,
                 "prose: weights and activations 75 GiB, cache 93"},
    logged_start{"DeepSeek-V3 tp8, SGLang", &catalog::deepseek_v3, own, 8, 1, sglang_engine,
                 &catalog::h200_sxm, 0, 0, 0, 509000, "said to be about so many", 0.82, 32768},
    logged_start{"gpt-oss-120b", &catalog::gpt_oss_120b, own, 1, 1, &engines::vllm_0_10, h100,
                 65.9651, 0, -2.14, 0, "did not start", 0.9},
    logged_start{"gpt-oss-120b, 1024 tokens", &catalog::gpt_oss_120b, own, 1, 1,
                 &engines::vllm_0_10, h100, 0, 0, 1.71, 0, "refused: 131072 tokens need 4.5", 0.95,
                 1024},
    logged_start{"gpt-oss-120b, later", &catalog::gpt_oss_120b, own, 1, 1, vllm_engine, unnamed,
                 64.38, 0, 0, 0, no_gpu},
    logged_start{"Qwen3-32B", &catalog::qwen3_32b, own, 1, 1, vllm_engine, h100, 0, 0, 0, 18227,
                 ""},
    logged_start{
        "Llama-70B int8", &catalog::llama_3_1_70b, "int8 per channel", 1, 1,
        vllm_engine, unnamed, 0, 0, 0, 0,
        "22096 tokens at 0.98; GPU and version not named: between 256 sequences and 1024"}};

model model_of(const logged_start& s) {
  model m = *s.of;
  if (s.weights_in == "fp8 per channel") m.weights = quantised(m.weights, formats::fp8_channel);
  if (s.weights_in == "fp8 per tensor") m.weights = quantised(m.weights, formats::fp8);
  if (s.weights_in == "int8 per channel") m.weights = quantised(m.weights, formats::int8);
  if (s.weights_in == "fp8 blocks") m.weights = quantised(m.weights, formats::fp8_block);
  if (s.weights_in == "nvfp4 experts") {
    m.weights = uniform(formats::bf16);
    m.weights[weight_class::routed_expert] = formats::nvfp4;
    m.kv_cache = precision::fp8;
  }
  if (s.name.find("fp8 cache") != std::string_view::npos) m.kv_cache = precision::fp8;
  return m;
}

// As --memory-fraction does.
void set_share(runtime& engine, double share) {
  if (std::holds_alternative<derived_static<>>(engine.budget)) {
    engine.budget = static_fraction<>{share};
  } else {
    std::visit([share](auto& rule) { rule.share = share; }, engine.budget);
  }
}

layout layout_of(const logged_start& s) { return {{s.tp, 1, s.dp}, {s.tp, s.dp, 1}}; }

// The start of an engine by itself: one sequence of one token.
basic_memory<> predicted(const logged_start& s) {
  const layout l = layout_of(s);
  const accelerator& gpu = s.gpu == nullptr ? catalog::h100_sxm : *s.gpu;
  cluster c = with_engine(make_cluster(gpu, l.gpus()), *s.engine);
  if (s.share > 0.0) set_share(c.runtime, s.share);
  workload w;
  w.input = w.output = tokens<>::from_value(1.0);
  if (s.chunk > 0.0) w.chunk = tokens<>::from_value(s.chunk);
  return memory(c, model_of(s), l, w);
}

double cache_bytes_per_token(const logged_start& s) {
  constexpr integer length = 1024;
  const cluster c = make_cluster(catalog::h100_sxm, s.tp);
  const stage_cache cache = cache_of_stage(c, model_of(s), layout_of(s), 0);
  return cache.bytes_of(length) / static_cast<double>(length);
}

std::string fixed(double x, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, x);
  return text.data();
}

// A pair of figures and how far the first is from the second; the worst by column is kept.
struct column {
  int digits = 2;
  double worst = 0.0;
  int compared = 0;

  std::string cell(double prediction, double log) {
    if (log == 0.0) return "";
    const double error = (prediction / log - 1.0) * 100.0;
    if (error * error > worst * worst) worst = error;
    ++compared;
    const std::string sign = error < 0.0 ? "" : "+";
    return fixed(prediction, digits) + " / " + fixed(log, digits) + " " + sign + fixed(error, 1) +
           " %";
  }
  [[nodiscard]] std::string summary(const char* what) const {
    return std::string(what) + ": " + std::to_string(compared) + " rows, worst " +
           (worst < 0.0 ? "" : "+") + fixed(worst, 1) + " %\n";
  }
};

}  // namespace

int main() {
  text_table table("lrrrrl");
  table.add({"predicted / logged, GiB per GPU", "weights", "activation peak", "KV cache",
             "KV tokens", "remark"});
  column weights;
  column activation;
  column cache;
  column tokens_held{0};
  for (const logged_start& s : starts) {
    const basic_memory<> m = predicted(s);
    const bool budget = s.gpu != nullptr;
    const double room = (m.capacity - m.fixed()).value();
    const double per_token = cache_bytes_per_token(s);
    const double held = budget ? room / per_token : s.kv_gib * gib / per_token;
    std::string remark(s.remark);
    if (s.dp > 1) {
      remark += "; here " + fixed((m.weights + m.activation + m.communication).value() / gib, 0) +
                " and " + fixed(room / gib, 0);
    }
    table.add({std::string(s.name), weights.cell(m.weights.value() / gib, s.weights_gib),
               activation.cell(m.activation.value() / gib, s.activation_gib),
               budget ? cache.cell(room / gib, s.kv_gib) : "", tokens_held.cell(held, s.kv_tokens),
               remark});
  }
  std::fputs(table.text().c_str(), stdout);
  std::fputs(("\n" + weights.summary("weights") + activation.summary("activation peak") +
              cache.summary("KV cache") + tokens_held.summary("KV tokens"))
                 .c_str(),
             stdout);
}
