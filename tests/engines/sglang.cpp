// SPDX-License-Identifier: BSL-1.0
#include "shardline/engines/sglang.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "refusal.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/estimate/estimate.hpp"
#include "shardline/io/text.hpp"
#include "shardline/plan/search.hpp"

namespace {

using namespace shardline;

// The same layout in vLLM's flags and in both spellings of SGLang's: 8 x 4 attention ranks, experts
// over all 32.
constexpr layout wide{{8, 1, 4}, {1, 32, 1}, 1, expert_dispatch::all_gather};
static_assert(to_layout(vllm{.tp = 8, .dp = 4, .expert_parallel = true}) == wide);
static_assert(to_layout(sglang{.tp = 32, .dp = 4, .dp_attention = true, .ep = 32}) == wide);
static_assert(to_layout(sglang{.tp = 32, .attn_dp = 4, .ep = 32}) == wide);
static_assert(parse_layout("sglang:tp=32,dp=4,dp-attention=on,ep=32").layout == wide);
static_assert(parse_layout("sglang:tp=32,attn-dp=4,ep=32").layout == wide);

// --dp-size alone makes replicas, of GPUs of their own.
static_assert(to_layout(sglang{.tp = 8, .dp = 2}) ==
              layout{{8, 1, 2}, {8, 1, 2}, 1, expert_dispatch::all_gather});
static_assert(to_sglang({{1, 1, 8}, {1, 8, 1}}).flags.tp == 8 &&
              to_sglang({{1, 1, 8}, {1, 8, 1}}).flags.dp == 8 &&
              to_sglang({{1, 1, 8}, {1, 8, 1}}).flags.ep == 8);
static_assert(to_layout(sglang{.tp = 8, .dp = 2, .ep = 8}).gpus() == 16);
static_assert(to_layout(sglang{.tp = 8, .attn_dp = 2}).gpus() == 8);
// One attention replica is none.
static_assert(to_layout(sglang{.tp = 8, .dp_attention = true}) == to_layout(sglang{.tp = 8}));
// An all-to-all backend spreads the experts over all ranks, said or not.
static_assert(to_layout(sglang{.tp = 16, .attn_dp = 16, .all_to_all = true}) ==
              layout{{1, 1, 16}, {1, 16, 1}, 1, expert_dispatch::all_to_all});
// What 61 layers leave over goes to the last stages.
static_assert(layers_of_stage(to_layout(sglang{.tp = 8, .pp = 4}), 61, 3) == item_range{45, 16});

// Every layout that some flags make of 24 GPUs in one stage.
std::vector<layout> made_by_flags() {
  constexpr std::array<integer, 8> degrees{1, 2, 3, 4, 6, 8, 12, 24};
  std::vector<layout> made;
  for (const integer tp : degrees) {
    for (const integer attn_dp : degrees) {
      for (const integer attn_cp : degrees) {
        for (const integer ep : degrees) {
          for (const integer moe_dp : degrees) {
            for (const bool all_to_all : {false, true}) {
              const sglang s{.tp = tp,
                             .dp = 24 / tp,
                             .attn_dp = attn_dp,
                             .attn_cp = attn_cp,
                             .ep = ep,
                             .moe_dp = moe_dp,
                             .all_to_all = all_to_all};
              if (s.refused().key.empty()) made.push_back(to_layout(s));
            }
          }
        }
      }
    }
  }
  return made;
}

}  // namespace

TEST_CASE("exactly the layouts that some flags make have flags, and those make them") {
  const std::vector<layout> made = made_by_flags();
  integer expressible = 0;
  integer refused = 0;
  for_each_layout(24, catalog::deepseek_v3, [&](layout l) {
    if (l.pp > 1 || l.dispatch == expert_dispatch::all_gather) return;  // both are tried below
    for (const expert_dispatch d : {expert_dispatch::all_gather, expert_dispatch::all_to_all}) {
      l.dispatch = d;
      const conversion<sglang> c = to_sglang(l);
      CAPTURE(short_text(l));
      CHECK(c.has_value() == (std::find(made.begin(), made.end(), l) != made.end()));
      if (c.has_value()) CHECK(to_layout(c.flags) == l);
      ++(c.has_value() ? expressible : refused);
    }
  });
  CHECK(expressible > 50);
  CHECK(refused > 50);
}

TEST_CASE("the text of any flags is read back as their layout") {
  for (const integer tp : {1, 8, 16}) {
    for (const integer dp : {1, 2}) {
      for (const bool dp_attention : {false, true}) {
        for (const integer pp : {1, 2}) {
          for (const bool all_to_all : {false, true}) {
            const sglang s{.tp = tp,
                           .dp = dp,
                           .dp_attention = dp_attention,
                           .pp = pp,
                           .ep = tp,
                           .all_to_all = all_to_all,
                           .redundant_experts = tp > 1 ? 32 : 0};
            if (!s.refused().key.empty()) continue;
            CAPTURE(to_text(s));
            CHECK(parse_layout(to_text(s)).layout == to_layout(s));
            const conversion<sglang> back = to_sglang(to_layout(s));
            REQUIRE(back.has_value());
            CHECK(to_layout(back.flags) == to_layout(s));
          }
        }
      }
    }
  }
}

TEST_CASE("flags are written in the spelling that the versions of today know") {
  CHECK(to_text(to_sglang(wide)) == "sglang:tp=32,dp=4,dp-attention=on,ep=32");
  CHECK(to_text(to_sglang(to_layout(sglang{.tp = 8, .dp = 2, .pp = 2}))) ==
        "sglang:tp=8,dp=2,pp=2");
  layout l = wide;
  l.dispatch = expert_dispatch::all_to_all;
  CHECK(to_text(to_sglang(l)) == "sglang:tp=32,dp=4,dp-attention=on,ep=32,all2all=on");
}

TEST_CASE("every key of sglang: is read") {
  const parsed_layout p = parse_layout(
      "sglang:tp=8,dp=2,dp-attention=on,attn-dp=1,attn-cp=2,pp=2,dcp=2,layers=31/30,ep=4,moe-dp=1,"
      "all2all=off,redundant=8");
  REQUIRE(p.has_value());
  layout expected{{2, 2, 2}, {2, 4, 1}, 2, expert_dispatch::all_gather, {}, 8, 2};
  expected.stages.listed.push_back(31);
  expected.stages.listed.push_back(30);
  CHECK(p.layout == expected);
  CHECK(parse_layout("sglang:tp=8,attn-cp=2,moe-dp=2,ep=4").layout ==
        layout{{4, 2, 1}, {1, 4, 2}, 1, expert_dispatch::all_gather});
}

TEST_CASE("flags that SGLang does not take together are refused with its reason") {
  CHECK(refusal("sglang:tp=8,dp=2,attn-dp=2") ==
        "attn-dp: 2; allowed: 1 beside dp: replicas are not combined with attention data "
        "parallelism");
  CHECK(refusal("sglang:tp=8,dp=3,dp-attention=on") ==
        "tp: 8; allowed: a multiple of attention's data parallelism (attn-dp, or dp with "
        "dp-attention=on) x attn-cp");
  CHECK(refusal("sglang:tp=8,attn-dp=2,attn-cp=3").starts_with("tp: 8; allowed: a multiple"));
  CHECK(refusal("sglang:tp=8,ep=4,all2all=on") == "ep: 4; allowed: tp with all2all=on");
  CHECK(refusal("sglang:tp=8,ep=3") == "ep: 3; allowed: a divisor of tp / moe-dp");
  CHECK(refusal("sglang:tp=8,moe-dp=2") == "moe-dp: 2; allowed: 1 or attn-cp");
  CHECK(refusal("sglang:tp=8,attn-cp=2,moe-dp=2,pp=2") == "moe-dp: 2; allowed: 1 with pp above 1");
  CHECK(refusal("sglang:tp=8,attn-cp=2,moe-dp=2,all2all=on") ==
        "moe-dp: 2; allowed: 1 with all2all=on");
  CHECK(refusal("sglang:tp=8,attn-cp=2,moe-dp=2,ep=2") == "ep: 2; allowed: 1 or tp / moe-dp");
  CHECK(refusal("sglang:tp=8,redundant=16") == "redundant: 16; allowed: 0, or with ep above 1");
  CHECK(refusal("sglang:tp=0") == "tp: 0; allowed: a whole number from 1 to 1000000");
  CHECK(refusal("sglang:cp=2").starts_with("key: cp; allowed: tp, dp, dp-attention, attn-dp, "));
}

TEST_CASE("flags that are refused make a layout that nothing prices") {
  for (const sglang& s :
       {sglang{.tp = 8, .dp = 3, .dp_attention = true}, sglang{.tp = 9, .dp = 4, .ep = 8},
        sglang{.tp = 0}, sglang{.tp = 8, .attn_cp = -2}}) {
    const auto c = make_cluster(catalog::h200_sxm, 8);
    CHECK_FALSE(
        estimate(c, catalog::deepseek_v3, to_layout(s), workload{}).feasibility.priceable());
  }
}

TEST_CASE("each reason why a layout has no flags is given") {
  using enum expert_dispatch;
  const auto why = [](const layout& l) { return to_sglang(l).why_not; };
  CHECK(why({{2, 1, 2}, {1, 2, 1}, 1, all_gather}) ==
        "the attention mesh and the expert mesh have different numbers of ranks");
  CHECK(why({{2, 1, 4}, {2, 2, 2}, 1, all_gather}) ==
        "SGLang replicates experts with all of the model, or as often as prompts are split (cp)");
  CHECK(why({{2, 2, 1}, {1, 2, 2}, 2, all_gather, {stage_remainder::last, {}}}) ==
        "SGLang replicates experts without pipeline stages (pp = 1)");
  CHECK(why({{4, 2, 1}, {2, 2, 2}, 1, all_gather}) ==
        "SGLang splits experts that it replicates one way: by expert (ep) or by width (etp)");
  CHECK(why({{2, 1, 4}, {2, 4, 1}, 1, all_to_all}) ==
        "SGLang's all-to-all backends split experts over all ranks of a stage (ep = tp)");
  layout copied{{2, 1, 1}, {2, 1, 1}, 1, all_gather};
  copied.redundant_experts = 4;
  CHECK(why(copied) == "SGLang has redundant experts under expert parallelism only (ep > 1)");
  for (const stage_remainder rule : {stage_remainder::first, stage_remainder::before_last}) {
    CHECK(why({{2, 1, 1}, {2, 1, 1}, 2, all_gather, {rule, {}}}) ==
          "SGLang's last stages take what is left over, unless layers are listed");
  }
}

TEST_CASE("flags for a model: a dense one's replicas are engines of their own, its stages listed") {
  CHECK(to_text(sglang::of(catalog::llama_3_1_70b, to_layout(vllm{.tp = 4, .dp = 2}))) ==
        "sglang:tp=4,dp=2");
  CHECK(to_text(sglang::of(catalog::deepseek_v3,
                           to_layout(vllm{.tp = 2, .dp = 4, .pp = 4, .expert_parallel = true}))) ==
        "sglang:tp=8,dp=4,dp-attention=on,pp=4,layers=15/15/16/15,ep=8");
  // A product plan of one replica says all-to-all where it means nothing.
  CHECK(to_text(sglang::of(catalog::deepseek_v3, {{8, 1, 1}, {2, 4, 1}})) == "sglang:tp=8,ep=4");
}

TEST_CASE("texts are SGLang's where its convention is asked for") {
  CHECK(to_text(catalog::deepseek_v3, wide, "sglang")
            .find("\nsglang:tp=32,dp=4,dp-attention=on,ep=32\n") != std::string::npos);
  workload w;
  w.concurrency = 64.0;
  const auto found =
      search(make_cluster(catalog::h200_sxm, 16), catalog::deepseek_v3, w, std::size_t{3});
  const std::string ranked = ranking_text(catalog::deepseek_v3, found, "sglang");
  CHECK(ranked.find("SGLang\n") != std::string::npos);
  CHECK(ranked.find("sglang:tp=16,") != std::string::npos);
}
