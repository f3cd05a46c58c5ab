// SPDX-License-Identifier: BSL-1.0
#include "shardline/engines/mesh.hpp"

#include <doctest/doctest.h>

#include <string>

#include "refusal.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/estimate/feasibility.hpp"
#include "shardline/io/text.hpp"

namespace {

using namespace shardline;

// Experts split both ways and replicated, which no engine's flags say.
constexpr layout mixed{{4, 1, 4}, {2, 4, 2}};
static_assert(to_layout(mesh_fields{.tp = 4, .dp = 4, .etp = 2, .ep = 4, .edp = 2}) == mixed);
static_assert(to_mesh(mixed) == mesh_fields{.tp = 4, .dp = 4, .etp = 2, .ep = 4, .edp = 2});
static_assert(to_layout(mesh_fields{}) == layout{});
static_assert(!to_vllm(mixed).has_value() && !to_sglang(mixed).has_value() &&
              !to_tensorrt_llm(mixed).has_value());

// What engines/stages.hpp says.
constexpr layout of_four(stage_remainder r) noexcept {
  layout l{.pp = 4};
  l.stages.remainder = r;
  return l;
}
static_assert(split_stages(stage_remainder::last, 4, {}).remainder == stage_remainder::last);
static_assert(split_stages(stage_remainder::last, 1, {}).remainder == stage_remainder::first);
static_assert(can_state(stage_remainder::last, of_four(stage_remainder::last)));
static_assert(!can_state(stage_remainder::last, of_four(stage_remainder::first)));
constexpr bool is_16_15_15_15(const layout& l) noexcept {
  const auto& own = l.stages.listed;
  return own.size() == 4 && own[0] == 16 && own[1] == 15 && own[2] == 15 && own[3] == 15;
}
static_assert(is_16_15_15_15(listed_stages(of_four(stage_remainder::first), 61)));
static_assert(is_16_15_15_15(stated_by(stage_remainder::before_last,
                                       of_four(stage_remainder::first), 61)));
static_assert(stated_by(stage_remainder::before_last, of_four(stage_remainder::first), 60)
                  .stages.listed.empty());

}  // namespace

TEST_CASE("every key of mesh: is read, and written") {
  const std::string text =
      "mesh:tp=8,cp=2,dp=3,etp=4,ep=6,edp=2,pp=2,dcp=4,dispatch=all-gather,remainder=before-last,"
      "layers=31/30,redundant=5,microbatches=7";
  const parsed_layout p = parse_layout(text);
  REQUIRE(p.has_value());
  layout expected{
      {8, 2, 3}, {4, 6, 2}, 2, expert_dispatch::all_gather, {stage_remainder::before_last, {}},
      5,         4,         7};
  expected.stages.listed.push_back(31);
  expected.stages.listed.push_back(30);
  CHECK(p.layout == expected);
  CHECK(to_text(to_mesh(expected)) == text);
  CHECK(to_text(to_mesh({})) == "mesh:tp=1");
  CHECK(to_text(mesh_fields::of(catalog::deepseek_v3, mixed)) == "mesh:tp=4,dp=4,etp=2,ep=4,edp=2");
}

TEST_CASE("words are read as they are written and no other way") {
  for (const expert_dispatch d : {expert_dispatch::all_to_all, expert_dispatch::all_gather}) {
    CHECK(parse_layout("mesh:dispatch=" + std::string(name(d))).layout.dispatch == d);
  }
  CHECK(parse_layout("mesh:remainder=last").layout.stages.remainder == stage_remainder::last);
  CHECK(refusal("mesh:dispatch=on") == "dispatch: on; allowed: all-to-all or all-gather");
  CHECK(refusal("mesh:dispatch=") == "dispatch: nothing; allowed: all-to-all or all-gather");
  CHECK(refusal("mesh:remainder=1") == "remainder: 1; allowed: first, before-last or last");
  CHECK(refusal("mesh:dcp=0") == "dcp: 0; allowed: a whole number from 1 to 1000000");
}

TEST_CASE("fields of no layout make one that nothing prices") {
  for (const mesh_fields& f : {mesh_fields{.tp = 0}, mesh_fields{.dispatch = 2},
                               mesh_fields{.dispatch = -1}, mesh_fields{.remainder = 3}}) {
    CHECK_FALSE(check(make_cluster(catalog::h200_sxm, 16), catalog::deepseek_v3, to_layout(f), {})
                    .priceable());
  }
}
