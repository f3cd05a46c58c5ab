// SPDX-License-Identifier: BSL-1.0
// Plan 000: EP64_TP2 on 128 GPUs.
#pragma once

#include "figures.hpp"
#include "print.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/product.hpp"
#include "shardline/io/dot.hpp"
#include "shardline/io/rank_map.hpp"

namespace plans::plan_000 {

// Sections "Hardware Environment Analysis" and "Strategy Overview". The expert width is plan 003's,
// the same model in more detail; so are the batch and sequence that the memory claim is checked
// with.
inline constexpr auto cluster = make_cluster(catalog::plan_400, 128);
inline constexpr model shape = catalog::plan_000;
inline constexpr layout ranks = to_layout(product{.ep = 64, .tp = 2});
inline constexpr workload batch{.concurrency = 128, .input = 1024_tokens, .output = 1_tokens};

// What the fullest GPU holds of its memory, in percent, with everything stored in one precision.
[[nodiscard]] inline double memory_share(precision p) {
  model m = shape;
  m.weights = uniform(weight_format{p, p});
  m.activations = p;
  m.kv_cache = p;
  const auto held = memory(cluster, m, ranks, batch);
  return percent(held.total().value(), held.capacity.value());
}

// Tokens per second of all GPUs at a share of their peak, as far as the plan decides it.
[[nodiscard]] inline figure load_at(double share) {
  const double rate = cluster.accelerator.peak.fp16.value() * real<double>(ranks.gpus()) * share;
  return over_experts_per_token(
      shape, [rate](const model& m) { return rate / flop_per_token(m, batch.input.value()); });
}

// The GPUs that run each module: a fold over the operator list of every stage. The plan states no
// vocabulary; that it has one is enough to see where its embedding and head run.
[[nodiscard]] inline rank_share gpus_of(term t) {
  model m = shape;
  m.vocab_size = 1;
  rank_share found{};
  for (integer stage = 0; stage < ranks.pp; ++stage) {
    const rank_share all =
        share_of_gpus(m, ranks, stage * ranks.attention.size(), ranks.attention.size());
    for_each_operator(m, ranks, decode_step(1.0, 0.0, 1.0), stage, rank_coordinates{},
                      [&](const auto& op, integer) {
                        if constexpr (requires { op.term; }) {
                          if (op.term == t) found = all;
                        } else {
                          if (term_of(op.kind) == t) found = all;
                        }
                      });
  }
  return found;
}

[[nodiscard]] inline std::string module_map() {
  std::string map = "  Module map, from the operator list\n";
  for (const term t : {term::embedding, term::attention_projections, term::attention, term::router,
                       term::routed_experts, term::all_to_all, term::all_reduce, term::head}) {
    std::string module(name(t));
    module.resize(24, ' ');
    map += "    " + module + to_text("GPU", gpus_of(t).gpus) + "\n";
  }
  return map;
}

[[nodiscard]] inline std::string graph() {
  const auto step = prefill_step(batch.concurrency, batch.input.value(), 0.0, 1.0);
  return "  Deployment graph of one prefill of the batch\n\n" + to_dot(shape, ranks, step);
}

[[nodiscard]] inline std::vector<claim> distribution_claims() {
  constexpr rank_share one = share_of_gpu(shape, ranks, 0);
  constexpr auto experts = expert_instances(shape);
  return {
      {.text = "GPUs of EP64 x TP2 x PP1",
       .claimed = 128,
       .computed = ranks.gpus(),
       .unit = "GPUs"},
      {.text = "experts in all", .claimed = 1024, .computed = experts, .unit = "experts"},
      {.text = "experts per GPU",
       .claimed = 8,
       .computed = real<double>(experts) / real<double>(ranks.gpus()),
       .unit = "experts",
       .reason = "as whole-expert equivalents: what a GPU holds are the halves of the next line"},
      {.text = "halves of experts per GPU", .computed = experts_on(one), .unit = "halves"},
  };
}

[[nodiscard]] inline std::vector<claim> utilisation_claims() {
  return {
      {.text = "memory utilisation",
       .claimed = 50,
       .computed = figure(memory_share(precision::fp8), memory_share(precision::fp32)),
       .unit = "%",
       .relation = relation::below,
       .reason = "weights, one batch of 128 x 1024 tokens, 1 GiB reserve; from fp8 to fp32"},
      {.text = "compute utilisation",
       .claimed = 20,
       .unit = "%",
       .relation = relation::below,
       .reason = "no workload is stated; the next line is the load that would take 20 %"},
      {.text = "load at 20 % of the peak",
       .computed = load_at(0.2),
       .unit = "tokens/s",
       .reason = "prompts of 1024 tokens, each token taking all 64 experts or one"},
  };
}

[[nodiscard]] inline std::vector<claim> map_claims() {
  const auto last_gpu = [](term t) { return gpus_of(t).gpus.last(); };
  const auto first_gpu = [](term t) { return gpus_of(t).gpus.first; };
  return {
      {.text = "expert groups",
       .claimed = 64,
       .computed = ranks.gpus() / ranks.expert.etp,
       .unit = "groups",
       .reason = "of two GPUs each"},
      {.text = "expert modules, last GPU",
       .claimed = 127,
       .computed = last_gpu(term::routed_experts),
       .unit = "GPU",
       .reason = "GPUs 0-127"},
      {.text = "communication modules, last GPU",
       .claimed = 127,
       .computed = last_gpu(term::all_to_all),
       .unit = "GPU",
       .reason = "GPUs 0-127"},
      {.text = "embedding module, last GPU",
       .claimed = 63,
       .computed = last_gpu(term::embedding),
       .unit = "GPU",
       .reason =
           "PP1: every GPU runs every module; 0-63 would leave out one half of each TP2 group"},
      {.text = "aggregation module, first GPU",
       .claimed = 64,
       .computed = first_gpu(term::all_reduce),
       .unit = "GPU",
       .reason = "a sum over TP2 ends on both ranks of every group"},
  };
}

[[nodiscard]] inline plan result() {
  plan p{.title = "Plan 000: EP64_TP2 on 128 GPUs",
         .inputs = "64 GB and 400 TFLOP/s per GPU; 16 layers x 64 experts, width 1024"};
  for (const auto& claims : {distribution_claims(), utilisation_claims(), map_claims()}) {
    p.claims.insert(p.claims.end(), claims.begin(), claims.end());
  }
  p.appendix = module_map() + "\n" + graph();
  return p;
}

}  // namespace plans::plan_000
