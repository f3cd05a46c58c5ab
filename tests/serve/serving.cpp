// SPDX-License-Identifier: BSL-1.0
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
#include "shardline/engines/vllm.hpp"
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
  workload chunked = w;
  chunked.chunk = 300_tokens;
  CHECK(served(chunked).ttft.value() ==
        doctest::Approx(prefill(c, catalog::llama_3_1_70b, on_eight, chunked).total().value())
            .epsilon(1e-12));
}

TEST_CASE("what passes through a replica: its prompt, its budget, its rounds") {
  workload w = load(10, 1024, 9);
  w.prefix_hit = 0.5;
  w.chunk = 8192_tokens;
  w.output_cv = 0.3;
  w.speculation = {.draft_tokens = 1, .acceptance = 1.0};
  const turnover t = turnover_of(runtime{}, {}, w, 10.0);
  CHECK(t.prompt == 512.0);
  CHECK(t.budget == 8192.0);
  CHECK(t.checked == 2.0);
  CHECK(t.decode_steps == 4.0);
  CHECK(t.batches == 1.0);
  CHECK(t.spread == 0.3);
  CHECK(t.run_share == 0.0);
  w.num_prompts = 40.0;
  CHECK(turnover_of(runtime{}, {}, w, 10.0).run_share == 0.25);
  w.output = 1_tokens;
  CHECK(turnover_of(runtime{}, {}, w, 10.0).decode_steps == 0.0);
  w.chunk.reset();
  // Whole prompts of 512 tokens leave half of one empty on average, and one fits however long.
  CHECK(turnover_of(runtime{}, {}, w, 10.0).budget == whole_prompt_budget - 256.0);
  w.input = 9000_tokens;
  CHECK(turnover_of(runtime{}, {}, w, 10.0).budget == 4500.0);
}

TEST_CASE("one token more in a prompt moves every figure by about its share") {
  // Equal chunks had moved TPOT from 212 to 111 ms here, and TTFT from 0.7 to 3.9 s.
  for (const double concurrency : {2.0, 64.0, 256.0}) {
    workload w = load(concurrency, 8192, 512);
    w.chunk = 8192_tokens;
    const auto before = served(w);
    w.input = 8193_tokens;
    const auto after = served(w);
    CHECK(after.tpot.value() == doctest::Approx(before.tpot.value()).epsilon(0.01).scale(0.0));
    CHECK(after.ttft.value() == doctest::Approx(before.ttft.value()).epsilon(0.02).scale(0.0));
    CHECK(after.requests_per_s.value() ==
          doctest::Approx(before.requests_per_s.value()).epsilon(0.01).scale(0.0));
  }
}

TEST_CASE("short prompts are read together, with a budget and without") {
  workload w = load(256, 16, 16);
  const auto whole = served(w);
  w.chunk = 8192_tokens;
  const auto chunked = served(w);
  CHECK(chunked.output_tokens_per_s.value() <= whole.output_tokens_per_s.value() * 3.0);
}

TEST_CASE(
    "more slots never serve less, and prompts are never served faster than they can be read") {
  for (const scheduler s :
       {scheduler::chunked, scheduler::prompts_first, scheduler::whole_prompts}) {
    auto c = make_cluster(catalog::h200_sxm, 8);
    c.runtime.schedule = s;
    for (const double prompts_per_slot : {0.0, 4.0}) {
      double served_before = 0.0;
      for (double n = 1.0; n < 3000.0; n = std::ceil(n * 1.5)) {
        workload w = load(n, 6000, 50);
        w.chunk = 2048_tokens;
        w.num_prompts = n * prompts_per_slot;
        const double rate = serving(c, catalog::llama_3_1_8b, on_eight, w).requests_per_s.value();
        // Steps of prompts alone, full.
        const double budget = step_budget(c.runtime, w);
        const double step = time_of_step(c, catalog::llama_3_1_8b, on_eight,
                                         prefill_step(1.0, budget, (6000.0 - budget) / 2.0, 1.0))
                                .sum.total()
                                .value();
        CAPTURE(n);
        CAPTURE(static_cast<int>(s));
        CHECK(rate >= served_before * 0.99);
        CHECK(rate * step * (6000.0 / budget) <= 1.0 + 1e-9);
        served_before = rate;
      }
    }
  }
}

TEST_CASE("an engine that reads prompts first has the longer wait between tokens") {
  workload w = load(64, 4000, 500);
  w.chunk = 8192_tokens;
  auto c = make_cluster(catalog::h200_sxm, 8);
  const auto chunked = serving(c, catalog::llama_3_1_70b, on_eight, w);
  c.runtime.schedule = scheduler::prompts_first;
  const auto first = serving(c, catalog::llama_3_1_70b, on_eight, w);
  CHECK(first.tpot > chunked.tpot);
  // Requests of a run that come at once are all read before any decodes, and end together.
  w.num_prompts = 640.0;
  const auto run = serving(c, catalog::llama_3_1_70b, on_eight, w);
  CHECK(run.ttft > first.ttft * 5.0);
  CHECK(run.tpot < first.tpot);
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
    if (r.workload.num_prompts > 0.0) {
      REQUIRE(s.concurrency <= r.workload.concurrency * (1.0 + 1e-12));
    } else {
      REQUIRE(s.concurrency == doctest::Approx(r.workload.concurrency).epsilon(1e-12));
    }
    REQUIRE(s.running <= r.workload.concurrency);
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
  CHECK(s.tpot.value() == doctest::Approx(full.tpot.value()).epsilon(1e-12));
  CHECK(s.requests_per_s.value() == doctest::Approx(full.requests_per_s.value()).epsilon(1e-12));
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
  const auto all = serving(c, catalog::llama_3_1_70b, on_eight, w);
  CHECK(s.tpot.value() == doctest::Approx(all.tpot.value()).epsilon(1e-12));
}

TEST_CASE(
    "where the cache is full, what waits between two tokens follows what outputs take of it") {
  auto c = make_cluster(catalog::h200_sxm, 8);
  c.runtime.reserved_output = 0.0;
  for (const double output : {2.0, 100.0, 4000.0}) {
    workload w = load(400, 2000, output);
    const auto held = memory(c, catalog::llama_3_1_70b, on_eight, w);
    auto small = c;
    small.accelerator.memory = held.fixed() + held.kv_cache * 0.25;
    const auto s = serving(small, catalog::llama_3_1_70b, on_eight, w);
    w.concurrency = s.running;
    const auto fitting = serving(small, catalog::llama_3_1_70b, on_eight, w);
    const double share = (output - 1.0) / (2000.0 + output - 1.0);
    const double waited = (s.tpot - fitting.tpot).value() * (output - 1.0);
    const double life = fitting.ttft.value() + fitting.tpot.value() * (output - 1.0);
    CAPTURE(output);
    CHECK(s.running < 300.0);
    CHECK(waited == doctest::Approx(0.7 * share * share * life).epsilon(0.02).scale(1e-6));
    small.runtime.reserved_output = 1.0;
    w.concurrency = 400.0;
    const auto reserved = serving(small, catalog::llama_3_1_70b, on_eight, w);
    CHECK(reserved.running <= s.running);
  }
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
  // Prompts that came while others were read are read with them: hardly any of these.
  CHECK(over.utilisation == doctest::Approx(3.0).epsilon(2e-3));
  CHECK(over.requests_per_s.value() == doctest::Approx(full.requests_per_s.value()).epsilon(2e-3));
  CHECK(over.tpot.value() == doctest::Approx(full.tpot.value()).epsilon(2e-3));
  CHECK(over.output_tokens_per_s.value() ==
        doctest::Approx(full.output_tokens_per_s.value()).epsilon(2e-3));
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
          doctest::Approx(full.requests_per_s.value()).epsilon(1e-4).scale(0.0));
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

TEST_CASE("documented: turnover, and how many run") {
  workload w{.concurrency = 400, .input = 2048_tokens, .output = 512_tokens};
  const auto load = turnover_of(runtime{}, layout{}, w, 8.0);
  CHECK(load.prompt == 2048.0);
  CHECK(load.decode_steps == 511.0);
  const cluster c = make_cluster(catalog::h100_sxm, 1);
  const auto p = prepare(c, catalog::llama_3_1_8b, layout{});
  const auto many = running_of(p, w, memory(p, w));
  CHECK(many.admitted == 400.0);
  CHECK(many.running == 201.0);
}

// Replicas that share experts read their prompts at the same time, a step of theirs or several.
TEST_CASE("a prompt that just fits into a step takes as long as one of a token less or more") {
  const auto c =
      with_engine(make_cluster(with_efficiency(catalog::h200_sxm, constant{}), 8), engines::vllm);
  vllm flags;
  flags.dp = 8;
  const layout replicas = to_layout(flags);
  for (const double concurrency : {8.0, 9.0, 16.0, 64.0}) {
    CAPTURE(concurrency);
    const auto ttft = [&](double input) {
      workload w = load(concurrency, input, 64.0);
      w.chunk = 4096_tokens;
      return serving(c, catalog::gpt_oss_120b, replicas, w).ttft.value();
    };
    for (const double input : {4000.0, 4090.0, 4095.0, 4096.0}) {
      CAPTURE(input);
      CHECK(ttft(input) <= ttft(4097.0));
      CHECK(ttft(input) >= ttft(4097.0) * 0.9);
    }
  }
}
