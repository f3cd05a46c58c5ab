// SPDX-License-Identifier: BSL-1.0
// Plan 004: EP64 TP1 PP1 DP1 on 64 GPUs, and the impossible plan that it replaces.
#pragma once

#include "figures.hpp"
#include "print.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/product.hpp"
#include "shardline/io/rank_map.hpp"

namespace plans::plan_004 {

// Sections "Deployment Conditions Analysis", "Previous Error Analysis" and "Optimal Strategy". The
// plan states no batch; feasibility is checked with one sequence per GPU.
inline constexpr auto cluster = make_cluster(catalog::plan_400, 64);
inline constexpr model shape = catalog::plan_004;
inline constexpr layout ranks = to_layout(product{.ep = 64});
inline constexpr layout previous = to_layout(product{.ep = 64, .tp = 16, .pp = 4, .dp = 4});
inline constexpr workload batch{.concurrency = 64, .input = 1024_tokens, .output = 1_tokens};

// The compiler's own verdicts.
static_assert(require_feasible<cluster, shape, ranks, batch>);
static_assert(!is_feasible<cluster, shape, previous, batch>);
inline constexpr violation impossible =
    *deployment<cluster, shape, previous, batch>::feasibility.find(rule::gpus);

// Section "Target Metrics".
inline constexpr auto latency = 0.008_s;
inline constexpr auto baseline_latency = 0.020_s;
inline constexpr double throughput = 120'000.0;
inline constexpr double baseline_throughput = 15'000.0;

[[nodiscard]] inline std::vector<claim> layout_claims() {
  constexpr rank_share one = share_of_gpu(shape, ranks, 0);
  const double deviation = deviation_over_gpus(
      shape, ranks, [](const rank_share& s) { return real<double>(experts_on(s)); });
  return {
      {.text = "GPUs of EP64 x TP16 x PP4 x DP4",
       .claimed = 16384,
       .computed = impossible.required,
       .unit = "GPUs",
       .reason = "static_assert(!is_feasible<...>): the compiler counted them"},
      {.text = "GPUs available", .claimed = 64, .computed = impossible.available, .unit = "GPUs"},
      {.text = "GPUs of EP64 x TP1 x PP1 x DP1",
       .claimed = 64,
       .computed = ranks.gpus(),
       .unit = "GPUs",
       .reason = "static_assert(require_feasible<...>)"},
      {.text = "expert instances",
       .claimed = 1024,
       .computed = expert_instances(shape),
       .unit = "experts"},
      {.text = "instances per GPU", .claimed = 16, .computed = experts_on(one), .unit = "experts"},
      {.text = "load variance",
       .claimed = 0,
       .computed = 100.0 * deviation,
       .unit = "%",
       .reason = "of the expert instances; of the tokens it depends on the routing"},
      {.text = "copies of the expert weights",
       .claimed = 1,
       .computed = ranks.expert.edp,
       .unit = "copies"},
      {.text = "copies of the attention weights",
       .claimed = 1,
       .computed = ranks.attention.dp,
       .unit = "copies",
       .reason = "\"no parameter replication\": every GPU computes attention"},
  };
}

[[nodiscard]] inline std::vector<claim> performance_claims() {
  const auto in_flight = [](double rate, const seconds<>& time) { return rate * time.value(); };
  const double own = in_flight(throughput, latency);
  const double baseline = in_flight(baseline_throughput, baseline_latency);
  return {
      {.text = "latency saved, 0.020 s to 0.008 s",
       .claimed = figure(60, 70),
       .computed = percent((baseline_latency - latency).value(), baseline_latency.value()),
       .unit = "%",
       .reason = "of the plan's own targets, at the low end"},
      {.text = "throughput gained, 15,000/s to 120,000/s",
       .claimed = figure(8, 10),
       .computed = throughput / baseline_throughput,
       .unit = "x",
       .reason = "of the plan's own targets, at the low end"},
      {.text = "sequences in flight",
       .computed = own,
       .unit = "sequences",
       .reason = "throughput x latency"},
      {.text = "sequences in flight, baseline",
       .computed = baseline,
       .unit = "sequences",
       .reason = "so the two were not measured at one load"},
  };
}

[[nodiscard]] inline plan result() {
  plan p{.title = "Plan 004: EP64 TP1 PP1 DP1 on 64 GPUs",
         .inputs = "64 GPUs; 16 layers x 64 experts"};
  for (const auto& claims : {layout_claims(), performance_claims()}) {
    p.claims.insert(p.claims.end(), claims.begin(), claims.end());
  }
  p.appendix = "  Rank map\n";
  for (integer gpu = 0; gpu < ranks.gpus(); ++gpu) {
    p.appendix += "    " + to_text(share_of_gpu(shape, ranks, gpu), ranks) + "\n";
  }
  return p;
}

}  // namespace plans::plan_004
