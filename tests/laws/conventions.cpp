// SPDX-License-Identifier: BSL-1.0
// Layouts in every convention and back, over random layouts and models.
#include <doctest/doctest.h>

#include <string>

#include "random_inputs.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/io/text/layout.hpp"

namespace {

using namespace shardline;

struct drawn {
  model of;
  layout ranks;
};

drawn random_drawn(laws::dice& d) {
  drawn r;
  r.ranks = laws::random_layout(d, 5);
  r.of = laws::random_model(d, r.ranks, {8, true});
  laws::list_stages(d, r.ranks, r.of.layers.size());
  r.ranks.dcp = d.flip() ? 1 : d.whole(1, 4);
  r.ranks.microbatches = d.flip() ? 0 : d.whole(1, 9);
  return r;
}

// The same but for what means nothing for this model: the expert mesh without experts, the way to
// the experts where there is no choice, whether stages are listed or follow a rule; and what no
// engine's flags say, the microbatches.
bool same_meaning(const model& m, const layout& a, const layout& b) {
  const integer layers = m.layers.size();
  bool same = a.attention == b.attention && a.pp == b.pp && a.dcp == b.dcp &&
              a.redundant_experts == b.redundant_experts;
  if (has_experts(m)) same = same && a.expert == b.expert;
  if (has_experts(m) && dispatch_matters(a)) same = same && a.dispatch == b.dispatch;
  for (integer stage = 0; same && stage < a.pp; ++stage) {
    same = layers_of_stage(a, layers, stage) == layers_of_stage(b, layers, stage);
  }
  return same;
}

}  // namespace

TEST_CASE("mesh: writes every layout, and reads the same one back") {
  laws::dice d(20261129);
  for (int i = 0; i < 20000; ++i) {
    layout l = random_drawn(d).ranks;
    // Meshes that disagree, and degrees to the ends of their range, are layouts too.
    if (d.flip()) l.expert.ep = d.whole(1, 1000000);
    if (d.flip()) l.attention.dp = d.whole(999999, 1000000);
    const std::string text = to_text(to_mesh(l));
    CAPTURE(text);
    const parsed_layout back = parse_layout(text);
    REQUIRE(back.has_value());
    REQUIRE(back.layout == l);
  }
}

TEST_CASE("flags that a layout has, in whatever convention, make it again") {
  laws::dice d(12);
  for_each_convention([&]<class Flags>() {
    integer made = 0;
    for (int i = 0; i < 4000; ++i) {
      const drawn r = random_drawn(d);
      const conversion<Flags> c = Flags::of(r.of, r.ranks);
      if (!c.has_value()) continue;
      ++made;
      const std::string text = to_text(c.flags);
      CAPTURE(text);
      CAPTURE(short_text(r.ranks));
      const parsed_layout back = parse_layout(text);
      REQUIRE_MESSAGE(back.has_value(), fault_text(back));
      REQUIRE(back.layout == to_layout(c.flags));
      REQUIRE(same_meaning(r.of, back.layout, r.ranks));
    }
    CAPTURE(Flags::convention);
    CHECK(made > 200);
  });
}
