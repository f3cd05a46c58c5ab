// Life in slots that are always full, by hand from invented step times, whose sums are exact, and
// against a simulation of every step.
#include "shardline/serve/steady_state.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "../laws/random_inputs.hpp"
#include "step_simulation.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

// A prompt step of 3 s through all stages, the slowest 2 s; a decode step of 0.5 s.
constexpr slot_times steps{3_s, 2_s, 2_s, 0.5_s};

constexpr turnover whole_prompts{.decode_steps = 8.0};

constexpr turnover chunks(double n) noexcept {
  return {.chunks = n, .decode_steps = 8.0, .chunked = true};
}

}  // namespace

TEST_CASE("alone, a sequence has its prompt and its tokens") {
  const sojourn life = sojourn_of(steps, whole_prompts, 1.0);
  CHECK(life.queue == 0_s);
  CHECK(life.prompt == 3_s);
  CHECK(life.generation == 4_s);
}

TEST_CASE("without chunks the prompts of the others stop the decoding") {
  // P = 2 s, Z = 8 x 0.5 = 4 s: 3 others add 6 s; half of one is met in 6 of the 10 s.
  const sojourn life = sojourn_of(steps, whole_prompts, 4.0);
  CHECK(life.generation == 10_s);
  CHECK(life.queue.value() == doctest::Approx(0.6).epsilon(1e-15));
  CHECK(life.prompt == 3_s);
}

TEST_CASE("with chunks the others decode while a prompt is read") {
  // P = 2 (2 - 0.5) = 3 s: the other adds 3 s to Z = 4 s; half of its 4 s is met in 4 of the 7 s.
  const sojourn life = sojourn_of(steps, chunks(2.0), 2.0);
  CHECK(life.prompt == 5_s);
  CHECK(life.generation == 7_s);
  CHECK(life.queue.value() == doctest::Approx(8.0 / 7.0).epsilon(1e-15));
}

TEST_CASE("chunks that a sequence's rounds have no room for are waited for") {
  // 4 x 100 chunks, 8 steps: these take 8 of them, 1.5 s more each; 392 take 2 s each by
  // themselves.
  const sojourn life = sojourn_of(steps, chunks(100.0), 5.0);
  CHECK(life.prompt == 201_s);
  CHECK(life.generation == 16_s);
  CHECK(life.queue == 784_s);
}

TEST_CASE("steps with room for several chunks take several, each for less") {
  // Three to a step, which then takes 3 s: 8 steps take 8 chunks for 1.5 s each, 8 more for 0.5 s
  // each; of 20 chunks 4 are left, three a step.
  slot_times roomy = steps;
  roomy.full_pace = 3_s;
  turnover load = chunks(1.0);
  load.per_step = 3.0;
  CHECK(sojourn_of(roomy, load, 9.0).generation == 16_s);
  CHECK(sojourn_of(roomy, load, 17.0).generation == 20_s);
  CHECK(sojourn_of(roomy, load, 25.0).generation == 24_s);
  CHECK(sojourn_of(roomy, load, 29.0).generation == 24_s);
  CHECK(sojourn_of(roomy, load, 29.0).queue == 4_s);
}

TEST_CASE("with stages a round has a step for each batch") {
  // Four batches at 0.5 s pass the stages in 3 s: a chunk of 1.25 s in each makes the round 5 s.
  slot_times staged{3_s, 1.25_s, 1.25_s, 3_s, 4.0};
  CHECK(sojourn_of(staged, chunks(1.0), 1.0).generation == 24_s);
  CHECK(sojourn_of(staged, chunks(1.0), 17.0).generation == 32_s);  // 16 chunks in 32 steps
  CHECK(sojourn_of(staged, chunks(1.0), 33.0).generation == 40_s);
}

TEST_CASE("with no token after the first, prompts follow each other") {
  turnover only_prompts = chunks(1.0);
  only_prompts.decode_steps = 0.0;
  const sojourn life = sojourn_of(steps, only_prompts, 4.0);
  CHECK(life.generation == 0_s);
  CHECK(life.queue == 6_s);
  only_prompts.chunked = false;
  CHECK(sojourn_of(steps, only_prompts, 4.0).queue == 6_s);
}

TEST_CASE("in a run of two rounds half of the requests find all others before them") {
  turnover two_rounds = whole_prompts;
  two_rounds.run_share = 0.5;
  // 0.6 s / 2 as above, and (6 + 3 x 0.5) / 4; the last round saves 6 / 4.
  const sojourn life = sojourn_of(steps, two_rounds, 4.0);
  CHECK(life.queue.value() == doctest::Approx(2.175).epsilon(1e-15));
  CHECK(life.generation == 8.5_s);
}

TEST_CASE("where others decode beside prompts, the first requests of a run wait for all chunks") {
  turnover one_round = chunks(3.0);
  one_round.run_share = 1.0;
  // Half of 2 others' 3 chunks, 2 s each; Z = 4 s, and half of their 6 x 1.5 s.
  const sojourn life = sojourn_of(steps, one_round, 3.0);
  CHECK(life.queue == 6_s);
  CHECK(life.generation == 8.5_s);
}

TEST_CASE(
    "prompts are never served faster than one in prompt_pace; more slots, faster steps and "
    "more room never serve less") {
  laws::dice d(311);
  for (int number = 0; number < 20000; ++number) {
    // A step takes as long as memory, or as what it computes for sequences and chunks.
    const double memory = d.between(0.01, 1.0);
    const double decoding = d.between(0.0, 1.0);
    const double chunk = d.between(0.0, 10.0);
    turnover load = chunks(static_cast<double>(d.whole(1, 20)));
    load.per_step = static_cast<double>(d.whole(1, 9));
    load.decode_steps = static_cast<double>(d.whole(0, 300));
    load.chunked = d.flip();
    if (!load.chunked) load.per_step = 1.0;
    if (d.flip()) load.run_share = d.unit();
    const double batches = static_cast<double>(d.whole(1, 4));
    const auto times = [&](double faster) {
      const auto pace = [&](double n) {
        return seconds<>::from_value(std::max(memory / faster, decoding + chunk * n));
      };
      return slot_times{pace(1.0) * 2.0, pace(1.0), pace(load.per_step), pace(0.0) * batches,
                        batches};
    };
    const slot_times t = times(1.0);
    const slot_times improved = times(d.between(1.0, 5.0));
    double served = 0.0;
    CAPTURE(number);
    for (double slots = 1.0; slots < 2000.0; slots *= 1.7) {
      const double rate = slots / sojourn_of(t, load, slots).total().value();
      if (load.run_share == 0.0) {
        REQUIRE(rate <= 1.0 / load.prompt_pace(t).value() * (1.0 + 1e-12));
      }
      REQUIRE(rate >= served * (1.0 - 1e-12));
      REQUIRE(slots / sojourn_of(improved, load, slots).total().value() >= rate * (1.0 - 1e-12));
      served = rate;
    }
  }
}

TEST_CASE("a simulation of every step finds the same rate and time per token") {
  for (const int slots : {1, 4, 16, 64}) {
    for (const int prompt_chunks : {1, 3}) {
      step_simulation s;
      s.decode = 0.02;
      s.extra = 0.15;
      s.chunks = prompt_chunks;
      s.tokens = 400.0;
      s.slots = slots;
      s.run(40 * slots + 400);
      const auto d = seconds<>::from_value(s.decode);
      const auto p = seconds<>::from_value(s.decode + s.extra);
      turnover load = chunks(prompt_chunks);
      load.decode_steps = s.tokens;
      const sojourn life = sojourn_of(slot_times{p, p, p, d}, load, double(slots));
      CAPTURE(slots);
      CAPTURE(prompt_chunks);
      CHECK(slots / life.total().value() == doctest::Approx(s.rate).epsilon(0.06).scale(0.0));
      CHECK(life.generation.value() / s.tokens == doctest::Approx(s.tpot).epsilon(0.06).scale(0.0));
    }
  }
}

TEST_CASE("a simulation of every step from the first finds the same wait in a run that ends") {
  for (const int rounds : {1, 2, 8}) {
    for (const int prompt_chunks : {1, 4, 20}) {
      step_simulation s;
      s.decode = 0.02;
      s.extra = 0.05;
      s.chunks = prompt_chunks;
      s.tokens = 2000.0;
      s.slots = 24;
      s.from_the_start = true;
      s.run(rounds * s.slots);
      const auto d = seconds<>::from_value(s.decode);
      const auto p = seconds<>::from_value(s.decode + s.extra);
      turnover load = chunks(prompt_chunks);
      load.decode_steps = s.tokens;
      load.run_share = 1.0 / rounds;
      const sojourn life = sojourn_of(slot_times{p, p, p, d}, load, double(s.slots));
      CAPTURE(rounds);
      CAPTURE(prompt_chunks);
      CHECK((life.queue + life.prompt).value() == doctest::Approx(s.ttft).epsilon(0.05).scale(0.0));
      CHECK(life.generation.value() / s.tokens == doctest::Approx(s.tpot).epsilon(0.05).scale(0.0));
    }
  }
}
