// SPDX-License-Identifier: BSL-1.0
// Layouts and the conventions they come from, as compile-time facts.
#include "shardline/engines/product.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/shardline.hpp"

namespace {

using namespace shardline;

constexpr layout plan_004 = to_layout(product{.ep = 64, .tp = 16, .pp = 4, .dp = 4});
static_assert(plan_004.gpus() == 16384, "EP64 x TP16 x PP4 x DP4 multiply to 16384 ranks");
static_assert(plan_004.attention.size() == plan_004.expert.size(), "both meshes see them all");
static_assert(plan_004.attention == attention_mesh{16, 1, 256}, "attention: tp 16, dp 64 x 4");
static_assert(plan_004.expert == expert_mesh{16, 64, 4}, "experts: etp 16, ep 64, edp 4");

constexpr layout by_expert = to_layout(vllm{.tp = 8, .dp = 4, .expert_parallel = true});
static_assert(by_expert.expert == expert_mesh{1, 32, 1}, "vLLM spreads experts over DP x TP");
constexpr layout by_width = to_layout(vllm{.tp = 8, .dp = 4});
static_assert(by_width.expert == expert_mesh{32, 1, 1}, "or splits them over as many");
static_assert(by_width.gpus() == 32, "on the same GPUs");

static_assert(part_of(61, 4, 0).number == 16, "61 layers over 4 stages: the first has 16");
static_assert(items_in_part(61, 4, 3) == 15, "and the last 15");
static_assert(place({8, 1}, 8).domains == 1, "8 neighbours share a domain of 8");
static_assert(place({8, 8}, 8).domains == 8, "8 ranks 8 apart do not");

}  // namespace
