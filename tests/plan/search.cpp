// SPDX-License-Identifier: BSL-1.0
#include "shardline/plan/search.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <set>
#include <vector>

#include "every_layout.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

using every_layout::brute_force;
using every_layout::key;
using every_layout::key_of;

std::vector<layout> layouts_of(integer gpus, const model& m) {
  std::vector<layout> all;
  for_each_layout(gpus, m, [&all](const layout& l) { all.push_back(l); });
  return all;
}

constexpr auto usual = constant{.mfu = 0.5, .bandwidth = 0.8};

auto h200s(integer gpus) { return make_cluster(with_efficiency(catalog::h200_sxm, usual), gpus); }

workload chat() {
  workload w;
  w.concurrency = 64.0;
  w.input = 2048_tokens;
  w.output = 512_tokens;
  return w;
}

integer rejected(const search_result& r) {
  return std::accumulate(r.rejected.begin(), r.rejected.end(), integer{0});
}

double rate(const basic_estimate<double>& e) {
  return e.serving.output_tokens_per_s_per_gpu.value();
}

// The enumeration works in constant expressions.
constexpr integer layouts_in_all(integer gpus, const model& m) {
  integer n = 0;
  for_each_layout(gpus, m, [&n](const layout&) { ++n; });
  return n;
}
static_assert(layouts_in_all(8, catalog::llama_3_1_8b) == 20);   // 2^3 over 4 places: C(6, 3)
static_assert(layouts_in_all(64, catalog::llama_3_1_8b) == 84);  // C(9, 3)
static_assert(layouts_in_all(64, catalog::deepseek_v3) == 2478);

}  // namespace

TEST_CASE("divisors are all of them, ascending") {
  for (integer n = 1; n <= 400; ++n) {
    std::vector<integer> expected;
    for (integer d = 1; d <= n; ++d) {
      if (n % d == 0) expected.push_back(d);
    }
    const auto found = divisors(n);
    CAPTURE(n);
    CHECK(std::vector<integer>(found.begin(), found.end()) == expected);
  }
}

TEST_CASE("no number up to 10^6 has more divisors than fit, and 720720 has as many") {
  CHECK(divisors(720720).size() == max_divisors);
  for (const integer n : {720720, 831600, 942480, 982800, 997920, 1'000'000, 999'983}) {
    CHECK_FALSE(divisors(n).overflowed);
  }
  CHECK(divisors(999'983).size() == 2);
  CHECK(divisors(0).empty());
  CHECK(divisors(-4).empty());
  CHECK(divisors(1'000'001).empty());
}

TEST_CASE("every layout of a mixture of experts is visited once, and none besides") {
  for (const integer gpus : {1, 2, 3, 4, 6, 8, 12, 16, 24, 30, 36}) {
    const std::vector<layout> all = layouts_of(gpus, catalog::deepseek_v3);
    std::set<key> keys;
    for (const layout& l : all) keys.insert(key_of(l));
    CAPTURE(gpus);
    CHECK(keys.size() == all.size());
    CHECK(keys == brute_force(gpus, true));
  }
}

TEST_CASE("every layout of a dense model is visited once, with one expert mesh") {
  for (const integer gpus : {1, 2, 7, 12, 32, 60}) {
    const std::vector<layout> all = layouts_of(gpus, catalog::llama_3_1_8b);
    std::set<key> keys;
    for (const layout& l : all) keys.insert(key_of(l));
    CAPTURE(gpus);
    CHECK(keys.size() == all.size());
    CHECK(keys == brute_force(gpus, false));
  }
}

TEST_CASE("every layout has exactly the GPUs and meshes of equal size") {
  for (const integer gpus : {1, 12, 64, 96}) {
    for (const layout& l : layouts_of(gpus, catalog::deepseek_v3)) {
      CHECK(l.gpus() == gpus);
      CHECK(l.attention.size() == l.expert.size());
    }
  }
}

TEST_CASE("layouts come in the documented order") {
  const auto place = [](const layout& l) {
    return std::array<integer, 6>{l.pp,         l.attention.tp, l.attention.cp,
                                  l.expert.etp, l.expert.ep,    static_cast<integer>(l.dispatch)};
  };
  const std::vector<layout> all = layouts_of(48, catalog::deepseek_v3);
  CHECK(std::is_sorted(all.begin(), all.end(),
                       [&place](const layout& a, const layout& b) { return place(a) < place(b); }));
}

TEST_CASE("both ways to the experts are visited exactly where they cost different times") {
  const auto c = h200s(16);
  for (const layout& l : layouts_of(16, catalog::deepseek_v3)) {
    if (l.dispatch == expert_dispatch::all_gather) continue;
    layout gathered = l;
    gathered.dispatch = expert_dispatch::all_gather;
    if (dispatch_matters(l)) continue;
    const auto one = estimate(c, catalog::deepseek_v3, l, chat());
    const auto other = estimate(c, catalog::deepseek_v3, gathered, chat());
    CHECK(rate(one) == rate(other));
    CHECK(one.prefill.total().value() == other.prefill.total().value());
    CHECK(one.memory.total().value() == other.memory.total().value());
  }
  const layout apart{{1, 1, 16}, {1, 16, 1}};
  layout gathered = apart;
  gathered.dispatch = expert_dispatch::all_gather;
  REQUIRE(dispatch_matters(apart));
  CHECK(rate(estimate(c, catalog::deepseek_v3, apart, chat())) !=
        rate(estimate(c, catalog::deepseek_v3, gathered, chat())));
}

TEST_CASE("without a GPU there is no layout") {
  CHECK(layouts_of(0, catalog::deepseek_v3).empty());
  CHECK(layouts_of(-8, catalog::deepseek_v3).empty());
  CHECK(layouts_of(1'000'001, catalog::deepseek_v3).empty());
}

TEST_CASE("the best are those that an exhaustive look finds, in the order of their rates") {
  const auto c = h200s(16);
  const workload w = chat();
  std::vector<candidate> feasible;
  std::array<integer, rule_count> by_rule{};
  for (const layout& l : layouts_of(16, catalog::deepseek_v3)) {
    const auto e = estimate(c, catalog::deepseek_v3, l, w);
    if (e.feasibility.feasible()) {
      feasible.push_back({l, e});
    } else {
      ++by_rule[static_cast<std::size_t>(e.feasibility.violations[0].rule)];
    }
  }
  std::stable_sort(feasible.begin(), feasible.end(), [](const candidate& a, const candidate& b) {
    return rate(a.estimate) > rate(b.estimate);
  });
  REQUIRE(feasible.size() > 5);
  const search_result r = search(c, catalog::deepseek_v3, w, 5);
  REQUIRE(r.best.size() == 5);
  for (std::size_t i = 0; i < r.best.size(); ++i) {
    CAPTURE(i);
    CHECK(rate(r.best[i].estimate) == rate(feasible[i].estimate));
    const auto again = estimate(c, catalog::deepseek_v3, r.best[i].layout, w);
    CHECK(rate(again) == rate(r.best[i].estimate));
    CHECK(again.feasibility.feasible());
  }
  CHECK(r.feasible == static_cast<integer>(feasible.size()));
  CHECK(r.rejected == by_rule);
  CHECK(r.rejected_by(rule::memory) > 0);
}

TEST_CASE("tried = feasible + rejected, whatever the rules reject") {
  workload slow = chat();
  slow.max_tpot = 1_us;
  workload tight = chat();
  tight.max_ttft = 100_ms;
  tight.max_tpot = 10_ms;
  for (const workload& w : {chat(), slow, tight}) {
    for (const model* m : {&catalog::deepseek_v3, &catalog::llama_3_1_70b}) {
      const search_result r = search(h200s(32), *m, w);
      CHECK(r.tried == static_cast<integer>(layouts_of(32, *m).size()));
      CHECK(r.feasible + rejected(r) == r.tried);
      CHECK(r.invalid == 0);
      CHECK(r.best.size() == static_cast<std::size_t>(std::min<integer>(r.feasible, 10)));
    }
  }
  const search_result none = search(h200s(32), catalog::deepseek_v3, slow);
  CHECK(none.feasible == 0);
  CHECK(none.rejected_by(rule::tpot) > 0);
}

TEST_CASE("every layout found meets the service levels asked for") {
  workload w = chat();
  w.max_ttft = 100_ms;
  w.max_tpot = 8_ms;
  const search_result r = search(h200s(64), catalog::deepseek_v3, w, 100);
  REQUIRE_FALSE(r.best.empty());
  for (const candidate& c : r.best) {
    CHECK(c.estimate.serving.ttft.value() <= 0.1);
    CHECK(c.estimate.serving.tpot.value() <= 0.008);
  }
  CHECK(r.rejected_by(rule::ttft) + r.rejected_by(rule::tpot) > 0);
}

TEST_CASE("of equal layouts the one tried first is ranked first, and more than top are not kept") {
  const layout l{{8, 1, 1}, {1, 8, 1}};
  const layout same{{8, 1, 1}, {1, 8, 1}, 1, expert_dispatch::all_gather};  // costs the same
  const auto c = h200s(8);
  const std::array<layout, 2> one_way{l, same};
  const std::array<layout, 3> other_way{same, l, l};
  const auto first = search_among(c, catalog::deepseek_v3, chat(), one_way, 2);
  const auto second = search_among(c, catalog::deepseek_v3, chat(), other_way, 2);
  REQUIRE(first.best.size() == 2);
  REQUIRE(second.best.size() == 2);
  CHECK(first.best[0].layout == l);
  CHECK(first.best[1].layout == same);
  CHECK(second.best[0].layout == same);
  CHECK(second.best[1].layout == l);
  CHECK(second.feasible == 3);
  CHECK(search_among(c, catalog::deepseek_v3, chat(), one_way, 0).best.empty());
}

TEST_CASE("a layout that breaks several rules is counted once, under the first") {
  const std::array<layout, 1> layouts{layout{{24, 1, 1}, {24, 1, 1}}};
  const report r = check(h200s(8), catalog::deepseek_v3, layouts[0], chat());
  REQUIRE(r.violations.size() > 1);
  CHECK(r.violations[0].rule == rule::gpus);
  const search_result result = search_among(h200s(8), catalog::deepseek_v3, chat(), layouts);
  CHECK(result.rejected_by(rule::gpus) == 1);
  CHECK(rejected(result) == 1);
}

TEST_CASE("equal rates are ranked by time per token, then time to the first, then memory") {
  const auto make = [](double tok, double tpot, double ttft, double held) {
    candidate c;
    c.estimate.serving.output_tokens_per_s_per_gpu = token_rate<>::from_value(tok);
    c.estimate.serving.tpot = seconds<>::from_value(tpot);
    c.estimate.serving.ttft = seconds<>::from_value(ttft);
    c.estimate.memory.weights = bytes<>::from_value(held);
    return c;
  };
  CHECK(ranks_before(make(2, 9, 9, 9), make(1, 1, 1, 1)));
  CHECK(ranks_before(make(2, 1, 9, 9), make(2, 2, 1, 1)));
  CHECK(ranks_before(make(2, 1, 1, 9), make(2, 1, 2, 1)));
  CHECK(ranks_before(make(2, 1, 1, 1), make(2, 1, 1, 2)));
  CHECK_FALSE(ranks_before(make(2, 1, 1, 1), make(2, 1, 1, 1)));
}

TEST_CASE("an invalid input is named and nothing is tried") {
  workload w = chat();
  w.input = tokens<>::from_value(-1.0);
  const search_result r = search(h200s(64), catalog::deepseek_v3, w);
  CHECK(r.tried == 0);
  REQUIRE(r.inputs.size() == 1);
  CHECK(r.inputs[0].field == field::input);
  for (const integer gpus : {0, -1, 1'000'001}) {
    const search_result none = search(h200s(gpus), catalog::deepseek_v3, chat());
    CHECK(none.tried == 0);
    REQUIRE(none.inputs.size() == 1);
    CHECK(none.inputs[0].field == field::gpus);
  }
}

TEST_CASE("an invalid layout among others is counted apart") {
  const std::array<layout, 3> layouts{layout{{8, 1, 1}, {8, 1, 1}}, layout{{0, 1, 1}, {1, 1, 1}},
                                      layout{{16, 1, 1}, {16, 1, 1}}};
  const search_result r = search_among(h200s(8), catalog::deepseek_v3, chat(), layouts);
  CHECK(r.tried == 3);
  CHECK(r.feasible == 1);
  CHECK(r.invalid == 1);
  CHECK(r.rejected_by(rule::gpus) == 1);
  REQUIRE(r.inputs.size() == 1);
  CHECK(r.inputs[0].field == field::tp);
}

TEST_CASE("who watches a search is told of every layout") {
  integer told = 0;
  const auto found = search(h200s(16), catalog::llama_3_1_8b, chat(), 1, [&told](integer tried) {
    CHECK(tried == told + 1);
    told = tried;
  });
  CHECK(told == found.tried);
  CHECK(told == layouts_in_all(16, catalog::llama_3_1_8b));
}

TEST_CASE("documented: Llama-3.1-8B on 4 H100 by their data sheet") {
  const workload w{.concurrency = 16, .input = 2048_tokens, .output = 512_tokens};
  const cluster c = make_cluster(catalog::h100_sxm, 4);
  const auto found = search(c, catalog::llama_3_1_8b, w, 3);
  CHECK(found.tried == 10);
  REQUIRE(found.best.size() == 3);
  CHECK(found.best[0].layout == layout{{4, 1, 1}, {4, 1, 1}});
  CHECK(found.best[0].estimate.serving.output_tokens_per_s_per_gpu.value() ==
        doctest::Approx(1885.0).scale(0.0).epsilon(3e-4));
  CHECK(found.best[1].estimate.serving.output_tokens_per_s_per_gpu.value() ==
        doctest::Approx(1306.0).scale(0.0).epsilon(3e-4));
  CHECK(ranks_before(found.best[0], found.best[1]));
  CHECK_FALSE(ranks_before(found.best[1], found.best[0]));
  const std::array<layout, 2> two{layout{{1, 1, 4}, {1, 1, 4}}, layout{{4, 1, 1}, {4, 1, 1}}};
  const auto among = search_among(c, catalog::llama_3_1_8b, w, two);
  REQUIRE(among.best.size() == 2);
  CHECK(among.best[0].layout == two[1]);
  CHECK(among.best[0].estimate.serving.output_tokens_per_s_per_gpu.value() ==
        doctest::Approx(1885.0).scale(0.0).epsilon(3e-4));
}
