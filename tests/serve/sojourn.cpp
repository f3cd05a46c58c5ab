// SPDX-License-Identifier: BSL-1.0
// Lives of requests at invented step times, by hand.
#include "shardline/serve/sojourn.hpp"

#include <doctest/doctest.h>

#include "shardline/serve/replica.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

// A step takes a second, 10 ms more for each sequence that decodes and 1 ms for each token of
// prompts; through `stages` of them as much each.
struct linear_times {
  double stages = 1.0;
  double notice = 0.0;

  [[nodiscard]] constexpr step_seconds step(double tokens_read, double sequences) const noexcept {
    const double pace = 1.0 + 0.001 * tokens_read + 0.01 * sequences;
    return {pace * stages, pace};
  }
  [[nodiscard]] constexpr step_seconds decode(double n) const noexcept { return step(0.0, n); }
  [[nodiscard]] constexpr step_seconds mixed(double tokens_read, double n) const noexcept {
    return step(tokens_read, n);
  }
  [[nodiscard]] constexpr step_seconds prompts(double tokens_read) const noexcept {
    return step(tokens_read, 0.0);
  }
  [[nodiscard]] constexpr double alone() const noexcept { return 10.0; }
  [[nodiscard]] constexpr double entry(double pace, double busy) const noexcept {
    return notice + 2.0 * pace * busy;
  }
};

constexpr linear_times times;

}  // namespace

TEST_CASE("alone, a request has its prompt and its rounds") {
  const turnover load{.prompt = 500.0, .budget = 1024.0, .decode_steps = 10.0};
  const step_mix s = chunked_steps(load, 1.0, 0.0);
  const sojourn life = chunked_life(times, load, s, basic_company<>{});
  CHECK(life.queue == 0_s);
  CHECK(life.prompt.value() == doctest::Approx(1.5).epsilon(1e-12));
  CHECK(life.generation.value() == doctest::Approx(10.1).epsilon(1e-12));
  CHECK(life.total() == life.queue + life.prompt + life.generation);
  const sojourn apart =
      life_apart(times, load, steps_apart(load, 1.0, notice_steps{}), basic_company<>{});
  CHECK(apart.prompt.value() == doctest::Approx(1.5).epsilon(1e-9));
  CHECK(apart.generation.value() == doctest::Approx(10.1).epsilon(1e-9));
}

TEST_CASE("a prompt of several steps takes what it takes alone, and what decodes beside it") {
  const turnover load{.prompt = 4096.0, .budget = 1024.0, .decode_steps = 10.0};
  step_mix s;
  s.decoding = 8.0;
  s.room = 1024.0;
  s.prompt_tokens = 1024.0;
  s.coming = 1.0;
  // Four steps, half of the eight are others: 40 ms more each.
  const sojourn life = chunked_life(times, load, s, basic_company<>{.others = 0.5});
  CHECK(life.prompt.value() == doctest::Approx(10.16).epsilon(1e-12));
}

TEST_CASE("chunked: each step with others' prompts is longer by what it reads") {
  const turnover load{.prompt = 500.0, .budget = 1024.0, .decode_steps = 10.0};
  step_mix s;
  s.decoding = 19.0;
  s.prompts = 2.0;
  s.room = 1000.0;
  s.carrying = 0.25;
  s.met = 0.25;
  s.prompt_tokens = 800.0;
  s.coming = 1.0;
  s.queued = 2.0;
  // Oneself and 19 others decode: 1.2 s, 2 s with 800 tokens.
  const basic_company<> all{.others = 1.0, .busy = 1.0};
  const sojourn life = chunked_life(times, load, s, all);
  CHECK(life.generation.value() == doctest::Approx(10.0 * (1.2 + 0.25 * 0.8)).epsilon(1e-12));
  // Noticed after two steps of 1.4 s, every fourth of those met by chance longer; then two full.
  const double met = (1.2 * 1.2 * 0.75 + 2.0 * 2.0 * 0.25) / 1.4;
  const double step = 1.4 * 0.75 + met * 0.25;
  CHECK(life.queue.value() == doctest::Approx(2.0 * step + 2.0 * 2.0).epsilon(1e-12));
  CHECK(life.prompt.value() == doctest::Approx(1.0 + 0.5 + 0.19).epsilon(1e-12));
}

TEST_CASE(
    "apart: others' prompts are read between two tokens, those that came along before the first") {
  const turnover load{.prompt = 500.0, .budget = 1024.0, .decode_steps = 10.0};
  step_mix s;
  s.decoding = 9.0;
  s.prompts = 0.9;
  s.room = 1024.0;
  s.carrying = 0.9;
  s.prompt_tokens = 500.0;
  s.beside = 1.0;
  s.coming = 1.0;
  const sojourn life = life_apart(times, load, s, basic_company<>{.others = 1.0});
  // Ten rounds of 1.1 s; nine prompts of 1.5 s less the one that came along, in the same step.
  CHECK(life.generation.value() == doctest::Approx(11.0 + 8.0 * 1.5).epsilon(1e-12));
  CHECK(life.prompt.value() == doctest::Approx(2.0).epsilon(1e-12));
  // With room for one prompt in a step it is read after one's own half of the time.
  s.room = 500.0;
  const sojourn in_turn = life_apart(times, load, s, basic_company<>{.others = 1.0});
  CHECK(in_turn.generation.value() == doctest::Approx(11.0 + 8.5 * 1.5).epsilon(1e-12));
  CHECK(in_turn.prompt.value() == doctest::Approx(1.5 + 0.5 * 1.5).epsilon(1e-12));
}

TEST_CASE("the first requests of a run wait for half of those that come with them") {
  turnover load{.prompt = 1000.0, .budget = 1000.0, .decode_steps = 10.0, .run_share = 1.0};
  step_mix s;
  s.prompts = 0.1;
  s.room = 1000.0;
  s.carrying = 0.1;
  s.prompt_tokens = 1000.0;
  s.coming = 0.1;
  // Four prompts of a step each: the mean is read after two and a half.
  const sojourn life =
      chunked_life(times, load, s, basic_company<>{.others = 0.75, .at_once = 4.0});
  CHECK((life.queue + life.prompt).value() == doctest::Approx(2.0 * 2.5).epsilon(1e-9));
  const sojourn apart = life_apart(times, load, s, basic_company<>{.others = 0.75, .at_once = 4.0});
  CHECK((apart.queue + apart.prompt).value() == doctest::Approx(2.0 * 2.5).epsilon(1e-9));
}

TEST_CASE("with stages a round is as long as one batch's way, or as all batches take in turn") {
  constexpr linear_times staged{.stages = 4.0};
  const turnover load{.prompt = 500.0, .budget = 1024.0, .decode_steps = 10.0, .batches = 4.0};
  step_mix s;
  s.decoding = 5.0;
  s.prompts = 0.5;
  s.room = 1000.0;
  s.prompt_tokens = 500.0;
  s.coming = 1.0;
  const sojourn life = chunked_life(staged, load, s, basic_company<>{.others = 1.0});
  CHECK(life.generation.value() == doctest::Approx(40.0 * 1.0525).epsilon(1e-12));
}

TEST_CASE("an engine's scheduler decides how its replicas live") {
  const turnover load{.prompt = 500.0, .budget = 1024.0, .decode_steps = 10.0};
  const loaded_replica<double, linear_times> chunked{times, load, scheduler::chunked};
  const loaded_replica<double, linear_times> first{times, load, scheduler::prompts_first};
  const sojourn c = chunked.full_life(chunked.full(32.0, 1.0), 32.0);
  const sojourn f = first.full_life(first.full(32.0, 1.0), 32.0);
  // Whose prompts have steps of their own: nobody waits for a full step, and all for the prompts.
  CHECK(f.generation > c.generation);
  CHECK(chunked.full(32.0, 1.0).carrying < 1.0);
  CHECK(first.full(32.0, 1.0).room == 1024.0);
}

TEST_CASE("sequences of a run meet the prompts of those around them, not of all") {
  // Read in all steps alike, each meets what there is.
  const detail::clump<double> steady{.round = 40.0, .reading = 40.0, .own = 35.0, .entry = 3.0};
  CHECK(steady.met_decoding() == doctest::Approx(1.0).epsilon(1e-12));
  CHECK(steady.met_waiting() == doctest::Approx(1.0).epsilon(1e-12));
  // Five that are read in five steps in a row, and wait for five: four after the first, none after
  // the last, and all have ended when they are read again: two of the others' four on average.
  const detail::clump<double> five{.round = 40.0, .reading = 5.0, .own = 34.0, .entry = 3.0};
  CHECK(five.met_decoding() * 34.0 * (4.0 / 39.0) == doctest::Approx(2.0).epsilon(1e-12));
  // With one step between its end and its prompt the last of nine meets seven others' next ones.
  const detail::clump<double> nine{.round = 40.0, .reading = 9.0, .own = 38.0, .entry = 1.0};
  const double met = nine.met_decoding() * 38.0 * (8.0 / 39.0);
  CHECK(met == doctest::Approx(4.0 + 7.0 * 7.0 / 16.0).epsilon(1e-12));
}

// No slot is kept free until an engine notices the next request: one that waits takes it at once.
TEST_CASE("where others wait for each slot nothing gathers until it is noticed") {
  constexpr linear_times noticing{.notice = 5.0};
  turnover load{.prompt = 500.0, .budget = 1024.0, .decode_steps = 10.0};
  load.unseen = 4.0;
  const loaded_replica<double, linear_times> first{noticing, load, scheduler::prompts_first};
  const step_mix closed = first.full(8.0, 1.0);
  const step_mix waiting = first.crowded(8.0, 1.0, first.reading()).steps;
  CHECK(waiting.prompts > closed.prompts);
  CHECK(waiting.carrying / waiting.prompts > closed.carrying / closed.prompts);
  const loaded_replica<double, linear_times> chunked{noticing, load, scheduler::chunked};
  const step_mix beside = chunked.crowded(8.0, 1.0, chunked.reading()).steps;
  CHECK(beside.prompts == chunked_steps(load, 8.0, 0.0).prompts);
}

TEST_CASE("however short, a chunked life has time for the prompts of all slots") {
  const turnover load{.prompt = 500.0, .budget = 1000.0, .decode_steps = 1.0};
  step_mix s;
  s.decoding = 1.0;
  s.prompts = 1.0;
  s.room = 1000.0;
  s.carrying = 1.0;
  s.met = 1.0;
  s.prompt_tokens = 1000.0;
  s.coming = 1.0;
  // Two prompts in a step of 2.01 s or more: ten in five of them, nothing being queued.
  const basic_company<> ten{.others = 0.9, .at_once = 10.0};
  const sojourn life = chunked_life(times, load, s, ten);
  const sojourn longer = life.no_shorter(1.0);
  CHECK(longer.total() > life.total());
  CHECK(longer.total() == life.reading);
  CHECK(longer.total().value() == doctest::Approx(5.0 * (2.0 + 0.019)).epsilon(1e-12));
  CHECK(longer.generation == life.generation);
  // A run that lasts ten times as long as its lives has the time anyway.
  CHECK(life.no_shorter(10.0).total() == life.total());
  // With half as much in a step as fits, full steps take what one without prompts does but once.
  s.prompt_tokens = 500.0;
  const sojourn part = chunked_life(times, load, s, ten);
  CHECK(part.reading.value() == doctest::Approx(5.0 * (1.019 + 1.0)).epsilon(1e-12));
  // One slot waits for nobody.
  CHECK(chunked_life(times, load, s, basic_company<>{}).reading == 0_s);
}

TEST_CASE("no sequence decodes beside prompts whose answers are one token") {
  const turnover load{.prompt = 500.0, .budget = 1000.0, .decode_steps = 0.0};
  step_mix s;
  s.room = 1000.0;
  s.prompt_tokens = 500.0;
  s.coming = 1.0;
  CHECK(chunked_seconds(times, load, s, 1.0).prompts == doctest::Approx(1.5).epsilon(1e-12));
}
