// SPDX-License-Identifier: BSL-1.0
// Plan 002: EP64-TP8-PP2-DP2 on 2048 GPUs.
#pragma once

#include "figures.hpp"
#include "print.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/product.hpp"
#include "shardline/io/rank_map.hpp"

namespace plans::plan_002 {

// Sections "Available Resources", "Model Architecture" and "Strategy Composition".
inline constexpr auto gpu =
    with_efficiency(catalog::plan_400, constant{.mfu = 0.6, .bandwidth = 0.8});
inline constexpr auto cluster = make_cluster(gpu, 2048);
inline constexpr model shape = catalog::plan_002;
inline constexpr product degrees{.ep = 64, .tp = 8, .pp = 2, .dp = 2};
inline constexpr layout ranks = to_layout(degrees);
inline constexpr layout one_stage = to_layout(product{.ep = 64, .tp = 8, .dp = 2});
inline constexpr layout one_replica = to_layout(product{.ep = 64, .tp = 8, .pp = 2});
inline constexpr double sequences = 128.0;
inline constexpr tokens<> shortest = 128_tokens;
inline constexpr tokens<> longest = 10240_tokens;
inline constexpr integer claimed_parameters = 30'000'000'000;

// The range of `figure_of(model, sequence length)` over what the plan leaves open.
template <class Function>
[[nodiscard]] figure over_readings(Function&& figure_of) {
  return over_experts_per_token(
      shape, [&](const model& m) { return figure(figure_of(m, shortest), figure_of(m, longest)); });
}

[[nodiscard]] inline workload load(const tokens<>& length) {
  return {.concurrency = sequences, .input = length, .output = 1_tokens};
}

// Milliseconds from the batch of prompts to its first tokens, and from one token to the next.
[[nodiscard]] inline double prefill_ms(const model& m, const layout& l, const tokens<>& length) {
  const auto step = prefill_step(sequences, length.value(), 0.0, 1.0);
  return in(1_ms, time_of_step(cluster, m, l, step).sum.total());
}

// Milliseconds between batches once both stages are busy.
[[nodiscard]] inline double prefill_pace_ms(const model& m, const layout& l,
                                            const tokens<>& length) {
  const auto step = prefill_step(sequences, length.value(), 0.0, 1.0);
  return in(1_ms, time_of_step(cluster, m, l, step).slowest);
}

[[nodiscard]] inline double decode_ms(const model& m, const layout& l, const tokens<>& length) {
  return in(1_ms, decode(cluster, m, l, load(length)).total());
}

// How much less time `ranks` takes than `other`.
template <class Time>
[[nodiscard]] figure faster_than(const layout& other, Time&& time) {
  return over_readings([&](const model& m, const tokens<>& length) {
    return time(m, other, length) / time(m, ranks, length);
  });
}

[[nodiscard]] inline std::vector<claim> layout_claims() {
  constexpr rank_share one = share_of_gpu(shape, ranks, 0);
  constexpr auto all = parameters(shape);
  constexpr auto three = parameters(gated(shape));
  return {
      {.text = "GPUs of EP64 x TP8 x PP2 x DP2",
       .claimed = 2048,
       .computed = ranks.gpus(),
       .unit = "GPUs"},
      {.text = "experts per GPU",
       .claimed = 1,
       .computed = one.experts.number,
       .unit = "experts",
       .reason = "per layer; an eighth of it once TP8 splits it too"},
      {.text = "layers per stage", .claimed = 8, .computed = one.layers.number, .unit = "layers"},
      {.text = "sequences per replica",
       .claimed = 64,
       .computed = sequences / real<double>(ranks.expert.edp),
       .unit = "sequences",
       .reason = "of the experts; attention has EP x DP = 128 replicas with one sequence each"},
      {.text = "weights of 30B parameters",
       .claimed = 60,
       .computed = formats::fp16.matrix_bytes(claimed_parameters, 1) / in(1_B, 1_GB),
       .unit = "GB"},
      {.text = "parameters",
       .claimed = claimed_parameters,
       .computed = all.total() - all[weight_class::norm],
       .unit = "parameters",
       .reason = "attention, experts of two matrices and router of the stated shape; neither norms "
                 "nor embeddings"},
      {.text = "parameters, gated experts",
       .claimed = claimed_parameters,
       .computed = three.total() - three[weight_class::norm],
       .unit = "parameters",
       .reason = "the same with three matrices per expert"},
  };
}

[[nodiscard]] inline std::vector<claim> memory_claims() {
  const double spread =
      formats::fp16.matrix_bytes(claimed_parameters, 1) / real<double>(ranks.gpus());
  const auto held = [](const model& m) {
    return in(1_MB, weights_of_rank(m, ranks, 0, rank_coordinates{}).total_bytes());
  };
  const auto used = memory(cluster, shape, ranks, load(longest));
  const double resident = in(1_MB, used.total() - used.reserve);
  return {
      {.text = "60 GB over all GPUs",
       .claimed = 29.3,
       .computed = spread / in(1_B, 1_MB),
       .unit = "MB",
       .decimals = 1,
       .reason = "only as weights / all GPUs: DP2 and EP64 replicate, and the KV cache is missing"},
      {.text = "the same of 64 GB",
       .claimed = 0.046,
       .computed = percent(spread, gpu.memory.value()),
       .unit = "%",
       .decimals = 3},
      {.text = "weights resident per GPU",
       .claimed = 29.3,
       .computed = figure(held(shape), held(gated(shape))),
       .unit = "MB",
       .decimals = 1,
       .reason = "of the stated shape, experts of two matrices or three"},
      {.text = "copies of the attention weights", .computed = ranks.attention.dp, .unit = "copies"},
      {.text = "copies of the expert weights", .computed = ranks.expert.edp, .unit = "copies"},
      {.text = "KV cache per GPU, 10240 tokens", .computed = in(1_MB, used.kv_cache), .unit = "MB"},
      {.text = "resident per GPU, 10240 tokens",
       .computed = resident,
       .unit = "MB",
       .reason = "weights, KV cache, activations and buffers; without the engine's 1 GiB"},
      {.text = "the same of 64 GB",
       .claimed = 0.046,
       .computed = percent(resident, in(1_MB, gpu.memory)),
       .unit = "%",
       .decimals = 3},
  };
}

[[nodiscard]] inline std::vector<claim> communication_claims() {
  using kind = collective_kind;
  const auto all = {kind::all_to_all, kind::all_reduce, kind::send_recv};
  return {
      {.text = "all-to-alls of a pass",
       .claimed = 128,
       .computed = collectives(shape, ranks, {kind::all_to_all}),
       .unit = "operations",
       .reason = "dispatch and combine in each of 16 layers; a rank takes part in 16, its stage's"},
      {.text = "all-reduces of a pass",
       .claimed = 16,
       .computed = collectives(shape, ranks, {kind::all_reduce}),
       .unit = "operations",
       .reason = "one for attention and one for the experts in each layer; 16 on a rank"},
      {.text = "all-reduces of a stage",
       .claimed = 16,
       .computed = collectives(shape, ranks, 0, {kind::all_reduce}),
       .unit = "operations",
       .reason = "so counted per rank, 16 is right, but then there are 16 all-to-alls"},
      {.text = "send-recvs of a pass",
       .claimed = 1,
       .computed = collectives(shape, ranks, {kind::send_recv}),
       .unit = "operations"},
      {.text = "128 + 16 + 1",
       .claimed = 145,
       .computed = 128 + 16 + 1,
       .unit = "operations",
       .source = source::claims},
      {.text = "collectives of a pass",
       .claimed = 145,
       .computed = collectives(shape, ranks, all),
       .unit = "operations"},
      {.text = "collectives of a stage",
       .claimed = 145,
       .computed = collectives(shape, ranks, 0, all),
       .unit = "operations"},
  };
}

[[nodiscard]] inline std::vector<claim> phase_claims() {
  const auto of = [](auto&& time) {
    return over_readings([&](const model& m, const tokens<>& n) { return time(m, ranks, n); });
  };
  return {
      {.text = "prefill phase, 128 prompts",
       .computed = of(prefill_ms),
       .unit = "ms",
       .reason = "128 to 10240 tokens each, 1 to 64 experts per token"},
      {.text = "decode phase, one token of each",
       .computed = of(decode_ms),
       .unit = "ms",
       .reason = "after contexts of that length"},
      {.text = "prefill latency against PP1",
       .claimed = 2,
       .computed = faster_than(one_stage, prefill_ms),
       .unit = "x",
       .reason = "a stage waits for the one before: PP2 adds a hand-over and saves nothing"},
      {.text = "decode latency against PP1",
       .claimed = 2,
       .computed = faster_than(one_stage, decode_ms),
       .unit = "x"},
      {.text = "prefill latency against DP1",
       .claimed = 2,
       .computed = faster_than(one_replica, prefill_ms),
       .unit = "x",
       .reason = "long prompts halve; short ones wait for latencies and weights"},
      {.text = "prefill throughput against PP1",
       .claimed = 2,
       .computed = faster_than(one_stage, prefill_pace_ms),
       .unit = "x",
       .reason = "on twice the GPUs"},
      {.text = "prefill throughput against DP1",
       .claimed = 2,
       .computed = faster_than(one_replica, prefill_pace_ms),
       .unit = "x",
       .reason = "on twice the GPUs"},
      {.text = "decode throughput against DP1",
       .claimed = 2,
       .computed = faster_than(one_replica, decode_ms),
       .unit = "x",
       .reason = "at the stated batch of 128: a step costs its weights and latencies either way"},
  };
}

[[nodiscard]] inline plan result() {
  plan p{.title = "Plan 002: EP64-TP8-PP2-DP2 on 2048 GPUs",
         .inputs =
             "64 GB, 400 TFLOP/s at 60 %, 1.8 TB/s at 80 %;\n  16 layers x 64 experts, width 1024, "
             "expert width 2048, 16 heads x 64, FP16; batch 128 x 128-10240 tokens"};
  for (const auto& claims :
       {layout_claims(), memory_claims(), communication_claims(), phase_claims()}) {
    p.claims.insert(p.claims.end(), claims.begin(), claims.end());
  }
  p.appendix = "  Rank map, one expert group and copy to a line\n";
  const integer group = ranks.expert.etp * ranks.expert.ep;
  for (integer first = 0; first < ranks.gpus(); first += group) {
    p.appendix += "    " + to_text(share_of_gpus(shape, ranks, first, group), ranks) + "\n";
  }
  return p;
}

}  // namespace plans::plan_002
