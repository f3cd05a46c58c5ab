// SPDX-License-Identifier: BSL-1.0
// The simulated engine by hand, at a second a step, and what the closed form makes of deployments.
#include "shardline/plan/simulation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "../laws/realistic.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

// A second each; what every step held is kept.
struct recording_clock {
  std::vector<replica_step<>>* steps;
  step_seconds operator()(const replica_step<>& s) const {
    steps->push_back(s);
    return {1.0, 1.0};
  }
};

struct simulated_engine {
  std::vector<replica_step<>> steps{};
  recording_clock clock{&steps};
  simulation::engine<recording_clock> engine;
  std::vector<simulation::finished_request> finished{};

  explicit simulated_engine(const simulation::engine_rules& rules) : engine(rules, clock) {}

  void run(std::size_t requests) {
    while (finished.size() < requests) {
      engine.advance(1e9, [this](const simulation::finished_request& f) { finished.push_back(f); });
    }
  }
};

simulation::engine_rules rules_with(scheduler schedule, double budget) {
  simulation::engine_rules r;
  r.schedule = schedule;
  r.budget = budget;
  r.slots = 100.0;
  return r;
}

double read_in(const replica_step<>& s) { return s.parts * s.part_tokens; }

}  // namespace

TEST_CASE("a chunked engine fills its budget with parts of prompts, whoever they are of") {
  simulated_engine e(rules_with(scheduler::chunked, 100.0));
  for (int i = 0; i < 3; ++i) e.engine.send({0.0, 70.0, 3.0}, false);
  e.run(3);
  REQUIRE(e.steps.size() >= 3);
  // 70 + 30, 40 + 59 beside the first one's token, 11 beside two.
  CHECK(read_in(e.steps[0]) == 100.0);
  CHECK(read_in(e.steps[1]) == 99.0);
  CHECK(e.steps[1].decoding == 1.0);
  CHECK(read_in(e.steps[2]) == 11.0);
  CHECK(e.steps[2].decoding == 2.0);
  CHECK(e.finished[0].first == 1.0);
  CHECK(e.finished[0].last == 3.0);
  double all = 0.0;
  for (const replica_step<>& s : e.steps) all += read_in(s);
  CHECK(all == 210.0);
}

TEST_CASE("an engine that reads prompts first lets nothing decode while any waits") {
  simulated_engine e(rules_with(scheduler::prompts_first, 100.0));
  for (int i = 0; i < 3; ++i) e.engine.send({0.0, 70.0, 3.0}, false);
  e.run(3);
  CHECK(read_in(e.steps[0]) == 100.0);
  CHECK(read_in(e.steps[1]) == 100.0);
  CHECK(read_in(e.steps[2]) == 10.0);
  for (std::size_t i = 0; i < 3; ++i) CHECK(e.steps[i].decoding == 0.0);
  for (const simulation::finished_request& f : e.finished) CHECK(f.last == 5.0);
}

TEST_CASE("whole prompts are not cut: as many as the budget has room for, one at least") {
  simulated_engine e(rules_with(scheduler::whole_prompts, 150.0));
  for (int i = 0; i < 3; ++i) e.engine.send({0.0, 70.0, 2.0}, false);
  e.engine.send({0.0, 400.0, 2.0}, false);
  e.run(4);
  CHECK(read_in(e.steps[0]) == 140.0);
  CHECK(read_in(e.steps[1]) == 70.0);
  CHECK(read_in(e.steps[2]) == 400.0);
}

TEST_CASE("what finds no slot waits for one that ends") {
  simulation::engine_rules r = rules_with(scheduler::chunked, 100.0);
  r.slots = 1.0;
  simulated_engine e(r);
  e.engine.send({0.0, 10.0, 5.0}, false);
  e.engine.send({0.0, 10.0, 5.0}, false);
  e.run(2);
  CHECK(e.finished[0].last == 5.0);
  CHECK(e.finished[1].first == 6.0);
}

TEST_CASE(
    "an engine that reserves outputs preempts none; one that does not, the last to have come") {
  for (const double reserved : {1.0, 0.0}) {
    simulation::engine_rules r = rules_with(scheduler::chunked, 1000.0);
    r.capacity = 60.0;
    r.reserved = reserved;
    simulated_engine e(r);
    e.engine.send({0.0, 20.0, 20.0}, false);
    e.engine.send({1e-3, 20.0, 20.0}, false);
    e.run(2);
    CAPTURE(reserved);
    CHECK((e.engine.preemptions() > 0) == (reserved < 1.0));
    CHECK(e.finished[0].last < e.finished[1].last);
    // Every token of the second one's is there all the same.
    CHECK(e.finished[1].output == 20.0);
  }
}

TEST_CASE("batches go round the stages: each waits for its own tokens alone") {
  struct staged {
    step_seconds operator()(const replica_step<>&) const { return {4.0, 1.0}; }
  };
  simulation::engine_rules r = rules_with(scheduler::chunked, 1000.0);
  r.batches = 4;
  const staged clock;
  simulation::engine<staged> e(r, clock);
  for (int i = 0; i < 4; ++i) e.begin_with({0.0, 10.0, 12.0}, 0.0);
  double last = 0.0;
  int ended = 0;
  while (ended < 4) {
    e.advance(1e9, [&](const simulation::finished_request&) {
      ++ended;
      last = e.now();
    });
  }
  CHECK(last == doctest::Approx(44.0).epsilon(0.1));
}

// Five stages: a sequence waits for its first token, 20 s, when the next request comes.
TEST_CASE(
    "one that comes while last tokens are waited for is taken up then, not once another ends") {
  struct staged {
    step_seconds operator()(const replica_step<>& s) const {
      return s.reads ? step_seconds{20.0, 4.0} : step_seconds{5.0, 1.0};
    }
  };
  simulation::engine_rules rules = rules_with(scheduler::prompts_first, 100.0);
  rules.batches = 5;
  const staged clock;
  simulation::engine<staged> engine(rules, clock);
  std::vector<simulation::finished_request> finished;
  engine.send({0.0, 50.0, 1000.0}, false);
  engine.send({12.0, 50.0, 2.0}, false);
  while (finished.size() < 2) {
    engine.advance(1e9, [&](const simulation::finished_request& f) { finished.push_back(f); });
  }
  CHECK(finished[0].sent == 12.0);
  CHECK(finished[0].first <= 20.0 + 2.0 * 20.0);
}

TEST_CASE("percentiles are of single requests") {
  std::vector<double> times;
  for (int i = 1; i <= 100; ++i) times.push_back(101.0 - i);
  const percentiles p = simulation::percentiles_of(times);
  CHECK(p.mean == 50.5);
  CHECK(p.p50 == 50.0);
  CHECK(p.p90 == 90.0);
  CHECK(p.p99 == 99.0);
  CHECK(simulation::percentiles_of({}).p99 == 0.0);
}

TEST_CASE("drawn lengths have their mean and their spread") {
  for (const double cv : {0.1, 1.0}) {
    simulation::dice d(5);
    double sum = 0.0;
    double squares = 0.0;
    constexpr int draws = 200000;
    for (int i = 0; i < draws; ++i) {
      const double x = d.spread(cv);
      sum += x;
      squares += x * x;
    }
    const double mean = sum / draws;
    CHECK(mean == doctest::Approx(1.0).epsilon(0.02));
    CHECK(std::sqrt(squares / draws - mean * mean) == doctest::Approx(cv).epsilon(0.05).scale(0.0));
  }
}

namespace {

constexpr layout on_eight{{8, 1, 1}, {8, 1, 1}};

workload chat_of() {
  workload w;
  w.concurrency = 64.0;
  w.input = 2000_tokens;
  w.output = 200_tokens;
  w.chunk = 8192_tokens;
  return w;
}

}  // namespace

TEST_CASE("one seed, one result; another seed, another; percentiles rise") {
  const auto c = make_cluster(catalog::h200_sxm, 8);
  const auto p = prepare(c, catalog::llama_3_1_70b, on_eight);
  workload w = chat_of();
  w.output_cv = 0.5;
  const simulated_serving a = simulate(p, w);
  const simulated_serving b = simulate(p, w);
  CHECK(a.ttft.mean == b.ttft.mean);
  CHECK(a.tpot.p99 == b.tpot.p99);
  CHECK(a.ttft.mean != simulate(p, w, {.seed = 2}).ttft.mean);
  CHECK(a.ttft.p50 <= a.ttft.p90);
  CHECK(a.ttft.p90 <= a.ttft.p99);
  CHECK(a.requests == 2000);
  // Some that were there at the beginning end after the first hundred, which are forgotten.
  const auto few = simulate(p, w, {.requests = 300}).requests;
  CHECK(few > 200);
  CHECK(few <= 300);
}

TEST_CASE(
    "a simulation that cannot keep its percentiles is given up, and judged as if it went on") {
  const auto c = make_cluster(catalog::h200_sxm, 8);
  const auto p = prepare(c, catalog::llama_3_1_70b, on_eight);
  laws::dice d(5);
  int given_up = 0;
  int kept = 0;
  for (int i = 0; i < 60; ++i) {
    workload w = chat_of();
    w.output = tokens<>::from_value(std::floor(d.between(16.0, 200.0)));
    w.output_cv = d.flip() ? 0.4 : 0.0;
    if (d.flip()) w.rate = request_rate<>::from_value(d.between(1.0, 12.0));
    const simulation_options with{.seed = 3, .requests = 400};
    const simulated_serving whole = simulate(p, w, with);
    simulation_keeps_promises promises{with};
    if (d.flip()) promises.p99_ttft = seconds<>::from_value(whole.ttft.p99 * d.between(0.7, 1.4));
    promises.p99_tpot = seconds<>::from_value(whole.tpot.p99 * d.between(0.7, 1.4));
    const simulated_serving s = simulate(p, w, with, promises.patience_times(1.0));
    CAPTURE(i);
    CHECK(promises.late(whole).has_value() == (s.given_up || promises.late(s).has_value()));
    given_up += s.given_up ? 1 : 0;
    kept += s.given_up ? 0 : 1;
    if (s.given_up) CHECK(s.steps < whole.steps);
  }
  CHECK(given_up > 10);
  CHECK(kept > 10);
}

TEST_CASE("a trace is followed as it is: one request alone is a prompt and its rounds") {
  const auto c = make_cluster(catalog::h200_sxm, 8);
  const auto p = prepare(c, catalog::llama_3_1_70b, on_eight);
  simulation_options o;
  o.trace = {{1.0, 2000.0, 200.0}, {1000.0, 2000.0, 200.0}};
  const simulated_serving s = simulate(p, chat_of(), o);
  workload alone = chat_of();
  alone.concurrency = 1.0;
  const auto e = serving(p, alone);
  CHECK(s.requests == 2);
  CHECK(s.ttft.p50 == doctest::Approx(e.ttft.value()).epsilon(1e-9));
  CHECK(s.ttft.p99 == doctest::Approx(e.ttft.value()).epsilon(1e-9));
  CHECK(s.tpot.mean == doctest::Approx(e.tpot.value()).epsilon(0.01));
}

// ------------------------------------------------------------------------------------- the judge

namespace {

// How far the closed form is from the simulation, over many deployments, by figure.
struct distances {
  std::vector<double> rate{};
  std::vector<double> tpot{};
  std::vector<double> ttft{};

  static void add(std::vector<double>& to, double closed, double found) {
    if (found > 0.0) to.push_back(std::fabs(closed / found - 1.0));
  }
  static double at(std::vector<double> of, double share) {
    std::sort(of.begin(), of.end());
    return of[static_cast<std::size_t>(share * static_cast<double>(of.size()))];
  }
};

// Of a run that ends, the mean of several: one has one longest answer, and few answers a mean of
// their own. At a rate as many as it takes for the mean wait to stand still.
simulated_serving simulated(const laws::realistic& r) {
  const auto p = prepare(r.cluster, *r.model, r.layout);
  std::uint64_t seeds = 1;
  if (r.workload.num_prompts > 0.0) {
    const double prompts = r.workload.num_prompts / static_cast<double>(r.layout.attention.dp);
    seeds = std::max<std::uint64_t>(6, static_cast<std::uint64_t>(3000.0 / prompts));
  }
  const std::int64_t requests = r.workload.rate.value() > 0.0 ? 12000 : 0;
  simulated_serving mean;
  double seconds = 0.0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const simulated_serving s = simulate(p, r.workload, {.seed = seed, .requests = requests});
    seconds += 1.0 / s.requests_per_s;
    mean.ttft.mean += s.ttft.mean / static_cast<double>(seeds);
    mean.tpot.mean += s.tpot.mean / static_cast<double>(seeds);
  }
  mean.requests_per_s = static_cast<double>(seeds) / seconds;
  return mean;
}

}  // namespace

// Of 2,000 one in twenty is further off than 11.6 % in throughput, 13.8 % in a token's time and
// 24.8 % in a first token's, of 2,000 others (seed 78) 12.0, 14.3 and 25.8 %, of others (79) 10.5,
// 15.2 and 26.2 %: through stages, of equal answers that fall in step with each other, and random
// arrivals. One that is refused though the simulation serves it, two of the 6,000, has a first
// token without end. Of 240 one in twenty are twelve, the furthest of which differ by a fifth from
// draw to draw.
TEST_CASE("the closed form is near the simulation, over random realistic deployments") {
  laws::dice d(77);
  distances found;
  const auto wanted = static_cast<std::size_t>(laws::cases(240));
  while (found.tpot.size() < wanted) {
    const laws::realistic r = laws::random_realistic(d);
    workload at_once = r.workload;
    at_once.rate = {};
    if (!check(r.cluster, *r.model, r.layout, at_once).feasible()) continue;
    const auto p = prepare(r.cluster, *r.model, r.layout);
    const auto closed = serving(p, r.workload);
    const simulated_serving s = simulated(r);
    if (!closed.stable() && s.requests_per_s < 0.975 * r.workload.rate.value()) continue;
    distances::add(found.rate, closed.requests_per_s.value(), s.requests_per_s);
    distances::add(found.tpot, closed.tpot.value(), s.tpot.mean);
    distances::add(found.ttft, closed.ttft.value(), s.ttft.mean);
  }
  CHECK(distances::at(found.rate, 0.5) < 0.03);
  CHECK(distances::at(found.tpot, 0.5) < 0.05);
  CHECK(distances::at(found.ttft, 0.5) < 0.10);
  CHECK(distances::at(found.rate, 0.95) < 0.15);
  CHECK(distances::at(found.tpot, 0.95) < 0.20);
  CHECK(distances::at(found.ttft, 0.95) < 0.30);
}

namespace {

// Equal answers of 512 tokens to as many, 256 at a time, under SGLang.
struct equal_answers {
  decltype(prepare(with_engine(make_cluster(with_fitted(catalog::h100_sxm, engines::sglang_0_5), 8),
                               engines::sglang_0_5),
                   catalog::llama_3_1_70b, on_eight)) replica =
      prepare(with_engine(make_cluster(with_fitted(catalog::h100_sxm, engines::sglang_0_5), 8),
                          engines::sglang_0_5),
              catalog::llama_3_1_70b, on_eight);
  workload load{
      .concurrency = 256, .input = 512_tokens, .output = 512_tokens, .chunk = 8192_tokens};

  [[nodiscard]] workload at(double rate) const {
    workload w = load;
    w.rate = request_rate<>::from_value(rate);
    return w;
  }
};

}  // namespace

// What ends together is read together, at random as in a closed loop: one by one full slots would
// serve 10.6 requests per second.
TEST_CASE("equal answers are served at random as fast as the simulation serves them") {
  const equal_answers e;
  for (const double rate : {5.0, 8.0, 9.0, 10.6, 11.3, 11.8}) {
    const auto closed = serving(e.replica, e.at(rate));
    const simulated_serving s = simulate(e.replica, e.at(rate), {.seed = 1, .requests = 12000});
    CAPTURE(rate);
    REQUIRE(closed.stable());
    CHECK(s.requests_per_s > 0.975 * rate);
    CHECK(closed.tpot.value() == doctest::Approx(s.tpot.mean).scale(0.0).epsilon(0.10));
    if (rate > 11.0) continue;  // the simulated wait is one of minutes, and of the draw
    CHECK(closed.ttft.value() == doctest::Approx(s.ttft.mean).scale(0.0).epsilon(0.5));
  }
  CHECK_FALSE(serving(e.replica, e.at(13.5)).stable());
  const simulated_serving over = simulate(e.replica, e.at(13.5), {.seed = 1, .requests = 12000});
  CHECK(over.requests_per_s < 0.975 * 13.5);
}

// In a closed loop they meet only as lives pass: 13.2 requests per second after eight, 14.4 after
// sixty; 11.0 where lengths differ by a hundredth.
TEST_CASE("a hundredth of spread parts answers that are read together") {
  equal_answers e;
  const double equal = serving(e.replica, e.load).requests_per_s.value();
  CHECK(equal > simulate(e.replica, e.load).requests_per_s);
  CHECK(equal == doctest::Approx(simulate(e.replica, e.load, {.requests = 64000}).requests_per_s)
                     .scale(0.0)
                     .epsilon(0.05));
  for (const double spread : {0.003, 0.01, 0.1}) {
    e.load.output_cv = spread;
    const simulated_serving s = simulate(e.replica, e.load, {.requests = 16000});
    CAPTURE(spread);
    CHECK(serving(e.replica, e.load).requests_per_s.value() ==
          doctest::Approx(s.requests_per_s).scale(0.0).epsilon(0.05));
  }
}

// Mean mixed steps outgrow vLLM's all-reduce at 298; single ones are smaller and larger.
TEST_CASE("a sequence more costs nothing where the mean step outgrows an all-reduce") {
  const auto c = with_engine(make_cluster(with_fitted(catalog::mi355x, engines::vllm_0_18), 8),
                             engines::vllm_0_18);
  const auto p = prepare(c, catalog::gpt_oss_120b, on_eight);
  double before = 0.0;
  for (double sequences = 200.0; sequences <= 500.0; sequences += 1.0) {
    const workload w{.concurrency = sequences,
                     .input = 1024_tokens,
                     .output = 1024_tokens,
                     .chunk = 8192_tokens};
    const double served = serving(p, w).requests_per_s.value();
    CAPTURE(sequences);
    CHECK(served > 0.995 * before);
    before = served;
  }
}

// What steps that read prompts take bounds what is served, however short answers are.
TEST_CASE("short answers are served no faster than their prompts are read") {
  for (const engine_version* engine : {&engines::sglang, &engines::vllm_0_18}) {
    const auto c = with_engine(make_cluster(with_fitted(catalog::h200_sxm, *engine), 1), *engine);
    const auto p = prepare(c, catalog::llama_3_1_8b, layout{});
    for (const double output : {1.0, 2.0, 8.0}) {
      for (const double concurrency : {64.0, 256.0}) {
        workload w{.concurrency = concurrency, .input = 2048_tokens, .chunk = 8192_tokens};
        w.output = tokens<>::from_value(output);
        const auto closed = serving(p, w);
        const simulated_serving s = simulate(p, w, {.seed = 1});
        CAPTURE(output);
        CAPTURE(concurrency);
        CHECK(closed.requests_per_s.value() ==
              doctest::Approx(s.requests_per_s).scale(0.0).epsilon(0.05));
        if (output > 1.0) continue;
        CHECK(closed.ttft.value() == doctest::Approx(s.ttft.mean).scale(0.0).epsilon(0.01));
      }
    }
  }
}

TEST_CASE("documented: percentiles, rules and a client") {
  const auto p = simulation::percentiles_of({4.0, 1.0, 3.0, 2.0});
  CHECK(p.mean == 2.5);
  CHECK(p.p50 == 2.0);
  CHECK(p.p90 == 4.0);
  const cluster one = make_cluster(catalog::h100_sxm, 1);
  const auto alone = prepare(one, catalog::llama_3_1_8b, layout{});
  workload w{.concurrency = 16, .input = 2048_tokens, .output = 512_tokens, .chunk = 512_tokens};
  const cluster four = make_cluster(catalog::h100_sxm, 4);
  const auto replicas = prepare(four, catalog::llama_3_1_8b, layout{{1, 1, 4}, {1, 1, 4}});
  CHECK(simulation::rules_of(replicas, w).budget == 512.0);
  CHECK(simulation::rules_of(replicas, w).slots == 4.0);
  w.concurrency = 64;
  const auto c = simulation::client_of(layout{{1, 1, 4}, {1, 1, 4}}, w, {});
  CHECK(c.in_flight == 16);
  CHECK(c.counted == 2000);
  CHECK(c.skipped == 666);
  simulation::engine_rules held;
  simulation::limit_cache(held, alone, w);
  CHECK(held.capacity / (held.each + 2560.0) == doctest::Approx(202.0).scale(0.0).epsilon(1e-12));
}

TEST_CASE("sequences that replicas do not share out evenly are no more than there are") {
  const cluster four = make_cluster(catalog::h100_sxm, 4);
  const layout apart{{1, 1, 4}, {1, 1, 4}};
  const auto replicas = prepare(four, catalog::llama_3_1_8b, apart);
  workload w{.concurrency = 1, .input = 2048_tokens, .output = 512_tokens};
  const auto made_of = [&](double sequences) {
    w.concurrency = sequences;
    return simulation::replicas_of(simulation::client_of(apart, w, {}), apart, w);
  };
  CHECK(made_of(1.0) == 1.0);
  CHECK(made_of(6.0) == 3.0);
  CHECK(made_of(64.0) == 4.0);
  for (const double sequences : {1.0, 3.0, 5.0, 9.0}) {
    w.concurrency = sequences;
    CAPTURE(sequences);
    const auto s = simulate(replicas, w);
    const auto closed = serving(replicas, w);
    CHECK(s.requests_per_s ==
          doctest::Approx(closed.requests_per_s.value()).scale(0.0).epsilon(0.06));
  }
  w.rate = 1_per_s;
  CHECK(made_of(3.0) == 4.0);
  w.rate = {};
  w.num_prompts = 6.0;
  CHECK(made_of(4.0) == 3.0);
}

TEST_CASE("documented: one sequence of Llama-3.1-8B on an H100 by its data sheet") {
  const workload w{.concurrency = 1, .input = 2048_tokens, .output = 512_tokens};
  const cluster one = make_cluster(catalog::h100_sxm, 1);
  const auto s = simulate(prepare(one, catalog::llama_3_1_8b, layout{}), w);
  CHECK(s.ttft.mean * 1e3 == doctest::Approx(33.7).scale(0.0).epsilon(1.5e-3));
  CHECK(s.tpot.mean * 1e3 == doctest::Approx(4.57).scale(0.0).epsilon(1.1e-3));
  CHECK(s.output_tokens_per_s == doctest::Approx(215.9).scale(0.0).epsilon(3e-4));
}
