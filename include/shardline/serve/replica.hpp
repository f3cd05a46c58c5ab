// SPDX-License-Identifier: BSL-1.0
/// One replica under one load, by the scheduler of its engine.
#pragma once

#include "shardline/describe/engine.hpp"
#include "shardline/serve/sojourn.hpp"

namespace shardline {

/// Seconds of a step that reads one prompt, and of one that reads as much as it has room for.
///   one, full   in that order, neither negative
template <class T>
struct prompt_steps {
  T one{};
  T full{};

  /// Of one that reads so many tokens, on the line between.
  [[nodiscard]] constexpr T of(const T& tokens_read, const basic_turnover<T>& load) const noexcept {
    const T further = max(load.budget - load.prompt, T(1.0));
    const T share = max(min(tokens_read, load.budget) - load.prompt, T(0.0)) / further;
    return one + (full - one) * min(share, T(1.0));
  }
};

/// The steps of slots for each of which others wait, and the life in one.
template <class T>
struct basic_crowded_slots {
  basic_step_mix<T> steps{};
  basic_sojourn<T> life{};
};

/// Steps and lives of a replica.
///   times      how long its steps take (sojourn.hpp)
///   load       what passes through it
///   schedule   how its engine shares steps out
template <class T, class Times>
struct loaded_replica {
  const Times& times;
  const basic_turnover<T>& load;
  scheduler schedule = scheduler::chunked;

  /// Whether prompts are read in parts, beside sequences that decode.
  [[nodiscard]] constexpr bool chunked() const noexcept { return schedule == scheduler::chunked; }

  /// Where so many slots are always full, at about so many seconds a step.
  [[nodiscard]] constexpr basic_step_mix<T> full(const T& slots, const T& step) const noexcept {
    const T busy = min(slots - T(1.0), T(1.0));
    const T unseen = load.unseen * busy;
    const T entry = times.entry(step, busy) / step;
    if (chunked()) return chunked_steps(load, slots, entry + unseen);
    const T timed = times.entry(step, T(0.0)) / step;
    return steps_apart(load, slots, {timed, entry - timed, unseen, reading_steps(step)});
  }
  /// Where others wait for each slot, one of which is taken up as soon as it is free: what ends
  /// together is read together, in the turns of kept_turns() where prompts are read apart. Turns
  /// are of many sizes, and steps that read them take as long as on the line from one prompt to a
  /// full step where that is longer than one of the mean size.
  [[nodiscard]] constexpr basic_crowded_slots<T> crowded(
      const T& slots, const T& step, const prompt_steps<T>& read) const noexcept {
    const T none(0.0);
    const T one(1.0);
    if (chunked()) {
      const basic_step_mix<T> steps = chunked_steps(load, slots, none);
      return {steps, full_life(steps, slots).no_shorter(one)};
    }
    basic_turnover<T> seen = load;
    seen.unseen = none;
    basic_step_mix<T> s = steps_apart(seen, slots, {none, none, none, reading_steps(step)});
    const T turns = kept_turns(slots, s.prompts, step, read);
    s.carrying = detail::carried_in_turns(load, s.prompts, turns);
    s.prompt_tokens = min(s.prompts * load.prompt / s.carrying, load.budget);
    s.beside = max(s.beside, min(s.prompts / turns, slots) - one);
    basic_sojourn<T> life = full_life(s, slots).no_shorter(one);
    const T cycle = step + read.of(s.prompt_tokens, load) * s.carrying;
    const T longer = max(slots * cycle / s.prompts - life.in_slot().value(), none);
    life.generation = life.generation + seconds<T>::from_value(longer * kept_share(slots));
    return {s, life};
  }
  /// Of the requests that were read in one turn while slots were free, those that are still read in
  /// one once others wait for them [1]:
  ///   N^2 / (N^2 + 100^2) / (1 + (cv g)^2) g / (1 + g)
  /// Answers of one length end at once, and those who wait are read at once then. The fewer slots,
  /// the more often one of them is free, and a turn falls apart: N over 100 found by simulation.
  /// Answers of one token end as they are read.
  [[nodiscard]] constexpr T kept_share(const T& slots) const noexcept {
    const T one(1.0);
    const T apart = load.spread * load.decode_steps;
    const T many = slots * slots / (slots * slots + T(1e4));
    return many / (one + apart * apart) * (load.decode_steps / (one + load.decode_steps));
  }
  /// Turns [1] in which so many prompts are read in a decoding step of so many seconds, where all
  /// slots are taken:
  ///   alone + (prompts / turn - alone) kept_share()
  ///   alone = 1 - e^-prompts, those of lives that end at random
  ///   turn  = (1 + c) (d / c + r),  c = readings_apart(): the prompts that come at random in a row
  ///           of reading steps, one of which is followed by another with the chance c / (1 + c)
  /// at the rate that these turns allow, found from few prompts in each on.
  [[nodiscard]] constexpr T kept_turns(const T& slots, const T& prompts, const T& step,
                                       const prompt_steps<T>& read) const noexcept {
    const T one(1.0);
    const T kept = kept_share(slots);
    const T some = max(prompts, T(1e-6));
    const T alone = prompts * ((one - exponential(T(0.0) - some)) / some);
    T turns = alone;
    for (int i = 0; i < 12; ++i) {
      const T carrying = detail::carried_in_turns(load, prompts, turns);
      const T reads = read.of(prompts * load.prompt / carrying, load);
      const T rate = prompts / (step + reads * carrying);
      const basic_random_prompts<T> come = coming_in(rate, {step, reads, T(0.0), T(0.0)});
      const T c = detail::readings_apart(come);
      const T turn = (one + c) * (come.decoding / c + come.reading + come.waiting);
      const T together = min(prompts / min(max(turn, one), slots), alone);
      turns = alone + (together - alone) * kept;
    }
    return turns;
  }
  /// A prompt's seconds, in steps of so many: of its own all but the last are followed by the next
  /// one through the stages.
  [[nodiscard]] constexpr T reading_steps(const T& step) const noexcept {
    const T steps = max(load.prompt / load.budget, T(1.0));
    return times.alone() * (steps / (steps + load.batches - T(1.0))) / step;
  }
  /// Where prompts come at random: so many a second and so many in a step of any kind, of which
  /// those that decode and those that read some take so long.
  [[nodiscard]] constexpr basic_step_mix<T> at_random(
      const T& rate, const T& prompts, const basic_mix_seconds<T>& t) const noexcept {
    const basic_random_prompts<T> come = coming_in(rate, t);
    if (chunked()) return chunked_at_random(load, prompts, come);
    return apart_at_random(load, prompts, come);
  }
  /// Prompts that come in such steps, and while stages wait for a longer one.
  [[nodiscard]] constexpr basic_random_prompts<T> coming_in(
      const T& rate, const basic_mix_seconds<T>& t) const noexcept {
    const T longer = max(t.prompts - t.decode, T(0.0));
    return {rate * t.decode, rate * t.prompts, rate * longer * (load.batches - T(1.0))};
  }
  /// What steps of each kind take, before it is known how many of them read some, and `meanwhile`:
  /// as long as each other; or of an engine that reads prompts apart, with as many at once as come
  /// while others are read, on the line from one to a full step.
  [[nodiscard]] constexpr basic_mix_seconds<T> about(const T& rate, const T& prompts,
                                                     const prompt_steps<T>& read) const noexcept {
    basic_mix_seconds<T> t;
    t.decode = t.prompts = prompts / max(rate, T(1e-300));  // a lane may have no rate
    if (chunked()) return t;
    t.decode = times.decode(max(prompts * load.decode_steps, T(1.0))).interval(load.batches);
    const T d = rate * t.decode;
    t.prompts = read.one;
    T readings(0.0);
    for (int i = 0; i < 4; ++i) {
      readings = detail::readings_apart(coming_in(rate, t));
      t.prompts = read.of((prompts / readings) * load.prompt, load);
    }
    const T steps = load.prompt / load.budget;
    // The less often a prompt is read alone, the more of the time others are read.
    const T longer = detail::alone_longer(times, load, t.prompts);
    t.prompts = max((t.prompts + longer) / (T(1.0) + longer * rate * steps), t.prompts);
    // Full ones, if these suffice: c = (d + r c) L / B.
    const T full = d * steps / max(T(1.0) - rate * t.prompts * steps, T(1e-3));
    const T carrying = max(readings, full);
    basic_step_mix<T> s = apart_at_random(load, prompts, coming_in(rate, t));
    s.carrying = carrying;
    t.meanwhile = detail::apart_of(t, load, s) * carrying;
    return t;
  }
  /// Seconds of a step that reads one prompt alone, or as much of it as there is room for, and of a
  /// full one.
  [[nodiscard]] constexpr prompt_steps<T> reading() const noexcept {
    if (chunked()) return {};
    return {times.prompts(min(load.prompt, load.budget)).interval(load.batches),
            times.prompts(load.budget).interval(load.batches)};
  }
  /// Seconds of steps of each sort in this mix, beside so many others.
  [[nodiscard]] constexpr basic_mix_seconds<T> seconds_of(const basic_step_mix<T>& s,
                                                          const T& others) const noexcept {
    return chunked() ? chunked_seconds(times, load, s, others)
                     : seconds_apart(times, load, s, others);
  }
  /// The life of a request among such steps and such company, in seconds.
  [[nodiscard]] constexpr basic_sojourn<T> life(const basic_step_mix<T>& s,
                                                const basic_company<T>& c) const noexcept {
    return chunked() ? chunked_life(times, load, s, c) : life_apart(times, load, s, c);
  }
  /// Among so many slots that are always full, in these steps.
  [[nodiscard]] constexpr basic_sojourn<T> full_life(const basic_step_mix<T>& s,
                                                     const T& slots) const noexcept {
    const T one(1.0);
    // All that come together find nobody else that keeps the engine busy.
    const T together = s.beside / max(slots - one, one);
    const T square = together * together;
    const T company = min(slots - one, one) * (one - square * square * square * square);
    const T busy = company * (one - load.run_share);
    return life(s, {detail::share_of_others(slots), slots, busy});
  }
};

}  // namespace shardline
