// SPDX-License-Identifier: BSL-1.0
// Steps of a replica whose slots are full, by hand, by the laws they keep, and against a simulation
// of every step.
#include "shardline/serve/steady_state.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "../laws/random_inputs.hpp"
#include "shardline/plan/simulation/client.hpp"

using namespace shardline;

namespace {

constexpr turnover through(double prompt, double rounds, double budget = 1024.0) noexcept {
  return {.prompt = prompt, .budget = budget, .decode_steps = rounds};
}

turnover random_turnover(laws::dice& d) {
  turnover t;
  t.prompt = std::floor(laws::log_between(d, 1.0, 20000.0));
  t.budget = std::floor(laws::log_between(d, 128.0, 16384.0));
  t.checked = static_cast<double>(d.whole(1, 4));
  t.decode_steps = std::floor(laws::log_between(d, 1.0, 3000.0));
  t.batches = static_cast<double>(d.whole(1, 4));
  if (d.flip()) t.run_share = d.unit();
  if (d.flip()) t.spread = d.unit();
  return t;
}

// Every step takes a second, whatever is in it.
struct even_clock {
  step_seconds operator()(const replica_step<>&) const { return {1.0, 1.0}; }
};

simulated_serving simulated(const turnover& t, double slots, scheduler schedule) {
  simulation::engine_rules rules;
  rules.schedule = schedule;
  rules.budget = t.budget;
  rules.slots = slots;
  simulation::client c;
  c.input = t.prompt;
  c.output = t.decode_steps + 1.0;
  c.output_cv = 0.3;
  c.in_flight = static_cast<std::int64_t>(slots);
  c.counted = 4000;
  c.skipped = 2000;
  const even_clock clock;
  return simulation::run_of_client<even_clock>(c, rules, clock, 1)({});
}

}  // namespace

TEST_CASE("alone, a request is read and decodes, and nobody is in its way") {
  // 1000 tokens fit into the step, 2048 take two; 9 rounds.
  const step_mix one_step = chunked_steps(through(1000.0, 9.0), 1.0, 0.0);
  CHECK(one_step.prompts == doctest::Approx(0.1).epsilon(1e-3));
  CHECK(one_step.queued == 0.0);
  CHECK(one_step.beside == 0.0);
  const step_mix two_steps = chunked_steps(through(2048.0, 8.0), 1.0, 0.0);
  CHECK(two_steps.prompts == doctest::Approx(0.1).epsilon(1e-3));
  CHECK(two_steps.decoding == doctest::Approx(0.8).epsilon(1e-3));
}

TEST_CASE("the steps before a request is noticed are steps of its slot") {
  CHECK(chunked_steps(through(100.0, 9.0), 1.0, 10.0).prompts ==
        doctest::Approx(1.0 / 20.0).epsilon(1e-3));
}

TEST_CASE("a budget that is full is shared out between prompts and decoding") {
  // 1024 tokens a step: of prompts of 1000 and 24 rounds, one of each.
  const step_mix s = chunked_steps(through(1000.0, 24.0), 1000.0, 0.0);
  CHECK(s.prompts == doctest::Approx(1.0).epsilon(1e-3));
  CHECK(s.decoding == doctest::Approx(24.0).epsilon(1e-3));
  CHECK(s.room == doctest::Approx(1000.0).epsilon(1e-3));
  CHECK(s.carrying == doctest::Approx(1.0).epsilon(1e-3));
  CHECK(s.prompt_tokens == doctest::Approx(1000.0).epsilon(1e-3));
}

TEST_CASE("tokens are conserved: no step has more than its budget, and prompts are read once") {
  laws::dice d(401);
  for (int number = 0; number < 20000; ++number) {
    const turnover t = random_turnover(d);
    const double slots = std::floor(laws::log_between(d, 1.0, 3000.0));
    const step_mix s = chunked_steps(t, slots, d.between(0.0, 5.0));
    CAPTURE(number);
    REQUIRE(s.prompts > 0.0);
    REQUIRE(s.prompts * (t.prompt + t.decode_steps * t.checked) <= t.budget * (1.0 + 1e-9));
    REQUIRE(s.decoding * t.batches <= slots * (1.0 + 1e-9));
    REQUIRE(s.carrying > 0.0);
    REQUIRE(s.carrying <= 1.0 + 1e-12);
    REQUIRE(s.carrying * s.prompt_tokens == doctest::Approx(s.prompts * t.prompt).epsilon(1e-6));
    REQUIRE(s.prompt_tokens <= s.room * (1.0 + 1e-9));
    REQUIRE(s.queued >= 0.0);
    REQUIRE(s.beside <= slots - 1.0);
  }
}

TEST_CASE("one token or slot more moves what passes by no more than twice its share") {
  laws::dice d(402);
  for (int number = 0; number < 20000; ++number) {
    const turnover t = random_turnover(d);
    const double slots = std::floor(laws::log_between(d, 1.0, 3000.0));
    const step_mix s = chunked_steps(t, slots, 3.0);
    turnover longer = t;
    longer.prompt += 1.0;
    turnover answers = t;
    answers.decode_steps += 1.0;
    CAPTURE(number);
    const auto moved = [&](const step_mix& to) { return std::fabs(to.prompts / s.prompts - 1.0); };
    REQUIRE(moved(chunked_steps(longer, slots, 3.0)) <= 2.0 / t.prompt + 1e-3);
    REQUIRE(moved(chunked_steps(answers, slots, 3.0)) <= 2.0 / t.decode_steps + 1e-3);
    REQUIRE(moved(chunked_steps(t, slots + 1.0, 3.0)) <= 2.0 / slots + 1e-3);
  }
}

TEST_CASE("a simulation of every step finds as many prompts a step, decoding and waiting") {
  for (const double slots : {1.0, 4.0, 16.0, 64.0, 256.0}) {
    for (const double prompt : {100.0, 500.0, 3000.0, 20000.0}) {
      for (const double rounds : {30.0, 300.0}) {
        const turnover t = through(prompt, rounds);
        const simulated_serving found = simulated(t, slots, scheduler::chunked);
        const step_mix s = chunked_steps(t, slots, 0.0);
        CAPTURE(slots);
        CAPTURE(prompt);
        CAPTURE(rounds);
        CHECK(s.prompts == doctest::Approx(found.requests_per_s).epsilon(0.05).scale(0.0));
        CHECK(s.decoding == doctest::Approx(found.decoding).epsilon(0.05).scale(0.0));
        const double read = slots / s.prompts - rounds;
        CHECK(read == doctest::Approx(found.ttft.mean).epsilon(0.25).scale(0.0));
      }
    }
  }
}

TEST_CASE("prompts that come at random wait as at a server that reads as many at once") {
  // A prompt for each full step, half of the time: M/D/1 has half a step, busy^2 / (2 (1 - busy)).
  const step_mix s = chunked_at_random(through(1024.0, 0.0), 0.5, {0.5, 0.5});
  CHECK(s.busy == 0.5);
  CHECK(s.queued == doctest::Approx(0.5).epsilon(1e-9));
  CHECK(s.carrying == doctest::Approx(0.5).epsilon(1e-9));
  CHECK(s.behind == 0.0);
  // Nine to a step wait less.
  CHECK(chunked_at_random(through(1024.0 / 9.0, 0.0), 4.5, {4.5, 4.5}).queued < 0.02);
}

TEST_CASE("after a step that reads prompts another is likelier, since it takes longer") {
  // 4 decode beside prompts of all the room. A tenth of the steps after one that read none read some,
  // half of the others: 0.1 / (0.1 + 0.5) of all, in which 0.1 x 5/6 + 0.5 x 1/6 prompts come.
  const step_mix s = chunked_at_random(through(1020.0, 24.0), 1.0 / 6.0, {0.1, 0.5});
  CHECK(s.carrying == doctest::Approx(1.0 / 6.0).epsilon(1e-9));
  CHECK(s.prompt_tokens == doctest::Approx(1020.0).epsilon(1e-9));
  // Half of one has come while one's own was read, a quarter waits with them (M/D/1); what is over the
  // mean is forgotten by 0.4 a step.
  CHECK(s.behind == doctest::Approx((0.75 - 1.0 / 6.0) / 0.6).epsilon(1e-6));
  // Hardly any: one step each, in which nothing else is.
  const step_mix few = chunked_at_random(through(100.0, 24.0), 1e-17, {1e-17, 1e-17});
  CHECK(few.prompt_tokens == doctest::Approx(100.0).epsilon(1e-9));
  CHECK(few.carrying == doctest::Approx(1e-17).epsilon(1e-9));
}

TEST_CASE("all of the others' prompts are met: while one waits, in one's own steps, or besides") {
  laws::dice d(403);
  for (int number = 0; number < 20000; ++number) {
    turnover t = random_turnover(d);
    t.run_share = 0.0;
    const double slots = std::floor(laws::log_between(d, 1.0, 3000.0));
    const double entry = d.between(0.0, 5.0);
    const step_mix s = chunked_steps(t, slots, entry);
    const double together = std::max(std::min(s.room / t.prompt - 1.0, s.beside), 0.0);
    const double besides = s.met * (t.decoding_steps() + entry) * s.prompt_tokens / t.prompt;
    const double all = s.queued * s.room / t.prompt + together + besides;
    CAPTURE(number);
    REQUIRE(s.met >= 0.0);
    REQUIRE(s.met <= 1.0);
    if (s.met < 1.0 && s.met > 0.0) REQUIRE(all == doctest::Approx(slots - 1.0).epsilon(1e-9));
  }
}

TEST_CASE("answers of one token come back at once: nobody waits where all have room in a step") {
  // Three of 1000 tokens in 4096; of eight, four wait for a second step.
  const step_mix s = chunked_steps(through(1000.0, 0.0, 4096.0), 3.0, 0.0);
  CHECK(s.prompts == doctest::Approx(3.0).epsilon(1e-9));
  CHECK(s.queued == doctest::Approx(0.0).epsilon(1e-9));
  CHECK(s.beside == doctest::Approx(2.0).epsilon(1e-9));
  const step_mix more = chunked_steps(through(1000.0, 0.0, 4000.0), 8.0, 0.0);
  CHECK(more.prompts == doctest::Approx(4.0).epsilon(1e-9));
  CHECK(more.queued == doctest::Approx(1.0).epsilon(1e-9));
}

// A step has what came during the one before it; of four batches the three after a long one are as
// long.
TEST_CASE("through stages a round after a long step is as seldom empty as the step after it") {
  turnover load{.prompt = 500.0, .budget = 1000.0, .decode_steps = 100.0};
  const random_prompts come{0.01, 0.2};
  const auto none = [&](const step_mix& s, double n) {
    return std::pow(1.0 - n * load.prompt / s.room, s.room / load.prompt);
  };
  const step_mix one = chunked_at_random(load, 0.015, come);
  CHECK(one.carrying / (1.0 - one.carrying) ==
        doctest::Approx((1.0 - none(one, 0.01)) / none(one, 0.2)).scale(0.0).epsilon(1e-9));
  load.batches = 4.0;
  const step_mix four = chunked_at_random(load, 0.03, come);
  const double again = none(four, 0.2);
  const double round = std::pow(again, 4.0);
  CHECK(1.0 / four.carrying ==
        doctest::Approx((1.0 - round) / (1.0 - again) + round / (1.0 - none(four, 0.01)))
            .scale(0.0)
            .epsilon(1e-9));
}
