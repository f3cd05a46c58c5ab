// SPDX-License-Identifier: BSL-1.0
// What holds for any deployment: every policy, engine and accelerator of the catalog, hardware and
// models that do not exist, and every field of a workload.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "any/deployment.hpp"
#include "figures.hpp"
#include "shardline/catalog/accelerators.hpp"

namespace {

using laws::dice;
using laws::sl::integer;
namespace any = laws::any;
namespace sl = laws::sl;

template <class Judge>
void for_random_deployments(std::uint64_t seed, int cases, const Judge& judge) {
  dice d(seed);
  for (int number = 0; number < cases; ++number) {
    const any::deployment r = any::random_deployment(d);
    CAPTURE(number);
    CAPTURE(describe(r));
    judge(r);
  }
}

void require_adds_up(const sl::basic_time<>& t) {
  double bounds = 0.0;
  for (const sl::seconds<>& s : t.bounds) bounds += s.value();
  REQUIRE(sl::sum_of_addends<sl::seconds<>>(t) == t.total());
  REQUIRE(bounds == doctest::Approx(t.total().value()).epsilon(1e-12).scale(0.0));
}

void require_holds(const sl::basic_band<>& b, double figure) {
  REQUIRE(b.low.value() <= figure * (1.0 + 1e-12));
  REQUIRE(b.high.value() >= figure * (1.0 - 1e-12));
}

// Rates follow from each other, and by Little's law from the time that a sequence stays.
void require_conserves(const sl::basic_serving<>& s, const sl::workload& w, integer gpus) {
  const double output = w.output.value();
  const auto of_gpu = [gpus](double rate) {
    return doctest::Approx(rate / static_cast<double>(gpus)).epsilon(1e-12).scale(0.0);
  };
  const double requests = s.requests_per_s.value();
  REQUIRE(s.output_tokens_per_s.value() ==
          doctest::Approx(requests * output).epsilon(1e-12).scale(0.0));
  REQUIRE(s.output_tokens_per_s_per_gpu.value() == of_gpu(requests * output));
  REQUIRE(s.total_tokens_per_s_per_gpu.value() == of_gpu(requests * (output + w.input.value())));
  REQUIRE(s.waiting <= s.ttft);
  REQUIRE(s.running <= s.concurrency * (1.0 + 1e-12));
  if (!s.stable()) return;
  const double stay = s.ttft.value() + (output - 1.0) * s.tpot.value();
  REQUIRE(requests * stay == doctest::Approx(s.concurrency).epsilon(1e-9).scale(0.0));
}

}  // namespace

TEST_CASE("no figure of any deployment is NaN, negative or infinite, but a wait that has no end") {
  int priced = 0;
  int at_rate = 0;
  int fitted = 0;
  for_random_deployments(101, laws::cases(600), [&](const any::deployment& r) {
    const sl::basic_estimate<> e = estimate_of(r);
    priced += e.feasibility.priceable() ? 1 : 0;
    at_rate += r.workload.rate.value() > 0.0 ? 1 : 0;
    fitted += std::holds_alternative<sl::fitted>(r.kernels) ? 1 : 0;
    REQUIRE(e.feasibility.invalid.empty());
    REQUIRE(laws::first_bad(e, e.serving.stable()) == "");
    if (!e.feasibility.priceable()) return;
    REQUIRE(laws::first_bad(stages_of(r), true) == "");
    REQUIRE(e.prefill.total().value() > 0.0);
    REQUIRE(e.decode.total().value() > 0.0);
    REQUIRE(e.serving.output_tokens_per_s.value() > 0.0);
  });
  CHECK(priced > 500);  // the rest multiply in what the accelerator has no peak for
  CHECK(at_rate > 150);
  CHECK(fitted > 350);
}

TEST_CASE("nor is any on each accelerator of the catalog under each version of each engine") {
  dice d(106);
  for (const sl::accelerator& a : sl::catalog::accelerators) {
    for (const sl::engine_version* e : sl::engines::all) {
      const any::deployment r = any::random_deployment(d, a, *e);
      const sl::basic_estimate<> found = estimate_of(r);
      CAPTURE(describe(r));
      REQUIRE(found.feasibility.invalid.empty());
      REQUIRE(laws::first_bad(found, found.serving.stable()) == "");
      if (!found.feasibility.priceable()) continue;
      require_adds_up(found.prefill);
      require_adds_up(found.decode);
      require_conserves(found.serving, r.workload, r.layout.gpus());
    }
  }
}

TEST_CASE("breakdowns sum to their totals, bands hold them, and what is served is conserved") {
  for_random_deployments(102, laws::cases(400), [](const any::deployment& r) {
    const sl::basic_estimate<> e = estimate_of(r);
    if (!e.feasibility.priceable()) return;
    require_adds_up(e.prefill);
    require_adds_up(e.decode);
    REQUIRE(sl::sum_of_addends<sl::bytes<>>(e.memory) == e.memory.total());
    require_holds(e.bands.prefill, e.prefill.total().value());
    require_holds(e.bands.decode, e.decode.total().value());
    require_holds(e.bands.ttft, e.serving.ttft.value());
    require_holds(e.bands.tpot, e.serving.tpot.value());
    require_conserves(e.serving, r.workload, r.layout.gpus());
  });
}

TEST_CASE("an estimate has the bits of its parts, asked for one by one") {
  for_random_deployments(103, laws::cases(300), [](const any::deployment& r) {
    const sl::basic_estimate<> e = estimate_of(r);
    sl::basic_estimate<> parts;
    parts.source = source_of(r);
    parts.feasibility = check_of(r);
    if (parts.feasibility.priceable()) {
      parts.memory = memory_of(r);
      parts.prefill = prefill_of(r);
      parts.decode = decode_of(r);
      parts.serving = serving_of(r);
      parts.bands = bands_of(r, parts);
    }
    REQUIRE(laws::first_difference(e, parts) == "");
  });
}

TEST_CASE("the fullest GPU is that of the fullest stage") {
  for_random_deployments(104, laws::cases(200), [](const any::deployment& r) {
    if (!check_of(r).priceable()) return;
    const sl::basic_memory<> m = memory_of(r);
    sl::bytes<> fullest{};
    for (const sl::basic_stage_memory<>& s : stages_of(r)) {
      fullest = max(fullest, s.memory.total());
      REQUIRE(s.workspace.activation() == s.memory.activation);
      // The same buffers, added in another order: of 14,323 stages 3 differed, by the last bit.
      const double held = s.memory.communication.value();
      REQUIRE(std::abs(s.workspace.communication().value() - held) <= 1e-15 * held);
      REQUIRE(s.weights.total_bytes().value() ==
              doctest::Approx(s.memory.weights.value()).epsilon(1e-12).scale(0.0));
    }
    REQUIRE(m.total() == fullest);
  });
}

TEST_CASE("two pools of any deployment have no figure that is NaN, negative or infinite either") {
  dice d(105);
  int priced = 0;
  for (int number = 0; number < laws::cases(300); ++number) {
    const any::pools p = any::random_pools(d);
    const sl::basic_disaggregated<> s = disaggregated_of(p);
    CAPTURE(number);
    CAPTURE(describe(p.prefill));
    REQUIRE(laws::first_bad(s, s.serving.stable()) == "");
    if (!s.prefill.priceable() || !s.decode.priceable()) continue;
    ++priced;
    const integer gpus =
        p.prefill_instances * p.prefill.layout.gpus() + p.decode_instances * p.decode_layout.gpus();
    REQUIRE(s.serving.output_tokens_per_s.value() > 0.0);
    REQUIRE(s.serving.output_tokens_per_s_per_gpu.value() ==
            doctest::Approx(s.serving.output_tokens_per_s.value() / static_cast<double>(gpus))
                .epsilon(1e-12)
                .scale(0.0));
    REQUIRE(s.serving.requests_per_s.value() <=
            std::fmin(s.prefill_rate.value(), s.decode_rate.value()) * (1.0 + 1e-12));
  }
  CHECK(priced > 250);
}
