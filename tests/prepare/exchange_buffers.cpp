// SPDX-License-Identifier: BSL-1.0
#include "shardline/prepare/exchange_buffers.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/estimate/feasibility.hpp"
#include "shardline/memory/memory.hpp"

using namespace shardline;

namespace {

using namespace shardline::literals;

constexpr double one_gib = 1073741824.0;

// DeepSeek-V3, a replica a rank, on nodes of eight.
double held(const engine_version& engine, expert_exchange by, integer ranks,
            expert_dispatch dispatch = expert_dispatch::all_to_all, integer redundant = 0) {
  layout l{{1, 1, ranks}, {1, ranks, 1}};
  l.dispatch = dispatch;
  l.redundant_experts = redundant;
  const exchange_buffers& sizes = engine.runtime.buffers;
  return exchange_buffer_bytes(catalog::deepseek_v3, l, 8, by, sizes).value();
}
double held(expert_exchange by, integer ranks,
            expert_dispatch dispatch = expert_dispatch::all_to_all, integer redundant = 0) {
  return held(engines::vllm, by, ranks, dispatch, redundant);
}

// Beside NVSHMEM's heap.
constexpr double beside = 644245094.0;

}  // namespace

TEST_CASE("DeepEP registers a buffer for each domain and beyond, or room for each expert") {
  // 4 x 256 x 256 x 14,560 B are 3.55 GiB, and with 256 MiB of NVSHMEM's own 3.80 of 4.
  CHECK(held(expert_exchange::low_latency, 16) == one_gib + 4.0 * one_gib + beside);
  CHECK(held(expert_exchange::low_latency, 16) == 6012954214.0);
  CHECK(held(expert_exchange::low_latency, 8) == held(expert_exchange::low_latency, 16));
  CHECK(held(expert_exchange::hierarchical, 8) == one_gib);
  CHECK(held(expert_exchange::hierarchical, 16) == one_gib + 1.5 * one_gib + beside);
  CHECK(held(expert_exchange::fastest, 16) == held(expert_exchange::low_latency, 16));
  // 4 x 288 x 256 x 14,560 B are 4.00 GiB.
  CHECK(held(expert_exchange::low_latency, 16, expert_dispatch::all_to_all, 32) ==
        one_gib + 4.5 * one_gib + beside);
}

TEST_CASE("SGLang has DeepEP size the buffers of its normal kernels") {
  constexpr double token = 2.0 * 7168.0 + 128.0 * 16.0 + 8.0;
  // Ten channels from eight ranks, 256 tokens each and five signals of 4 B: 335,709,760 B.
  const double in_node = 10.0 * 8.0 * (5.0 * 4.0 + 256.0 * token);
  CHECK(held(engines::sglang, expert_exchange::hierarchical, 8) ==
        std::ceil(in_node / 128.0) * 128.0);
  // 288 tokens and seven signals; from two nodes 140, there and back, and 1 MiB: 93 MB, which lie
  // on a heap of 512 MiB with 256 of its own.
  const double of_two = std::ceil(10.0 * 8.0 * (7.0 * 4.0 + 288.0 * token) / 128.0) * 128.0;
  CHECK(held(engines::sglang, expert_exchange::hierarchical, 16) ==
        of_two + 0.5 * one_gib + beside);
  // 128 tokens of low latency are 1.78 GiB, and the heap 2.5.
  CHECK(held(engines::sglang, expert_exchange::low_latency, 16) == 2.5 * one_gib + beside);
  CHECK(held(engines::sglang, expert_exchange::fastest, 16) == of_two + 2.5 * one_gib + beside);
}

TEST_CASE("buffers never shrink with the ranks of a group") {
  for (const auto* engine : {&engines::vllm, &engines::sglang}) {
    for (const auto by :
         {expert_exchange::hierarchical, expert_exchange::low_latency, expert_exchange::fastest}) {
      double before = 0.0;
      for (const integer ranks : {2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 144, 160, 256}) {
        CAPTURE(ranks);
        const double now = held(*engine, by, ranks);
        CHECK(now >= before);
        before = now;
      }
    }
  }
}

TEST_CASE("nothing where tokens are not sent, or by the library's own all-to-all") {
  CHECK(held(expert_exchange::pairwise, 16) == 0.0);
  CHECK(held(expert_exchange::low_latency, 16, expert_dispatch::all_gather) == 0.0);
  CHECK(held(expert_exchange::low_latency, 1) == 0.0);
  layout l{{1, 1, 8}, {8, 1, 1}};
  l.dispatch = expert_dispatch::all_to_all;
  CHECK(exchange_buffer_bytes(catalog::llama_3_1_8b, l, 8, expert_exchange::low_latency,
                              engines::vllm.runtime.buffers) == bytes<>{});
}

TEST_CASE("an estimate reserves what its cluster's engine registers") {
  const layout l{{1, 1, 16}, {1, 16, 1}};
  const workload w{.concurrency = 16, .input = 1024_tokens, .output = 128_tokens};
  auto c = with_engine(make_cluster(catalog::h200_sxm, 16), engines::vllm);
  const auto without = memory(c, catalog::deepseek_v3, l, w);
  c.runtime.experts.exchange = expert_exchange::low_latency;
  const auto with = memory(c, catalog::deepseek_v3, l, w);
  CHECK((with.reserve - without.reserve).value() == 6012954214.0);
  CHECK(with.kv_capacity < without.kv_capacity);
  // What fits is judged with them, whoever asks.
  c.accelerator.memory = (with.total() - with.withheld) / 0.92 - 1_GB;
  CHECK(check(c, catalog::deepseek_v3, l, w).find(rule::memory) != nullptr);
  c.runtime.experts.exchange = expert_exchange::pairwise;
  CHECK(check(c, catalog::deepseek_v3, l, w).find(rule::memory) == nullptr);
}
