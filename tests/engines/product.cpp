// SPDX-License-Identifier: BSL-1.0
#include "shardline/engines/product.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "shardline/catalog/models.hpp"
#include "shardline/plan/search.hpp"

namespace {

using namespace shardline;

// Seed plan 000: EP64 x TP16 x PP4 x DP4.
static_assert(to_layout(product{64, 16, 4, 4}).gpus() == 16384);
static_assert(to_layout(product{64, 16, 4, 4}) ==
              layout{{16, 1, 256}, {16, 64, 4}, 4, expert_dispatch::all_to_all});

static_assert(to_product(to_layout(product{64, 16, 4, 4})).flags == product{64, 16, 4, 4});

// What to_product has to answer, said in another way: is there a plan whose layout this is?
bool is_product(const layout& l) {
  return l == to_layout(product{l.expert.ep, l.attention.tp, l.pp, l.expert.edp});
}

}  // namespace

TEST_CASE("plan to layout and back is the plan, and every degree multiplies") {
  for (const integer ep : {1, 2, 64}) {
    for (const integer tp : {1, 3, 16}) {
      for (const integer pp : {1, 4}) {
        for (const integer dp : {1, 2, 5}) {
          const product p{ep, tp, pp, dp};
          CHECK(to_layout(p).gpus() == ep * tp * pp * dp);
          CHECK(to_layout(p).attention.size() == to_layout(p).expert.size());
          REQUIRE(to_product(to_layout(p)).has_value());
          CHECK(to_product(to_layout(p)).flags == p);
        }
      }
    }
  }
}

TEST_CASE("layout to plan and back is the layout, and exactly the others are refused") {
  integer expressible = 0;
  integer refused = 0;
  for_each_layout(24, catalog::deepseek_v3, [&](const layout& l) {
    const conversion<product> c = to_product(l);
    CHECK(c.has_value() == is_product(l));
    if (c.has_value()) CHECK(to_layout(c.flags) == l);
    ++(c.has_value() ? expressible : refused);
  });
  CHECK(expressible == 80);  // ordered products of four degrees that make 24: C(6,3) C(4,3)
  CHECK(refused > 0);
}

TEST_CASE("each reason for a refusal is given") {
  layout sharing = to_layout(product{.tp = 4});
  sharing.dcp = 2;
  CHECK(to_product(sharing).why_not == "product plans have no context parallelism (cp, dcp)");
  CHECK(to_product({{1, 2, 1}, {1, 2, 1}}).why_not ==
        "product plans have no context parallelism (cp, dcp)");
  CHECK(to_product({{2, 1, 2}, {4, 1, 1}}).why_not ==
        "product plans split experts and attention over the same TP (etp = tp)");
  CHECK(to_product({{2, 1, 2}, {2, 4, 1}}).why_not ==
        "the attention mesh and the expert mesh have different numbers of ranks");
  CHECK(to_product({{2, 1, 2}, {2, 2, 1}, 1, expert_dispatch::all_gather}).why_not ==
        "product plans send tokens to experts by all-to-all");
}

TEST_CASE("the first stages take what is left over, unless they are listed") {
  product p{.ep = 2, .pp = 3};
  CHECK(layers_of_stage(to_layout(p), 16, 0) == item_range{0, 6});
  p.layers.push_back(9);
  p.layers.push_back(3);
  p.layers.push_back(4);
  p.redundant_experts = 2;
  CHECK(layers_of_stage(to_layout(p), 16, 2) == item_range{12, 4});
  CHECK(to_product(to_layout(p)).flags == p);
  for (const stage_remainder rule : {stage_remainder::before_last, stage_remainder::last}) {
    layout l = to_layout(product{.pp = 2});
    l.stages.remainder = rule;
    CHECK(to_product(l).why_not ==
          "the first stages of product plans take what is left over, or layers are listed");
    l.pp = 1;
    CHECK(to_product(l).has_value());
  }
}

TEST_CASE("degrees that overflow a product saturate, so that no rule takes them for few GPUs") {
  constexpr integer most = 1'000'000;
  const layout l = to_layout(product{most, most, most, most});
  CHECK(l.gpus() == (std::numeric_limits<integer>::max)());
}
