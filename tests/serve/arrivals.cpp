// SPDX-License-Identifier: BSL-1.0
// Requests that arrive at random, by hand and against a simulation of a queue.
#include "shardline/serve/arrivals.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "../laws/random_inputs.hpp"
#include "shardline/plan/simulation/client.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr request_rate<> per_second(double r) noexcept { return request_rate<>::from_value(r); }

// A step takes a second, 10 ms more for each sequence that decodes and 1 ms for each token of
// prompts.
struct linear_clock {
  double faster = 1.0;
  double noticed = 0.0;  // steps under way that are waited for

  [[nodiscard]] constexpr step_seconds step(double tokens_read, double sequences) const noexcept {
    const double pace = (1.0 + 0.001 * tokens_read + 0.01 * sequences) / faster;
    return {pace, pace};
  }
  [[nodiscard]] constexpr step_seconds decode(double n) const noexcept { return step(0.0, n); }
  [[nodiscard]] constexpr step_seconds mixed(double tokens_read, double n) const noexcept {
    return step(tokens_read, n);
  }
  [[nodiscard]] constexpr step_seconds prompts(double tokens_read) const noexcept {
    return step(tokens_read, 0.0);
  }
  [[nodiscard]] constexpr double alone() const noexcept { return step(500.0, 0.0).pace; }
  [[nodiscard]] constexpr double entry(double step_met, double busy) const noexcept {
    return step_met * busy * noticed;
  }

  // As the simulation asks for them.
  step_seconds operator()(const replica_step<>& s) const {
    return step(s.parts * s.part_tokens, s.decoding);
  }
};

constexpr turnover short_prompts{.prompt = 500.0, .budget = 2000.0, .decode_steps = 50.0};

arrivals at(double rate, double slots, scheduler schedule = scheduler::chunked,
            const linear_clock& times = {}) {
  const loaded_replica<double, linear_clock> replica{times, short_prompts, schedule};
  return arrivals_of(replica, per_second(rate), slots, times.decode(slots).pace);
}

// The most that so many slots serve.
double most(double slots, scheduler schedule = scheduler::chunked) {
  return 1e-3 / at(1e-3, slots, schedule).utilisation;
}

// Mean wait for one of `servers`, each request served for `service` seconds, by drawing arrivals.
double simulated_wait(int servers, double service, double rate, std::uint64_t seed) {
  laws::dice d(seed);
  std::vector<double> free(static_cast<std::size_t>(servers), 0.0);
  double now = 0.0;
  double waited = 0.0;
  constexpr int requests = 400000;
  for (int i = 0; i < requests; ++i) {
    now += -std::log(1.0 - d.unit()) / rate;
    const auto next = std::min_element(free.begin(), free.end());
    const double begin = std::max(now, *next);
    waited += begin - now;
    *next = begin + service;
  }
  return waited / requests;
}

}  // namespace

TEST_CASE("the wait for one slot is that of an M/D/1 queue") {
  CHECK(wait_for_slot(1.0, 1_s, 0.5).value() == doctest::Approx(0.5).epsilon(1e-12));
  CHECK(wait_for_slot(1.0, 1_s, 0.9).value() == doctest::Approx(4.5).epsilon(1e-12));
  CHECK(wait_for_slot(1.0, 1_s, 0.0).value() == doctest::Approx(0.0).epsilon(1e-12));
}

TEST_CASE("the wait for several slots is near a simulation's") {
  for (const int servers : {1, 4, 16}) {
    for (const double busy : {0.6, 0.8, 0.9}) {
      const double expected = simulated_wait(servers, 3.0, busy * servers / 3.0, 5);
      CAPTURE(servers);
      CAPTURE(busy);
      const double found = wait_for_slot(static_cast<double>(servers), 3_s, busy).value();
      CHECK(found == doctest::Approx(expected).epsilon(0.25).scale(0.02));
    }
  }
}

namespace {

// In equilibrium, of `slots` that serve n requests as fast as one, or by `longer` more slowly for
// each other: who finds no slot, and for how long.
struct equilibrium {
  double waits = 0.0;
  double seconds = 0.0;
  crowd found{};
};
equilibrium solved(int slots, double longer, double busy) {
  const auto life = [&](int n) { return 1.0 + longer * (n - 1); };
  const double most = slots / life(slots);
  const double rate = busy * most;
  double weight = 1.0;
  double sum = 1.0;
  double taken = 0.0;
  for (int n = 1; n < slots; ++n) {
    weight *= rate * life(n) / n;
    sum += weight;
    taken += weight * n;
  }
  const double full = weight * busy / (1.0 - busy);
  sum += full;
  const double waits = full / sum;
  const double mean = (taken + full * slots) / sum;
  const double slower = 1.0 + longer * mean;
  return {waits, waits / (most - rate), {double(slots), busy, mean / slots, slower}};
}

}  // namespace

TEST_CASE("who finds no slot, and for how long, is near the equilibrium of lives that lengthen") {
  for (const int slots : {2, 8, 32, 256}) {
    for (const double slowest : {1.0, 2.0, 4.0}) {
      for (const double busy : {0.7, 0.9, 0.97}) {
        const double longer = (slowest - 1.0) / (slots - 1.0);
        const equilibrium e = solved(slots, longer, busy);
        CAPTURE(slots);
        CAPTURE(slowest);
        CAPTURE(busy);
        CHECK(chance_to_wait(e.found) == doctest::Approx(e.waits).epsilon(0.15).scale(0.1));
        const seconds<> full = seconds<>::from_value(slowest);
        const double found = wait_in_crowd(e.found, full, 1.0).value();
        CHECK(found == doctest::Approx(e.seconds).epsilon(0.25).scale(0.1 / slots * slowest));
      }
    }
  }
}

TEST_CASE("a wait for slots grows with the rate, continuously and without bound") {
  double before = 0.0;
  for (int i = 1; i < 1000; ++i) {
    const double busy = i * 1e-3;
    const double wait = wait_in_crowd(crowd{16.0, busy, busy * 0.98, 1.5}, 1_s, 0.0).value();
    CAPTURE(busy);
    REQUIRE(wait >= before);
    before = wait;
  }
  CHECK(before > 10.0);
}

TEST_CASE("documented: who waits in a crowd") {
  CHECK(chance_to_wait(crowd{32.0, 0.9, 0.85, 1.0}) ==
        doctest::Approx(0.277).scale(0.0).epsilon(2e-3));
  CHECK(chance_to_wait(crowd{32.0, 0.9, 0.85, 3.0}) ==
        doctest::Approx(0.504).scale(0.0).epsilon(2e-3));
  const crowd eight{8.0, 0.7, 0.7, 1.0};
  CHECK(wait_in_crowd(eight, 1_s, 1.0).value() == doctest::Approx(0.109).scale(0.0).epsilon(1e-2));
  CHECK(wait_in_crowd(eight, 1_s, 0.0).value() == doctest::Approx(0.061).scale(0.0).epsilon(1e-2));
}

TEST_CASE("equal answers that were read in a turn are read in one again, where slots are many") {
  const linear_clock times;
  const auto turns = [&](double slots, double spread, double prompts) {
    turnover load = short_prompts;
    load.spread = spread;
    const loaded_replica<double, linear_clock> replica{times, load, scheduler::prompts_first};
    return replica.kept_turns(slots, prompts, 1.0 + 0.01 * slots, replica.reading());
  };
  const double alone = 1.0 - std::exp(-0.5);
  // Answers that spread by as many steps as they have rounds, or a few slots: as they end.
  CHECK(turns(1e4, 1.0, 0.5) == doctest::Approx(alone).epsilon(1e-3));
  CHECK(turns(1.0, 0.0, 0.5) == doctest::Approx(alone).epsilon(1e-3));
  // Ten thousand: the prompts of a turn, at the rate that these turns allow.
  const double found = turns(1e4, 0.0, 0.5);
  const double reads = 1.0 + 0.5 * 0.5 / found;
  const double rate = 0.5 / (101.0 + reads * found);
  const double d = rate * 101.0;
  const double c = std::exp(rate * reads) * (1.0 - std::exp(-d));
  const double together = std::min(0.5 / ((1.0 + c) * (d / c + rate * reads)), alone);
  const double kept = 1e8 / (1e8 + 1e4) * (50.0 / 51.0);
  CHECK(found == doctest::Approx(alone + (together - alone) * kept).epsilon(1e-4));
  CHECK(found < alone);
}

TEST_CASE("few requests find nobody") {
  for (const scheduler s : {scheduler::chunked, scheduler::prompts_first}) {
    const arrivals a = at(1e-7, 100.0, s);
    REQUIRE(a.stable());
    CHECK(a.life.queue.value() < 1e-3);
    CHECK(a.life.prompt.value() == doctest::Approx(1.5).epsilon(1e-4));
    CHECK(a.life.generation.value() == doctest::Approx(50.5).epsilon(1e-4));
    CHECK(a.in_flight == doctest::Approx(52.0 * 1e-7).epsilon(1e-3));
    CHECK(a.wait.value() < 1e-6);
  }
}

TEST_CASE("with one slot nobody is in the way, and requests wait for it as in an M/D/1 queue") {
  for (const double busy : {0.01, 0.5, 0.99}) {
    const arrivals a = at(busy / 52.0, 1.0);
    CHECK(a.life.total().value() == doctest::Approx(52.0).epsilon(1e-6));
    CHECK(a.utilisation == doctest::Approx(busy).epsilon(1e-6));
    CHECK(a.wait.value() == doctest::Approx(26.0 * busy / (1.0 - busy)).epsilon(1e-6));
  }
}

TEST_CASE("a simulation of every step finds as many in flight, and the same times") {
  for (const scheduler schedule : {scheduler::chunked, scheduler::prompts_first}) {
    for (const double busy : {0.2, 0.5, 0.8}) {
      const double rate = busy * most(400.0, schedule);
      const arrivals a = at(rate, 400.0, schedule, {.noticed = 1.0});
      simulation::engine_rules rules;
      rules.schedule = schedule;
      rules.budget = 2000.0;
      rules.slots = 400.0;
      simulation::client c;
      c.input = 500.0;
      c.output = 51.0;
      c.rate = rate;
      c.counted = 10000;
      c.skipped = 2000;
      const linear_clock clock;
      const auto found = simulation::run_of_client<linear_clock>(c, rules, clock, 3)({});
      CAPTURE(static_cast<int>(schedule));
      CAPTURE(busy);
      CHECK(a.life.generation.value() / 50.0 ==
            doctest::Approx(found.tpot.mean).epsilon(0.08).scale(0.0));
      const double ttft = (a.wait + a.life.queue + a.life.prompt).value();
      CHECK(ttft == doctest::Approx(found.ttft.mean).epsilon(0.10).scale(0.0));
    }
  }
}

TEST_CASE("faster steps never lengthen a life at a rate") {
  laws::dice d(71);
  for (int number = 0; number < 5000; ++number) {
    const scheduler schedule = d.flip() ? scheduler::chunked : scheduler::prompts_first;
    const double slots = std::floor(laws::log_between(d, 1.0, 300.0));
    const double rate = most(slots, schedule) * d.between(0.01, 0.99);
    const arrivals before = at(rate, slots, schedule);
    const arrivals after = at(rate, slots, schedule, {d.between(1.0, 5.0)});
    CAPTURE(number);
    REQUIRE(before.stable());
    REQUIRE(after.stable());
    REQUIRE(after.life.generation <= before.life.generation * (1.0 + 1e-9));
    REQUIRE((after.wait + after.life.total()).value() <=
            (before.wait + before.life.total()).value() * (1.0 + 1e-9));
  }
}

TEST_CASE(
    "at twice the rate that full slots can serve the utilisation is 2, and nobody's wait ends") {
  const arrivals a = at(2.0 * most(20.0), 20.0);
  CHECK_FALSE(a.stable());
  CHECK(a.utilisation == doctest::Approx(2.0).epsilon(1e-12));
  CHECK(a.in_flight == doctest::Approx(20.0).epsilon(0.05));
  CHECK(a.wait.value() == std::numeric_limits<double>::infinity());
  CHECK(std::isfinite(a.life.total().value()));
}

TEST_CASE("more arrivals mean more in flight, fuller slots and longer waits; never NaN") {
  for (const scheduler schedule : {scheduler::chunked, scheduler::prompts_first}) {
    for (const double slots : {1.0, 2.0, 7.0, 64.0, 1e6}) {
      arrivals before = at(1e-6, slots, schedule);
      const double limit = most(slots, schedule);
      for (double rate = limit * 1e-3; rate < 1.2 * limit; rate *= 1.1) {
        const arrivals a = at(rate, slots, schedule);
        CAPTURE(slots);
        CAPTURE(rate);
        REQUIRE(std::isfinite(a.life.total().value()));
        REQUIRE(std::isfinite(a.wait.value()) == a.stable());
        REQUIRE(a.in_flight <= slots);
        REQUIRE(a.utilisation > before.utilisation);
        if (!a.stable()) break;
        REQUIRE(a.in_flight >= before.in_flight);
        REQUIRE(a.life.generation >= before.life.generation * (1.0 - 1e-9));
        before = a;
      }
    }
  }
}
