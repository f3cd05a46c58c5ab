// SPDX-License-Identifier: BSL-1.0
// Each rule by its own definition of what the KV cache may take, and by what an engine logged.
#include "shardline/memory/budget.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "../laws/random_inputs.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/engines/sglang.hpp"
#include "shardline/engines/vllm.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr budget_inputs<double> inputs_of(double capacity, double weights, double workspace,
                                          double reserve, double graphs) {
  return {bytes<>::from_value(capacity), bytes<>::from_value(weights),
          bytes<>::from_value(workspace), bytes<>::from_value(reserve),
          bytes<>::from_value(graphs)};
}

// Everything in turn, so that each rule shows what it counts: 1000 = 100 + 40 + 8 + 2 and 850 free.
constexpr budget_inputs<double> simple = inputs_of(1000, 100, 40, 8, 2);

template <class Rule>
constexpr double kv_budget(const Rule& rule, const budget_inputs<double>& in) {
  return (in.capacity - in.used() - withheld_bytes(rule, in)).value();
}

static_assert(simple.used() == 150_B);
static_assert(withheld_bytes(fraction_of_total<>{0.5}, simple) == 498_B);
static_assert(withheld_bytes(fraction_of_free<>{0.5}, simple) == 425_B);
static_assert(withheld_bytes(static_fraction<>{0.5}, simple) == 454_B);
static_assert(withheld_bytes(fraction_of_total<>{0.5, true}, simple) == 500_B);

budget_inputs<double> random_inputs(laws::dice& d) {
  const double capacity = d.between(1e9, 1e12);
  const double weights = capacity * d.between(0.0, 1.2);
  const double workspace = capacity * d.between(0.0, 0.3);
  const double reserve = d.flip() ? 0.0 : capacity * d.between(0.0, 0.1);
  const double graphs = d.flip() ? 0.0 : capacity * d.between(0.0, 0.2);
  return inputs_of(capacity, weights, workspace, reserve, graphs);
}

constexpr layout split_over(integer tp) { return {{tp, 1, 1}, {tp, 1, 1}}; }

double random_share(laws::dice& d) { return d.whole(0, 9) == 0 ? 1.0 : d.between(1e-6, 1.0); }

}  // namespace

TEST_CASE("a share of the total: half of 1000, less weights 100, workspace 40 and reserve 8") {
  CHECK(kv_budget(fraction_of_total<>{0.5}, simple) == 500.0 - 148.0);
  CHECK(kv_budget(fraction_of_total<>{1.0}, simple) ==
        1000.0 - 150.0);  // graphs have no room aside
}

TEST_CASE("a share of what is free: half of 1000 - 150") {
  CHECK(kv_budget(fraction_of_free<>{0.5}, simple) == 425.0);
  CHECK(kv_budget(fraction_of_free<>{1.0}, simple) == 850.0);
}

TEST_CASE("a static share: half of 1000 - 8 for weights and cache, the rest in what is left") {
  CHECK(kv_budget(static_fraction<>{0.5}, simple) == 496.0 - 100.0);
  // 96 % leave 39.68 for 42 bytes of workspace and graphs: the cache gets what is free.
  CHECK(kv_budget(static_fraction<>{0.96}, simple) == 850.0);
  CHECK(kv_budget(static_fraction<>{0.95}, simple) == doctest::Approx(842.4).epsilon(1e-12));
  CHECK(kv_budget(static_fraction<>{0.94}, simple) == doctest::Approx(832.48).epsilon(1e-12));
}

TEST_CASE("graphs within the budget leave the cache less by their size") {
  CHECK(kv_budget(fraction_of_total<>{0.5, true}, simple) == 500.0 - 150.0);
  CHECK(kv_budget(fraction_of_total<>{1.0, true}, simple) == 1000.0 - 150.0);
}

// server_args.py in whole MiB, by hand: 512 + 1.5 max(chunk, 2048) + 128 R pp + 2 g, and under
// attention data parallelism 3 dp g more, 1.5 dp g besides where g > 300; 10240 at least.
TEST_CASE("SGLang's own share, by GPU and layout") {
  const auto share = [](const accelerator& a, const layout& l) {
    const runtime r = runtime_on(engines::sglang_0_5, a);
    return share_of(std::get<derived_static<>>(r.budget), r, l, a.memory).share;
  };
  const auto by_hand = [](double memory, double reserved) {
    return std::round((memory - reserved) / memory * 1000.0) / 1000.0;
  };
  const auto near = [](double x) { return doctest::Approx(x).epsilon(1e-12).scale(0.0); };
  const layout tp8{{8, 1, 1}, {8, 1, 1}};
  const layout alone{{1, 1, 1}, {1, 1, 1}};
  const layout dp8{{1, 1, 8}, {1, 8, 1}};
  CHECK(share(catalog::h100_sxm, tp8) == near(by_hand(81080, 512 + 12288 + 1024 + 1024)));
  CHECK(share(catalog::h100_sxm, tp8) == near(0.817));
  CHECK(share(catalog::h100_sxm, alone) == near(by_hand(81080, 512 + 12288 + 128 + 512)));
  CHECK(share(catalog::h200_sxm, tp8) == near(by_hand(143155, 512 + 12288 + 1024 + 1024)));
  CHECK(share(catalog::h200_sxm, dp8) ==
        by_hand(143155, 512 + 12288 + 1024 + 1024 + 4.5 * 8 * 512));
  CHECK(share(catalog::b200_sxm, tp8) == near(by_hand(182630, 512 + 24576 + 1024 + 1024)));
  CHECK(share(catalog::l40s, alone) == near(by_hand(45466, 512 + 6144 + 128 + 64)));
  // Replicas with experts of their own are engines of one GPU each.
  CHECK(share(catalog::h100_sxm, {{1, 1, 8}, {1, 1, 8}}) == share(catalog::h100_sxm, alone));
}

TEST_CASE("graphs use up what a share of the total leaves, and no more than that") {
  CHECK(withheld_bytes(fraction_of_total<>{0.5}, inputs_of(1000, 0, 0, 0, 499)) == 1_B);
  CHECK(withheld_bytes(fraction_of_total<>{0.5}, inputs_of(1000, 0, 0, 0, 500)) == 0_B);
  CHECK(withheld_bytes(fraction_of_total<>{0.5}, inputs_of(1000, 0, 0, 0, 501)) == 0_B);
  // As the header says: 80 GB at 0.9 with 0.4 GB of graphs.
  CHECK(withheld_bytes(fraction_of_total<>{0.9}, inputs_of(80e9, 0, 0, 0, 0.4e9)).value() ==
        doctest::Approx(7.6e9).epsilon(1e-12));
}

TEST_CASE("the budget of each rule is its definition, within what is free") {
  laws::dice d(3101);
  int exhausted = 0;
  for (int number = 0; number < 5000; ++number) {
    const budget_inputs<double> in = random_inputs(d);
    const double share = random_share(d);
    CAPTURE(number);
    const double capacity = in.capacity.value();
    const double weights = in.weights.value();
    const double workspace = in.workspace.value();
    const double reserve = in.reserve.value();
    const double free = capacity - weights - workspace - reserve - in.graphs.value();
    const double rounding = 1e-12 * capacity;
    if (free < 0.0) ++exhausted;

    const double of_total = share * capacity - weights - workspace - reserve;
    REQUIRE(std::fabs(kv_budget(fraction_of_total<>{share}, in) - std::min(of_total, free)) <=
            rounding);
    const double of_static = share * (capacity - reserve) - weights;
    REQUIRE(std::fabs(kv_budget(static_fraction<>{share}, in) - std::min(of_static, free)) <=
            rounding);
    const double of_free = free < 0.0 ? free : share * free;
    REQUIRE(std::fabs(kv_budget(fraction_of_free<>{share}, in) - of_free) <= rounding);
  }
  CHECK(exhausted > 1000);
}

TEST_CASE("no rule withholds less than nothing, and a larger share withholds no more") {
  laws::dice d(3102);
  for (int number = 0; number < 5000; ++number) {
    const budget_inputs<double> in = random_inputs(d);
    const double share = random_share(d);
    const double larger = share + (1.0 - share) * d.unit();
    CAPTURE(number);
    const auto falls = [&in, share, larger]<template <class> class Rule>(Rule<double>) {
      const bytes<> withheld = withheld_bytes(Rule<double>{share}, in);
      return withheld >= 0_B && withheld_bytes(Rule<double>{larger}, in) <= withheld &&
             withheld <= in.capacity;
    };
    REQUIRE(falls(fraction_of_total<>{}));
    REQUIRE(falls(fraction_of_free<>{}));
    REQUIRE(falls(static_fraction<>{}));
  }
}

TEST_CASE("with a share of one nothing is withheld") {
  laws::dice d(3103);
  for (int number = 0; number < 500; ++number) {
    const budget_inputs<double> in = random_inputs(d);
    REQUIRE(withheld_bytes(fraction_of_total<>{1.0}, in) == 0_B);
    REQUIRE(withheld_bytes(fraction_of_free<>{1.0}, in) == 0_B);
    REQUIRE(withheld_bytes(static_fraction<>{1.0}, in) == 0_B);
  }
}

// vLLM 0.11 on an H100 of 79.18 GiB at 0.9, as logged (measured/memory_logs.csv, llmd-*): the cache
// gets 0.9 x 79.18 - weights - what is outside PyTorch - activation peak.
TEST_CASE("vLLM's own arithmetic: the cache it logged, to its two decimals") {
  constexpr double gib = 1073741824.0;
  struct log {
    const char* model;
    integer tp;
    double weights, outside, activation, cache;
  };
  constexpr std::array<log, 5> logged{{{"gpt-oss-20b", 1, 13.47, 0.13, 7.38, 50.28},
                                       {"Llama-3.1-8B-Instruct", 1, 14.99, 0.13, 4.76, 51.38},
                                       {"Qwen3-0.6B", 1, 1.12, 0.13, 5.56, 64.45},
                                       {"Qwen3-32B", 1, 61.03, 0.14, 5.64, 4.45},
                                       {"Qwen3-32B tp 2", 2, 30.59, 0.54, 5.64, 34.49}}};
  for (const log& l : logged) {
    CAPTURE(l.model);
    runtime engine = engines::vllm_0_11.runtime;
    const auto budget = [&] {
      const bytes<> capacity = bytes<>::from_value(79.18 * gib);
      const bytes<> weights = bytes<>::from_value(l.weights * gib);
      const bytes<> activation = bytes<>::from_value(l.activation * gib);
      const auto own = engine_bytes(engine, capacity, split_over(l.tp), weights, activation, 0_B);
      return (capacity - weights - activation - own.reserve - own.withheld).value() / gib;
    };
    // The engine's constants are those of these logs, within the 0.01 that one of them differs by.
    CHECK(std::fabs(budget() - l.cache) < 0.0151);
    engine.reserve = bytes<>::from_value(l.outside * gib);
    engine.communicators = {};
    CHECK(std::fabs(budget() - l.cache) < 0.00501);
  }
}

TEST_CASE("communicators are held once there are peers, graphs always") {
  runtime r;
  r.reserve = 5_B;
  r.communicators = 30_B;
  r.cuda_graphs = 200_B;
  r.budget = fraction_of_total<>{0.5};
  const auto own = [&r](integer gpus) {
    return engine_bytes(r, 1000_B, split_over(gpus), 100_B, 10_B, 0_B);
  };
  CHECK(own(1).reserve == 205_B);
  CHECK(own(2).reserve == 235_B);
  CHECK(own(1000).reserve == 235_B);
  CHECK(own(1).withheld == 300_B);
  // The other rules see the communicators among what is used: 1000 - 100 - 10 - 205 = 685, or 655.
  r.budget = fraction_of_free<>{0.5};
  CHECK(own(1).withheld == 342.5 * 1_B);
  CHECK(own(2).withheld == 327.5 * 1_B);
  r.budget = static_fraction<>{0.5};
  CHECK(own(1).withheld == 497.5 * 1_B - 210_B);
  CHECK(own(2).withheld == 482.5 * 1_B - 210_B);
}

TEST_CASE("the default engine withholds nothing") {
  constexpr auto own = engine_bytes(runtime{}, 80_GB, split_over(8), 10_GB, 1_GB, 0_B);
  static_assert(own.withheld == 0_B && own.reserve.value() == 1073741824.0);
}
