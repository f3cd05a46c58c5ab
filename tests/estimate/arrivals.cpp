// Requests that arrive at random, by hand and against a simulation of a queue.
#include "shardline/estimate/arrivals.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "../laws/random_inputs.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr request_rate<> per_second(double r) noexcept { return request_rate<>::from_value(r); }

// Steps that take as long whatever the load, and an engine that notices at once.
struct even_times {
  slot_times t{};
  constexpr slot_times operator()(double) const noexcept { return t; }
  constexpr seconds<> entry(const slot_times&, double) const noexcept { return {}; }
};

constexpr even_times even{{2_s, 2_s, 2_s, 0.5_s}};
constexpr turnover whole_prompts{.decode_steps = 8.0};

arrivals at(double rate, count slots) {
  const sojourn full = sojourn_of(even.t, whole_prompts, static_cast<double>(slots));
  return arrivals_of(even, whole_prompts, per_second(rate), slots, full);
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

TEST_CASE("a sequence's life at a rate: what is decoding shares its time with prompts") {
  const sojourn life = sojourn_at_rate(even.t, whole_prompts, per_second(0.1));
  CHECK(life.prompt == 2_s);
  CHECK(life.generation.value() == doctest::Approx(5.0).epsilon(1e-15));  // 4 / (1 - 0.2)
  CHECK(life.queue.value() == doctest::Approx(0.25).epsilon(1e-15));      // 0.2 x 2 / (2 x 0.8)
}

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

TEST_CASE("what is in flight is what the rate leads to") {
  const arrivals a = at(0.1, 100);
  REQUIRE(a.stable());
  CHECK(a.in_flight == doctest::Approx(0.1 * 7.25).epsilon(1e-12));
  CHECK(a.life.total().value() == doctest::Approx(7.25).epsilon(1e-12));
  CHECK(a.wait.value() < 1e-6);
}

TEST_CASE("a request that arrives at random meets half of the steps that a slot's next one does") {
  struct noticing : even_times {
    constexpr seconds<> entry(const slot_times&, double busy) const noexcept { return 4_s * busy; }
  };
  const noticing times{even};
  const sojourn full = sojourn_of(even.t, whole_prompts, 100.0);
  const arrivals a = arrivals_of(times, whole_prompts, per_second(0.1), 100, full);
  // With n in flight 4 n / (n + 1) / 2: 0 s with none, 1 s with one; a line in between, on which
  // 0.1 (7.25 + n) = n.
  CHECK(a.in_flight == doctest::Approx(0.725 / 0.9).epsilon(1e-12));
  CHECK(a.life.queue.value() == doctest::Approx(0.25 + 0.725 / 0.9).epsilon(1e-12));
}

TEST_CASE("at twice the rate that full slots can serve the utilisation is 2") {
  // Two slots: P = 2 s, Z = 4 s; generation 6 s, queue 1 s in 2 of them, prompt 2 s.
  const double most = 2.0 / (6.0 + 1.0 / 3.0 + 2.0);
  const arrivals a = at(2.0 * most, 2);
  CHECK_FALSE(a.stable());
  CHECK(a.utilisation == doctest::Approx(2.0).epsilon(1e-12));
  CHECK(a.in_flight == 2.0);
  CHECK(a.wait == 0_s);
  CHECK(a.life.generation == 6_s);
}

TEST_CASE("more arrivals mean more in flight, fuller slots and longer waits; never NaN") {
  for (const count slots : {1, 2, 7, 64, 1000000}) {
    arrivals before = at(1e-6, slots);
    for (double rate = 2e-6; rate < 0.5; rate *= 1.3) {
      const arrivals a = at(rate, slots);
      CAPTURE(slots);
      CAPTURE(rate);
      REQUIRE(std::isfinite(a.life.total().value()));
      REQUIRE(std::isfinite(a.wait.value()));
      REQUIRE(a.in_flight <= static_cast<double>(slots));
      REQUIRE(a.utilisation > before.utilisation);
      if (!a.stable()) break;
      REQUIRE(a.in_flight >= before.in_flight);
      REQUIRE(a.life.total().value() >= before.life.total().value() * (1.0 - 1e-12));
      before = a;
    }
  }
}
