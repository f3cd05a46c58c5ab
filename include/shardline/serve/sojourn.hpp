// SPDX-License-Identifier: BSL-1.0
/// The life of a request on a replica, in seconds: it waits, is read, and generates.
#pragma once

#include "shardline/base/units.hpp"
#include "shardline/serve/mix_seconds.hpp"

namespace shardline {

/// Life of a sequence, in seconds.
///   queue        before its first step: until the engine notices it, and the prompts of others
///   prompt       from its first step to its first token
///   generation   from there to its last
///   entry        of queue, until the engine notices it: while that lasts, no slot is kept for it
///   early        of a run, how much less than others its first requests wait, on average over all
///   reading      in which prompts of all slots are read, one each, where that may be more; 0: it
///                is not
template <class T = double>
struct basic_sojourn {
  seconds<T> queue{};
  seconds<T> prompt{};
  seconds<T> generation{};
  seconds<T> entry{};
  seconds<T> early{};
  seconds<T> reading{};

  [[nodiscard]] constexpr seconds<T> total() const noexcept { return queue + prompt + generation; }
  [[nodiscard]] constexpr seconds<T> in_slot() const noexcept {
    return max(queue - entry, seconds<T>{}) + prompt + generation;
  }
  /// The same, `lasting` times of which are no less than prompts of all slots are read in: queued
  /// for longer otherwise.
  [[nodiscard]] constexpr basic_sojourn no_shorter(const T& lasting) const noexcept {
    basic_sojourn longer = *this;
    longer.queue = queue + max(reading / lasting - total(), seconds<T>{});
    return longer;
  }
};
using sojourn = basic_sojourn<>;

/// Whom a request shares a replica with.
///   others   of what is in flight on average, the share that is not itself
///   at_once  slots that are always full, to which a run's first requests are sent at once; 1 of
///            random arrivals
///   busy     of the steps that pass before an engine has noticed a request, those that do pass
template <class T = double>
struct basic_company {
  T others = T(0.0);
  T at_once = T(1.0);
  T busy = T(0.0);
};

namespace detail {

// Of n always in flight, n - 1 are others.
template <class T>
constexpr T share_of_others(const T& in_flight) noexcept {
  const T one(1.0);
  return max(in_flight - one, T(0.0)) / max(in_flight, one);
}

// Tokens that are read until a prompt is, on average over prompts that come together and have so
// many in all, in their order, in steps of the budget.
template <class T>
constexpr T read_until(const T& prompt, const T& all, const T& budget) noexcept {
  return min(all, (all + max(prompt, budget)) * T(0.5));
}

// What is read beside so many decoding sequences: seconds of prompts that come together and have so
// many tokens in all, until one of them is read.
template <class T, class Times>
constexpr T read_together(const Times& times, const basic_turnover<T>& load, const T& room,
                          const T& all, const T& decoding) noexcept {
  const T steps = max(read_until(load.prompt, all, room) / room, T(1.0));
  const basic_step_seconds<T> step = times.mixed(min(room, all), decoding);
  return step.latency + step.pace * (steps - T(1.0));
}

// A prompt of several steps alone, each longer by what decodes beside it; or its step with others'.
template <class T, class Times>
constexpr T own_prompt(const Times& times, const basic_turnover<T>& load,
                       const basic_step_mix<T>& s, const T& others, const T& decoding) noexcept {
  const T one(1.0);
  const T beside = s.at_random ? s.beside * others : s.beside;
  const T together = load.prompt * (one + beside);
  if (!(largest_of(load.prompt - s.room) > 0.0)) {
    return times.mixed(min(s.room, together), decoding).latency;
  }
  // Oneself decodes in none of its steps.
  const T left = load.budget - (load.budget - s.room) * others;
  const T room = select(s.room < load.prompt, left, s.room);
  const basic_step_seconds<T> step = times.mixed(min(room, together), decoding);
  // Without decoding sequences it has the whole budget, and fewer steps: one, if it fits, which
  // other replicas read at the same time.
  const T whole = min(load.prompt, load.budget);
  const basic_step_seconds<T> full = times.prompts(whole);
  const T by_itself = select(load.budget < load.prompt, times.alone(), full.latency);
  const T slower =
      max(step.pace * (load.prompt / room) - full.pace * (load.prompt / whole), T(0.0));
  return select(room < load.prompt, by_itself + slower, step.latency);
}

}  // namespace detail

namespace detail {

// Sequences of a run whose prompts are read one after another in `reading` steps of each `round` of
// them, in the order in which they ended: each decodes for `own` of those after its own, and waits
// for the engine in the rest, `entry` of them until it is noticed.
template <class T>
struct clump {
  T round{};
  T reading{};
  T own{};
  T entry{};
  T run_share{};

  [[nodiscard]] constexpr T from_first_to_last() const noexcept {
    return max(reading - T(1.0), T(1e-6));
  }
  static constexpr T half_square(const T& x) noexcept {
    const T over = max(x, T(0.0));
    return over * over * T(0.5);
  }
  // Others' prompts that it meets while it decodes, over what it would if they were read in all
  // steps alike but its own: those after it of its own round and, unless there is none before,
  // those of the next that ended before it.
  [[nodiscard]] constexpr T met_decoding() const noexcept {
    const T one(1.0);
    const T long_for = from_first_to_last();
    const T after = T(0.5) - half_square(one - own / long_for);
    const T before = half_square(one - (round - own - one) / long_for);
    return (after + before * (one - run_share)) * ((round - one) / own);
  }
  // The same of the steps that pass before it is noticed: of those that ended before it.
  [[nodiscard]] constexpr T met_waiting() const noexcept {
    const T one(1.0);
    const T long_for = from_first_to_last();
    const T share = entry / long_for;
    const T before = share - half_square(share) + half_square(share - one);
    const T after = half_square(share + one - (round - one) / long_for);
    return (before + after) / share * (round / reading);
  }
};

// What a request meets of others' prompts while it decodes and before it is noticed, over what it
// would if they were read in all steps alike, as they are but in a run, of steps of so many
// seconds.
template <class T>
struct met_prompts {
  T decoding = T(1.0);
  T waiting = T(1.0);
};

template <class T, class Times>
constexpr met_prompts<T> prompts_met(const Times& times, const basic_turnover<T>& load,
                                     const basic_step_mix<T>& s, const basic_company<T>& c,
                                     const T& step) noexcept {
  if (!(largest_of(load.run_share) > 0.0)) return {};
  const T one(1.0);
  const T unseen = times.entry(step, one) / max(step, T(1e-30)) + load.unseen;
  const T own = max(load.decoding_steps(), one);
  const T round = max(c.at_once / s.prompts, own + T(1.001));
  const T entry = min(max(unseen, T(1e-6)), round - own - one);
  const clump<T> run{round, round * s.coming, own, entry, load.run_share};
  const auto runs = T(0.0) < load.run_share;
  return {select(runs, run.met_decoding(), one), select(runs, run.met_waiting(), one)};
}

}  // namespace detail

namespace detail {

// Seconds in which so many slots read a prompt each in full steps, on the line through one without
// prompts and a mixed one; none of one slot, whose prompt has nothing to wait for.
template <class T>
constexpr T all_prompts(const basic_turnover<T>& load, const basic_step_mix<T>& s, const T& slots,
                        const basic_mix_seconds<T>& t) noexcept {
  const T full = min(s.room, load.prompt * slots);
  const T decode = min(t.decode, t.queued);
  const T step = decode + (t.queued - decode) * (full / s.prompt_tokens);
  return slots * min(slots - T(1.0), T(1.0)) * step * (load.prompt / full);
}

}  // namespace detail

/// A life [s] among chunked steps.
///   generation = g m (decode + (mixed - decode) met),  met: steps with others' prompts among those
///              that are neither read in nor queued; at random carrying others
///   queue      = entry + unseen decode + queued mixed;  of a run's first requests, until all that
///              came with them are read, half of them on average
///   reading    = slots prompt / tokens of a full step, of two slots or more: all read one in a
///              life
/// Of a run, whose sequences stay together, others' prompts fall within a life or not
/// (detail::clump). Through m stages long steps slow those behind them: slowed_by().
/// times: decode(n), mixed(tokens, n) and prompts(tokens), basic_step_seconds of steps with so many
/// decoding sequences and tokens of prompts; alone(), seconds of a prompt by itself; entry(step,
/// busy), seconds that the engine takes to notice a request, busy with such steps.
///   500 tokens and 10 rounds alone, steps of 1 s, 10 ms a sequence, 1 ms a token: 1.5 s and 10.1 s
///   (tests/serve/sojourn.cpp)
template <class T, class Times>
[[nodiscard]] constexpr basic_sojourn<T> chunked_life(const Times& times,
                                                      const basic_turnover<T>& load,
                                                      const basic_step_mix<T>& s,
                                                      const basic_company<T>& c) noexcept {
  const T one(1.0);
  // Where prompts queue, steps are as full without one's own.
  const T own = max(one, load.prompt / s.room);
  const T others = c.others + (one - c.others) * s.queued / (s.queued + own);
  const T reading = s.decoding * others;
  const basic_mix_seconds<T> t = chunked_seconds(times, load, s, others);
  const detail::met_prompts<T> met = detail::prompts_met(times, load, s, c, t.prompts);
  const T prompt = detail::own_prompt(times, load, s, others, reading);
  const T often = s.carrying * met.waiting;
  const T among = t.decode + (t.prompts - t.decode) * (often * others);
  const T step = s.at_random ? t.met(s.carrying * others)
                             : among + (t.met(often) - among) * (s.coming * T(0.25));
  const T entry = times.entry(step, c.busy) + t.decode * load.unseen * c.busy;
  T queue = entry + t.queued * s.queued;
  T early(0.0);
  if (largest_of(load.run_share) > 0.0) {
    const T all = load.prompt * c.at_once;
    const T burst = detail::read_together(times, load, s.room, all, reading * T(0.5));
    const T first = times.entry(t.decode, T(0.0)) + max(burst - prompt, T(0.0));
    early = (queue - first) * load.run_share;
    queue = queue - early;
  }
  const T behind = (t.prompts - t.decode) * s.behind * others;
  const T generation = load.decoding_steps() * (t.decode + t.meanwhile * met.decoding) + behind;
  const T least = detail::all_prompts(load, s, c.at_once, t);
  return {seconds<T>::from_value(queue),      seconds<T>::from_value(prompt),
          seconds<T>::from_value(generation), seconds<T>::from_value(entry),
          seconds<T>::from_value(early),      seconds<T>::from_value(least)};
}

namespace detail {

// Prompts of others that are read while one decodes. Of slots that are always full each has one in
// a life, those that came along among them, of which `after` are read after one's own.
template <class T>
constexpr T prompts_meanwhile(const basic_turnover<T>& load, const basic_step_mix<T>& s,
                              const T& others, const T& after) noexcept {
  const T none(0.0);
  const T all = s.prompts * load.decoding_steps() * others;
  if (s.at_random) return max(all + s.behind * (s.prompt_tokens / load.prompt) * others, none);
  const T rest = max(all - s.beside, none) * (T(1.0) - load.run_share * T(0.5));
  return rest + after;
}

// What the prompts of all slots take in full steps beyond a life: of slots that are always full all
// read one in it, however little is decoded, in full steps or as each is read in the steps there
// are, whichever takes less. No full step is priced where they would fit into it at the latter.
template <class T, class Times>
constexpr T prompts_beyond(const Times& times, const basic_turnover<T>& load,
                           const basic_step_mix<T>& s, const T& slots, const T& per_prompt,
                           const T& life) noexcept {
  if (!(largest_of(slots * per_prompt - life) > 0.0)) return T(0.0);
  const T full = min(s.room, load.prompt * slots);
  const T each = min(times.prompts(full).pace * (load.prompt / full), per_prompt);
  return max(slots * each - life, T(0.0));
}

}  // namespace detail

/// A life among steps that read prompts apart.
///   generation = g m decode + others' prompts that are read meanwhile, and what these slow
///   (apart_of)
///   prompt     = until those that came together are read, half of them on average
///   life      >= slots prompt / room pace of full steps: all slots read a prompt in it; what is
///   missing is waited before the first token and behind it alike, if there is one behind it
/// All of it in seconds. 500 tokens and 10 rounds alone, steps as above: 1.5 s and 10.1 s
/// (tests/serve/sojourn.cpp).
template <class T, class Times>
[[nodiscard]] constexpr basic_sojourn<T> life_apart(const Times& times,
                                                    const basic_turnover<T>& load,
                                                    const basic_step_mix<T>& s,
                                                    const basic_company<T>& c) noexcept {
  const T one(1.0);
  const basic_mix_seconds<T> t = seconds_apart(times, load, s, c.others);
  const T per_prompt = detail::apart_of(t, load, s) * (load.prompt / s.prompt_tokens);
  const T together = load.prompt * (one + s.beside);
  const T after = together - detail::read_until(load.prompt, together, s.room);
  const T meanwhile = detail::prompts_meanwhile(load, s, c.others, after / load.prompt);
  const T share = s.carrying / (one + s.carrying);
  const T step = (t.decode + (t.prompts - t.decode) * share) * T(0.75) + t.met(share) * T(0.25);
  const auto turn = [&](const T& beside) {
    const T to_read = load.prompt * (one + beside);
    const T until = detail::read_until(load.prompt, to_read, s.room);
    const basic_step_seconds<T> full_steps = times.prompts(min(s.room, to_read));
    const T several = times.alone() + full_steps.pace * ((until - load.prompt) / s.room);
    const T one_by_one = full_steps.latency + full_steps.pace * (max(until / s.room, one) - one);
    return select(s.room < load.prompt, several, one_by_one);
  };
  const T prompt = turn(s.beside);
  const T entry = times.entry(step, c.busy) + t.decode * load.unseen * c.busy;
  T queue = entry;
  T early(0.0);
  if (largest_of(load.run_share) > 0.0) {
    const T first = times.entry(step, T(0.0)) + max(turn(c.at_once - one) - prompt, T(0.0));
    early = (queue - first) * load.run_share;
    queue = queue - early;
  }
  // With no token after the first, the next request waits for the others, whose prompts are read
  // while the engine takes to notice it.
  const T between = min(load.decode_steps, one);
  queue = max(queue, meanwhile * per_prompt * (one - between));
  const T generation = load.decoding_steps() * t.decode + meanwhile * per_prompt * between;
  const T life = queue + prompt + generation;
  const T missing = detail::prompts_beyond(times, load, s, c.at_once, per_prompt, life);
  const T behind = missing * (between * T(0.5));
  return {seconds<T>::from_value(queue + missing - behind), seconds<T>::from_value(prompt),
          seconds<T>::from_value(generation + behind), seconds<T>::from_value(entry),
          seconds<T>::from_value(early)};
}

}  // namespace shardline
