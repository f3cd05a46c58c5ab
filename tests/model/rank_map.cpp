// SPDX-License-Identifier: BSL-1.0
#include "shardline/model/rank_map.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "shardline/catalog/models.hpp"
#include "shardline/engines/product.hpp"
#include "shardline/engines/vllm.hpp"

namespace {

using namespace shardline;

struct placed {
  const model* shape = nullptr;
  layout ranks{};
};

// A layout with copies of experts, and its longest stage at the end.
layout with_copies(layout l, integer redundant) {
  l.redundant_experts = redundant;
  l.stages.remainder = stage_remainder::last;
  return l;
}

// Layouts of every sort: product, vLLM with and without expert parallelism, uneven layers (61 / 4)
// and experts (64 / 6), copies of experts (256 + 32 over 32), no experts at all.
std::vector<placed> all_layouts() {
  return {
      {&catalog::plan_000, to_layout(product{.ep = 64, .tp = 2})},
      {&catalog::plan_001, to_layout(product{.ep = 8, .tp = 4, .pp = 2})},
      {&catalog::plan_002, to_layout(product{.ep = 64, .tp = 8, .pp = 2, .dp = 2})},
      {&catalog::plan_003, to_layout(product{.ep = 6, .tp = 1, .pp = 3, .dp = 4})},
      {&catalog::deepseek_v3, to_layout(vllm{.tp = 8, .dp = 4, .pp = 4, .expert_parallel = true})},
      {&catalog::deepseek_v3,
       with_copies(to_layout(vllm{.tp = 4, .dp = 8, .pp = 4, .expert_parallel = true}), 32)},
      {&catalog::mixtral_8x7b, to_layout(vllm{.tp = 2, .dp = 2})},
      {&catalog::llama_3_1_70b, to_layout(vllm{.tp = 8, .dp = 2, .pp = 2})}};
}

// The model's experts and their copies, numbered on.
integer placed_experts(const placed& p) {
  return experts_of(*p.shape).experts + p.ranks.redundant_experts;
}

integer holders(const placed& p, integer expert, integer layer) {
  integer found = 0;
  for (integer gpu = 0; gpu < p.ranks.gpus(); ++gpu) {
    const rank_share s = share_of_gpu(*p.shape, p.ranks, gpu);
    found += s.experts.contains(expert) && s.layers.contains(layer) ? 1 : 0;
  }
  return found;
}

TEST_CASE("every expert of every layer lies on exactly etp x edp GPUs") {
  for (const placed& p : all_layouts()) {
    for (integer expert = 0; expert < placed_experts(p); ++expert) {
      for (const integer layer : {integer{0}, p.shape->layers.size() - 1}) {
        CHECK(holders(p, expert, layer) == p.ranks.expert.etp * p.ranks.expert.edp);
      }
    }
  }
}

TEST_CASE("every layer lies on exactly the GPUs of one stage") {
  for (const placed& p : all_layouts()) {
    for (integer layer = 0; layer < p.shape->layers.size(); ++layer) {
      integer found = 0;
      for (integer gpu = 0; gpu < p.ranks.gpus(); ++gpu) {
        found += share_of_gpu(*p.shape, p.ranks, gpu).layers.contains(layer) ? 1 : 0;
      }
      CHECK(found == p.ranks.attention.size());
    }
  }
}

// Each (tensor shard, replica) pair, and each (expert shard, expert copy) pair, occurs equally
// often.
TEST_CASE("the shards of each copy are complete") {
  for (const placed& p : all_layouts()) {
    const attention_mesh& a = p.ranks.attention;
    std::vector<integer> seen(static_cast<std::size_t>(a.tp * a.dp), 0);
    for (integer gpu = 0; gpu < p.ranks.gpus(); ++gpu) {
      const rank_share s = share_of_gpu(*p.shape, p.ranks, gpu);
      ++seen[static_cast<std::size_t>(s.replicas.first * a.tp + s.tensor_shards.first)];
    }
    for (const integer times : seen) CHECK(times == a.cp * p.ranks.pp);
  }
}

TEST_CASE("several GPUs hold what each of them holds, and a whole stage holds all experts") {
  for (const placed& p : all_layouts()) {
    const integer ranks = p.ranks.attention.size();
    const rank_share all = share_of_gpus(*p.shape, p.ranks, 0, ranks);
    CHECK(all.gpus == item_range{0, ranks});
    CHECK(all.experts == item_range{0, placed_experts(p)});
    CHECK(all.expert_shards == item_range{0, p.ranks.expert.etp});
    CHECK(all.tensor_shards == item_range{0, p.ranks.attention.tp});
    CHECK(all.replicas == item_range{0, p.ranks.attention.dp});
    CHECK(all.layers == share_of_gpu(*p.shape, p.ranks, 0).layers);
  }
}

// 64 experts on 6 ranks: 11 on the first four, 10 on the others. Of 61 layers on 4 stages, 16 on
// the first and 15 on each other.
static_assert(part_of(64, 6, 0) == item_range{0, 11} && part_of(64, 6, 3) == item_range{33, 11});
static_assert(part_of(64, 6, 4) == item_range{44, 10} && part_of(64, 6, 5) == item_range{54, 10});
static_assert(part_of(61, 4, 1) == item_range{16, 15} && part_of(61, 4, 3).last() == 60);

// 256 experts and 32 copies on 32 ranks: 9 each. Of 61 layers on 4 stages, 16 on the last.
constexpr layout copied() noexcept {
  layout l = to_layout(vllm{.tp = 4, .dp = 8, .pp = 4, .expert_parallel = true});
  l.redundant_experts = 32;
  l.stages.remainder = stage_remainder::last;
  return l;
}
static_assert(share_of_gpu(catalog::deepseek_v3, copied(), 31).experts == item_range{279, 9});
static_assert(share_of_gpu(catalog::deepseek_v3, copied(), 31).layers == item_range{0, 15});
static_assert(share_of_gpu(catalog::deepseek_v3, copied(), 127).layers == item_range{45, 16});
static_assert(share_of_gpu(catalog::llama_3_1_70b, copied(), 0).experts.number == 0,
              "where there are no experts there are no copies");

// Rank order is etp, ep, edp, pp: on 2048 GPUs of EP64 TP8 PP2 DP2, GPU 1024 + 512 + 8 * 5 + 3.
constexpr rank_share far =
    share_of_gpu(catalog::plan_002, to_layout(product{.ep = 64, .tp = 8, .pp = 2, .dp = 2}), 1579);
static_assert(far.layers == item_range{8, 8});
static_assert(far.expert_copies == item_range{1, 1});
static_assert(far.experts == item_range{5, 1});
static_assert(far.expert_shards == item_range{3, 1} && far.tensor_shards == item_range{3, 1});
static_assert(far.replicas == item_range{69, 1});

}  // namespace
