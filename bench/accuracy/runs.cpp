// SPDX-License-Identifier: BSL-1.0
#include "runs.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/estimate/estimate.hpp"
#include "shardline/memory/capacity.hpp"
#include "shardline/serve/serving.hpp"
#include "shardline/time/step_time.hpp"

namespace accuracy {

namespace {

using namespace shardline;

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// Source: config.json of huggingface.co/Qwen/Qwen3.5-397B-A17B, its text model.
const model& qwen3_5_397b() {
  static const model found = [] {
    constexpr linear_attention linear{.key_heads = 16,
                                      .value_heads = 64,
                                      .key_head_dim = 128,
                                      .value_head_dim = 128,
                                      .conv_kernel = 4};
    constexpr grouped_query_attention full{.heads = 32,
                                           .kv_heads = 2,
                                           .head_dim = 256,
                                           .qk_norm = head_norm::per_head,
                                           .output_gate = true};
    constexpr mixture_of_experts experts{.experts = 512,
                                         .experts_per_token = 10,
                                         .width = 1024,
                                         .shared_experts = 1,
                                         .shared_width = 1024,
                                         .shared_gate = true};
    model m = catalog::qwen3_5_35b_a3b;
    m.name = "qwen3.5-397b-a17b";
    m.hidden_size = 4096;
    m.layers = layer_stack::repeat(15, {{3, {linear, experts}}, {1, {full, experts}}});
    return m;
  }();
  return found;
}

template <class Efficiency>
auto cluster_of(const deployment& d, const Efficiency& policy) {
  return with_engine(make_cluster(with_efficiency(d.gpu, policy), d.layout.gpus()), d.runtime);
}

template <class Efficiency>
batch_times batch_of(const deployment& d, const Efficiency& policy) {
  const auto c = cluster_of(d, policy);
  const workload& w = d.workload;
  const auto time = [&](const basic_step<double>& step) {
    return time_of_step(c, d.model, d.layout, step).sum.total().value();
  };
  batch_times t;
  t.prefill = time(prefill_step(w.concurrency, w.input.value(), 0.0, 1.0));
  t.step = time(decode_step(w.concurrency, mean_context(w), 1.0));
  t.total = t.prefill + (w.output.value() - 1.0) * t.step;
  return t;
}

// Of a time that is made like this one.
band scaled(const residual_range& r, double time) {
  return {seconds<>::from_value(time * r.low), seconds<>::from_value(time * r.high)};
}

// The band of a figure, as estimate() has it.
band band_of_run(figure f, const deployment& d, double time) {
  const fitted policy = policy_of(d);
  const auto c = cluster_of(d, policy);
  if (f == figure::first_token) return estimate(c, d.model, d.layout, d.workload).bands.ttft;
  if (f == figure::per_token) {
    const auto round = decode(c, d.model, d.layout, d.workload);
    return scaled(relative_band(residuals_of<double>(policy), round), time);
  }
  const workload& w = d.workload;
  const bool prompts = f == figure::prefill;
  const auto step = prompts ? prefill_step(w.concurrency, w.input.value(), 0.0, 1.0)
                            : decode_step(w.concurrency, mean_context(w), 1.0);
  const auto made = time_of_step(c, d.model, d.layout, step).sum;
  return scaled(relative_band(residuals_of<double>(policy), made), time);
}

template <class Efficiency>
serving_times serving_of(const deployment& d, const Efficiency& policy) {
  const auto c = cluster_of(d, policy);
  auto s = serving(c, d.model, d.layout, d.workload);
  // What was measured ended: its slots, of which there were so many, were full.
  if (!s.stable()) {
    workload full = d.workload;
    full.rate = {};
    s = serving(c, d.model, d.layout, full);
  }
  return {s.ttft.value(), s.tpot.value()};
}

}  // namespace

const engine_version& engine_named(const std::string& name) {
  const std::string n = lower(name);
  const bool tensorrt = contains(n, "tensorrt") || contains(n, "trtllm");
  if (tensorrt && contains(n, "0.17")) return engines::tensorrt_llm_0_17;
  if (tensorrt && contains(n, "0.5.0")) return engines::tensorrt_llm_0_5;
  if (tensorrt) return engines::tensorrt_llm_1_0;
  if (contains(n, "fastertransformer")) return engines::fastertransformer;
  if (contains(n, "sglang")) return engines::sglang_0_5;
  if (contains(n, "vllm 2023")) return engines::vllm_2023;
  if (contains(n, "vllm 2024 rocm")) return engines::vllm_2024_rocm;
  if (contains(n, "vllm 2024")) return engines::vllm_2024;
  if (contains(n, "vllm 0.6")) return engines::vllm_0_6;
  if (contains(n, "vllm 0.18")) return engines::vllm_0_18;
  if (contains(n, "v1 era")) return engines::vllm_0_18;  // BLIS: run in February 2026
  if (contains(n, "rocm")) return engines::vllm_0_6;     // its notes are of 2024
  return engines::vllm_0_11;
}

const engine_version& known_engine(const std::string& name) {
  const engine_version* found = find_engine(name);
  if (found == nullptr) throw std::invalid_argument("engine: " + name + "; allowed: the catalog's");
  return *found;
}

bool is_tensorrt(const engine_version& engine) {
  return engine.engine == engines::tensorrt_llm.engine;
}

const accelerator* gpu_named(const std::string& name) {
  const std::string n = lower(name);
  if (contains(n, "mi300x")) return &catalog::mi300x;
  if (contains(n, "b200")) return &catalog::b200_sxm;
  if (contains(n, "h200")) return &catalog::h200_sxm;
  if (contains(n, "h100") || contains(n, "h800")) return &catalog::h100_sxm;
  if (contains(n, "h20")) return &catalog::h20;
  if (contains(n, "a100")) return &catalog::a100_sxm;
  return nullptr;
}

const model* model_named(const std::string& name) {
  const std::string n = lower(name);
  if (contains(n, "gpt-oss-120b")) return &catalog::gpt_oss_120b;
  if (contains(n, "3.1-70b")) return &catalog::llama_3_1_70b;
  if (contains(n, "3.1-8b")) return &catalog::llama_3_1_8b;
  if (contains(n, "llama-3-70b")) return &catalog::llama_3_1_70b;  // the same shapes
  if (contains(n, "llama-3-8b")) return &catalog::llama_3_1_8b;
  if (contains(n, "qwen2-7b")) return &catalog::qwen2_5_7b;
  if (contains(n, "qwen2-72b")) return &catalog::qwen2_5_72b;
  if (contains(n, "mixtral-8x7b")) return &catalog::mixtral_8x7b;
  if (contains(n, "mistral-7b-v0.1")) return &catalog::mistral_7b_v0_1;
  if (contains(n, "llama") && contains(n, "13b")) return &catalog::llama_2_13b;
  if (contains(n, "llama") && contains(n, "70b")) return &catalog::llama_2_70b;
  if (contains(n, "llama") && contains(n, "7b")) return &catalog::llama_2_7b;
  if (contains(n, "qwen3-30b-a3b")) return &catalog::qwen3_30b_a3b;
  if (contains(n, "qwen3-235b")) return &catalog::qwen3_235b_a22b;
  if (contains(n, "qwen3-32b")) return &catalog::qwen3_32b;
  if (contains(n, "qwen3.5-397b")) return &qwen3_5_397b();
  if (contains(n, "minimax-m2.5")) return &catalog::minimax_m2_5;
  if (contains(n, "deepseek-r1")) return &catalog::deepseek_v3;
  if (contains(n, "qwen3-8b")) return &catalog::qwen3_8b;
  if (contains(n, "deepseek-v3")) return &catalog::deepseek_v3;
  if (contains(n, "bloom") && contains(n, "176b")) return &catalog::bloom_176b;
  return nullptr;
}

model gpt_model(const std::string& name, double heads, double head_dim, double layers,
                double vocabulary) {
  const auto number = [](double value) { return static_cast<integer>(value); };
  const integer width = number(heads * head_dim);
  model m;
  m.name = name.c_str();
  m.hidden_size = width;
  m.vocab_size = number(vocabulary);
  m.tied_embeddings = true;
  m.norm_bias = true;
  m.positions = 2048;
  m.layers = {{number(layers),
               {grouped_query_attention{.heads = number(heads),
                                        .kv_heads = number(heads),
                                        .head_dim = number(head_dim),
                                        .qkv_bias = true,
                                        .output_bias = true},
                dense_feed_forward{.width = 4 * width, .gated = false, .bias = true}}}};
  m.weights = uniform(formats::fp16);
  m.activations = precision::fp16;
  m.kv_cache = precision::fp16;
  return m;
}

std::string format_of(const model& m) {
  const weight_format f =
      m.weights[has_experts(m) ? weight_class::routed_expert : weight_class::attention];
  if (f == formats::nvfp4) return "nvfp4";
  if (is_mxfp4(f)) return "mxfp4";
  return std::string(name(f.element)) + (f.group_k > 1 ? " in blocks" : "");
}

layout split_over(double gpus) { return to_layout(vllm{.tp = static_cast<integer>(gpus)}); }

void keep_in_flight(deployment& d, client c, double isl, double osl, double concurrency) {
  workload& w = d.workload;
  const bool drawn = c == client::inferencex;
  const double mean = drawn ? 0.9 : 1.0;
  w.input = tokens<>::from_value(round_up(isl * mean));
  w.output = tokens<>::from_value(round_up(osl * mean));
  w.output_cv = drawn ? 0.2 / square_root(12.0) / mean : c == client::in_step ? 0.0 : 0.13;
  w.concurrency = concurrency;
  if (c == client::one_ahead) {
    d.runtime.step_sequences = concurrency;
    w.concurrency += 1.0;
  }
  w.num_prompts = 10.0 * w.concurrency;
  w.chunk = tokens<>::from_value(8192.0);
}

score_table table_of(const whole_runs& runs) {
  score_table found{runs.title};
  found.omitted = runs.omitted;
  for (const whole_run& r : runs.rows) {
    observation o = observed_run(r.of, r.seconds, [&r](const deployment& d, const auto& policy) {
      return seconds_of(r.measured, d, policy);
    });
    const band b = band_of_run(r.measured, r.of, o.fitted);
    o.low = b.low.value();
    o.high = b.high.value();
    o.apart = r.apart;
    family_of(found.families, r.line).rows.push_back(o);
  }
  return found;
}

bool fits(const deployment& d) {
  const auto c = with_engine(make_cluster(d.gpu, d.layout.gpus()), d.runtime);
  const integer fitting = sequences_that_fit(c, d.model, d.layout, d.workload);
  return d.workload.concurrency <= static_cast<double>(fitting);
}

fitted policy_of(const deployment& d) { return with_fitted(d.gpu, *d.engine).efficiency; }

batch_times batch_by(const deployment& d, const fitted& policy) { return batch_of(d, policy); }
batch_times batch_by(const deployment& d, const datasheet& policy) { return batch_of(d, policy); }
batch_times batch_by(const deployment& d, const constant& policy) { return batch_of(d, policy); }

serving_times serving_by(const deployment& d, const fitted& policy) {
  return serving_of(d, policy);
}
serving_times serving_by(const deployment& d, const datasheet& policy) {
  return serving_of(d, policy);
}
serving_times serving_by(const deployment& d, const constant& policy) {
  return serving_of(d, policy);
}

}  // namespace accuracy
