// SPDX-License-Identifier: BSL-1.0
#include "shardline/model/sizes.hpp"

#include <doctest/doctest.h>

#include <set>
#include <vector>

#include "../policies/law_by_law.hpp"

using namespace shardline;

namespace {

constexpr routing_shape four_of_eight{.experts = 8, .experts_per_token = 4, .ep = 2, .local = 4};

constexpr routings one_routing() noexcept {
  routings all;
  all.push_back(prepared_of(four_of_eight));
  return all;
}

// 3 prompts of 10 tokens after 50 cached ones, with 6 decoding sequences.
constexpr basic_step<> mixed =
    mixed_step(prefill_step(3.0, 10.0, 50.0, 1.0), decode_step(6.0, 200.0, 1.0));
constexpr step_sizes<double> sizes = sizes_of(rank_step_of(mixed, layout{}), one_routing());

static_assert(sizes[step_size::none] == 0.0 && sizes[step_size::one] == 1.0 &&
              sizes[step_size::phases] == 2.0);
static_assert(sizes[step_extent::tokens] == 36.0 && sizes[step_extent::logit_rows] == 9.0);
static_assert(sizes[step_extent::prompt_tokens] == 30.0 &&
              sizes[step_extent::prompt_context] == 150.0);
static_assert(sizes[step_extent::decode_tokens] == 6.0 &&
              sizes[step_extent::expanded_tokens] == 186.0);
static_assert(sizes[step_size::of(step_size::of_phase::sequences, phase::prefill)] == 3.0);
static_assert(sizes[step_size::of(step_size::of_phase::sequences, phase::decode)] == 6.0);
static_assert(sizes[step_size::of(step_size::routed::rows_seen, 0)] == 36.0 * 4.0);
static_assert(routed_at(sizes, 0).rows == 36.0 * 2.0, "half of the experts, so half of the rows");

constexpr std::array<step_extent, extent_count> extents{
    step_extent::tokens,          step_extent::logit_rows,    step_extent::group_tokens,
    step_extent::expanded_tokens, step_extent::prompt_tokens, step_extent::prompt_context,
    step_extent::decode_tokens};
constexpr std::array<step_size::of_phase, 2> of_phases{step_size::of_phase::runs,
                                                       step_size::of_phase::sequences};
constexpr std::array<step_size::routed, 4> of_routings{
    step_size::routed::rows, step_size::routed::distinct, step_size::routed::tokens,
    step_size::routed::rows_seen};

}  // namespace

TEST_CASE("every size has a number of its own, and there are no others") {
  std::set<std::size_t> numbers{step_size::none, step_size::one, step_size::phases};
  for (const step_extent e : extents) numbers.insert(step_size::of(e));
  for (const step_size::of_phase f : of_phases) {
    for (const phase p : both_phases) numbers.insert(step_size::of(f, p));
  }
  for (const step_size::routed r : of_routings) {
    for (std::size_t i = 0; i < max_layer_kinds; ++i) numbers.insert(step_size::of(r, i));
  }
  CHECK(numbers.size() == step_size::number);
  CHECK(*numbers.rbegin() == step_size::number - 1);
}

TEST_CASE("a part that a step does not have is none of everything") {
  const auto s = sizes_of(rank_step_of(decode_step(6.0, 200.0, 1.0), layout{}), {});
  for (const step_size::of_phase f : of_phases) CHECK(s[step_size::of(f, phase::prefill)] == 0.0);
  CHECK(s[step_size::of(step_size::of_phase::runs, phase::decode)] == 1.0);
  CHECK(s[step_size::phases] == 1.0);
  // One that is there without tokens launches nothing either.
  const auto idle = sizes_of(rank_step_of(decode_step(0.0, 200.0, 1.0), layout{}), {});
  CHECK(idle[step_size::of(step_size::of_phase::runs, phase::decode)] == 0.0);
  CHECK(idle[step_size::phases] == 0.0);
}

TEST_CASE("sizes are those of the step and of each routing") {
  laws::dice d(2107);
  for (int number = 0; number < 2000; ++number) {
    const layout l = laws::random_layout(d, 4);
    const rank_step<double> own = rank_step_of(law_by_law::random_step(d), l);
    routings all;
    std::vector<routing_shape> shapes;
    for (integer i = d.whole(0, static_cast<integer>(max_layer_kinds)); i > 0; --i) {
      const integer experts = d.whole(l.expert.ep, 300);
      shapes.push_back({.experts = experts,
                        .experts_per_token = d.whole(1, experts),
                        .ep = l.expert.ep,
                        .local = items_in_part(experts, l.expert.ep, 0),
                        .sent = d.flip()});
      all.push_back(prepared_of(shapes.back()));
    }
    const step_sizes<double> s = sizes_of(own, all);
    CAPTURE(number);
    for (const step_extent e : extents) REQUIRE(s[e] == extent_of(own, e));
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      const routed_extents<double> x = routed_of(shapes[i], own);
      const routed_extents<double> found = routed_at(s, i);
      REQUIRE(found.imbalance == x.imbalance);
      REQUIRE(found.rows == x.rows);
      REQUIRE(found.distinct == x.distinct);
      REQUIRE(found.tokens == x.tokens);
      REQUIRE(found.rows_seen == x.rows_seen);
    }
  }
}

TEST_CASE("of a prompt's sizes, those that differ from chunk to chunk follow the context") {
  const auto first =
      sizes_of(rank_step_of(prefill_step(2.0, 100.0, 0.0, 1.0), layout{}), one_routing());
  const auto later =
      sizes_of(rank_step_of(prefill_step(2.0, 100.0, 700.0, 1.0), layout{}), one_routing());
  for (std::size_t i = 0; i < step_size::first_routed + step_size::per_routing; ++i) {
    CAPTURE(i);
    CHECK(step_size::follows_context(i) == (first[i] < later[i] || later[i] < first[i]));
  }
}

static_assert(step_size::of(step_extent::tokens) == 7);
static_assert(step_size::of(step_size::of_phase::sequences, phase::decode) == 6);
static_assert(step_size::of(step_size::routed::rows, 1) == 18);

TEST_CASE("documented: sizes of steps") {
  int following = 0;
  for (std::size_t s = 0; s < step_size::number; ++s) following += step_size::follows_context(s);
  CHECK(following == 2);
  CHECK_FALSE(step_size::follows_context(7));
  const auto three = decode_step(3.0, 50.0, 1.0);
  CHECK(sizes_of(rank_step_of(three, layout{}), routings{})[step_extent::tokens] == 3.0);
  CHECK(sizes_of(three, layout{}, routings{})[step_extent::tokens] == 3.0);
  routings deepseek;
  deepseek.push_back(prepared_of({.experts = 256, .experts_per_token = 8, .ep = 32, .local = 8}));
  CHECK(routed_at(sizes_of(decode_step(64.0, 50.0, 1.0), layout{}, deepseek), 0).rows == 16.0);
}
