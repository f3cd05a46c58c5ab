// SPDX-License-Identifier: BSL-1.0
#include "shardline/plan/recommend.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

#include "../laws/dice.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/plan/simulation.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

constexpr constant policy{.mfu = 0.5, .bandwidth = 0.8};

auto vllm_gpus_of(const accelerator& a, integer gpus) {
  return with_engine(make_cluster(with_efficiency(a, policy), gpus), engines::vllm);
}

// GPUs, TPOT and TTFT of the best of every layout in every number of replicas.
template <class Cluster>
std::array<double, 3> by_brute_force(Cluster c, const model& m, const workload& w) {
  constexpr double none = std::numeric_limits<double>::infinity();
  std::array<double, 3> best{none, none, none};
  const integer most = c.gpus;
  for (integer size = 1; size <= most; ++size) {
    c.gpus = size;
    for_each_layout(size, m, [&](const layout& l) {
      for (integer n = 1; n * size <= most; ++n) {
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

TEST_CASE("beyond the GPUs that there are, larger replicas are looked for too") {
  const workload w{
      .concurrency = 16, .input = 2048_tokens, .output = 128_tokens, .rate = 0.5_per_s};
  // 141 GB: none on one or two H100, in however many replicas.
  for (const integer gpus : {1, 2}) {
    const auto c = vllm_gpus_of(catalog::h100_sxm, gpus);
    const recommended r = recommend(c, catalog::llama_3_1_70b, w, unwatched{}, as_estimated{},
                                    as_described{}, 4 * gpus);
    CHECK_FALSE(r.found.has_value());
    const auto best =
        by_brute_force(vllm_gpus_of(catalog::h100_sxm, 4 * gpus), catalog::llama_3_1_70b, w);
    REQUIRE(r.beyond.has_value());
    CHECK(static_cast<double>(r.beyond->gpus()) == best[0]);
    CHECK(r.beyond->estimate.serving.tpot.value() == best[1]);
  }
  const auto eight = vllm_gpus_of(catalog::h100_sxm, 8);
  CHECK_FALSE(
      recommend(eight, catalog::llama_3_1_70b, w, unwatched{}, as_estimated{}, as_described{}, 32)
          .beyond.has_value());
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

TEST_CASE("times out of reach are left out, and nothing that is within them") {
  laws::dice d(41);
  const auto any = [&d](double low, double high) {
    return low * std::pow(high / low, d.between(0.0, 1.0));
  };
  constexpr std::array<const accelerator*, 4> chips{&catalog::a100_sxm, &catalog::h100_sxm,
                                                    &catalog::b200_sxm, &catalog::mi300x};
  int found = 0;
  const int questions = laws::cases(40);
  for (int i = 0; i < questions; ++i) {
    const engine_version& engine = d.flip() ? engines::vllm : engines::sglang;
    const accelerator& chip = *d.one_of(chips);
    workload w{.concurrency = std::round(any(4, 256)),
               .input = tokens<>::from_value(std::round(any(64, 8192))),
               .output = tokens<>::from_value(std::round(any(8, 1024))),
               .chunk = 2048_tokens,
               .rate = request_rate<>::from_value(any(0.1, 60))};
    // About what the chip can do, so that some are within reach and some are not.
    w.max_ttft = any(0.01, 1) * 1_s;
    w.max_tpot = any(1, 20) * 1_ms;
    CAPTURE(i);
    const auto c = with_engine(make_cluster(with_fitted(chip, engine), 6), engine);
    equals_brute_force(c, catalog::llama_3_1_8b, w);
    found += recommend(c, catalog::llama_3_1_8b, w).found ? 1 : 0;
  }
  CHECK(found > questions / 10);
  CHECK(found < questions - questions / 10);
}

// A deployment under requests that come one by one, of which some layout holds all at once.
struct lone_request {
  const model& asked;
  workload load;

  // How many times as long as among others one takes that comes alone, at most: TTFT, TPOT.
  template <class Cluster>
  [[nodiscard]] std::array<double, 2> over_others(const Cluster& c, const layout& l) const {
    const auto p = prepare(c, asked, l);
    workload alone = load;
    alone.rate = request_rate<>::from_value(rarest_rate);
    const auto held = memory(p, alone);
    const auto lone = detail::serving_of(p, alone, held);
    std::array<double, 2> most{};
    for (double rate = load.rate.value(); rate > 1e-3; rate /= 1.7) {
      workload share = load;
      share.rate = request_rate<>::from_value(rate);
      const auto s = detail::serving_of(p, share, held);
      if (!s.stable()) continue;
      most[0] = std::max(most[0], lone.ttft.value() / s.ttft.value());
      most[1] = std::max(most[1], lone.tpot.value() / s.tpot.value());
    }
    return most;
  }
};

TEST_CASE("a request that comes alone is hardly slower than any among others") {
  laws::dice d(19);
  const auto any = [&d](double low, double high) {
    return low * std::pow(high / low, d.between(0.0, 1.0));
  };
  constexpr std::array<const accelerator*, 5> chips{&catalog::a100_sxm, &catalog::h100_sxm,
                                                    &catalog::h20, &catalog::b200_sxm,
                                                    &catalog::rtx_4090};
  int priced = 0;
  for (int i = 0; i < laws::cases(1500); ++i) {
    const engine_version& engine = *d.one_of(engines::all);
    const accelerator& chip = *d.one_of(chips);
    const auto c = with_engine(make_cluster(with_fitted(chip, engine), d.flip() ? 1 : 8), engine);
    const lone_request r{*d.one_of(catalog::models),
                         {.concurrency = std::round(any(1, 1024)),
                          .input = tokens<>::from_value(std::round(any(16, 16384))),
                          .output = tokens<>::from_value(std::round(any(2, 2048))),
                          .chunk = tokens<>::from_value(std::round(any(256, 16384))),
                          .rate = request_rate<>::from_value(any(0.1, 1000))}};
    integer skipped = d.whole(0, 40);
    for_each_layout(c.gpus, r.asked, [&](const layout& l) {
      const bool chosen = check(c, r.asked, l, {.input = r.load.input}).feasible();
      if (!chosen || skipped-- != 0) return;
      ++priced;
      CAPTURE(i);
      const auto over = r.over_others(c, l);
      CHECK(over[0] < detail::most_by_request_alone);
      CHECK(over[1] < detail::most_by_request_alone);
    });
  }
  CHECK(priced > 100);
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
  integer last = 0;
  for (const double rate : {0.5, 2.0, 8.0, 20.0, 40.0}) {
    w.rate = request_rate<>::from_value(rate);
    const auto found = recommend(c, catalog::llama_3_1_8b, w).found;
    const integer gpus = found ? found->gpus() : c.gpus + 1;
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

// A question that somebody might ask: how many replicas of which layout serve this model on this
// chip at this rate, within these times; every third with a promise of percentiles too.
struct recommend_question {
  const model* asked = nullptr;
  const accelerator* chip = nullptr;
  const engine_version* engine = nullptr;
  workload load{};
  simulation_keeps_promises promises{{.seed = 1, .requests = 150}};
};

recommend_question random_question(laws::dice& d) {
  constexpr std::array<const model*, 5> models{&catalog::llama_3_1_8b, &catalog::qwen3_8b,
                                               &catalog::mixtral_8x7b, &catalog::llama_3_1_70b,
                                               &catalog::gpt_oss_20b};
  constexpr std::array<const accelerator*, 5> chips{&catalog::a100_sxm, &catalog::h100_sxm,
                                                    &catalog::h200_sxm, &catalog::b200_sxm,
                                                    &catalog::mi300x};
  const auto any = [&d](double low, double high) {
    return low * std::pow(high / low, d.between(0.0, 1.0));
  };
  recommend_question q;
  q.asked = d.one_of(models);
  q.chip = d.one_of(chips);
  q.engine = d.flip() ? &engines::vllm : &engines::sglang;
  q.load.concurrency = 64;
  q.load.input = tokens<>::from_value(std::round(any(128, 4096)));
  q.load.output = tokens<>::from_value(std::round(any(16, 128)));
  q.load.chunk = 2048_tokens;
  q.load.rate = request_rate<>::from_value(any(0.5, 30));
  q.load.max_ttft = any(0.1, 3) * 1_s;
  q.load.max_tpot = any(8, 80) * 1_ms;
  const integer promise = d.whole(0, 5);
  if (promise == 0) q.promises.p99_ttft = any(0.3, 4) * 1_s;
  if (promise == 1) q.promises.p99_tpot = any(12, 80) * 1_ms;
  return q;
}

// Asks, and holds the answer to what it promises; whether there is one.
template <class Cluster>
bool is_kept(Cluster c, const recommend_question& q) {
  const recommended r = recommend(c, *q.asked, q.load, unwatched{}, q.promises);
  CHECK(r.inputs.empty());
  if (!r.found) return false;
  const integer needed = r.found->gpus();
  Cluster own = c;
  own.gpus = r.found->layout.gpus();
  workload share = q.load;
  share.rate = q.load.rate / static_cast<double>(r.found->replicas);
  const prepared replica(own, *q.asked, r.found->layout);
  const auto e = replica(share);
  CHECK(e.feasibility.feasible());
  CHECK(e.serving.ttft <= *share.max_ttft);
  CHECK(e.serving.tpot <= *share.max_tpot);
  CHECK(e.serving.requests_per_s.value() >= share.rate.value() * (1.0 - 1e-9));
  const simulated_serving again = simulate(replica.parts(), share, q.promises.with);
  CHECK(keeps_promises(again, share));
  CHECK_FALSE(q.promises.late(again).has_value());
  if (needed == 1) return true;
  c.gpus = needed - 1;
  CHECK_FALSE(recommend(c, *q.asked, q.load, unwatched{}, q.promises).found.has_value());
  return true;
}

TEST_CASE("what is recommended keeps its promises, priced and simulated anew, no GPU to spare") {
  laws::dice d(11);
  std::array<int, 2> kept{};
  const int questions = laws::cases(200);
  for (int i = 0; i < questions; ++i) {
    const recommend_question q = random_question(d);
    CAPTURE(i);
    CAPTURE(q.asked->name.view());
    CAPTURE(q.chip->name.view());
    CAPTURE(q.engine->name);
    const bool fitted_one = i % 2 == 0;
    const bool found =
        fitted_one
            ? is_kept(with_engine(make_cluster(with_fitted(*q.chip, *q.engine), 6), *q.engine), q)
            : is_kept(with_engine(make_cluster(with_efficiency(*q.chip, policy), 6), *q.engine), q);
    kept[fitted_one ? 0 : 1] += found ? 1 : 0;
  }
  CHECK(kept[0] > questions / 10);
  CHECK(kept[1] > questions / 10);
}

}  // namespace
