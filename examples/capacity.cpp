// SPDX-License-Identifier: BSL-1.0
// How much fits, the inverse of memory: at compile time, where a build can insist on it, and at run
// time, with what each pipeline stage holds.
#include <cstdio>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/plan/fewest.hpp"
#include "shardline/shardline.hpp"

using namespace shardline;
using namespace shardline::literals;

// [readme:begin capacity]
constexpr auto host = with_engine(make_cluster(catalog::h100_sxm, 8), engines::vllm);
constexpr auto ranks = to_layout(vllm{.tp = 4, .pp = 2});
constexpr workload chat{.concurrency = 64, .input = 2048_tokens, .output = 512_tokens};

static_assert(sequences_that_fit(host, catalog::llama_3_1_70b, ranks, chat) >= 500);
static_assert(longest_context(host, catalog::llama_3_1_70b, ranks, chat) >= 16384);
static_assert(fewest_replicas(host, catalog::llama_3_1_70b, ranks, chat)->gpus() == 8);
// [readme:end capacity]

long long number(integer n) { return static_cast<long long>(n); }
double gb(const bytes<>& b) { return (b / 1_GB).value(); }

int main() {
  const model& m = catalog::llama_3_1_70b;
  std::printf("sequences of 2560 tokens  %lld\n", number(sequences_that_fit(host, m, ranks, chat)));
  std::printf("context of 64 sequences   %lld tokens\n",
              number(longest_context(host, m, ranks, chat)));
  if (const auto smallest = fewest_gpus(host, m, chat)) {
    std::printf("fewest GPUs, any layout   %lld: tp%lld pp%lld\n", number(smallest->gpus()),
                number(smallest->attention.tp), number(smallest->pp));
  }
  for_each_stage(host, m, ranks, chat, [](const stage_memory& s) {
    std::printf("stage %lld, layers %lld-%lld: %.1f GB of weights, %.1f of %.1f GB in all\n",
                number(s.stage), number(s.layers.first), number(s.layers.last()),
                gb(s.memory.weights), gb(s.memory.total()), gb(s.memory.capacity));
  });
}
