// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/dot.hpp"

#include <doctest/doctest.h>

#include <array>
#include <type_traits>
#include <vector>

#include "shardline/catalog/models.hpp"
#include "shardline/engines/product.hpp"
#include "shardline/engines/vllm.hpp"

namespace {

using namespace shardline;

struct drawn {
  const model* shape = nullptr;
  layout ranks{};
};

std::vector<drawn> all_graphs() {
  return {
      {&catalog::plan_000, to_layout(product{.ep = 64, .tp = 2})},
      {&catalog::plan_002, to_layout(product{.ep = 64, .tp = 8, .pp = 2, .dp = 2})},
      {&catalog::plan_004, to_layout(product{.ep = 64, .pp = 4})},
      {&catalog::deepseek_v3, to_layout(vllm{.tp = 4, .dp = 4, .pp = 2, .expert_parallel = true})},
      {&catalog::deepseek_v3, {{1, 2, 16}, {32, 1, 1}, 1}},
      {&catalog::gpt_oss_20b, to_layout(vllm{.tp = 2})},
      {&catalog::llama_3_1_8b, layout{}}};
}

const basic_step<double> prompts = prefill_step(64.0, 1024.0, 0.0, 1.0);

integer occurrences(const std::string& text, std::string_view what) {
  integer found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    ++found;
  }
  return found;
}

// Collectives by kind, from the operator list itself.
std::array<integer, term_count> collectives_of(const drawn& d) {
  std::array<integer, term_count> found{};
  for (integer stage = 0; stage < d.ranks.pp; ++stage) {
    for_each_operator(*d.shape, d.ranks, prompts, stage, rank_coordinates{},
                      [&](const auto& op, integer) {
                        if constexpr (is_collective<std::remove_cvref_t<decltype(op)>>) {
                          ++found[static_cast<std::size_t>(term_of(op.kind))];
                        }
                      });
  }
  return found;
}

TEST_CASE("dashed edges are exactly the collectives of the operator list") {
  for (const drawn& d : all_graphs()) {
    const std::string graph = to_dot(*d.shape, d.ranks, prompts);
    const auto expected = collectives_of(d);
    integer all = 0;
    for (std::size_t i = 0; i < term_count; ++i) {
      const std::string label = "label=\"" + std::string(name(static_cast<term>(i))) + " over ";
      CHECK(occurrences(graph, "[style=dashed, " + label) == expected[i]);
      all += expected[i];
    }
    CHECK(occurrences(graph, "style=dashed") == all);
  }
}

TEST_CASE("every compute term of the operator list is a box, and only those") {
  for (const drawn& d : all_graphs()) {
    const std::string graph = to_dot(*d.shape, d.ranks, prompts);
    for (integer stage = 0; stage < d.ranks.pp; ++stage) {
      for_each_operator(*d.shape, d.ranks, prompts, stage, rank_coordinates{},
                        [&](const auto& op, integer) {
                          if constexpr (!is_collective<std::remove_cvref_t<decltype(op)>>) {
                            CHECK(graph.find("[shape=box, label=\"" + std::string(name(op.term))) !=
                                  std::string::npos);
                          }
                        });
    }
    CHECK(graph.find("[shape=box, label=\"all-") == std::string::npos);
  }
}

TEST_CASE("the graph is one path from input to output through a cluster per stage") {
  for (const drawn& d : all_graphs()) {
    const std::string graph = to_dot(*d.shape, d.ranks, prompts);
    CHECK(occurrences(graph, "subgraph cluster_") == d.ranks.pp);
    CHECK(occurrences(graph, "shape=ellipse") == 2);
    CHECK(occurrences(graph, " -> ") == occurrences(graph, "[shape=") - 1);
    CHECK(occurrences(graph, "{") == occurrences(graph, "}"));
  }
}

TEST_CASE("nodes name the GPUs of their stage") {
  const drawn d{&catalog::plan_002, to_layout(product{.ep = 64, .tp = 8, .pp = 2, .dp = 2})};
  const std::string graph = to_dot(*d.shape, d.ranks, prompts);
  CHECK(graph.find("stage 0: layers 0-7, GPUs 0-1023") != std::string::npos);
  CHECK(graph.find("routed experts, 8 times\\nGPUs 1024-2047") != std::string::npos);
  CHECK(graph.find("send-recv over 2 GPUs 1024 apart") != std::string::npos);
}

// Two sequences of 1024 tokens on each rank, 1024 wide in FP16: 4 MiB to sum over TP2. Each token
// goes to 64 (1 - (63/64)^2) = 1.984375 ranks: 128 sequences on 64 ranks are 2 each, 2 x 1024 x 2
// KiB x 1.984375 = 7.94 MiB.
TEST_CASE("edges carry group and message") {
  const std::string graph = to_dot(catalog::plan_000, to_layout(product{.ep = 64, .tp = 2}),
                                   prefill_step(128.0, 1024.0, 0.0, 1.0));
  CHECK(occurrences(graph, "all-reduce over 2 GPUs\\n4.00 MiB, 16 times") == 2);
  CHECK(occurrences(graph, "all-to-all over 64 GPUs 2 apart\\n7.94 MiB, 16 times") == 2);
}

TEST_CASE("one GPU talks to nobody") {
  CHECK(to_dot(catalog::llama_3_1_8b, layout{}, prompts).find("dashed") == std::string::npos);
}

}  // namespace
