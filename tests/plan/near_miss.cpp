// SPDX-License-Identifier: BSL-1.0
#include "shardline/plan/near_miss.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <tuple>
#include <vector>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/vllm.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

auto half_gpus_of(const accelerator& a, integer gpus) {
  const auto priced = with_efficiency(a, constant{.mfu = 0.5, .bandwidth = 0.8});
  return with_engine(make_cluster(priced, gpus), engines::vllm);
}

// How many rules no figure would mend, whether a limited wait has no end, and the worst of its figures,
// from the estimate alone.
std::tuple<integer, bool, double> distance_of(const report& r) {
  std::tuple<integer, bool, double> d{0, false, 1.0};
  for (const violation& v : r.violations) {
    const bool mended = v.rule == rule::memory || v.rule == rule::ttft || v.rule == rule::tpot ||
                        v.rule == rule::rate || v.rule == rule::context;
    if (!mended) {
      ++std::get<0>(d);
    } else if (v.rule == rule::ttft && v.required == detail::largest_whole) {
      std::get<1>(d) = true;
    } else {
      double& worst = std::get<2>(d);
      worst = std::max(worst, static_cast<double>(v.required) / static_cast<double>(v.available));
    }
  }
  return d;
}

struct priced {
  layout of{};
  integer replicas = 1;
  std::tuple<integer, bool, double> distance{};
};

template <class Cluster>
void price(std::vector<priced>& all, const Cluster& c, const model& m, integer replicas,
           workload w) {
  w.rate = w.rate / static_cast<double>(replicas);
  for_each_layout(c.gpus, m, [&](const layout& l) {
    const report r = estimate(c, m, l, w).feasibility;
    if (!r.feasible()) all.push_back({l, replicas, distance_of(r)});
  });
}

void are_the_nearest(const std::vector<near_miss>& found, std::vector<priced> all) {
  std::stable_sort(all.begin(), all.end(),
                   [](const priced& a, const priced& b) { return a.distance < b.distance; });
  REQUIRE(found.size() == std::min<std::size_t>(3, all.size()));
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i].layout == all[i].of);
    CHECK(found[i].replicas == all[i].replicas);
    const nearness& of = found[i].distance;
    CHECK(std::tuple(of.unmended, of.endless, of.factor) == all[i].distance);
  }
}

workload random_load(std::mt19937& random) {
  const auto any = [&](double low, double high) {
    return low * std::pow(high / low, std::uniform_real_distribution<double>()(random));
  };
  workload w{.concurrency = std::round(any(4, 4096)),
             .input = tokens<>::from_value(std::round(any(64, 100000))),
             .output = tokens<>::from_value(std::round(any(8, 1024))),
             .chunk = 2048_tokens,
             .rate = request_rate<>::from_value(any(0.1, 60))};
  w.max_ttft = any(0.01, 1) * 1_s;
  w.max_tpot = any(1, 20) * 1_ms;
  return w;
}

constexpr report with(const violation& a, const violation& b) {
  report r;
  r.violations.push_back(a);
  r.violations.push_back(b);
  return r;
}

}  // namespace

TEST_CASE("the factor is what every limit would have to be multiplied by") {
  constexpr nearness n = nearness_of(
      with({rule::memory, 88'000'000'000, 80'000'000'000}, {rule::tpot, 30'000'000, 25'000'000}));
  static_assert(n.unmended == 0 && n.binding.rule == rule::tpot);
  CHECK(n.factor == doctest::Approx(1.2));
  constexpr nearness shape =
      nearness_of(with({rule::attention_heads, 3, 32}, {rule::tpot, 30'000'000, 25'000'000}));
  static_assert(shape.unmended == 1 && shape.binding.rule == rule::attention_heads);
  static_assert(n < shape && !(shape < n));
  static_assert(nearness_of(report{}).factor == 1.0);
  // A layout that is a little overloaded waits without end: one that is late is nearer.
  constexpr nearness late = nearness_of(with({rule::ttft, 141, 100}, {rule::tpot, 1, 2}));
  constexpr nearness overloaded =
      nearness_of(with({rule::rate, 101, 100}, {rule::ttft, detail::largest_whole, 100}));
  static_assert(overloaded.endless && overloaded.binding.rule == rule::rate);
  static_assert(late < overloaded && overloaded < shape);
}

TEST_CASE("near misses are the nearest of every layout") {
  std::mt19937 random(5);
  for (int i = 0; i < 30; ++i) {
    CAPTURE(i);
    const workload w = random_load(random);
    const auto c = half_gpus_of(catalog::h100_sxm, 8);
    for (const model* m : {&catalog::llama_3_1_70b, &catalog::mixtral_8x7b}) {
      std::vector<priced> all;
      price(all, c, *m, 1, w);
      are_the_nearest(near_misses(c, *m, w), all);
    }
  }
}

TEST_CASE(
    "near recommendations are the nearest of every layout in as many replicas as there can be") {
  std::mt19937 random(6);
  for (int i = 0; i < 20; ++i) {
    CAPTURE(i);
    const workload w = random_load(random);
    std::vector<priced> all;
    for (integer size = 1; size <= 6; ++size) {
      price(all, half_gpus_of(catalog::h100_sxm, size), catalog::llama_3_1_70b, 6 / size, w);
    }
    are_the_nearest(
        near_recommendations(half_gpus_of(catalog::h100_sxm, 6), catalog::llama_3_1_70b, w), all);
  }
}

TEST_CASE("none where every layout is feasible, and none where none is asked for") {
  const auto c = half_gpus_of(catalog::h200_sxm, 2);
  const workload w{.concurrency = 4, .input = 64_tokens, .output = 8_tokens};
  CHECK(near_misses(c, catalog::llama_3_1_8b, w).empty());
  CHECK(near_misses(half_gpus_of(catalog::h100_sxm, 1), catalog::llama_3_1_405b, w, 0).empty());
  CHECK(near_misses(half_gpus_of(catalog::h100_sxm, 1), catalog::llama_3_1_405b, w).size() == 1);
}

TEST_CASE("documented: limits, factors and near recommendations") {
  int limits = 0;
  for (std::size_t r = 0; r < rule_count; ++r) limits += is_limit(static_cast<rule>(r)) ? 1 : 0;
  CHECK(limits == 5);
  CHECK(rule_count == 20);
  report full;
  full.violations.push_back({rule::memory, 88, 80});
  CHECK(nearness_of(full).factor == doctest::Approx(1.1).scale(0.0).epsilon(1e-12));
  const workload w{.concurrency = 16, .input = 2048_tokens, .output = 512_tokens};
  const auto near =
      near_recommendations(make_cluster(catalog::h100_sxm, 2), catalog::llama_3_1_70b, w);
  REQUIRE_FALSE(near.empty());
  CHECK(near[0].distance.binding.rule == rule::memory);
  CHECK(near[0].distance.factor == doctest::Approx(1.76).scale(0.0).epsilon(3e-3));
}
