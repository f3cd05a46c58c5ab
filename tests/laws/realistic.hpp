// SPDX-License-Identifier: BSL-1.0
/// Random deployments that somebody might run: models and accelerators of the catalog, an engine's
/// own constants and kernels, loads of its users and of benchmarks.
#pragma once

#include "random_inputs.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"

namespace laws {

struct realistic {
  sl::basic_cluster<double, sl::fitted> cluster{};
  const sl::model* model = nullptr;
  sl::layout layout{};
  sl::workload workload{};
  const sl::engine_version* engine = nullptr;
};

/// Always full slots, a run whose requests come at once, or a tenth to nine tenths of the rate that
/// full slots serve.
inline void draw_client(dice& d, realistic& r) {
  constexpr std::array<double, 5> spreads{0.0, 0.0, 0.06, 0.3, 1.0};
  sl::workload& w = r.workload;
  w.output_cv = d.one_of(spreads);
  switch (d.whole(0, 3)) {
    case 0:
      return;
    case 1: {
      const auto full = serving(r.cluster, *r.model, r.layout, w);
      w.rate = full.requests_per_s * d.between(0.1, 0.9);
      return;
    }
    default:
      w.num_prompts = w.concurrency * std::floor(log_between(d, 4.0, 20.0));
  }
}

inline sl::workload realistic_load(dice& d, integer replicas) {
  const auto whole = [&d](double low, double high) {
    return std::floor(log_between(d, low, high));
  };
  sl::workload w;
  w.input = sl::tokens<>::from_value(whole(64.0, 16000.0));
  w.output = sl::tokens<>::from_value(whole(16.0, 3000.0));
  w.concurrency = whole(1.0, 600.0) * static_cast<double>(replicas);
  switch (d.whole(0, 7)) {
    case 0:  // whole prompts
      break;
    case 1:
    case 2:
    case 3:
      w.chunk = sl::tokens<>::from_value(whole(512.0, 16384.0));
      break;
    default:
      w.chunk = sl::tokens<>::from_value(8192.0);
  }
  if (d.whole(0, 3) == 0) w.prefix_hit = d.unit();
  if (d.whole(0, 7) == 0) w.speculation = {.draft_tokens = d.whole(1, 4), .acceptance = d.unit()};
  return w;
}

inline realistic random_realistic(dice& d) {
  constexpr std::array<const sl::accelerator*, 6> accelerators{
      &sl::catalog::a100_sxm, &sl::catalog::h100_sxm, &sl::catalog::h200_sxm,
      &sl::catalog::b200_sxm, &sl::catalog::mi300x,   &sl::catalog::l40s};
  constexpr std::array<const sl::model*, 9> models{
      &sl::catalog::llama_3_1_8b, &sl::catalog::llama_3_1_70b, &sl::catalog::qwen3_32b,
      &sl::catalog::gpt_oss_120b, &sl::catalog::qwen3_30b_a3b, &sl::catalog::qwen3_235b_a22b,
      &sl::catalog::mixtral_8x7b, &sl::catalog::deepseek_v3,   &sl::catalog::minimax_m2_5};
  constexpr std::array<const sl::engine_version*, 4> engines{
      &sl::engines::vllm_0_18, &sl::engines::vllm_0_11, &sl::engines::sglang_0_5,
      &sl::engines::tensorrt_llm_1_0};
  constexpr std::array<integer, 4> tensor{1, 2, 4, 8};
  constexpr std::array<integer, 6> replicas{1, 1, 1, 2, 4, 8};
  constexpr std::array<integer, 8> stages{1, 1, 1, 1, 1, 1, 2, 4};
  realistic r;
  const sl::accelerator* a = d.one_of(accelerators);
  r.model = d.one_of(models);
  r.engine = d.one_of(engines);
  const integer tp = d.one_of(tensor);
  const integer dp = d.one_of(replicas);
  r.layout = {{tp, 1, dp}, {tp, 1, dp}, d.one_of(stages)};
  if (has_experts(*r.model) && d.flip()) r.layout.expert = {1, tp * dp, 1};
  r.cluster = with_engine(make_cluster(with_fitted(*a, *r.engine), r.layout.gpus()), *r.engine);
  r.workload = realistic_load(d, dp);
  draw_client(d, r);
  return r;
}

/// The same with answers of 1 to 32 tokens.
inline realistic random_realistic_short(dice& d) {
  realistic r = random_realistic(d);
  r.workload.output = sl::tokens<>::from_value(std::floor(log_between(d, 1.0, 33.0)));
  if (!(r.workload.rate.value() > 0.0)) return r;
  r.workload.rate = {};
  const auto full = serving(r.cluster, *r.model, r.layout, r.workload);
  r.workload.rate = full.requests_per_s * d.between(0.1, 0.9);
  return r;
}

}  // namespace laws
