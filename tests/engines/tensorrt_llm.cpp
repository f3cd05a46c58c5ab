// SPDX-License-Identifier: BSL-1.0
#include "shardline/engines/tensorrt_llm.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "refusal.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/estimate/feasibility.hpp"
#include "shardline/io/text.hpp"
#include "shardline/plan/search.hpp"

namespace {

using namespace shardline;

// Attention's tp ranks, or with attention_dp as many replicas; the experts' width unless told.
static_assert(to_layout(tensorrt_llm{.tp = 8}) ==
              layout{{8, 1, 1}, {8, 1, 1}, 1, expert_dispatch::all_gather});
static_assert(to_layout(tensorrt_llm{.tp = 8, .attention_dp = true, .ep = 8}) ==
              layout{{1, 1, 8}, {1, 8, 1}, 1, expert_dispatch::all_gather});
// One of the two is given, the other follows.
static_assert(to_tensorrt_llm({{1, 1, 8}, {1, 8, 1}}).flags.attention_dp &&
              to_tensorrt_llm({{1, 1, 8}, {1, 8, 1}}).flags.tp == 8 &&
              to_tensorrt_llm({{1, 1, 8}, {1, 8, 1}}).flags.ep == 8);
static_assert(to_layout(tensorrt_llm{.tp = 8, .ep = 2}).expert == expert_mesh{4, 2, 1});
static_assert(to_layout(tensorrt_llm{.tp = 8, .moe_tp = 2}).expert == expert_mesh{2, 4, 1});
static_assert(to_layout(tensorrt_llm{.tp = 8, .ep = 4, .moe_tp = 2}).expert ==
              expert_mesh{2, 4, 1});
// What 61 layers leave over goes to the first stages.
static_assert(layers_of_stage(to_layout(tensorrt_llm{.tp = 8, .pp = 4}), 61, 0) ==
              item_range{0, 16});

// MLPerf v6.1, GB300 Interactive: context servers and generation servers.
static_assert(parse_layout("trtllm:tp=16,ep=16,attention-dp=on").layout ==
              layout{{1, 1, 16}, {1, 16, 1}, 1, expert_dispatch::all_gather});

// Every layout that some options make of 24 GPUs in one stage.
std::vector<layout> made_by_options() {
  constexpr std::array<integer, 8> degrees{1, 2, 3, 4, 6, 8, 12, 24};
  std::vector<layout> made;
  for (const bool attention_dp : {false, true}) {
    for (const integer ep : degrees) {
      for (const bool all_to_all : {false, true}) {
        const tensorrt_llm t{
            .tp = 24, .attention_dp = attention_dp, .ep = ep, .all_to_all = all_to_all};
        if (t.refused().key.empty()) made.push_back(to_layout(t));
      }
    }
  }
  return made;
}

}  // namespace

TEST_CASE("exactly the layouts that some options make have options, and those make them") {
  const std::vector<layout> made = made_by_options();
  integer expressible = 0;
  integer refused = 0;
  for_each_layout(24, catalog::deepseek_v3, [&](layout l) {
    if (l.pp > 1) return;
    if (!dispatch_matters(l)) l.dispatch = expert_dispatch::all_gather;
    const conversion<tensorrt_llm> c = to_tensorrt_llm(l);
    CAPTURE(short_text(l));
    CHECK(c.has_value() == (std::find(made.begin(), made.end(), l) != made.end()));
    if (c.has_value()) CHECK(to_layout(c.flags) == l);
    ++(c.has_value() ? expressible : refused);
  });
  CHECK(expressible > 10);
  CHECK(refused > 50);
}

TEST_CASE("every key of trtllm: is read, by the names of command line and files too") {
  const parsed_layout p = parse_layout(
      "trtllm:tp=8,pp=2,cp=1,attention-dp=on,ep=4,moe-tp=2,all2all=on,layers=31/30,redundant=32");
  REQUIRE(p.has_value());
  layout expected{{1, 1, 8}, {2, 4, 1}, 2, expert_dispatch::all_to_all, {}, 32};
  expected.stages.listed.push_back(31);
  expected.stages.listed.push_back(30);
  CHECK(p.layout == expected);
  CHECK(parse_layout("trtllm:tp_size=8,pp_size=2,cp_size=1,ep_size=4").layout ==
        parse_layout("trtllm:tp=8,pp=2,ep=4").layout);
  CHECK(parse_layout("trtllm:tensor_parallel_size=8,pipeline_parallel_size=2,context_parallel_size="
                     "1,enable_attention_dp=on,moe_expert_parallel_size=4,moe_tensor_parallel_size="
                     "2,pp_partition=31/30")
            .layout == parse_layout("trtllm:tp=8,pp=2,attention-dp=on,ep=4,layers=31/30").layout);
  CHECK(refusal("trtllm:tp=8,tp_size=8") == "tp_size: 8, repeated; allowed: each key once");
}

TEST_CASE("options that TensorRT-LLM does not take together are refused with its reason") {
  CHECK(refusal("trtllm:tp=8,cp=2") ==
        "cp: 2; allowed: 1: it splits heads or the cache, which no layout here says");
  CHECK(refusal("trtllm:tp=8,ep=3") == "ep: 3; allowed: a divisor of tp");
  CHECK(refusal("trtllm:tp=8,moe-tp=3") == "moe-tp: 3; allowed: a divisor of tp");
  CHECK(refusal("trtllm:tp=8,ep=4,moe-tp=4") == "moe-tp: 4; allowed: tp / ep");
  CHECK(refusal("trtllm:tp=8,ep=8,all2all=on") ==
        "all2all: on; allowed: off, or with attention-dp=on and ep above 1");
  CHECK(refusal("trtllm:tp=8,ep=8,redundant=32") ==
        "redundant: 32; allowed: 0, or with attention-dp=on and ep above 1");
  CHECK(refusal("trtllm:ep=0") == "ep: 0; allowed: a whole number from 1 to 1000000");
  CHECK(refusal("trtllm:dp=2").starts_with("key: dp; allowed: tp, pp, cp, attention-dp, ep, "));
}

TEST_CASE("options that are refused make a layout that nothing prices") {
  for (const tensorrt_llm& t :
       {tensorrt_llm{.tp = 0}, tensorrt_llm{.tp = 8, .cp = 2}, tensorrt_llm{.tp = 8, .ep = 3}}) {
    CHECK_FALSE(check(make_cluster(catalog::h200_sxm, 16), catalog::deepseek_v3, to_layout(t), {})
                    .priceable());
  }
}

TEST_CASE("each reason why a layout has no options is given") {
  using enum expert_dispatch;
  const auto why = [](const layout& l) { return to_tensorrt_llm(l).why_not; };
  const char* context =
      "TensorRT-LLM's context parallelism splits heads or the cache (cp = 1, dcp = 1)";
  CHECK(why({{2, 2, 1}, {4, 1, 1}}) == context);
  CHECK(why({{2, 1, 1}, {2, 1, 1}, 1, all_gather, {}, 0, 2}) == context);
  CHECK(why({{2, 1, 2}, {1, 4, 1}}) ==
        "TensorRT-LLM replicates attention on every rank or on none (tp = 1 or dp = 1)");
  CHECK(why({{1, 1, 4}, {1, 2, 2}}) == "TensorRT-LLM does not replicate experts (edp = 1)");
  CHECK(why({{1, 1, 4}, {1, 2, 1}}) ==
        "the attention mesh and the expert mesh have different numbers of ranks");
  CHECK(why({{4, 1, 1}, {1, 4, 1}, 1, all_gather, {}, 8}) ==
        "TensorRT-LLM has redundant experts with attention replicas and ep > 1 only");
  CHECK(why({{1, 1, 1}, {1, 1, 1}, 2, all_gather, {stage_remainder::last, {}}}) ==
        "TensorRT-LLM's first stages take what is left over, unless layers are listed");
  layout copies{{1, 1, 8}, {1, 8, 1}, 1, all_gather, {}, 9};
  CHECK(tensorrt_llm::of(catalog::deepseek_v3, copies).why_not ==
        "TensorRT-LLM's redundant experts must leave every expert rank equally many");
  copies.redundant_experts = 8;
  CHECK(tensorrt_llm::of(catalog::deepseek_v3, copies).has_value());
}

TEST_CASE("options for a model, as texts of its engine show them") {
  CHECK(to_text(tensorrt_llm::of(catalog::llama_3_1_70b, {{1, 1, 4}, {1, 1, 4}})) ==
        "trtllm:tp=4,attention-dp=on");
  CHECK(to_text(tensorrt_llm::of(catalog::deepseek_v3,
                                 to_layout(vllm{.tp = 8, .pp = 4, .expert_parallel = true}))) ==
        "trtllm:tp=8,pp=4,ep=8,layers=15/15/16/15");
  CHECK(to_text(catalog::deepseek_v3, {{1, 1, 8}, {1, 8, 1}}, "trtllm")
            .find("\ntrtllm:tp=8,attention-dp=on,ep=8,all2all=on\n") != std::string::npos);
}
