// SPDX-License-Identifier: BSL-1.0
#include "shardline/plan/recommend.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/plan/simulation.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

constexpr constant policy{.mfu = 0.5, .bandwidth = 0.8};

auto vllm_gpus_of(const accelerator& a, count gpus) {
  return with_engine(make_cluster(with_efficiency(a, policy), gpus), engines::vllm);
}

// GPUs, TPOT and TTFT of the best of every layout in every number of replicas.
template <class Cluster>
std::array<double, 3> by_brute_force(Cluster c, const model& m, const workload& w) {
  constexpr double none = std::numeric_limits<double>::infinity();
  std::array<double, 3> best{none, none, none};
  const count most = c.gpus;
  for (count size = 1; size <= most; ++size) {
    c.gpus = size;
    for_each_layout(size, m, [&](const layout& l) {
      for (count n = 1; n * size <= most; ++n) {
        workload share = w;
        share.rate = w.rate / static_cast<double>(n);
        const auto e = estimate(c, m, l, share);
        if (!e.feasibility.feasible()) continue;
        best = std::min(
            best, {static_cast<double>(n * size), e.serving.tpot.value(), e.serving.ttft.value()});
      }
    });
  }
  return best;
}

template <class Cluster>
void equals_brute_force(const Cluster& c, const model& m, const workload& w) {
  const std::array<double, 3> best = by_brute_force(c, m, w);
  const recommended r = recommend(c, m, w);
  CHECK(r.inputs.empty());
  CHECK(r.found.has_value() == std::isfinite(best[0]));
  if (!r.found) return;
  CHECK(static_cast<double>(r.found->gpus()) == best[0]);
  CHECK(r.found->estimate.serving.tpot.value() == best[1]);
  CHECK(r.found->estimate.serving.ttft.value() == best[2]);
}

TEST_CASE("a recommendation is the best of every layout in every number of replicas") {
  std::mt19937 random(3);
  const auto any = [&](double low, double high) {
    return low * std::pow(high / low, std::uniform_real_distribution<double>()(random));
  };
  for (int i = 0; i < 40; ++i) {
    workload w{.concurrency = std::round(any(4, 256)),
               .input = tokens<>::from_value(std::round(any(64, 8192))),
               .output = tokens<>::from_value(std::round(any(8, 1024))),
               .chunk = 2048_tokens,
               .rate = request_rate<>::from_value(any(0.1, 60))};
    w.max_ttft = any(0.1, 5) * 1_s;
    w.max_tpot = any(5, 100) * 1_ms;
    CAPTURE(i);
    equals_brute_force(vllm_gpus_of(catalog::h100_sxm, 12), catalog::llama_3_1_8b, w);
    if (i % 8 == 0)
      equals_brute_force(vllm_gpus_of(catalog::h200_sxm, 8), catalog::mixtral_8x7b, w);
  }
}

TEST_CASE("what is recommended keeps its promises when priced anew") {
  const auto c = vllm_gpus_of(catalog::h100_sxm, 64);
  const workload w{.concurrency = 256,
                   .input = 1500_tokens,
                   .output = 300_tokens,
                   .chunk = 8192_tokens,
                   .rate = 20_per_s,
                   .max_ttft = 1_s,
                   .max_tpot = 40_ms};
  const recommended r = recommend(c, catalog::llama_3_1_70b, w);
  REQUIRE(r.found.has_value());
  auto own = c;
  own.gpus = r.found->layout.gpus();
  workload share = w;
  share.rate = w.rate / static_cast<double>(r.found->replicas);
  const auto e = estimate(own, catalog::llama_3_1_70b, r.found->layout, share);
  CHECK(e.feasibility.feasible());
  CHECK(e.serving.ttft <= 1_s);
  CHECK(e.serving.tpot <= 40_ms);
  CHECK(e.serving.requests_per_s.value() * static_cast<double>(r.found->replicas) ==
        doctest::Approx(20.0).epsilon(1e-9));
}

TEST_CASE("more requests never need fewer GPUs, nor do tighter promises") {
  const auto c = vllm_gpus_of(catalog::h100_sxm, 32);
  workload w{.concurrency = 128, .input = 1000_tokens, .output = 200_tokens, .chunk = 2048_tokens};
  w.max_tpot = 30_ms;
  count last = 0;
  for (const double rate : {0.5, 2.0, 8.0, 20.0, 40.0}) {
    w.rate = request_rate<>::from_value(rate);
    const auto found = recommend(c, catalog::llama_3_1_8b, w).found;
    const count gpus = found ? found->gpus() : c.gpus + 1;
    CHECK(gpus >= last);
    last = gpus;
  }
}

TEST_CASE("what cannot be promised is not, and bad input is named") {
  const auto c = vllm_gpus_of(catalog::h100_sxm, 8);
  workload w{.concurrency = 64, .input = 2048_tokens, .output = 512_tokens, .rate = 1_per_s};
  w.max_tpot = 1_us;
  const recommended none = recommend(c, catalog::llama_3_1_8b, w);
  CHECK_FALSE(none.found.has_value());
  CHECK(none.tried > 0);
  w.concurrency = -1;
  const recommended bad = recommend(c, catalog::llama_3_1_8b, w);
  REQUIRE(bad.inputs.size() == 1);
  CHECK(bad.inputs[0].field == field::concurrency);
  CHECK(bad.tried == 0);
}

// SHARDLINE_RECOMMEND_QUESTIONS=200 asks as many.
int questions() {
  const char* number = std::getenv("SHARDLINE_RECOMMEND_QUESTIONS");
  return number == nullptr ? 12 : std::atoi(number);
}

TEST_CASE("what is accepted under simulation keeps its promises there, with no GPU to spare") {
  std::mt19937 random(11);
  const auto any = [&](double low, double high) {
    return low * std::pow(high / low, std::uniform_real_distribution<double>()(random));
  };
  int kept = 0;
  for (int i = 0; i < questions(); ++i) {
    auto c = vllm_gpus_of(catalog::h100_sxm, 8);
    workload w{.concurrency = 64,
               .input = tokens<>::from_value(std::round(any(128, 4096))),
               .output = tokens<>::from_value(std::round(any(16, 128))),
               .chunk = 2048_tokens,
               .rate = request_rate<>::from_value(any(0.5, 20))};
    w.max_ttft = any(0.1, 2) * 1_s;
    w.max_tpot = any(10, 60) * 1_ms;
    simulation_keeps_promises promises{{.seed = 1, .requests = 600}};
    if (i % 3 == 0) promises.p99_ttft = any(0.3, 3) * 1_s;
    if (i % 3 == 1) promises.p99_tpot = any(12, 60) * 1_ms;
    const recommended r = recommend(c, catalog::llama_3_1_8b, w, unwatched{}, promises);
    if (!r.found) continue;
    ++kept;
    CAPTURE(i);
    const count needed = r.found->gpus();
    CHECK(needed >= recommend(c, catalog::llama_3_1_8b, w).found->gpus());
    workload share = w;
    share.rate = w.rate / static_cast<double>(r.found->replicas);
    auto own = c;
    own.gpus = r.found->layout.gpus();
    const prepared replica(own, catalog::llama_3_1_8b, r.found->layout);
    const simulated_serving again = simulate(replica.parts(), share, promises.with);
    CHECK(keeps_promises(again, share));
    CHECK(replica(share).feasibility.feasible());
    CHECK(again.requests_per_s * static_cast<double>(r.found->replicas) >
          w.rate.value() * (1.0 - 3.0 / std::sqrt(static_cast<double>(again.requests))));
    if (promises.p99_ttft) CHECK(again.ttft.p99 <= promises.p99_ttft->value());
    if (promises.p99_tpot) CHECK(again.tpot.p99 <= promises.p99_tpot->value());
    if (needed == 1) continue;
    c.gpus = needed - 1;
    CHECK_FALSE(recommend(c, catalog::llama_3_1_8b, w, unwatched{}, promises).found.has_value());
  }
  CHECK(kept > 4);
}

}  // namespace
