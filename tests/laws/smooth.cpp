// SPDX-License-Identifier: BSL-1.0
// An engine shares tokens out, not chunks: a little more of anything moves every figure a little,
// over deployments that somebody might run, by kernels without tiles (`constant`).
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "realistic.hpp"

namespace {

namespace sl = laws::sl;

struct untiled {
  sl::basic_cluster<double, sl::constant> cluster{};
  const sl::model* model = nullptr;
  sl::layout layout{};
  sl::workload workload{};
};

untiled without_tiles(const laws::realistic& r) {
  const sl::constant shares{0.5, 0.8, 0.8, sl::seconds<>::from_value(2e-6)};
  return {{with_efficiency(r.cluster.accelerator, shares), r.cluster.gpus,
           r.cluster.gpus_per_domain, r.cluster.scale_up, r.cluster.network, r.cluster.runtime},
          r.model,
          r.layout,
          r.workload};
}

// judge(deployment, prepared, served) for each that holds its load and whose queue ends.
template <class Judge>
void for_realistic(std::uint64_t seed, int cases, const Judge& judge) {
  laws::dice d(seed);
  for (int number = 0; number < cases; ++number) {
    const untiled r = without_tiles(laws::random_realistic(d));
    if (!check(r.cluster, *r.model, r.layout, r.workload).feasible()) continue;
    const auto p = prepare(r.cluster, *r.model, r.layout);
    const auto s = serving(p, r.workload);
    if (!s.stable()) continue;
    CAPTURE(number);
    CAPTURE(laws::describe(r.layout));
    CAPTURE(laws::describe(r.workload));
    CAPTURE(std::string(r.model->name.view()));
    CAPTURE(std::string(name(r.cluster.runtime.schedule)));
    judge(r, p, s);
  }
}

// How often what is looked at moved by more than twice its share and 1 %.
struct moves {
  int looked_at = 0;
  int too_far = 0;

  void look(double before, double after, double share) {
    ++looked_at;
    if (std::fabs(after / before - 1.0) > std::max(2.0 * share, 0.01)) ++too_far;
  }
  [[nodiscard]] double often() const { return double(too_far) / double(looked_at); }
};

}  // namespace

// Near saturation a wait grows by more than the load does, at any server: those are the few.
TEST_CASE("one token more moves throughput, tokens' and first tokens' times by about its share") {
  moves rate;
  moves tpot;
  moves ttft;
  for_realistic(501, 3000, [&](const untiled& r, const auto& p, const sl::basic_serving<>& b) {
    sl::workload longer = r.workload;
    longer.input += sl::tokens<>::from_value(1.0);
    const double share = 1.0 / r.workload.input.value();
    const auto a = serving(p, longer);
    rate.look(b.requests_per_s.value(), a.requests_per_s.value(), share);
    tpot.look(b.tpot.value(), a.tpot.value(), share);
    if (a.stable()) ttft.look(b.ttft.value(), a.ttft.value(), share);
    sl::workload answers = r.workload;
    answers.output += sl::tokens<>::from_value(1.0);
    const auto o = serving(p, answers);
    const double of_answer = 1.0 / r.workload.output.value();
    rate.look(b.requests_per_s.value(), o.requests_per_s.value(), of_answer);
    tpot.look(b.tpot.value(), o.tpot.value(), of_answer);
  });
  CHECK(rate.looked_at > 3000);
  CHECK(rate.often() <= 0.001);
  CHECK(tpot.often() <= 0.001);
  CHECK(ttft.often() <= 0.005);
}

TEST_CASE("one sequence or one request a second more moves them by about its share") {
  moves rate;
  moves tpot;
  for_realistic(502, 3000, [&](const untiled& r, const auto& p, const sl::basic_serving<>& b) {
    sl::workload w = r.workload;
    if (w.rate.value() > 0.0) {
      w.rate = w.rate * 1.001;
    } else {
      w.concurrency += 1.0;
      w.num_prompts *= w.concurrency / r.workload.concurrency;
    }
    const double share = w.rate.value() > 0.0 ? 0.001 : 1.0 / r.workload.concurrency;
    const auto a = serving(p, w);
    if (!a.stable()) return;
    rate.look(b.requests_per_s.value(), a.requests_per_s.value(), share);
    tpot.look(b.tpot.value(), a.tpot.value(), share);
  });
  CHECK(rate.looked_at > 1500);
  CHECK(rate.often() <= 0.002);
  CHECK(tpot.often() <= 0.01);
}

TEST_CASE("more slots, a faster memory, more FLOP/s and a longer prefix hit never serve less") {
  int less = 0;
  int looked_at = 0;
  for_realistic(503, 2000, [&](const untiled& r, const auto& p, const sl::basic_serving<>& b) {
    const auto never_less = [&](double after) {
      ++looked_at;
      REQUIRE(after >= b.requests_per_s.value() * 0.98);
      if (after < b.requests_per_s.value() * (1.0 - 1e-3)) ++less;
    };
    untiled faster = r;
    faster.cluster.accelerator.memory_rate = r.cluster.accelerator.memory_rate * 1.3;
    never_less(serving(faster.cluster, *r.model, r.layout, r.workload).requests_per_s.value());
    faster = r;
    auto& peak = faster.cluster.accelerator.peak;
    peak.bf16 = peak.bf16 * 1.3;
    peak.fp8 = peak.fp8 * 1.3;
    peak.fp4 = peak.fp4 * 1.3;
    never_less(serving(faster.cluster, *r.model, r.layout, r.workload).requests_per_s.value());
    sl::workload w = r.workload;
    w.prefix_hit = std::min(w.prefix_hit + 0.1, 1.0);
    never_less(serving(p, w).requests_per_s.value());
    if (r.workload.rate.value() > 0.0 || r.workload.num_prompts > 0.0) return;
    w = r.workload;
    w.concurrency = std::floor(w.concurrency * 1.3) + 1.0;
    never_less(serving(p, w).requests_per_s.value());
  });
  CHECK(looked_at > 3000);
  CHECK(less <= looked_at / 100);
}
