// SPDX-License-Identifier: BSL-1.0
// The best of a search against brute force over every factorisation and every load, for twenty
// (model, accelerator, GPUs). SHARDLINE_SEARCH_GPUS=4 makes them four times as many GPUs of each, in
// place of twice.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>
#include <vector>

#include "every_layout.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/plan/search.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

struct triple {
  const model* of_model;
  const accelerator* on;
  integer gpus;
};
constexpr std::array<triple, 20> all_triples{{{&catalog::llama_3_1_8b, &catalog::h100_sxm, 1},
                                              {&catalog::llama_3_1_8b, &catalog::l40s, 4},
                                              {&catalog::llama_3_1_8b, &catalog::mi300x, 7},
                                              {&catalog::llama_3_1_70b, &catalog::a100_sxm, 8},
                                              {&catalog::llama_3_1_70b, &catalog::h200_sxm, 12},
                                              {&catalog::llama_3_1_405b, &catalog::b200_sxm, 16},
                                              {&catalog::qwen2_5_72b, &catalog::h100_sxm, 6},
                                              {&catalog::gemma_3_27b, &catalog::l40s, 8},
                                              {&catalog::falcon_40b, &catalog::a100_sxm, 5},
                                              {&catalog::nemotron_h_8b, &catalog::h100_sxm, 8},
                                              {&catalog::mixtral_8x7b, &catalog::h100_sxm, 2},
                                              {&catalog::mixtral_8x7b, &catalog::a100_sxm, 8},
                                              {&catalog::mixtral_8x22b, &catalog::h200_sxm, 9},
                                              {&catalog::gpt_oss_20b, &catalog::l40s, 4},
                                              {&catalog::gpt_oss_120b, &catalog::h100_sxm, 8},
                                              {&catalog::qwen3_30b_a3b, &catalog::h100_sxm, 10},
                                              {&catalog::qwen3_235b_a22b, &catalog::h200_sxm, 8},
                                              {&catalog::deepseek_v2, &catalog::mi300x, 8},
                                              {&catalog::deepseek_v3, &catalog::b200_sxm, 12},
                                              {&catalog::deepseek_v3, &catalog::h200_sxm, 16}}};

integer times_the_gpus() {
  const char* times = std::getenv("SHARDLINE_SEARCH_GPUS");
  return times == nullptr ? 2 : std::max<integer>(std::atoi(times), 1);
}

// Closed loops and rates, with chunks and without, with and without guesses, within limits and not.
std::vector<workload> candidates() {
  const workload chat{.concurrency = 32, .input = 1024_tokens, .output = 256_tokens};
  workload many = chat;
  many.concurrency = 512;
  many.chunk = 4096_tokens;
  workload guessed = chat;
  guessed.chunk = 2048_tokens;
  guessed.speculation = {.draft_tokens = 2, .acceptance = 0.7, .draft_time = 100_us};
  workload limited = chat;
  limited.rate = 2_per_s;
  limited.max_ttft = 1_s;
  limited.max_tpot = 40_ms;
  std::vector<workload> all{chat, many, guessed, limited};
  for (const double concurrency : {4.0, 100.0, 513.0}) {
    all.push_back(many);
    all.back().concurrency = concurrency;
  }
  return all;
}

search_rank rank_by_estimate(const basic_estimate<>& e) {
  const double tokens = -e.serving.output_tokens_per_s_per_gpu.value();
  return {tokens, tokens, e.serving.tpot.value(), e.serving.ttft.value(), e.memory.total().value()};
}

template <class Cluster>
found_points found_in(const Cluster& c, const model& m, std::span<const workload> loads,
                      std::size_t most) {
  const basic_setting<double, constant> only{&c, &m, loads};
  return search_space(std::span(&only, 1), std::span<const integer>(&c.gpus, 1), search_terms<>{},
                      best_points(most));
}

void are_the_first_of(const found_points& found, const std::vector<found_point>& expected,
                      std::size_t most) {
  CHECK(found.feasible == static_cast<integer>(expected.size()));
  REQUIRE(found.best.size() == std::min(expected.size(), most));
  for (std::size_t i = 0; i < found.best.size(); ++i) {
    CAPTURE(i);
    CHECK(found.best[i].rank == expected[i].rank);
    CHECK(found.best[i].order == expected[i].order);
    CHECK(found.best[i].load == expected[i].load);
    CHECK(found.best[i].layout == expected[i].layout);
  }
}

// Every feasible point, the best first, of equals the first in the order of keys.
template <class Cluster>
std::vector<found_point> every_feasible(const Cluster& c, const model& m,
                                        std::span<const workload> loads) {
  std::vector<found_point> found;
  integer order = 0;
  for (const every_layout::key& k : every_layout::brute_force(c.gpus, has_experts(m))) {
    const layout l = every_layout::layout_of(k);
    for (std::size_t i = 0; i < loads.size(); ++i, ++order) {
      const auto e = estimate(c, m, l, loads[i]);
      if (!e.feasibility.feasible()) continue;
      found.push_back({rank_by_estimate(e), order, 0, static_cast<integer>(i), l});
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const found_point& a, const found_point& b) { return a.rank < b.rank; });
  return found;
}

}  // namespace

TEST_CASE("the best of twenty searches are those of brute force, ties included") {
  const std::vector<workload> loads = candidates();
  std::size_t feasible = 0;
  std::size_t ties = 0;
  for (const triple& t : all_triples) {
    const auto c = with_engine(
        make_cluster(with_efficiency(*t.on, constant{.mfu = 0.5}), t.gpus * times_the_gpus()),
        engines::vllm);
    const std::vector<found_point> expected = every_feasible(c, *t.of_model, loads);
    CAPTURE(t.of_model->name.view());
    CAPTURE(c.gpus);
    // All of them, since what was pruned was infeasible; and few, for which loads are left out too.
    const std::size_t all = expected.size() + 1;
    for (const std::size_t most : {all, std::size_t{5}}) {
      are_the_first_of(found_in(c, *t.of_model, loads, most), expected, most);
    }
    for (std::size_t i = 1; i < expected.size(); ++i) {
      if (expected[i].rank == expected[i - 1].rank) ++ties;
    }
    feasible += expected.size();
  }
  CHECK(feasible > 2000);
  if (times_the_gpus() == 2) CHECK(ties > 20);
}
