// SPDX-License-Identifier: BSL-1.0
// Steps of an engine that reads prompts apart, by hand.
#include "shardline/serve/steps_apart.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace shardline;

namespace {

constexpr turnover load_apart(double prompt, double rounds) noexcept {
  return {.prompt = prompt, .budget = 1024.0, .decode_steps = rounds};
}

}  // namespace

TEST_CASE("prompts apart: those that have come since the last round are read together") {
  // Two come in a round on average: e^-2 of the rounds have none, and 1024 tokens are ten of 100.
  const step_mix s = steps_apart(load_apart(100.0, 8.0), 16.0, notice_steps{});
  const double turns = 1.0 - std::exp(-2.0);
  CHECK(s.decoding == 16.0);
  CHECK(s.beside == 2.0);
  const double part = 100.0 / 1024.0;
  const double more = part * (2.0 / turns - 1.0);
  CHECK(s.carrying ==
        doctest::Approx(turns * (1.0 + more * more / (more + (1.0 - part) / 2.0))).epsilon(1e-9));
  CHECK(s.carrying * s.prompt_tokens == doctest::Approx(200.0).epsilon(1e-12));
}

TEST_CASE("an engine that looks for requests every tenth step finds ten times as many") {
  turnover t = load_apart(100.0, 80.0);
  t.unseen = 4.5;
  const step_mix s = steps_apart(t, 16.9, notice_steps{.unseen = 4.5});
  CHECK(s.prompts == doctest::Approx(0.2).epsilon(1e-12));
  CHECK(s.beside == doctest::Approx(2.0).epsilon(1e-12));
  CHECK(s.carrying < 0.5 * steps_apart(load_apart(100.0, 80.0), 16.0, notice_steps{}).carrying);
}

TEST_CASE("prompts as long as the budget have a step each, longer ones as many as they fill") {
  CHECK(steps_apart(load_apart(1024.0, 8.0), 16.0, notice_steps{}).carrying ==
        doctest::Approx(2.0));
  const step_mix s = steps_apart(load_apart(2560.0, 8.0), 16.0, notice_steps{});
  CHECK(s.carrying == doctest::Approx(5.0));
  CHECK(s.prompt_tokens == doctest::Approx(1024.0));
}

TEST_CASE("equal answers to requests of a run that come at once end at once") {
  turnover t = load_apart(100.0, 8.0);
  t.run_share = 0.1;
  const step_mix s = steps_apart(t, 20.0, notice_steps{.timed = 2.0, .reading = 0.0});
  CHECK(s.prompts == 2.0);
  CHECK(s.beside == 19.0);
  CHECK(s.carrying == doctest::Approx(0.1 * (0.5 + 2000.0 / 1024.0)).epsilon(0.05));
  // Beside decoding in steps that are full.
  const step_mix full = chunked_steps(t, 100.0, 0.0);
  CHECK(full.prompt_tokens == doctest::Approx(full.room).epsilon(1e-9));
  CHECK(full.carrying == doctest::Approx(full.busy).epsilon(1e-9));
  // Spread answers come one by one.
  t.spread = 1.0;
  CHECK(steps_apart(t, 16.0, notice_steps{}).beside == 2.0);
}

TEST_CASE("of the time before a request is noticed only what nobody reads in decodes") {
  // 20 requests of 8 rounds: two begin in a step, each of which takes a step to read, 19 of 20 of
  // them others'; of 5.8 steps of waiting two decode.
  const step_mix s = steps_apart(load_apart(100.0, 8.0), 20.0, notice_steps{.timed = 5.8});
  CHECK(s.prompts == doctest::Approx(2.0).epsilon(1e-12));
  // Counted steps pass as others are read, too.
  CHECK(steps_apart(load_apart(100.0, 8.0), 20.0, notice_steps{.counted = 5.8}).prompts < 2.0);
  // Answers of one token: nothing decodes, and all are read together.
  const step_mix none = steps_apart(load_apart(100.0, 0.0), 20.0, notice_steps{.timed = 5.0});
  CHECK(none.prompts == 20.0);
  CHECK(none.beside == 19.0);
}

TEST_CASE("equal answers whose prompts are read for long are read together from then on") {
  // A prompt takes two steps, in which half of another comes.
  const turnover t = load_apart(100.0, 80.0);
  const notice_steps along{.timed = 15.0, .reading = 2.0};
  const step_mix s = steps_apart(t, 22.625, along);
  CHECK(s.prompts == doctest::Approx(0.25).epsilon(1e-2));
  const double in_a_row = 2.0 / (1.0 - s.prompts * 2.0);
  CHECK(s.beside == doctest::Approx(s.prompts * in_a_row).epsilon(1e-12));
  // Answers that spread by as many steps stay together half as often.
  turnover spread = t;
  spread.spread = in_a_row / 80.0;
  CHECK(steps_apart(spread, 22.625, along).beside ==
        doctest::Approx((s.prompts * 2.0 + s.beside) / 2.0).epsilon(1e-12));
}

TEST_CASE(
    "prompts apart at random: what comes while some are read is read before anything decodes") {
  // ln 2 come in a step that decodes, and as many in one that reads: half of the rounds begin with
  // reading, and half of the reading steps are followed by another.
  const double ln2 = std::log(2.0);
  const step_mix s = apart_at_random(load_apart(100.0, 8.0), 2.0 * ln2, {ln2, ln2});
  CHECK(s.carrying == doctest::Approx(1.0).epsilon(1e-9));
  CHECK(s.prompt_tokens == doctest::Approx(200.0 * ln2).epsilon(1e-9));
  CHECK(s.beside == doctest::Approx(ln2).epsilon(1e-9));
  CHECK(s.behind == doctest::Approx(0.0).epsilon(1e-9));
  // Prompts of two steps, half of the time: one of others is met, M/D/1 leaves 0.5 + 0.25 and what
  // half a step of decoding brings, whose readings bring as many again.
  const step_mix cut = apart_at_random(load_apart(2048.0, 8.0), 0.4, {0.2, 0.25});
  CHECK(cut.carrying == doctest::Approx(0.8).epsilon(1e-9));
  CHECK(cut.prompt_tokens == doctest::Approx(1024.0).epsilon(1e-9));
  CHECK(cut.beside == doctest::Approx(1.0).epsilon(1e-9));
  CHECK(cut.behind == doctest::Approx(2.0 * 0.85 / 0.5 - 0.8).epsilon(1e-9));
}

TEST_CASE("what comes while stages wait for a long step begins another") {
  const turnover load{.prompt = 100.0, .budget = 1000.0, .decode_steps = 50.0, .batches = 4.0};
  // 0.1 come in a step that decodes, 0.3 in one that reads, 0.6 while three stages wait for it.
  const step_mix s = apart_at_random(load, 1.0, {0.1, 0.3, 0.6});
  CHECK(s.carrying ==
        doctest::Approx(std::exp(0.9) * (1.0 - std::exp(-0.1))).scale(0.0).epsilon(1e-12));
  CHECK(apart_at_random(load, 1.0, {0.1, 0.3}).carrying < s.carrying);
}
