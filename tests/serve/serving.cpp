// Serving from the inputs: the life of a sequence at the deployment's own step times.
#include "shardline/serve/serving.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>

#include "../laws/random_inputs.hpp"
#include "shardline/base/dual.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/estimate/estimate.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

workload load(double concurrency, double input, double output) {
  workload w;
  w.concurrency = concurrency;
  w.input = tokens<>::from_value(input);
  w.output = tokens<>::from_value(output);
  return w;
}

constexpr layout on_eight{{8, 1, 1}, {8, 1, 1}};

basic_serving<> served(const workload& w) {
  return serving(make_cluster(catalog::h200_sxm, 8), catalog::llama_3_1_70b, on_eight, w);
}

double in_flight(const basic_serving<>& s, const workload& w) {
  return s.requests_per_s.value() *
         (s.ttft.value() + std::max(w.output.value() - 1.0, 0.0) * s.tpot.value());
}

}  // namespace

TEST_CASE("one request alone waits for nothing: its prompt, then its tokens") {
  const workload w = load(1, 1000, 101);
  const auto c = make_cluster(catalog::h200_sxm, 8);
  const auto s = served(w);
  CHECK(s.waiting == 0_s);
  CHECK(s.ttft == prefill(c, catalog::llama_3_1_70b, on_eight, w).total());
  CHECK(s.tpot.value() ==
        doctest::Approx(decode(c, catalog::llama_3_1_70b, on_eight, w).total().value())
            .epsilon(1e-14));
}

TEST_CASE("prompts are admitted alone without chunks, with the decoding sequences otherwise") {
  workload w = load(10, 100, 20);
  CHECK(admission_step({}, w).part_count == 1);
  w.chunk = 50_tokens;
  CHECK(admission_step({}, w).part_count == 2);
  CHECK(admission_step({}, w).parts[1].sequences == 9.0);
  w.chunk = 49_tokens;  // three steps, 33 or 34 tokens each
  CHECK(admission_step({}, w).parts[0].new_tokens == 100.0 / 3.0);
  CHECK(admission_step({}, w).parts[0].context == doctest::Approx(100.0 / 3.0).epsilon(1e-14));
  // With stages a step is one batch's: 10 sequences in 4 batches are 3 in the fullest.
  const layout stages{{1, 1, 1}, {1, 1, 1}, 4};
  CHECK(admission_step(stages, w).parts[1].sequences == 2.0);
}

TEST_CASE("short prompts share a step of the token budget") {
  workload w = load(10, 1024, 9);
  w.chunk = 8192_tokens;
  w.speculation = {.draft_tokens = 1, .acceptance = 1.0};
  const turnover t = turnover_of(w, 10.0);
  CHECK(t.chunks == 1.0);
  CHECK(t.per_step == 8.0);
  CHECK(t.decode_steps == 4.0);
  CHECK(t.run_share == 0.0);
  w.num_prompts = 40.0;
  CHECK(turnover_of(w, 10.0).run_share == 0.25);
  w.output = 1_tokens;
  CHECK(turnover_of(w, 10.0).decode_steps == 0.0);
}

TEST_CASE("with one output token there is none after the first: tpot is 0") {
  const auto s = served(load(4, 100, 1));
  CHECK(s.tpot == 0_s);
  CHECK(s.requests_per_s.value() == doctest::Approx(4.0 / s.ttft.value()).epsilon(1e-14));
}

TEST_CASE("Little's law holds exactly, whatever waits") {
  laws::dice d(61);
  for (int number = 0; number < 400; ++number) {
    laws::deployed r = laws::random_deployment(d);
    if (d.flip()) r.workload.num_prompts = r.workload.concurrency * d.between(1.0, 5.0);
    if (d.flip()) r.cluster.accelerator.memory = r.cluster.accelerator.memory * 0.2;
    r.workload.prefix_hit = d.flip() ? 0.0 : d.unit();
    const auto s = serving(r.cluster, r.model, r.layout, r.workload);
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    REQUIRE(in_flight(s, r.workload) == doctest::Approx(s.concurrency).epsilon(1e-12));
    REQUIRE(s.concurrency == r.workload.concurrency);
    REQUIRE(s.running <= s.concurrency);
    REQUIRE(s.waiting.value() >= 0.0);
    REQUIRE(s.waiting.value() <= s.ttft.value());
  }
}

TEST_CASE("what the memory does not hold waits for a life in a slot") {
  // Half of what 100 sequences would need: 50 or so run.
  workload w = load(100, 1000, 101);
  auto c = make_cluster(catalog::h200_sxm, 8);
  const auto held = memory(c, catalog::llama_3_1_70b, on_eight, w);
  c.accelerator.memory = held.fixed() + held.kv_cache * 0.5;
  const auto s = serving(c, catalog::llama_3_1_70b, on_eight, w);
  const auto fitting =
      static_cast<double>(sequences_that_fit(c, catalog::llama_3_1_70b, on_eight, w));
  CHECK(s.running == fitting);
  CHECK(s.running == doctest::Approx(50.0).epsilon(0.03));
  w.concurrency = fitting;
  const auto full = serving(c, catalog::llama_3_1_70b, on_eight, w);
  const double life = full.ttft.value() + 100.0 * full.tpot.value();
  CHECK(s.tpot == full.tpot);
  CHECK(s.requests_per_s == full.requests_per_s);
  CHECK(s.ttft.value() ==
        doctest::Approx(full.ttft.value() + (100.0 / fitting - 1.0) * life).epsilon(1e-12));
}

TEST_CASE("an engine that takes fewer sequences a step runs fewer") {
  workload w = load(100, 1000, 101);
  auto c = make_cluster(catalog::h200_sxm, 8);
  c.runtime.step_sequences = 25.0;
  const auto s = serving(c, catalog::llama_3_1_70b, on_eight, w);
  CHECK(s.running == 25.0);
  w.concurrency = 25.0;
  CHECK(s.tpot == serving(c, catalog::llama_3_1_70b, on_eight, w).tpot);
}

TEST_CASE("a few requests a second find an idle deployment, many a full one") {
  workload w = load(64, 1000, 101);
  w.rate = request_rate<>::from_value(1e-6);
  CHECK(served(w).stable());
  const auto idle = served(w);
  const auto alone = served(load(1, 1000, 101));
  CHECK(idle.ttft.value() == doctest::Approx(alone.ttft.value()).epsilon(1e-4));
  CHECK(idle.tpot.value() == doctest::Approx(alone.tpot.value()).epsilon(1e-4));
  CHECK(idle.utilisation < 1e-5);
  CHECK(in_flight(idle, w) == doctest::Approx(idle.concurrency).epsilon(1e-12));
  const auto full = served(load(64, 1000, 101));
  w.rate = full.requests_per_s * 3.0;
  const auto over = served(w);
  CHECK(over.utilisation == doctest::Approx(3.0).epsilon(1e-12));
  CHECK(over.requests_per_s.value() == doctest::Approx(full.requests_per_s.value()).epsilon(1e-12));
  CHECK(over.tpot == full.tpot);
  CHECK(over.output_tokens_per_s.value() ==
        doctest::Approx(full.output_tokens_per_s.value()).epsilon(1e-12));
  CHECK(over.running == 64.0);
  CHECK_FALSE(over.stable());
}

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr workload overload() noexcept {
  workload w;
  w.concurrency = 16.0;
  w.rate = request_rate<>::from_value(1e6);
  w.max_ttft = 1_s;
  return w;
}
constexpr auto eight = make_cluster(catalog::h200_sxm, 8);
constexpr auto overloaded = estimate(eight, catalog::llama_3_1_70b, on_eight, overload());
static_assert(overloaded.serving.ttft.value() == infinity);
static_assert(overloaded.serving.waiting.value() == infinity);
static_assert(overloaded.serving.concurrency == infinity);
static_assert(overloaded.bands.ttft.low.value() == infinity);
static_assert(overloaded.bands.ttft.high.value() == infinity);
static_assert(is_finite(overloaded.bands.tpot.high.value()));
static_assert(is_finite(overloaded.serving.requests_per_s.value()));

}  // namespace

TEST_CASE("beyond capacity a queue has no end: infinite, not small, and the others finite") {
  CHECK(overloaded.feasibility.find(rule::rate) != nullptr);
  CHECK(overloaded.feasibility.find(rule::ttft) != nullptr);
  laws::dice d(63);
  for (int number = 0; number < 300; ++number) {
    laws::deployed r = laws::random_deployment(d);
    const auto full = serving(r.cluster, r.model, r.layout, r.workload);
    r.workload.rate = full.requests_per_s * d.between(1.001, 50.0);
    const auto e = estimate(r.cluster, r.model, r.layout, r.workload);
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    REQUIRE(e.serving.utilisation >= 1.0);
    REQUIRE_FALSE(e.serving.stable());
    REQUIRE(e.feasibility.find(rule::rate) != nullptr);
    for (const double endless :
         {e.serving.ttft.value(), e.serving.waiting.value(), e.serving.concurrency,
          e.bands.ttft.low.value(), e.bands.ttft.high.value()}) {
      REQUIRE(endless == infinity);
    }
    for (const double ends :
         {e.serving.running, e.serving.utilisation, e.serving.requests_per_s.value(),
          e.serving.tpot.value(), e.serving.output_tokens_per_s.value(),
          e.serving.output_tokens_per_s_per_gpu.value(),
          e.serving.total_tokens_per_s_per_gpu.value(), e.bands.tpot.low.value(),
          e.bands.tpot.high.value()}) {
      REQUIRE(std::isfinite(ends));
    }
  }
}

TEST_CASE("the slopes of what has no end are none, and those of the rest are numbers") {
  using scalar = dual<1>;
  basic_cluster<scalar> c;
  c.accelerator.peak.bf16 = cast<scalar>(catalog::h200_sxm.peak.bf16);
  c.accelerator.memory = cast<scalar>(catalog::h200_sxm.memory);
  c.accelerator.memory_rate =
      bandwidth<scalar>::from_value(scalar::input(catalog::h200_sxm.memory_rate.value(), 0));
  c.gpus = 8;
  c.gpus_per_domain = 8;
  c.scale_up = {cast<scalar>(catalog::h200_sxm.scale_up.rate),
                cast<scalar>(catalog::h200_sxm.scale_up.latency)};
  basic_workload<scalar> w;
  w.concurrency = scalar(16.0);
  w.rate = request_rate<scalar>::from_value(scalar(1e6));
  const auto e = estimate(c, catalog::llama_3_1_70b, on_eight, w);
  for (const scalar& x : {e.serving.ttft.value(), e.serving.waiting.value(), e.serving.concurrency,
                          e.bands.ttft.low.value(), e.bands.ttft.high.value()}) {
    CHECK(x.value == infinity);
    CHECK(x.slope[0] == 0.0);
  }
  CHECK(e.serving.requests_per_s.value().slope[0] > 0.0);
  CHECK(e.serving.tpot.value().slope[0] < 0.0);
}

TEST_CASE("with a rate the most in flight is the concurrency, whatever number of replicas") {
  const layout four{{2, 1, 4}, {2, 1, 4}};
  for (const double concurrency : {1.0, 3.0, 4.0, 5.0, 10.0, 30.0}) {
    workload w = load(concurrency, 100, 50);
    w.rate = request_rate<>::from_value(1e9);
    const auto s = serving(eight, catalog::llama_3_1_8b, four, w);
    CAPTURE(concurrency);
    CHECK(s.running == concurrency);
    // All slots are full, as at the same constant concurrency.
    w.rate = {};
    const auto full = serving(eight, catalog::llama_3_1_8b, four, w);
    CHECK(s.requests_per_s.value() ==
          doctest::Approx(full.requests_per_s.value()).epsilon(1e-12).scale(0.0));
  }
}

TEST_CASE("a rate has no number of prompts, and is none that nobody lives to see") {
  workload w = load(64, 1000, 101);
  w.rate = request_rate<>::from_value(2.0);
  w.num_prompts = 10.0;
  const auto c = make_cluster(catalog::h200_sxm, 8);
  const auto refused = [&] { return validate(c, catalog::llama_3_1_70b, on_eight, w).found; };
  REQUIRE(refused().size() == 1);
  CHECK(refused()[0].field == field::num_prompts);
  w.num_prompts = 0.0;
  CHECK(refused().empty());
  w.rate = request_rate<>::from_value(1e-300);
  REQUIRE(refused().size() == 1);
  CHECK(refused()[0].field == field::rate);
}

TEST_CASE("more requests a second: longer waits, slower tokens, never NaN") {
  laws::dice d(62);
  for (int number = 0; number < 60; ++number) {
    laws::deployed r = laws::random_deployment(d);
    const auto full = serving(r.cluster, r.model, r.layout, r.workload);
    basic_serving<> before;
    for (double share = 0.01; share < 1.5; share *= 1.6) {
      r.workload.rate = full.requests_per_s * share;
      const auto s = serving(r.cluster, r.model, r.layout, r.workload);
      CAPTURE(number);
      CAPTURE(share);
      CAPTURE(laws::describe(r));
      REQUIRE(std::isfinite(s.ttft.value()) == (s.utilisation < 1.0));
      REQUIRE(s.utilisation > before.utilisation);
      REQUIRE(s.tpot.value() >= 0.0);
      if (s.utilisation < 1.0) {
        REQUIRE(in_flight(s, r.workload) == doctest::Approx(s.concurrency).epsilon(1e-9));
      }
      before = s;
    }
  }
}

TEST_CASE("prefix hits shorten what waits for prompts; accepted guesses shorten tokens") {
  workload w = load(64, 4000, 500);
  w.chunk = 2048_tokens;
  auto before = served(w);
  for (const double hit : {0.25, 0.5, 0.75, 1.0}) {
    w.prefix_hit = hit;
    const auto s = served(w);
    CHECK(s.ttft < before.ttft);
    CHECK(s.tpot < before.tpot);
    before = s;
  }
  w.prefix_hit = 0.0;
  w.speculation.draft_tokens = 3;
  before = served(w);
  for (const double acceptance : {0.25, 0.5, 0.75, 1.0}) {
    w.speculation.acceptance = acceptance;
    const auto s = served(w);
    CHECK(s.tpot < before.tpot);
    before = s;
  }
}
