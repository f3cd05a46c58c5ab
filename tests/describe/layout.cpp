// SPDX-License-Identifier: BSL-1.0
#include "shardline/describe/layout.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

using namespace shardline;

namespace {

constexpr std::array<stage_remainder, 3> remainders{
    stage_remainder::first, stage_remainder::before_last, stage_remainder::last};

layout pipeline(integer pp, stage_remainder remainder) {
  layout l{{}, {}, pp};
  l.stages.remainder = remainder;
  return l;
}

layout listed(const std::vector<int>& layers) {
  layout l{{}, {}, static_cast<integer>(layers.size())};
  for (const int own : layers) l.stages.listed.push_back(static_cast<std::uint16_t>(own));
  return l;
}

// Layers of each stage, in order.
std::vector<integer> numbers(const layout& l, integer layers) {
  std::vector<integer> found;
  for (integer stage = 0; stage < l.pp; ++stage) {
    found.push_back(layers_of_stage(l, layers, stage).number);
  }
  return found;
}

// vLLM's own rule, as vllm/distributed/utils.py, get_pp_indices has it: the remaining layers go to
// the stages before the last, from the back.
std::vector<integer> as_vllm(integer layers, integer pp) {
  std::vector<integer> partitions(static_cast<std::size_t>(pp), layers / pp);
  for (integer i = 2; i < layers % pp + 2; ++i) ++partitions[static_cast<std::size_t>(pp - i)];
  return partitions;
}

}  // namespace

TEST_CASE(
    "stages share out the layers: in order, each layer once, no stage two more than another") {
  for (integer layers = 1; layers <= 70; ++layers) {
    for (integer pp = 1; pp <= layers; ++pp) {
      for (const stage_remainder remainder : remainders) {
        const layout l = pipeline(pp, remainder);
        integer next = 0;
        integer longer = 0;
        for (integer stage = 0; stage < pp; ++stage) {
          const item_range own = layers_of_stage(l, layers, stage);
          CAPTURE(layers);
          CAPTURE(pp);
          CAPTURE(static_cast<int>(remainder));
          REQUIRE(own.first == next);
          REQUIRE(own.number >= layers / pp);
          REQUIRE(own.number <= layers / pp + 1);
          longer += own.number - layers / pp;
          next += own.number;
        }
        REQUIRE(next == layers);
        REQUIRE(longer == layers % pp);
      }
    }
  }
}

TEST_CASE("the stages that take one more: the first, the last, or as vLLM does") {
  for (integer layers = 1; layers <= 70; ++layers) {
    for (integer pp = 1; pp <= layers; ++pp) {
      CAPTURE(layers);
      CAPTURE(pp);
      const std::vector<integer> first = numbers(pipeline(pp, stage_remainder::first), layers);
      REQUIRE(std::is_sorted(first.rbegin(), first.rend()));
      REQUIRE(numbers(pipeline(pp, stage_remainder::last), layers) ==
              std::vector<integer>(first.rbegin(), first.rend()));
      REQUIRE(numbers(pipeline(pp, stage_remainder::before_last), layers) == as_vllm(layers, pp));
      REQUIRE(layers_of_stage(pipeline(pp, stage_remainder::first), layers, 0) ==
              part_of(layers, pp, 0));
    }
  }
}

TEST_CASE("61 layers over 4 stages, by every rule") {
  using numbers_of = std::vector<integer>;
  CHECK(numbers(pipeline(4, stage_remainder::first), 61) == numbers_of{16, 15, 15, 15});
  CHECK(numbers(pipeline(4, stage_remainder::before_last), 61) == numbers_of{15, 15, 16, 15});
  CHECK(numbers(pipeline(4, stage_remainder::last), 61) == numbers_of{15, 15, 15, 16});
  // Three to spare: vLLM leaves the last stage, which has the head, the shortest.
  CHECK(numbers(pipeline(4, stage_remainder::first), 63) == numbers_of{16, 16, 16, 15});
  CHECK(numbers(pipeline(4, stage_remainder::before_last), 63) == numbers_of{16, 16, 16, 15});
  CHECK(numbers(pipeline(4, stage_remainder::last), 63) == numbers_of{15, 16, 16, 16});
  CHECK(layers_of_stage(pipeline(4, stage_remainder::first), 61, 3) == item_range{46, 15});
  CHECK(layers_of_stage(pipeline(4, stage_remainder::before_last), 61, 2) == item_range{30, 16});
  CHECK(layers_of_stage(pipeline(4, stage_remainder::before_last), 61, 3) == item_range{46, 15});
  CHECK(layers_of_stage(pipeline(4, stage_remainder::last), 61, 3) == item_range{45, 16});
}

TEST_CASE("listed stages are as listed, one after the other, whatever the remainder's rule") {
  for (const stage_remainder remainder : remainders) {
    layout l = listed({17, 16, 16, 12});
    l.stages.remainder = remainder;
    CHECK(layers_of_stage(l, 61, 0) == item_range{0, 17});
    CHECK(layers_of_stage(l, 61, 1) == item_range{17, 16});
    CHECK(layers_of_stage(l, 61, 2) == item_range{33, 16});
    CHECK(layers_of_stage(l, 61, 3) == item_range{49, 12});
  }
  // A list that is too short for pp, which rule::stages forbids, leaves the others empty.
  layout l = listed({40, 21});
  l.pp = 3;
  CHECK(layers_of_stage(l, 61, 2) == item_range{61, 0});
}

TEST_CASE("64 stages can be listed; one more is said to be too many") {
  layout l = listed(std::vector<int>(64, 1));
  CHECK_FALSE(l.stages.listed.overflowed);
  CHECK(layers_of_stage(l, 64, 63) == item_range{63, 1});
  l.stages.listed.push_back(1);
  CHECK(l.stages.listed.overflowed);
}

TEST_CASE("a layout needs the ranks of a mesh for each stage") {
  CHECK(layout{{8, 2, 3}, {1, 48, 1}, 4}.gpus() == 192);
  CHECK(layout{}.gpus() == 1);
  CHECK(attention_mesh{8, 2, 3}.size() == 48);
  CHECK(expert_mesh{2, 4, 5}.size() == 40);
}

TEST_CASE("a million of every degree does not overflow") {
  constexpr integer many = 1000000;
  CHECK(attention_mesh{many, many, many}.size() == 1000000000000000000);
  CHECK(layout{{many, many, many}, {}, many}.gpus() == (std::numeric_limits<integer>::max)());
}

TEST_CASE("a rank has peers where there are two or more, along whichever degree") {
  CHECK_FALSE(has_peers(layout{}));
  CHECK(has_peers({{2, 1, 1}, {2, 1, 1}}));
  CHECK(has_peers({{1, 2, 1}, {1, 1, 2}}));
  CHECK(has_peers({{1, 1, 2}, {1, 2, 1}}));
  CHECK(has_peers({{}, {}, 2}));
}

TEST_CASE("a dispatch has the name that reports use") {
  CHECK(name(expert_dispatch::all_to_all) == "all-to-all");
  CHECK(name(expert_dispatch::all_gather) == "all-gather");
}

TEST_CASE("replicas that share experts are one engine, those with copies of all stand alone") {
  CHECK(independent_engines({{1, 1, 8}, {1, 8, 1}}) == 1);
  CHECK(independent_engines({{1, 1, 8}, {1, 1, 8}}) == 8);
  CHECK(independent_engines({{1, 1, 16}, {1, 8, 2}}) == 2);
  CHECK(independent_engines({{8, 1, 1}, {1, 8, 1}}) == 1);
}

static_assert(name(expert_dispatch::all_to_all) == "all-to-all" &&
              name(expert_dispatch::all_gather).size() == 10);
static_assert(has_peers({.attention = {.tp = 2}}) && has_peers({.pp = 2}) && !has_peers(layout{}));
