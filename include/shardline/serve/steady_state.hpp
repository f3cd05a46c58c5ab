// SPDX-License-Identifier: BSL-1.0
/// The steps of a replica in steady state: how many carry prompts, how many tokens of them, how
/// many sequences decode. Counted in steps alone: how long these take is asked later.
#pragma once

#include "shardline/base/dual.hpp"
#include "shardline/base/scalar.hpp"

namespace shardline {

/// What passes through a replica.
///   prompt         L, tokens of a prompt that are read
///   budget         B, new tokens of a step at most
///   checked        tokens that a decoding sequence puts into a step, guesses included
///   decode_steps   g, rounds that a sequence's further tokens take; 0 where there are none
///   batches        m, steps of a round: the batches that go round the stages, 1 without stages
///   in_stages      batches that the stages take at most: parts of one prompt follow each other,
///                  however few sequences there are
///   run_share      1 / W of a run in which every slot is used W times, its first requests sent at
///                  once; 0: no beginning and no end
///   spread         of answers' lengths: standard deviation over mean
///   unseen         decoding steps that pass before a busy engine looks for requests, on average
template <class T = double>
struct basic_turnover {
  T prompt = T(1.0);
  T budget = T(1.0);
  T checked = T(1.0);
  T decode_steps = T(1.0);
  T batches = T(1.0);
  T in_stages = T(1.0);
  T run_share = T(0.0);
  T spread = T(0.0);
  T unseen = T(0.0);

  /// Steps in which a sequence decodes, of its batch and of others.
  [[nodiscard]] constexpr T decoding_steps() const noexcept { return decode_steps * batches; }
};
using turnover = basic_turnover<>;

/// A replica's steps on average.
///   decoding   sequences that decode in a step
///   prompts    that begin in a step; of an engine that reads prompts apart, in a decoding one
///   room       for tokens of prompts in a step
///   busy       tokens of prompts over the room for them
///   carrying   steps with prompts, over all; of an engine that reads them apart, over decoding
///              ones
///   coming     share of the time in which prompts come: all of it but in a run
///   prompt_tokens   tokens of prompts in such a step
///   queued     full steps that a prompt waits for others
///   beside     other prompts that come in the same step
///   behind     full steps of prompts that have come at random while one was read
///   met        of a chunked engine's steps in which one is neither queued nor read, those with
///              others' prompts, as many as the tokens of all prompts leave; not at random
///   at_random  prompts come at random
template <class T = double>
struct basic_step_mix {
  T decoding{};
  T prompts{};
  T room{};
  T busy{};
  T carrying{};
  T coming{};
  T prompt_tokens{};
  T queued{};
  T beside{};
  T behind{};
  T met{};
  bool at_random = false;
};
using step_mix = basic_step_mix<>;

namespace detail {

// x^y of x >= 0.
template <class T>
constexpr T share_to(const T& x, const T& y) noexcept {
  return exponential(natural_log(max(x, T(1e-30))) * y);
}

// Prompts that wait for others of random arrivals, times 1 - busy, so many being read in a step:
//   busy^sqrt(2 (n + 1)) / 2
// of Sakasegawa's formula for n servers (arrivals.hpp), half of it since steps are even.
template <class T>
constexpr T queue_of_prompts(const T& busy, const T& per_step) noexcept {
  return share_to(busy, square_root((max(per_step, T(1.0)) + T(1.0)) * T(2.0))) * T(0.5);
}

// The share of the time in which requests of a run come, the first of which came at once: their
// reading has spread them over `reading` of it, and then the lengths of answers, generation by
// generation. All of the time where there is no run.
template <class T>
constexpr T coming(const basic_turnover<T>& load, const T& reading) noexcept {
  const T one(1.0);
  const auto runs = T(0.0) < load.run_share;
  const T generations = one / select(runs, load.run_share, one);
  const T spread = reading + load.spread * square_root(generations * T(6.0));
  return select(runs, min(spread, one), one);
}

// Fills in which steps carry prompts, of a mix whose prompts and room are known; no more than
// `slots` come at once.
//   carrying = c (1 - (1 - busy / c)^n),   c = coming(),   n = max(1, room / prompt)
// which is n busy (1 - n busy / (2 c)) at least, and so much where 1 - busy is 1 by rounding.
template <class T>
constexpr void share_out(basic_step_mix<T>& s, const basic_turnover<T>& load,
                         const T& slots) noexcept {
  const T one(1.0);
  const T at_once = min(s.room, load.prompt * slots);
  const T read = s.prompts * load.prompt;
  const T when = max(coming(load, read / at_once), T(1e-9));
  const T per_step = max(s.room / load.prompt, one);
  const T idle = one - min(s.busy / when, one);
  s.coming = when;
  const T apart = read / s.room * per_step;
  const T least = apart * (one - apart / when * T(0.5));
  const T carrying = max(when * (one - share_to(idle, per_step)), least);
  s.prompt_tokens = min(read / carrying, at_once);
  s.carrying = min(read / s.prompt_tokens, one);
  const T others = max(slots - one, T(0.0));
  const T spread = min(when + (load.batches - one) * (s.prompts / slots), one);
  s.beside = min(s.prompts / spread * (others / slots), others);
}

// Of the `apart` steps in which a request is neither queued nor read, those with others' prompts.
template <class T>
constexpr T met_besides(const basic_step_mix<T>& s, const basic_turnover<T>& load, const T& slots,
                        const T& apart) noexcept {
  const T one(1.0);
  const T none(0.0);
  const T together = max(min(s.room / load.prompt - one, s.beside), none);
  const T before = s.queued * s.room / load.prompt;
  const T left = max(slots - one - together - before, none) * (load.prompt / s.prompt_tokens);
  return min(left / max(apart, T(1e-30)), one);
}

// In place of no prompts at all, whose steps are still those of one.
inline constexpr double hardly_any = 1e-30;

}  // namespace detail

/// The steps of a chunked engine whose N slots are always full: in a slot a request passes `entry`
/// steps before it is noticed, waits for others, is read and decodes for g rounds.
///   N = prompts (g m + entry + max(1, L / room)) + waiting
///   room = B - checked decoding,  decoding = g prompts,  busy = prompts L / room
///   waiting = (N - 1) / N (g m + entry) / (g m + entry + max(1, L / room))
///             busy^sqrt(2 (room / L + 1)) / (2 (1 - busy)) / (1 + 3 (N / most)^4)
/// Tokens are conserved: prompts (L + g checked) is at most B, most the N at which it would be B if
/// none waited. In a closed loop those that wait or are read send no others, and a queue does not
/// grow as one of random arrivals: the last factor, found by simulation
/// (tests/serve/steady_state.cpp). Of N - 1 others' prompts those that are read neither while one
/// waits nor in one's own steps are met in the rest: in `met` of them.
template <class T>
[[nodiscard]] constexpr basic_step_mix<T> chunked_steps(const basic_turnover<T>& load,
                                                        const T& slots, const T& entry) noexcept {
  const T one(1.0);
  const T none(0.0);
  const T others = max(slots - one, none) / slots;
  const T decoded = load.decode_steps * load.checked;
  basic_step_mix<T> s;
  s.room = load.budget;
  for (int i = 0; i < 6; ++i) {
    const T apart = load.decoding_steps() + entry;
    const T own = apart + max(one, load.prompt / s.room);
    // In flight are busy a + c / (1 - busy): a quadratic equation for busy.
    const T a = own * load.budget / (load.prompt + s.busy * decoded);
    const T full = slots / a;
    const T square = full * full;
    const T c = others * (apart / own) * detail::queue_of_prompts(s.busy, s.room / load.prompt) /
                (one + square * square * T(3.0));
    const T b = a + slots;
    const T root = square_root(max(b * b - a * (slots - c) * T(4.0), none));
    s.busy = min((slots - c) * T(2.0) / (b + root), one);
    s.prompts = s.busy * load.budget / (load.prompt + s.busy * decoded);
    s.decoding = s.prompts * load.decode_steps;
    s.room = load.budget - s.decoding * load.checked;
  }
  const T in_steps = slots / s.prompts - load.decoding_steps() - entry;
  const T queued = max(in_steps - max(one, load.prompt / s.room), none);
  s.queued = select(none < others, queued, none);  // alone, but for roundings
  detail::share_out(s, load, slots);
  s.met = detail::met_besides(s, load, slots, load.decoding_steps() + entry);
  return s;
}

/// Where prompts come at random: how many on average in the time of a step that reads none, of one
/// that reads some, and while stages wait for that one.
///   decoding, reading, waiting   in that order, from 0
template <class T = double>
struct basic_random_prompts {
  T decoding{};
  T reading{};
  T waiting{};
};
using random_prompts = basic_random_prompts<>;

namespace detail {

// The chance that a step has none of so many prompts that come at random on average; and that it
// has some, which is n (1 - n / 2) at least, and so much where 1 - n is 1 by rounding.
template <class T>
constexpr T chance_of_none(const T& prompts, const T& room,
                           const basic_turnover<T>& load) noexcept {
  const T busy = min(prompts * load.prompt / room, T(1.0));
  return share_to(T(1.0) - busy, max(room / load.prompt, T(1.0)));
}
template <class T>
constexpr T chance_of_some(const T& prompts, const T& room,
                           const basic_turnover<T>& load) noexcept {
  const T one(1.0);
  const T n = prompts * max(load.prompt / room, one);
  return max(one - chance_of_none(prompts, room, load), n * (one - n * T(0.5)));
}

}  // namespace detail

/// The same where prompts come at random, so many in a step of any kind.
///   1 / carrying = (1 - none^m) / (1 - none) + none^m / (1 - none(decoding)),
///   none = none(reading)
/// since a step has what came during the one before it, and after a long one it is seldom empty,
/// nor are those of a round that wait for it; none(n) is the chance that none of n came. `queued`
/// by Sakasegawa's formula.
template <class T>
[[nodiscard]] constexpr basic_step_mix<T> chunked_at_random(
    const basic_turnover<T>& load, const T& prompts, const basic_random_prompts<T>& come) noexcept {
  const T one(1.0);
  const T some(detail::hardly_any);
  basic_step_mix<T> s;
  s.prompts = max(prompts, some);
  s.decoding = prompts * load.decode_steps;
  s.room = max(load.budget - s.decoding * load.checked, load.budget * T(1e-3));
  const T reading = max(come.reading, some);
  s.busy = min(reading * load.prompt / s.room, one);
  const T waiting = detail::queue_of_prompts(s.busy, s.room / load.prompt);
  s.queued = waiting / max(one - s.busy, T(1e-3)) / reading;
  const T read = s.prompts * load.prompt;
  const T begins = detail::chance_of_some(come.decoding, s.room, load);
  const T ends = detail::chance_of_none(reading, s.room, load);
  // No less than full steps, no more than a step for each prompt.
  const T most = min(s.prompts * max(load.prompt / s.room, one), one);
  const T in_round = detail::share_to(ends, load.batches);
  const T in_row = (one - in_round) / max(one - ends, some);
  const T carrying = one / (in_row + in_round / max(begins, some));
  s.carrying = min(max(carrying, read / s.room), most);
  s.prompt_tokens = min(read / s.carrying, s.room);
  s.coming = one;
  s.beside = reading;
  // Who has been read finds what came meanwhile; so many steps more than others read some until
  // that is forgotten, since each such step is followed by another with the chance 1 - ends.
  const T steps =
      max(load.prompt / s.room, one) * (one - ends) + reading * s.queued * (load.prompt / s.room);
  const T follows = max(one - ends - begins, T(0.0));
  const T left = one - detail::share_to(follows, load.decoding_steps());
  s.behind = min((steps - s.carrying) / (one - follows) * left,
                 load.decoding_steps() * (one - s.carrying));
  s.at_random = true;
  return s;
}

}  // namespace shardline
