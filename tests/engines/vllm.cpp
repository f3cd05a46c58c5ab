// SPDX-License-Identifier: BSL-1.0
#include "shardline/engines/vllm.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/product.hpp"
#include "shardline/estimate/feasibility.hpp"
#include "shardline/plan/search.hpp"

namespace {

using namespace shardline;

// vllm/model_executor/layers/fused_moe/config.py, FusedMoEParallelConfig.make: expert parallel off
// means etp = DP PCP TP and ep = 1, on means ep = DP PCP TP and etp = 1; never mixed, edp = 1.
static_assert(to_layout(vllm{.tp = 8, .dp = 4, .expert_parallel = true}) ==
              layout{{8, 1, 4}, {1, 32, 1}, 1, expert_dispatch::all_gather});
// Off with DP = 4 and TP = 8 splits each expert 32 ways; it does not make four replicas.
static_assert(to_vllm({{1, 1, 8}, {1, 8, 1}}).flags ==
              vllm{.tp = 1, .dp = 8, .expert_parallel = true, .all_to_all = true});
static_assert(to_layout(vllm{.tp = 8, .dp = 4}) ==
              layout{{8, 1, 4}, {32, 1, 1}, 1, expert_dispatch::all_gather});
static_assert(
    to_layout(vllm{.tp = 4, .pp = 2, .pcp = 2, .expert_parallel = true}) ==
    layout{
        {4, 2, 1}, {1, 8, 1}, 2, expert_dispatch::all_gather, {stage_remainder::before_last, {}}});
static_assert(to_layout(vllm{.tp = 1, .dp = 2, .expert_parallel = true, .all_to_all = true})
                  .dispatch == expert_dispatch::all_to_all);
// get_pp_indices: what 61 layers leave over goes to the stages before the last.
static_assert(to_layout(vllm{.tp = 1, .pp = 4}).stages.remainder == stage_remainder::before_last);
static_assert(layers_of_stage(to_layout(vllm{.tp = 1, .pp = 4}), 61, 2) == item_range{30, 16});
// One stage leaves nothing over: layouts of one stage stay equal, whoever states them.
static_assert(to_layout(vllm{.tp = 8}).stages == stage_split{});

constexpr stage_layers listed(std::initializer_list<int> layers) {
  stage_layers result;
  for (const int n : layers) result.push_back(static_cast<std::uint16_t>(n));
  return result;
}
// VLLM_PP_LAYER_PARTITION=31,30 and --eplb-config '{"num_redundant_experts": 32}'.
constexpr vllm layers_by_hand{
    .tp = 4, .pp = 2, .expert_parallel = true, .layers = listed({29, 32}), .redundant_experts = 32};
static_assert(layers_of_stage(to_layout(layers_by_hand), 61, 1) == item_range{29, 32});
static_assert(to_layout(layers_by_hand).redundant_experts == 32);
static_assert(to_vllm(to_layout(layers_by_hand)).flags == layers_by_hand);

}  // namespace

TEST_CASE("flags to layout and back are the flags, where they mean something") {
  for (const integer tp : {1, 2, 8}) {
    for (const integer dp : {1, 3}) {
      for (const integer pp : {1, 4}) {
        for (const integer pcp : {1, 2}) {
          for (const bool ep : {false, true}) {
            for (const bool all_to_all : {false, true}) {
              const vllm v{tp, dp, pp, pcp, ep, all_to_all};
              if (!v.refused().key.empty()) continue;
              const conversion<vllm> back = to_vllm(to_layout(v));
              CHECK(to_layout(v).gpus() == tp * dp * pp * pcp);
              REQUIRE(back.has_value());
              CHECK(to_layout(back.flags) == to_layout(v));
              // One rank holds all experts, in parallel or not.
              if (tp * dp * pcp > 1) CHECK(back.flags == v);
            }
          }
        }
      }
    }
  }
}

TEST_CASE("layout to flags and back is the layout, and exactly the others are refused") {
  integer expressible = 0;
  integer refused = 0;
  for_each_layout(24, catalog::deepseek_v3, [&](layout l) {
    if (l.pp > 1) l.stages.remainder = stage_remainder::before_last;
    const expert_mesh& mesh = l.expert;
    const bool expected = mesh.edp == 1 && (mesh.ep == 1 || mesh.etp == 1) &&
                          (l.attention.cp == 1 || l.attention.dp == 1);
    const conversion<vllm> c = to_vllm(l);
    CHECK(c.has_value() == expected);
    if (!dispatch_matters(l)) l.dispatch = expert_dispatch::all_gather;
    if (c.has_value()) CHECK(to_layout(c.flags) == l);
    ++(c.has_value() ? expressible : refused);
  });
  CHECK(expressible > 80);  // 80 meshes of 24 ranks, and most with two ways to place the experts
  CHECK(refused > 0);
}

TEST_CASE("flags that vLLM refuses make a layout that nothing prices") {
  for (const vllm& v : {vllm{.tp = 4, .dp = 2, .pcp = 2}, vllm{.tp = 4, .dcp = 3}, vllm{.tp = 0},
                        vllm{.tp = 4, .all_to_all = true}, vllm{.tp = 4, .redundant_experts = 8},
                        vllm{.tp = 4, .pcp = 2, .dcp = 2}}) {
    CHECK_FALSE(check(make_cluster(catalog::h200_sxm, 16), catalog::deepseek_v3, to_layout(v), {})
                    .priceable());
  }
}

TEST_CASE("each reason for a refusal is given") {
  CHECK(to_vllm({{2, 2, 2}, {8, 1, 1}}).why_not ==
        "vLLM splits prompts (cp) of one replica only (dp = 1)");
  const char* shared = "vLLM shares caches out (dcp) over a divisor of tp, and without cp";
  CHECK(to_vllm({{4, 1, 1}, {4, 1, 1}, 1, {}, {}, 0, 3}).why_not == shared);
  CHECK(to_vllm({{4, 2, 1}, {8, 1, 1}, 1, {}, {}, 0, 2}).why_not == shared);
  CHECK(to_vllm({{4, 1, 1}, {4, 1, 1}, 1, {}, {}, 0, 2}).has_value());
  CHECK(to_vllm({{2, 1, 2}, {2, 1, 2}}).why_not == "vLLM does not replicate experts (edp = 1)");
  CHECK(to_vllm({{2, 1, 2}, {2, 2, 1}}).why_not ==
        "vLLM splits experts one way: by expert (ep) or by width (etp)");
  CHECK(to_vllm({{2, 1, 2}, {1, 2, 1}}).why_not ==
        "the attention mesh and the expert mesh have different numbers of ranks");
  layout l = to_layout(vllm{.tp = 2, .pp = 2});
  l.redundant_experts = 1;
  CHECK(to_vllm(l).why_not == "vLLM has redundant experts under expert parallelism only (etp = 1)");
  for (const stage_remainder rule : {stage_remainder::first, stage_remainder::last}) {
    CHECK(to_vllm({{2, 1, 1}, {2, 1, 1}, 2, {}, {rule, {}}}).why_not ==
          "vLLM's stages before the last take what is left over, unless layers are listed");
    CHECK(to_vllm({{2, 1, 1}, {2, 1, 1}, 1, {}, {rule, {}}}).has_value());
    CHECK(to_vllm({{2, 1, 1}, {2, 1, 1}, 2, {}, {rule, listed({4, 4})}}).has_value());
  }
}

TEST_CASE("redundant experts alone say that a single rank has expert parallelism on") {
  const vllm v{.tp = 1, .expert_parallel = true, .redundant_experts = 8};
  CHECK(to_vllm(to_layout(v)).flags == v);
}

TEST_CASE("a product plan with replicated or twice split experts has no vLLM flags") {
  CHECK_FALSE(to_vllm(to_layout(product{.ep = 8, .dp = 2})).has_value());
  CHECK_FALSE(to_vllm(to_layout(product{.ep = 8, .tp = 2})).has_value());
  const conversion<vllm> c = to_vllm(to_layout(product{.ep = 8}));
  REQUIRE(c.has_value());
  CHECK(c.flags == vllm{.dp = 8, .expert_parallel = true, .all_to_all = true});
}
