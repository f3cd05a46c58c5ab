// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/step.hpp"

#include <doctest/doctest.h>

using namespace shardline;

namespace {

rank_step<double> local(const basic_step<>& s, const attention_mesh& a, const expert_mesh& e) {
  return rank_step_of(s, layout{a, e});
}

}  // namespace

TEST_CASE("a replica takes its share of the sequences, rounded up") {
  const auto s = local(decode_step(10.0, 100.0, 1.0), {1, 1, 4}, {1, 1, 4});
  CHECK(s.parts[0].sequences == 3.0);
  CHECK(s.tokens == 3.0);
  CHECK(s.logit_rows == 3.0);
  CHECK(s.group_tokens == 3.0);
}

TEST_CASE("tensor parallel ranks all see every token of their replica") {
  const auto s = local(prefill_step(2.0, 50.0, 7.0, 1.25), {8, 1, 1}, {8, 1, 1});
  CHECK(s.tokens == 100.0);
  CHECK(s.logit_rows == 2.0);
  CHECK(s.parts[0].new_tokens == 50.0);
  CHECK(s.parts[0].context == 7.0);
  CHECK(s.expert_imbalance == 1.25);
}

TEST_CASE("context parallel ranks share the new tokens of a prompt, not those of a decode step") {
  const auto prompt = local(prefill_step(1.0, 100.0, 0.0, 1.0), {1, 4, 1}, {1, 4, 1});
  CHECK(prompt.tokens == 25.0);
  CHECK(prompt.group_tokens == 100.0);
  const auto token = local(decode_step(5.0, 100.0, 1.0), {1, 4, 1}, {1, 4, 1});
  CHECK(token.tokens == 5.0);
}

TEST_CASE("an expert group takes the tokens of all the replicas that it serves") {
  const auto step = decode_step(32.0, 100.0, 1.0);
  CHECK(local(step, {1, 1, 8}, {1, 8, 1}).group_tokens == 32.0);
  CHECK(local(step, {1, 1, 8}, {1, 4, 2}).group_tokens == 16.0);
  CHECK(local(step, {1, 1, 8}, {1, 1, 8}).group_tokens == 4.0);
  CHECK(local(step, {4, 1, 2}, {4, 2, 1}).group_tokens == 32.0);
}

TEST_CASE("expert groups that are more than the replicas share a prompt's tokens as cp does") {
  const auto s = local(prefill_step(1.0, 100.0, 0.0, 1.0), {1, 4, 1}, {1, 1, 4});
  CHECK(s.tokens == 25.0);
  CHECK(s.group_tokens == 25.0);
}

TEST_CASE("a rank that computes a token never belongs to an expert group without one") {
  // Decode repeats its tokens on every cp rank, so a group there has them all, not a share of one.
  const auto s = local(decode_step(1.0, 100.0, 1.0), {1, 4, 1}, {1, 1, 4});
  CHECK(s.tokens == 1.0);
  CHECK(s.group_tokens >= 1.0);
}

TEST_CASE("a mixed step is both its parts") {
  const auto s = local(mixed_step(prefill_step(2.0, 100.0, 0.0, 1.5), decode_step(30.0, 50.0, 1.5)),
                       {1, 1, 2}, {1, 2, 1});
  REQUIRE(s.part_count == 2);
  CHECK(s.parts[0].phase == phase::prefill);
  CHECK(s.parts[0].sequences == 1.0);
  CHECK(s.parts[1].phase == phase::decode);
  CHECK(s.parts[1].sequences == 15.0);
  CHECK(s.tokens == 115.0);
  CHECK(s.logit_rows == 16.0);
  CHECK(s.group_tokens == 230.0);
}

TEST_CASE("attention replicas per expert group") {
  CHECK(replicas_per_expert_group({{2, 1, 8}, {2, 8, 1}}) == 8);
  CHECK(replicas_per_expert_group({{2, 2, 8}, {2, 8, 2}}) == 8);
  CHECK(replicas_per_expert_group({{2, 1, 8}, {2, 1, 8}}) == 1);
  CHECK(replicas_per_expert_group({{8, 1, 1}, {1, 8, 1}}) == 1);
}

TEST_CASE("documented numbers of steps") {
  const auto both = mixed_step(prefill_step(1.0, 100.0, 0.0, 1.0), decode_step(3.0, 50.0, 1.0));
  CHECK(both.part_count == 2);
  const auto s = local(decode_step(3.0, 50.0, 1.0), {}, {});
  CHECK(extents_of(s) == std::array<double, extent_count>{3.0, 3.0, 3.0, 3.0, 0.0, 0.0, 3.0});
  REQUIRE(part_in(s, phase::decode) != nullptr);
  CHECK(part_in(s, phase::decode)->sequences == 3.0);
  CHECK(part_in(s, phase::prefill) == nullptr);
  CHECK(larger_half(s).parts[0].sequences == 2.0);
  CHECK(larger_half(s).tokens == 2.0);
  int belonging = 0;
  for (std::size_t e = 0; e < extent_count; ++e) {
    for (const phase p : both_phases) belonging += belongs_to(static_cast<step_extent>(e), p);
  }
  CHECK(belonging == 3);
  CHECK(extent_count == 7);
}
