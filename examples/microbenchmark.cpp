// SPDX-License-Identifier: BSL-1.0
// How long does a planner's innermost question take? Google Benchmark around a prepared layout.
#include <benchmark/benchmark.h>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/shardline.hpp"

using namespace shardline;
using namespace shardline::literals;

constexpr auto node = with_engine(make_cluster(with_fitted(catalog::h100_sxm), 8), engines::vllm);
constexpr layout ranks = to_layout(vllm{.tp = 8});

// [readme:begin microbenchmark]
void price_a_load(benchmark::State& state) {
  const prepared replica(node, catalog::llama_3_1_70b, ranks);
  workload load{.concurrency = 64, .input = 2048_tokens, .output = 512_tokens};
  for (auto _ : state) {
    benchmark::DoNotOptimize(load);  // else the compiler, which can, prices it once
    benchmark::DoNotOptimize(replica(load));
  }
}
BENCHMARK(price_a_load);
// [readme:end microbenchmark]
