// SPDX-License-Identifier: BSL-1.0
#include "shardline/engines/megatron.hpp"

#include <doctest/doctest.h>

#include <string>

#include "refusal.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/estimate/feasibility.hpp"
#include "shardline/io/text.hpp"
#include "shardline/plan/search.hpp"

namespace {

using namespace shardline;

static_assert(to_megatron({{8, 1, 4}, {1, 32, 1}}).flags.world == 32 &&
              to_megatron({{8, 1, 4}, {1, 32, 1}}).flags.tp == 8 &&
              to_megatron({{8, 1, 4}, {1, 32, 1}}).flags.ep == 32);
// The same layout as vLLM's tp 8, dp 4, expert parallel.
static_assert(to_layout(megatron{
                  .world = 32, .tp = 8, .ep = 32, .etp = 1, .sequence_parallel = 1}) ==
              to_layout(vllm{.tp = 8, .dp = 4, .expert_parallel = true}));
// Both kinds of data parallelism are what is left of the world; etp is tp unless told.
static_assert(to_layout(megatron{.world = 64, .tp = 4, .cp = 2, .pp = 2}) ==
              layout{{4, 2, 4}, {4, 1, 8}, 2, expert_dispatch::all_gather});

}  // namespace

TEST_CASE("every layout of meshes that agree has arguments, and those make it") {
  integer layouts = 0;
  for_each_layout(24, catalog::deepseek_v3, [&](const layout& l) {
    const conversion<megatron> c = to_megatron(l);
    CAPTURE(short_text(l));
    REQUIRE(c.has_value());
    CHECK(to_layout(c.flags) == l);
    CHECK(parse_layout(to_text(c.flags)).layout == l);
    ++layouts;
  });
  CHECK(layouts > 200);
}

TEST_CASE("every key of megatron: is read, by the names of the command line too") {
  const parsed_layout p =
      parse_layout("megatron:world=128,tp=4,cp=2,pp=2,ep=8,etp=2,sp=on,all2all=on,layers=31/30");
  REQUIRE(p.has_value());
  layout expected{{4, 2, 8}, {2, 8, 4}, 2, expert_dispatch::all_to_all};
  expected.stages.listed.push_back(31);
  expected.stages.listed.push_back(30);
  CHECK(p.layout == expected);
  CHECK(parse_layout("megatron:world-size=128,tensor-model-parallel-size=4,context-parallel-size=2,"
                     "pipeline-model-parallel-size=2,expert-model-parallel-size=8,"
                     "expert-tensor-parallel-size=2,sequence-parallel=on,all2all=on,layers=31/30")
            .layout == expected);
}

TEST_CASE("the degrees stand for the world where it is not given") {
  const layout wide = parse_layout("megatron:world=32,tp=8,ep=32,etp=1,sp=on").layout;
  for (const char* text :
       {"megatron:tp=8,dp=4,etp=1,ep=32", "megatron:tp=8,dp=4,etp=1,ep=32,sp=on",
        "megatron:world=32,tp=8,dp=4,etp=1,ep=32", "megatron:world=32,tp=8,ep=32,etp=1"}) {
    CAPTURE(text);
    CHECK(parse_layout(text).layout == wide);
  }
  CHECK(to_text(megatron::of(catalog::deepseek_v3, wide)) ==
        "megatron:world=32,tp=8,ep=32,etp=1,sp=on");
  CHECK(parse_layout("megatron:tp=4,cp=2,pp=2").layout ==
        parse_layout("megatron:world=16,tp=4,cp=2,pp=2").layout);
}

TEST_CASE("arguments that Megatron-Core does not take together are refused with its reason") {
  CHECK(refusal("megatron:world=12,tp=8") == "world: 12; allowed: a multiple of tp x cp x pp");
  CHECK(refusal("megatron:world=32,tp=8,dp=2") == "dp: 2; allowed: world / (tp x cp x pp)");
  CHECK(refusal("megatron:tp=8,dp=2,ep=32,etp=1") ==
        "dp: 2; allowed: such that etp x ep divides tp x cp x dp");
  CHECK(refusal("megatron:tp=8,dp=0") == "dp: 0; allowed: a whole number from 1 to 1000000");
  CHECK(refusal("megatron:world=8,tp=4,ep=4,sp=on") ==
        "world: 8; allowed: a multiple of etp x ep x pp");
  CHECK(refusal("megatron:world=8,tp=2,ep=4,sp=off,etp=1") ==
        "sp: off; allowed: on with tp and ep above 1");
  CHECK(refusal("megatron:world=8,tp=2,sp=yes") == "sp: yes; allowed: off or on");
  CHECK(refusal("megatron:world=8,tp=0") == "tp: 0; allowed: a whole number from 1 to 1000000");
  for (const megatron& a : {megatron{.world = 12, .tp = 8}, megatron{.world = -1},
                            megatron{.world = 32, .tp = 8, .dp = 2},
                            megatron{.world = 8, .tp = 2, .ep = 4, .sequence_parallel = 0}}) {
    CHECK_FALSE(check(make_cluster(catalog::h200_sxm, 16), catalog::deepseek_v3, to_layout(a), {})
                    .priceable());
  }
}

TEST_CASE("each reason why a layout has no arguments is given") {
  using enum expert_dispatch;
  const auto why = [](const layout& l) { return to_megatron(l).why_not; };
  CHECK(why({{1, 1, 4}, {1, 2, 1}}) ==
        "the attention mesh and the expert mesh have different numbers of ranks");
  CHECK(why({{2, 1, 1}, {2, 1, 1}, 1, all_gather, {}, 0, 2}) ==
        "Megatron-Core does not share caches out between tp ranks (dcp = 1)");
  CHECK(why({{1, 1, 2}, {1, 2, 1}, 1, all_gather, {}, 2}) ==
        "Megatron-Core has no redundant experts");
  CHECK(why({{1, 1, 1}, {1, 1, 1}, 2, all_gather, {stage_remainder::last, {}}}) ==
        "Megatron-Core's stages are equal, unless layers are listed");
}

TEST_CASE("stages of different lengths are listed, whoever made them") {
  CHECK(to_text(megatron::of(catalog::deepseek_v3, to_layout(vllm{.tp = 8, .pp = 4}))) ==
        "megatron:world=32,tp=8,pp=4,layers=15/15/16/15");
  CHECK(to_text(megatron::of(catalog::deepseek_v3, to_layout(product{.tp = 8, .pp = 4}))) ==
        "megatron:world=32,tp=8,pp=4,layers=16/15/15/15");
  CHECK(to_text(megatron::of(catalog::llama_3_1_70b, to_layout(vllm{.tp = 8, .pp = 4}))) ==
        "megatron:world=32,tp=8,pp=4");
  model deep = catalog::llama_3_1_8b;
  deep.layers.runs[0].layers = 131;
  CHECK(megatron::of(deep, to_layout(vllm{.tp = 1, .pp = 65})).why_not ==
        "Megatron-Core's stages are equal, or listed, here at most 64 of them");
}
