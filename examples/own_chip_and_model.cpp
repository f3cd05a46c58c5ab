// SPDX-License-Identifier: BSL-1.0
// A chip and a model that the catalog does not have, from a data sheet and a config.json.
#include <cstdio>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/shardline.hpp"

using namespace shardline;
using namespace shardline::literals;

// [readme:begin own_chip]
constexpr accelerator next_year{
    .name = "next-year",
    .vendor = vendor::nvidia,
    .peak = {.bf16 = 4_PFLOPS, .fp16 = 4_PFLOPS, .fp8 = 8_PFLOPS, .fp4 = 24_PFLOPS},
    .memory = 280_GiB,  // that an application is shown, not what is on the box
    .memory_rate = 13_TBps,
    .scale_up = {1800_GBps, 1_us},  // one direction
    .domain = 72,
    .network = {800_Gbps, 5_us}};  // Gbps are bits, GBps are bytes: both are read as they say
// [readme:end own_chip]

// [readme:begin own_model]
constexpr grouped_query_attention attention{
    .heads = 64, .kv_heads = 8, .head_dim = 128, .qk_norm = head_norm::per_head};
constexpr mixture_of_experts experts{.experts = 256,
                                     .experts_per_token = 8,
                                     .width = 1536,
                                     .shared_experts = 1,
                                     .shared_width = 1536};
constexpr model ours{
    .name = "ours",
    .hidden_size = 5120,
    .vocab_size = 151936,
    .layers = {{2, {attention, dense_feed_forward{.width = 12288}}}, {58, {attention, experts}}},
    .max_context = 262144,
    .weights = quantised(uniform(formats::bf16), formats::fp8_block)};
// [readme:end own_model]

// [readme:begin own_use]
constexpr auto rack = with_engine(make_cluster(with_fitted(next_year), 8), engines::vllm);
constexpr auto flags =
    to_layout(vllm{.tp = 1, .dp = 8, .expert_parallel = true, .all_to_all = true});
constexpr workload chat{.concurrency = 256, .input = 4096_tokens, .output = 1024_tokens};
static_assert(require_feasible<rack, ours, flags, chat>);
// [readme:end own_use]

int main() {
  const auto e = estimate(rack, ours, flags, chat);
  std::printf("%.0f billion parameters, %.1f active\n",
              static_cast<double>(parameters(ours).total()) / 1e9,
              static_cast<double>(active_parameters(ours)) / 1e9);
  std::printf("%.0f of %.0f GiB, TTFT %.0f ms, TPOT %.1f ms (%s)\n",
              (e.memory.total() / 1_GiB).value(), (e.memory.capacity / 1_GiB).value(),
              (e.serving.ttft / 1_ms).value(), (e.serving.tpot / 1_ms).value(),
              e.source == provenance::transferred ? "constants of the nearest chip" : "measured");
}
