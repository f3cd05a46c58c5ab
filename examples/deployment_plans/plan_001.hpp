// SPDX-License-Identifier: BSL-1.0
// Plan 001: TP4 EP8 PP2 on 64 GPUs.
#pragma once

#include "figures.hpp"
#include "print.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/product.hpp"
#include "shardline/io/rank_map.hpp"

namespace plans::plan_001 {

// Sections "Hardware Environment Analysis", "Detailed Implementation" and "Communication Strategy".
// Eight nodes hold a stage of 32 GPUs, so a node has four. The plan sends experts' tokens over PCIe
// and stages over InfiniBand: between nodes the faster and the slower of the two are both tried.
inline constexpr auto gpu = with_efficiency(catalog::plan_400, constant{.bandwidth = 0.8});
inline constexpr auto infiniband = make_cluster(gpu, 64, 4);
inline constexpr auto pcie = [] {
  auto c = infiniband;
  c.network.rate = 32_GBps;
  return c;
}();
inline constexpr model shape = catalog::plan_001;
inline constexpr layout ranks = to_layout(product{.ep = 8, .tp = 4, .pp = 2});
inline constexpr workload batch{.concurrency = 128, .input = 10240_tokens, .output = 1_tokens};

// What the plan claims and other claims are held against.
inline constexpr integer claimed_parameters = 10'000'000'000;
inline constexpr auto claimed_ttft = 8.5_s;
inline constexpr double claimed_tokens_per_ms = 8000.0;
inline constexpr tokens<> batch_tokens = batch.input * batch.concurrency;

inline constexpr auto step = prefill_step(batch.concurrency, batch.input.value(), 0.0, 1.0);

// The range of `figure_of(time of one batch, model)` over what the plan leaves open: the link
// between nodes and the experts per token.
template <class Function>
[[nodiscard]] figure over_readings(Function&& figure_of) {
  return over_experts_per_token(shape, [&](const model& m) {
    return hull(figure_of(time_of_step(infiniband, m, ranks, step), m),
                figure_of(time_of_step(pcie, m, ranks, step), m));
  });
}

[[nodiscard]] inline figure seconds_per_batch() {
  return over_readings([](const auto& t, const model&) { return t.sum.total().value(); });
}

// Steady state with both stages busy: a batch leaves after each turn of the slowest stage.
[[nodiscard]] inline figure tokens_per_ms_and_gpu() {
  return over_readings([](const auto& t, const model&) {
    return batch_tokens.value() / in(1_ms, t.slowest) / real<double>(ranks.gpus());
  });
}

[[nodiscard]] inline figure communication_share() {
  return over_readings([](const auto& t, const model&) {
    return percent(t.sum[bound::link].value(), t.sum.total().value());
  });
}

[[nodiscard]] inline figure compute_share() {
  return over_readings([](const auto& t, const model& m) {
    const double possible = gpu.peak.fp16.value() * t.slowest.value();
    return percent(work_of(m, ranks, step).flop, possible);
  });
}

[[nodiscard]] inline figure bandwidth_share() {
  return over_readings([](const auto& t, const model& m) {
    const double possible = gpu.memory_rate.value() * t.slowest.value();
    return percent(work_of(m, ranks, step).bytes, possible);
  });
}

[[nodiscard]] inline std::vector<claim> layout_claims() {
  constexpr rank_share one = share_of_gpu(shape, ranks, 0);
  constexpr auto attention = attention_of(shape, ranks);
  constexpr integer stage = ranks.attention.size();
  return {
      {.text = "GPUs of TP4 x EP8 x PP2", .claimed = 64, .computed = ranks.gpus(), .unit = "GPUs"},
      {.text = "attention heads per GPU",
       .claimed = 4,
       .computed = attention.heads,
       .unit = "heads"},
      {.text = "width of attention per GPU",
       .claimed = 128,
       .computed = attention.heads * attention.qk_dim,
       .unit = "columns"},
      {.text = "experts per GPU",
       .claimed = 2,
       .computed = one.experts.number,
       .unit = "experts",
       .reason = "per layer; a quarter of each once TP4 splits them too"},
      {.text = "layers per stage", .claimed = 8, .computed = one.layers.number, .unit = "layers"},
      {.text = "expert groups per stage",
       .claimed = 4,
       .computed = stage / ranks.expert.ep,
       .unit = "groups",
       .reason = "of 8 GPUs each"},
      {.text = "tensor groups per stage",
       .claimed = 2,
       .computed = stage / ranks.attention.tp,
       .unit = "groups",
       .reason = "a stage of 32 GPUs has 8 groups of 4"},
      {.text = "module division", .claimed = 64, .computed = ranks.gpus(), .unit = "parts"},
  };
}

[[nodiscard]] inline std::vector<claim> memory_claims() {
  constexpr auto held = weights_of_rank(shape, ranks, 0, rank_coordinates{});
  constexpr auto all = parameters(shape);
  constexpr integer matrices = all.total() - all[weight_class::norm];
  constexpr auto used = memory(infiniband, shape, ranks, batch);
  constexpr double parts = 16 + 8 + 24 + 8;
  return {
      {.text = "effective bandwidth",
       .claimed = 1.44,
       .computed = in(1_TBps, gpu.memory_rate * memory_share<double>(gpu.efficiency, 0)),
       .unit = "TB/s",
       .decimals = 2},
      {.text = "weights of 10B parameters",
       .claimed = 20,
       .computed = formats::fp16.matrix_bytes(claimed_parameters, 1) / in(1_B, 1_GB),
       .unit = "GB"},
      {.text = "parameters",
       .claimed = claimed_parameters,
       .computed = matrices,
       .unit = "parameters",
       .reason = "attention, experts of two matrices and router of the stated shape; neither norms "
                 "nor embeddings"},
      {.text = "attention weights per GPU",
       .claimed = 16,
       .computed = in(1_GB, held.bytes_of(weight_class::attention)),
       .unit = "GB",
       .reason = "4 MiB: 8 layers x 4 x 512 x 512 over TP4, in FP16"},
      {.text = "expert weights per GPU",
       .claimed = 8,
       .computed = in(1_GB, held.bytes_of(weight_class::routed_expert)),
       .unit = "GB",
       .reason = "8 MiB: 8 layers x 2 experts x 2 x 512 x 1024 over TP4, in FP16"},
      {.text = "16 + 8 + 24 + 8 GB",
       .claimed = 56,
       .computed = parts,
       .unit = "GB",
       .source = source::claims},
      {.text = "56 GB of 64 GB",
       .claimed = 87.5,
       .computed = percent(parts, in(1_GB, gpu.memory)),
       .unit = "%",
       .decimals = 1,
       .reason = "of the claimed parts, not of what is resident"},
      {.text = "memory per GPU",
       .claimed = 56,
       .computed = in(1_GB, used.total()),
       .unit = "GB",
       .reason = "weights, KV cache, activations and buffers of the batch, 1 GiB reserve"},
  };
}

[[nodiscard]] inline std::vector<claim> latency_claims() {
  const figure roofline = seconds_per_batch();
  return {
      {.text = "TTFT 8.5 s over 16 layers",
       .claimed = 0.53,
       .computed = claimed_ttft.value() / real<double>(shape.layers.size()),
       .unit = "s/layer",
       .decimals = 2,
       .source = source::claims},
      {.text = "TTFT of the batch",
       .claimed = claimed_ttft.value(),
       .computed = roofline,
       .unit = "s",
       .decimals = 1,
       .reason = "roofline at the peak, 1 to 16 experts per token, InfiniBand or PCIe"},
      {.text = "requirement: TTFT",
       .claimed = 10,
       .computed = roofline,
       .unit = "s",
       .relation = relation::below},
      {.text = "communication in the time",
       .claimed = 15,
       .computed = communication_share(),
       .unit = "%",
       .reason = "nothing overlapped"},
  };
}

[[nodiscard]] inline std::vector<claim> throughput_claims() {
  const double in_all = batch_tokens.value() / in(1_ms, claimed_ttft);
  const double per_gpu = in_all / real<double>(ranks.gpus());
  return {
      {.text = "125 tokens/ms on each of 64 GPUs",
       .claimed = claimed_tokens_per_ms,
       .computed = 125.0 * real<double>(ranks.gpus()),
       .unit = "tokens/ms",
       .source = source::claims},
      {.text = "throughput in all",
       .claimed = claimed_tokens_per_ms,
       .computed = in_all,
       .unit = "tokens/ms",
       .source = source::claims,
       .reason = "128 x 10240 tokens in the claimed TTFT of 8.5 s"},
      {.text = "throughput per GPU",
       .claimed = 125,
       .computed = per_gpu,
       .unit = "tokens/ms",
       .source = source::claims,
       .reason = "the same over 64 GPUs"},
      {.text = "requirement: throughput per GPU",
       .claimed = 100,
       .computed = per_gpu,
       .unit = "tokens/ms",
       .relation = relation::at_least,
       .source = source::claims,
       .reason = "missed, by what the plan itself claims as TTFT"},
      {.text = "the same, by the roofline",
       .claimed = 100,
       .computed = tokens_per_ms_and_gpu(),
       .unit = "tokens/ms",
       .relation = relation::at_least,
       .reason = "roofline: the experts per token and the link between nodes decide"},
      {.text = "time of a batch",
       .claimed = 100,
       .computed = batch_tokens.value() / claimed_tokens_per_ms,
       .unit = "ms",
       .decimals = 0,
       .source = source::claims,
       .reason = "128 x 10240 tokens at 8,000 tokens/ms"},
  };
}

[[nodiscard]] inline std::vector<claim> balance_claims() {
  const double sigma = deviation_over_gpus(
      shape, ranks, [](const rank_share& s) { return in(1_B, weights_of(shape, ranks, s)); });
  return {
      {.text = "requirement: load balance, sigma",
       .claimed = 0.1,
       .computed = sigma,
       .unit = "of the mean",
       .decimals = 1,
       .relation = relation::below,
       .reason = "of the weights; of the tokens it depends on the routing, which is not stated"},
      {.text = "compute utilisation",
       .claimed = 92,
       .computed = compute_share(),
       .unit = "%",
       .reason = "of the peak, both stages busy"},
      {.text = "bandwidth utilisation",
       .claimed = 75,
       .computed = bandwidth_share(),
       .unit = "%",
       .reason = "of 1.8 TB/s, both stages busy"},
      {.text = "master weights in FP32", .source = source::training},
      {.text = "gradient accumulation, 4 steps", .source = source::training},
      {.text = "checkpoints every 100 and 50 iterations", .source = source::training},
  };
}

[[nodiscard]] inline plan result() {
  plan p{.title = "Plan 001: TP4 EP8 PP2 on 64 GPUs",
         .inputs =
             "64 GB, 400 TFLOP/s, 1.8 TB/s at 80 %;\n  16 layers x 16 experts, width 512, expert "
             "width 1024, 16 heads, FP16; batch 128 x 10240 tokens"};
  for (const auto& claims : {layout_claims(), memory_claims(), latency_claims(),
                             throughput_claims(), balance_claims()}) {
    p.claims.insert(p.claims.end(), claims.begin(), claims.end());
  }
  p.appendix = "  Node map\n";
  for (integer first = 0; first < ranks.gpus(); first += ranks.attention.size()) {
    p.appendix +=
        "    " + to_text(share_of_gpus(shape, ranks, first, ranks.attention.size()), ranks) + "\n";
  }
  return p;
}

}  // namespace plans::plan_001
