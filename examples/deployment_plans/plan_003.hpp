// SPDX-License-Identifier: BSL-1.0
// Plan 003: EP64_TP2 on 128 GPUs, in FP8.
#pragma once

#include "figures.hpp"
#include "print.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/product.hpp"

namespace plans::plan_003 {

// Sections "Hardware Configuration", "Model Specifications" and "Parallel Strategy Details".
inline constexpr auto cluster = make_cluster(catalog::plan_400, 128);
inline constexpr model shape = catalog::plan_003;
inline constexpr layout ranks = to_layout(product{.ep = 64, .tp = 2});
inline constexpr double sequences = 128.0;
inline constexpr tokens<> length = 1024_tokens;

// The residual stream of the whole batch, and of the tokens that one GPU computes.
[[nodiscard]] constexpr bytes<> residual_of(double tokens_held) noexcept {
  return bytes<>::from_value(tokens_held * real<double>(shape.hidden_size) *
                             element_bytes(shape.activations));
}

// Tokens per second of all GPUs at a share of their peak.
[[nodiscard]] inline figure load_at(double share) {
  const double rate = cluster.accelerator.peak.fp8.value() * real<double>(ranks.gpus()) * share;
  return over_experts_per_token(
      shape, [rate](const model& m) { return rate / flop_per_token(m, length.value()); });
}

[[nodiscard]] inline std::vector<claim> layout_claims() {
  constexpr rank_share one = share_of_gpu(shape, ranks, 0);
  const double deviation = deviation_over_gpus(
      shape, ranks, [](const rank_share& s) { return in(1_B, weights_of(shape, ranks, s)); });
  return {
      {.text = "GPUs of EP64 x TP2 x PP1",
       .claimed = 128,
       .computed = ranks.gpus(),
       .unit = "GPUs"},
      {.text = "experts per GPU and layer",
       .claimed = 1,
       .computed = one.experts.number,
       .unit = "experts",
       .reason = "a half of one: its expert lies on the 2 GPUs of a group"},
      {.text = "expert groups",
       .claimed = 64,
       .computed = ranks.gpus() / ranks.expert.etp,
       .unit = "modules"},
      {.text = "GPUs per module", .claimed = 2, .computed = ranks.expert.etp, .unit = "GPUs"},
      {.text = "memory variance",
       .claimed = 0,
       .computed = 100.0 * deviation,
       .unit = "%",
       .reason = "of the weights"},
  };
}

[[nodiscard]] inline std::vector<claim> memory_claims() {
  constexpr auto held = weights_of_rank(shape, ranks, 0, rank_coordinates{});
  constexpr bytes<> whole = residual_of(sequences * length.value());
  constexpr auto local = rank_step_of(prefill_step(sequences, length.value(), 0.0, 1.0), ranks);
  constexpr double sum = 1.0 + 64.0 + 64.0;
  constexpr bytes<> cache = kv_bytes_per_token(shape) * (length * sequences);
  return {
      {.text = "activations",
       .claimed = 64,
       .computed = in(1_MiB, whole / ranks.attention.tp),
       .unit = "MiB",
       .decimals = 2,
       .reason = "one residual stream of 128 x 1024 tokens over TP2, as if there were one replica"},
      {.text = "residual stream per GPU",
       .computed = in(1_MiB, residual_of(local.tokens)),
       .unit = "MiB",
       .reason = "attention has 64 replicas of two sequences each"},
      {.text = "expert weights per GPU",
       .claimed = 64,
       .computed = in(1_MiB, held.bytes_of(weight_class::routed_expert)),
       .unit = "MiB",
       .decimals = 2,
       .reason = "16 layers x 2 x 1024 x 2048, halved by the TP2 that is claimed"},
      {.text = "attention weights per GPU",
       .claimed = 1,
       .computed = in(1_MiB, held.bytes_of(weight_class::attention)),
       .unit = "MiB",
       .decimals = 2,
       .reason = "16 layers x 4 x 1024 x 1024 over TP2"},
      {.text = "1 + 64 + 64 MiB",
       .claimed = 129,
       .computed = sum,
       .unit = "MiB",
       .decimals = 2,
       .source = source::claims},
      {.text = "129 MiB of 64 GiB",
       .claimed = 0.197,
       .computed = percent(sum, in(1_MiB, 64_GiB)),
       .unit = "%",
       .decimals = 3,
       .reason = "the sum of the claimed parts, in binary units"},
      {.text = "KV cache of all sequences",
       .computed = in(1_GiB, cache),
       .unit = "GiB",
       .reason = "missing from the plan"},
  };
}

[[nodiscard]] inline std::vector<claim> memory_in_full() {
  constexpr workload batch{.concurrency = sequences, .input = length, .output = 1_tokens};
  constexpr auto used = memory(cluster, shape, ranks, batch);
  constexpr bytes<> resident = used.total() - used.reserve;
  return {
      {.text = "memory per GPU",
       .claimed = 129,
       .computed = in(1_MiB, resident),
       .unit = "MiB",
       .decimals = 2,
       .reason = "weights, KV cache, activations and buffers, without a reserve"},
      {.text = "compute utilisation",
       .claimed = 0.02,
       .unit = "%",
       .decimals = 2,
       .reason = "no rate of requests is stated; the next line is what would take 0.02 %"},
      {.text = "load at 0.02 % of the peak",
       .computed = load_at(0.0002),
       .unit = "tokens/s",
       .reason = "prompts of 1024 tokens, each token taking all 64 experts or one"},
  };
}

[[nodiscard]] inline plan result() {
  plan p{.title = "Plan 003: EP64_TP2 on 128 GPUs, FP8",
         .inputs =
             "64 GB, 400 TFLOP/s;\n  16 layers x 64 experts, width 1024, expert width 2048, FP8; "
             "batch 128 x 1024 tokens"};
  for (const auto& claims : {layout_claims(), memory_claims(), memory_in_full()}) {
    p.claims.insert(p.claims.end(), claims.begin(), claims.end());
  }
  return p;
}

}  // namespace plans::plan_003
