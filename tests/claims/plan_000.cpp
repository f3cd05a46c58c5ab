// SPDX-License-Identifier: BSL-1.0
// Plan 000, EP64_TP2 on 128 GPUs: what it claims, and what its inputs give.
#include <doctest/doctest.h>

#include <string>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/product.hpp"
#include "shardline/io/dot.hpp"
#include "shardline/io/rank_map.hpp"
#include "shardline/model/rank_map.hpp"
#include "shardline/shardline.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

constexpr model shape = catalog::plan_000;
constexpr auto cluster = make_cluster(catalog::plan_400, 128);
constexpr layout ranks = to_layout(product{.ep = 64, .tp = 2});
// The plan states no load; this is plan 003's, of the same model.
constexpr workload batch{.concurrency = 128, .input = 1024_tokens, .output = 1_tokens};
constexpr rank_share first = share_of_gpu(shape, ranks, 0);

// "Hardware": 64 GB, 400 TFLOP/s; "Model Configuration": 16 layers, 64 experts, width 1024.
static_assert(cluster.accelerator.memory == 64_GB);
static_assert(cluster.accelerator.peak.fp16 == 400_TFLOPS);
static_assert(shape.layers.size() == 16 && shape.hidden_size == 1024);

// "Required GPUs: 64 x 2 x 1 = 128", of 128: 100 %.
static_assert(ranks.gpus() == 128);
static_assert(require_feasible<cluster, shape, ranks, batch>);

// "1,024 experts": 16 x 64.
static_assert(shape.layers.size() * experts_of(shape).experts == 1024);

// "8 experts per GPU": 1,024 / 128 in whole experts; in fact 16 layers x 1 expert, one half of
// each.
static_assert(1024 / ranks.gpus() == 8);
static_assert(first.layers.number * first.experts.number == 16);
static_assert(first.expert_shards.number == 1 && ranks.expert.etp == 2);

// "64 groups, each with 2 GPUs".
static_assert(ranks.gpus() / ranks.expert.etp == 64);

constexpr model stored_in(precision p) {
  model m = shape;
  m.weights = uniform(weight_format{p, p});
  m.activations = p;
  m.kv_cache = p;
  return m;
}

// "<50% of available 64GB", in every precision up to fp32. Weights in fp32: (4 x 1024^2 attention /
// 2
// + 2 x 1024 x 2048 expert / 2 + 65,536 router + 2,048 norms) x 16 layers x 4 bytes
// = 68,190,208 x 4 = 272,760,832 bytes, 0.43 % of 64 GB.
constexpr model widest = stored_in(precision::fp32);
static_assert(weights_of_rank(widest, ranks, 0, rank_coordinates{}).total_bytes() == 272760832_B);
constexpr bool below_half(precision p) {
  const model m = stored_in(p);
  const auto held = memory(cluster, m, ranks, batch);
  return held.total() < held.capacity * 0.5;
}
static_assert(below_half(precision::fp8) && below_half(precision::fp16) &&
              below_half(precision::bf16) && below_half(precision::fp32));

TEST_CASE("plan 000: every module runs on GPUs 0-127") {
  const rank_share all = share_of_gpus(shape, ranks, 0, ranks.attention.size());
  CHECK(to_text("GPU", all.gpus) == "GPUs 0-127");
  CHECK(all.experts == item_range{0, 64});
  CHECK(all.tensor_shards == item_range{0, 2});
  // "Embedding Module (GPU 0-63)" would hold the whole of 32 tensor groups and nothing of the
  // others.
  CHECK(share_of_gpus(shape, ranks, 0, 64).replicas == item_range{0, 32});
}

TEST_CASE("plan 000: the graph has computation, dashed communication and aggregation on GPUs") {
  const std::string graph = to_dot(shape, ranks, prefill_step(128.0, 1024.0, 0.0, 1.0));
  CHECK(graph.find("shape=box, label=\"routed experts, 16 times\\nGPUs 0-127\"") !=
        std::string::npos);
  CHECK(graph.find("shape=invhouse, label=\"sum, 16 times\\nGPUs 0-127\"") != std::string::npos);
  CHECK(graph.find("style=dashed, label=\"all-to-all over 64 GPUs") != std::string::npos);
  CHECK(graph.find("label=\"input\\nCPU\"") != std::string::npos);
}

}  // namespace
