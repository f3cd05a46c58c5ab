// SPDX-License-Identifier: BSL-1.0
// Plan 004, EP64 TP1 PP1 DP1 on 64 GPUs: what it claims, and what its inputs give.
#include <doctest/doctest.h>

#include <string>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/product.hpp"
#include "shardline/io/rank_map.hpp"
#include "shardline/model/rank_map.hpp"
#include "shardline/shardline.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

constexpr model shape = catalog::plan_004;
constexpr auto cluster = make_cluster(catalog::plan_400, 64);
constexpr layout ranks = to_layout(product{.ep = 64});
constexpr layout previous = to_layout(product{.ep = 64, .tp = 16, .pp = 4, .dp = 4});
constexpr workload batch{.concurrency = 64, .input = 1024_tokens, .output = 1_tokens};

// "EP=64, TP=16, PP=4, DP=4 requiring 16,384 GPUs", "Only 64 GPUs": impossible, by the compiler.
static_assert(!is_feasible<cluster, shape, previous, batch>);
constexpr report refused = check(cluster, shape, previous, batch);
static_assert(refused.find(rule::gpus)->required == 16384);
static_assert(refused.find(rule::gpus)->available == 64);
static_assert(refused.violations.size() == 1);

// EP64 TP1 PP1 DP1 is possible on the same 64.
static_assert(require_feasible<cluster, shape, ranks, batch>);
static_assert(ranks.gpus() == 64);

// "64 experts x 16 layers = 1,024 expert instances", "16 per GPU", "Load Variance: 0%".
static_assert(shape.layers.size() * experts_of(shape).experts == 1024);
constexpr bool sixteen_on_each() {
  for (integer gpu = 0; gpu < 64; ++gpu) {
    const rank_share s = share_of_gpu(shape, ranks, gpu);
    if (s.experts.number * s.layers.number != 16) return false;
  }
  return true;
}
static_assert(sixteen_on_each());

// "GPU 0: Expert 0 (Layer 0-15)" ... "GPU 63: Expert 63 (Layer 0-15)".
constexpr bool own_expert_on_each() {
  for (integer gpu = 0; gpu < 64; ++gpu) {
    const rank_share s = share_of_gpu(shape, ranks, gpu);
    if (s.experts != item_range{gpu, 1} || s.layers != item_range{0, 16}) return false;
  }
  return true;
}
static_assert(own_expert_on_each());

// "No parameter replication": true of the experts; attention is on every one of the 64 GPUs.
static_assert(ranks.expert.edp == 1);
static_assert(ranks.attention.dp == 64);
static_assert(weights_of_rank(shape, ranks, 0, rank_coordinates{})[weight_class::attention] ==
              parameters(shape)[weight_class::attention]);
static_assert(weights_of_rank(shape, ranks, 0, rank_coordinates{})[weight_class::routed_expert] *
                  64 ==
              parameters(shape)[weight_class::routed_expert]);

// "60-70 %" less latency from 0.008 s against 0.020 s is 60 %; "8-10x" from 120,000 against 15,000
// sequences a second is 8. In flight, by rate x latency: 960 against 300, not one load.
static_assert((20_ms - 8_ms) / 20_ms == 0.6);
static_assert(120000.0 / 15000.0 == 8.0);
static_assert((120000.0 * 8_ms).value() == 960.0);
static_assert((15000.0 * 20_ms).value() == 300.0);

TEST_CASE("plan 004: the GPU-by-GPU map as text") {
  const std::string map = rank_map(shape, ranks);
  CHECK(map.starts_with("GPU 0: expert 0, layers 0-15\nGPU 1: expert 1, layers 0-15\n"));
  CHECK(map.ends_with("GPU 63: expert 63, layers 0-15\n"));
}

}  // namespace
