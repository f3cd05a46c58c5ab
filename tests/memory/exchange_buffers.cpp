// SPDX-License-Identifier: BSL-1.0
#include "shardline/memory/exchange_buffers.hpp"

#include <doctest/doctest.h>

#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"

using namespace shardline;

namespace {

constexpr double one_gib = 1073741824.0;

// Of DeepSeek-V3 under vLLM, a replica a rank.
double held(expert_exchange by, integer ranks,
            expert_dispatch dispatch = expert_dispatch::all_to_all, integer redundant = 0) {
  layout l{{1, 1, ranks}, {1, ranks, 1}};
  l.dispatch = dispatch;
  l.redundant_experts = redundant;
  const exchange_buffers& sizes = engines::vllm.exchange;
  return exchange_buffer_bytes(catalog::deepseek_v3, l, 8, by, sizes).value();
}

}  // namespace

TEST_CASE("DeepEP registers a buffer for each domain and beyond, or room for each expert") {
  CHECK(held(expert_exchange::low_latency, 16) == one_gib + 4.0 * 256 * 256 * 14560);
  CHECK(held(expert_exchange::low_latency, 16) == 4890558464.0);
  CHECK(held(expert_exchange::low_latency, 8) == held(expert_exchange::low_latency, 16));
  CHECK(held(expert_exchange::hierarchical, 8) == one_gib);
  CHECK(held(expert_exchange::hierarchical, 16) == 2 * one_gib);
  CHECK(held(expert_exchange::fastest, 16) == held(expert_exchange::low_latency, 16));
  CHECK(held(expert_exchange::low_latency, 16, expert_dispatch::all_to_all, 32) ==
        one_gib + 4.0 * 288 * 256 * 14560);
}

TEST_CASE("nothing where tokens are not sent, or by the library's own all-to-all") {
  CHECK(held(expert_exchange::pairwise, 16) == 0.0);
  CHECK(held(expert_exchange::low_latency, 16, expert_dispatch::all_gather) == 0.0);
  CHECK(held(expert_exchange::low_latency, 1) == 0.0);
  layout l{{1, 1, 8}, {8, 1, 1}};
  l.dispatch = expert_dispatch::all_to_all;
  CHECK(exchange_buffer_bytes(catalog::llama_3_1_8b, l, 8, expert_exchange::low_latency,
                              engines::vllm.exchange) == bytes<>{});
}
