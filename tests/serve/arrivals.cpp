// Requests that arrive at random, by hand and against a simulation of a queue.
#include "shardline/serve/arrivals.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "../laws/random_inputs.hpp"
#include "step_simulation.hpp"

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

// `each` slots on each of so many replicas.
template <class Times>
arrivals in_slots(const Times& times, const turnover& load, double rate, count replicas,
                  count each) {
  const double all = static_cast<double>(replicas * each);
  return arrivals_of(times, times(all), load, per_second(rate), shared_slots(all, replicas));
}

arrivals at(double rate, count slots) { return in_slots(even, whole_prompts, rate, 1, slots); }

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

TEST_CASE("what is in flight is what the rate leads to") {
  // Others' prompts are computed 0.1 x 2 s of each second. Life among n of them: prompt 2 s, decoding
  // 4 + 2 n s, half of a prompt met in 0.2 of the time, so that 0.1 (6.2 + 2 n) = n. Who arrives in
  // a crowd waits as in an M/D/1 queue, 2 s x 0.2 / 0.8 / 2, and so is longer in flight.
  const double n = 0.62 / (1.0 - 0.2);
  const arrivals a = at(0.1, 100);
  REQUIRE(a.stable());
  CHECK(a.in_flight == doctest::Approx(n + 0.1 * (0.25 - 0.2)).epsilon(1e-12));
  CHECK(a.life.total().value() == doctest::Approx(10.0 * a.in_flight).epsilon(1e-12));
  CHECK(a.life.queue.value() == doctest::Approx(0.25).epsilon(1e-12));
  CHECK(a.life.prompt == 2_s);
  CHECK(a.life.generation.value() == doctest::Approx(4.0 + 2.0 * n).epsilon(1e-12));
  CHECK(a.wait.value() < 1e-6);
}

TEST_CASE("a request that arrives at random meets half of the steps that a slot's next one does") {
  struct noticing : even_times {
    constexpr seconds<> entry(const slot_times&, double busy) const noexcept { return 4_s * busy; }
  };
  const noticing times{even};
  const arrivals a = in_slots(times, whole_prompts, 0.1, 1, 100);
  // With one other 4/2 s of it half of the time, on top of the 0.2 s above, or 0.25 s in crowds.
  const double n = 0.62 / (1.0 - 0.3);
  CHECK(a.in_flight == doctest::Approx(n + 0.1 * (0.25 - 0.2)).epsilon(1e-12));
  CHECK(a.life.queue.value() == doctest::Approx(n + 0.25).epsilon(1e-12));
}

TEST_CASE("others are in the way as far as they are on the same replica") {
  const arrivals alone = in_slots(even, whole_prompts, 0.1, 4, 1);
  CHECK(alone.life.total() == 6_s);
  CHECK(alone.in_flight == doctest::Approx(0.6).epsilon(1e-12));
  CHECK(alone.utilisation == doctest::Approx(0.15).epsilon(1e-12));
  const arrivals one = at(0.1, 50);
  const arrivals four = in_slots(even, whole_prompts, 0.4, 4, 50);
  CHECK(four.utilisation == doctest::Approx(one.utilisation).epsilon(1e-12));
  CHECK(four.life.total() > 6_s);
  CHECK(four.life.total() < one.life.total() * 1.2);
  CHECK(four.wait == one.wait * (four.life.total() / one.life.total()));
}

TEST_CASE("with one slot nobody is in the way, at any rate") {
  for (const double busy : {0.01, 0.5, 0.99}) {
    const arrivals a = at(busy / 6.0, 1);
    CHECK(a.life.total() == 6_s);
    CHECK(a.utilisation == doctest::Approx(busy).epsilon(1e-12));
    CHECK(a.wait.value() == doctest::Approx(3.0 * busy / (1.0 - busy)).epsilon(1e-9));  // M/D/1
  }
}

TEST_CASE("a simulation of every step finds as many in flight and the same time per token") {
  for (const int room : {1, 8}) {
    for (const double busy : {0.1, 0.4, 0.7, 0.85}) {
      for (const double tokens : {8.0, 60.0, 400.0}) {
        step_simulation s;
        s.decode = 0.02;
        s.extra = 0.03;
        s.room = room;
        s.tokens = tokens;
        s.arrivals = busy / (s.extra + s.decode / room);
        s.run(40000);
        const auto time = [](double t) { return seconds<>::from_value(t); };
        even_times times{{time(0.05), time(0.05), time(0.02 + 0.03 * room), time(0.02)}};
        turnover load{.decode_steps = tokens, .chunked = true};
        load.per_step = room;
        const arrivals a = in_slots(times, load, s.arrivals, 1, 100000);
        CAPTURE(room);
        CAPTURE(busy);
        CAPTURE(tokens);
        CHECK(a.in_flight == doctest::Approx(s.in_flight).epsilon(0.15).scale(0.0));
        CHECK(a.life.generation.value() / tokens ==
              doctest::Approx(s.tpot).epsilon(0.15).scale(0.0));
        // The step under way, which the engine's admission counts, is not in this life.
        const double ttft = (a.life.queue + a.life.prompt).value();
        CHECK(ttft == doctest::Approx(s.ttft).epsilon(0.25).scale(0.0));
      }
    }
  }
}

namespace {

// Steps that take as long as a memory, or as what they compute for sequences and chunks.
struct bounded_times {
  double memory = 0.0;
  double of_sequence = 0.0;
  double of_chunk = 0.0;
  double per_step = 1.0;
  double batches = 1.0;

  slot_times operator()(double sequences) const noexcept {
    const auto step = [&](double chunks) {
      return seconds<>::from_value(
          std::max(memory, of_sequence * sequences / batches + of_chunk * chunks));
    };
    return {step(1.0) * batches, step(1.0), step(per_step), step(0.0) * batches, batches};
  }
  seconds<> entry(const slot_times& t, double busy) const noexcept { return t.decode * busy; }
};

}  // namespace

TEST_CASE("faster steps never lengthen the time to a first token at a rate, nor a life") {
  laws::dice d(71);
  int compared = 0;
  for (int number = 0; number < 20000; ++number) {
    turnover load{.chunks = static_cast<double>(d.whole(1, 20)), .chunked = d.flip()};
    if (load.chunked) load.per_step = static_cast<double>(d.whole(1, 9));
    load.decode_steps = static_cast<double>(d.whole(0, 300));
    bounded_times times{laws::log_between(d, 0.01, 1.0), laws::log_between(d, 1e-4, 0.1),
                        laws::log_between(d, 1e-3, 10.0), load.per_step,
                        static_cast<double>(d.whole(1, 4))};
    const count replicas = d.whole(1, 4);
    const count slots = d.whole(1, 200);
    const double rate = laws::log_between(d, 1e-4, 1.0);
    const arrivals before = in_slots(times, load, rate, replicas, slots);
    (d.flip()   ? times.memory
     : d.flip() ? times.of_sequence
                : times.of_chunk) /= laws::log_between(d, 1.0, 10.0);
    const arrivals after = in_slots(times, load, rate, replicas, slots);
    if (!before.stable()) continue;
    const auto first = [](const arrivals& a) {
      return (a.wait + a.life.queue + a.life.prompt).value();
    };
    // A life as long as in full slots is shared out anew: what decoding leaves, prompts wait for.
    const auto crowded_out = [&](const arrivals& a) {
      const double longest = a.utilisation * static_cast<double>(replicas * slots) / rate;
      return a.life.total().value() > longest * (1.0 - 1e-9);
    };
    CAPTURE(number);
    REQUIRE(after.stable());
    REQUIRE((after.wait + after.life.total()).value() <=
            (before.wait + before.life.total()).value() * (1.0 + 1e-12));
    REQUIRE(after.life.generation <= before.life.generation * (1.0 + 1e-12));
    REQUIRE(after.in_flight <= before.in_flight * (1.0 + 1e-12));
    if (crowded_out(before) || crowded_out(after)) continue;
    ++compared;
    REQUIRE(first(after) <= first(before) * (1.0 + 1e-12));
  }
  CHECK(compared > 3000);
}

TEST_CASE(
    "at twice the rate that full slots can serve the utilisation is 2, and nobody's wait ends") {
  // Two slots: P = 2 s, Z = 4 s; generation 6 s, half of 2 s met in 2 of them, prompt 2 s.
  const double most = 2.0 / (6.0 + 1.0 / 3.0 + 2.0);
  const arrivals a = at(2.0 * most, 2);
  CHECK_FALSE(a.stable());
  CHECK(a.utilisation == doctest::Approx(2.0).epsilon(1e-12));
  CHECK(a.in_flight == 2.0);
  CHECK(a.wait.value() == std::numeric_limits<double>::infinity());
  CHECK(a.life.generation == 6_s);
  // Nor where they come as fast as they are served: one slot, a prompt of 2 s, 4 rounds of 0.5 s.
  const arrivals just = in_slots(even, turnover{.decode_steps = 4.0}, 0.25, 1, 1);
  CHECK(just.utilisation == 1.0);
  CHECK(just.wait.value() == std::numeric_limits<double>::infinity());
}

TEST_CASE("more arrivals mean more in flight, fuller slots and longer waits; never NaN") {
  for (const count slots : {1, 2, 7, 64, 1000000}) {
    arrivals before = at(1e-6, slots);
    for (double rate = 2e-6; rate < 0.5; rate *= 1.3) {
      const arrivals a = at(rate, slots);
      CAPTURE(slots);
      CAPTURE(rate);
      REQUIRE(std::isfinite(a.life.total().value()));
      REQUIRE(std::isfinite(a.wait.value()) == a.stable());
      REQUIRE(a.in_flight <= static_cast<double>(slots));
      REQUIRE(a.utilisation > before.utilisation);
      if (!a.stable()) break;
      REQUIRE(a.in_flight >= before.in_flight);
      REQUIRE(a.life.total().value() >= before.life.total().value() * (1.0 - 1e-12));
      before = a;
    }
  }
}

TEST_CASE("slots that replicas do not divide are all there, as many on each as on average") {
  CHECK(shared_slots(10.0, 4).all == 10.0);
  CHECK(shared_slots(10.0, 4).each == 2.5);
  CHECK(shared_slots(2.0, 4).all == 2.0);
  CHECK(shared_slots(2.0, 4).each == 1.0);
  // Between as many replicas with 2 slots and with 3.
  const auto with = [](double all) {
    return arrivals_of(even, even(all), whole_prompts, per_second(0.4), shared_slots(all, 4));
  };
  CHECK(with(8.0).utilisation > with(10.0).utilisation);
  CHECK(with(10.0).utilisation > with(12.0).utilisation);
  CHECK(with(8.0).wait > with(10.0).wait);
  CHECK(with(10.0).wait > with(12.0).wait);
}

TEST_CASE("what is in flight is found by looking at few numbers of others") {
  struct counting {
    slot_times t{};
    int* looks = nullptr;
    // Steps take longer the more sequences are in them.
    slot_times operator()(double n) const noexcept {
      ++*looks;
      const double by = 1.0 + std::log2(n);
      return {t.first * by, t.pace * by, t.full_pace * by, t.decode * by, 1.0};
    }
    static seconds<> entry(const slot_times&, double) noexcept { return {}; }
  };
  for (const count slots : {10, 100, 1000, 100000, 1000000}) {
    int looks = 0;
    const counting times{even.t, &looks};
    const double most = 1.0 / in_slots(times, whole_prompts, 1.0, 1, slots).utilisation;
    for (const double busy : {1e-6, 0.01, 0.1, 0.3, 0.6, 0.9}) {
      looks = 0;
      const arrivals a = in_slots(times, whole_prompts, most * busy, 1, slots);
      CAPTURE(slots);
      CAPTURE(busy);
      CAPTURE(a.in_flight);
      CHECK(looks <= 3 + std::ceil(std::log2(slots)));
      if (busy < 0.5) CHECK(looks <= 9);
    }
  }
}
