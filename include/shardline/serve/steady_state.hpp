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
///   carried    tokens of prompts in such a step
///   queued     full steps that a prompt waits for others
///   beside     other prompts that come in the same step
///   behind     full steps of prompts that have come at random while one was read
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
  bool at_random = false;
};
using step_mix = basic_step_mix<>;

namespace detail {

// x^y of 0 <= x <= 1.
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
  s.beside = min(s.prompts / when, max(slots - one, T(0.0)));
}

// In place of no prompts at all, whose steps are still those of one.
inline constexpr double hardly_any = 1e-30;

}  // namespace detail

/// The steps of a chunked engine whose N slots are always full: in a slot a request passes `entry`
/// steps before it is noticed, waits for others, is read and decodes for g rounds.
///   N = prompts (g m + entry + max(1, L / room)) + waiting
///   room = B - checked decoding,  decoding = g prompts,  busy = prompts L / room
///   waiting = (N - 1) / N busy^sqrt(2 (room / L + 1)) / (2 (1 - busy)) / (1 + 3 (N / most)^4)
/// Tokens are conserved: prompts (L + g checked) is at most B, most the N at which it would be B if
/// none waited. In a closed loop those that wait send no others, and a queue does not grow as one
/// of random arrivals: the last factor, found by simulation (tests/serve/steady_state.cpp).
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
    const T own = load.decoding_steps() + entry + max(one, load.prompt / s.room);
    // In flight are busy a + c / (1 - busy): a quadratic equation for busy.
    const T a = own * load.budget / (load.prompt + s.busy * decoded);
    const T full = slots / a;
    const T square = full * full;
    const T c = others * detail::queue_of_prompts(s.busy, s.room / load.prompt) /
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
  return s;
}

/// Where prompts come at random: how many on average in the time of a step that reads none, and of
/// one that reads some.
template <class T = double>
struct basic_random_prompts {
  T decoding{};
  T reading{};
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

/// The same counts where prompts come at random, so many in a step of any kind.
///   carrying / (1 - carrying) = (1 - none(decoding)) / none(reading)
/// since a step has what came during the one before it, and after a long one it is seldom empty;
/// none(n) is the chance that none of n came. `queued` by Sakasegawa's formula.
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
  s.carrying = min(max(begins / max(begins + ends, some), read / s.room), most);
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

/// What passes before an engine that reads prompts apart has noticed a request, in decoding steps.
///   timed     seconds over those of such a step: fewer decode where prompts are read meanwhile
///   counted   steps of any kind
///   unseen    decoding steps alone, of an engine that does not look for requests in each
///   reading   seconds that one prompt is read, likewise
template <class T = double>
struct basic_notice {
  T timed{};
  T counted{};
  T unseen{};
  T reading = T(1.0);

  /// Where no prompts are read meanwhile.
  [[nodiscard]] constexpr T steps() const noexcept { return timed + counted + unseen; }
};
using notice_steps = basic_notice<>;

namespace detail {

// Sequences that a turn reads beside the `found` of one look, since they were read together before:
// who ends within `entry` steps of another is read without a step of decoding between, and ends
// with it from then on, as far as answers are of one length and do not end in every step anyway:
//   prompts (entry - 1) / (1 + (prompts / 2)^2) / (1 + (cv g)^2), found by simulation; no more than
//   a step has room for
template <class T>
constexpr T gathered(const basic_turnover<T>& load, const T& prompts, const T& entry,
                     const T& found, const T& most) noexcept {
  const T one(1.0);
  const T apart = load.spread * load.decode_steps;
  const T dense = prompts * T(0.5);
  const T meet = prompts * max(entry - one, T(0.0));
  const T room = min(most, max(load.budget / load.prompt - one, T(0.0)));
  const T more = min(meet / ((one + dense * dense) * (one + apart * apart)), room - found);
  return max(more, T(0.0));
}

// Prompts that begin in a decoding step where N slots are always full. Of the time before a request
// is noticed only so much decodes as does not read others' prompts, n = (N - 1) / N prompts of them
// in a step:
//   prompts (g m + unseen + timed / (1 + n reading) + counted / (1 + max(n L / B, n / (1 + n)))) =
//   N
// n by the quadratic equation that is left where `counted` steps pass as `timed` ones do. With
// hardly a step of decoding all are read in one.
template <class T>
constexpr T prompts_apart(const basic_turnover<T>& load, const T& slots,
                          const basic_notice<T>& notice) noexcept {
  const T one(1.0);
  const T none(1e-30);
  const T others = max(slots - one, T(0.0));
  const T own = load.decoding_steps() + notice.unseen;
  const T b = own + notice.timed + notice.counted - others * notice.reading;
  const T root = square_root(b * b + own * others * notice.reading * T(4.0));
  const T n = min(others * T(2.0) / max(b + root, none), others);
  const T with_some = max(n * (load.prompt / load.budget), n / (one + n));
  const T passing = notice.timed / (one + n * notice.reading) + notice.counted / (one + with_some);
  return min(slots / max(own + passing, none), slots);
}

// Steps of decoding whose ended sequences are read together, no more than pass before the first of
// them is noticed: those of one look, those noticed while a prompt is read, and of answers of one
// length, which stay together for life, all that are noticed while others are read:
//   reading e^(prompts reading),  the rest of it times 1 / (1 + (cv g / that)^2)
template <class T>
constexpr T read_at_once(const basic_turnover<T>& load, const T& prompts,
                         const basic_notice<T>& notice) noexcept {
  const T one(1.0);
  const T looked = one + load.unseen * T(2.0);
  const T entry = notice.steps();
  const T first = max(looked, min(notice.reading, entry));
  const T others = min(prompts * notice.reading, T(50.0));
  const T all = min(notice.reading * exponential(others), entry);
  const T apart = load.spread * load.decode_steps / max(all, one);
  return first + max(all - first, T(0.0)) / (one + apart * apart);
}

}  // namespace detail

/// The same counts of an engine that reads prompts apart: those that have come since the last
/// decoding step, as many of them in a step as its budget has room for, while nothing decodes.
///   prompts  = N / (g m + entry), the less of entry the more others are read:
///              detail::prompts_apart()
///   found    = prompts (1 + 2 unseen) / c,  c = coming(), those that one look finds; those of a
///            run that come at once are N - 1 at most
///   beside   = prompts / c times the steps whose ended ones are read in a row, before anything
///            decodes: detail::read_at_once()
///   carrying = turns (max(n, 1) + a^2 / (a + (1 - min(n, 1)) / 2)),  n = L / B,
///              turns = prompts / (found / (1 - e^-found) + detail::gathered()),
///              a = n (prompts / turns - 1), the full steps of the further prompts of a turn, which
///              fill what the first one leaves
template <class T>
[[nodiscard]] constexpr basic_step_mix<T> steps_apart(const basic_turnover<T>& load, const T& slots,
                                                      const basic_notice<T>& notice) noexcept {
  const T one(1.0);
  basic_step_mix<T> s;
  s.prompts = max(detail::prompts_apart(load, slots, notice), T(detail::hardly_any));
  s.decoding = s.prompts * load.decode_steps;
  s.room = load.budget;
  const T when = max(detail::coming(load, T(0.0)), T(1e-9));
  s.coming = when;
  const T most = max(slots - one, T(0.0));
  const T come = s.prompts / when;
  const T found = min(come * (one + load.unseen * T(2.0)), most);
  s.beside = min(come * detail::read_at_once(load, come, notice), most);
  const T gathered = detail::gathered(load, s.prompts, notice.steps(), found, most);
  const T some = max(found, T(1e-6));
  const T turns = s.prompts / (some / (one - exponential(T(0.0) - some)) + gathered);
  const T steps = load.prompt / load.budget;
  const T more = max(steps * (s.prompts / turns - one), T(0.0));
  const T uneven = (one - min(steps, one)) * T(0.5);
  s.carrying = turns * (max(steps, one) + more * more / max(more + uneven, T(1e-30)));
  s.prompt_tokens = min(s.prompts * load.prompt / s.carrying, load.budget);
  return s;
}

namespace detail {

// Reading steps that follow on a decoding one, where prompts are read apart and shorter than a
// step.
template <class T>
constexpr T readings_apart(const basic_random_prompts<T>& come) noexcept {
  const T one(1.0);
  const T d = max(come.decoding, T(hardly_any));
  const T some = max(one - exponential(T(0.0) - d), d * (one - d * T(0.5)));
  return some * exponential(min(come.reading, T(50.0)));
}

}  // namespace detail

/// The same counts where prompts come at random, so many in a step of any kind and the steps that
/// are read after it. What comes while some are read is read too before anything decodes:
///   carrying = e^r (1 - e^-d),   d come in a step that decodes, r in one that reads
/// each reading step being followed by another with the chance 1 - e^-r; at least full steps, at
/// most one for each prompt. Prompts of more than a step queue for each other as in an M/D/1 queue.
template <class T>
[[nodiscard]] constexpr basic_step_mix<T> apart_at_random(
    const basic_turnover<T>& load, const T& prompts, const basic_random_prompts<T>& come) noexcept {
  const T one(1.0);
  const T half(0.5);
  const T steps = load.prompt / load.budget;
  basic_step_mix<T> s;
  s.prompts = max(prompts, T(detail::hardly_any));
  s.decoding = prompts * load.decode_steps;
  s.room = load.budget;
  s.coming = one;
  s.at_random = true;
  const T r = min(max(come.reading, T(detail::hardly_any)), T(50.0));
  const T d = max(come.decoding, T(detail::hardly_any));
  s.carrying = max(min(detail::readings_apart(come), s.prompts), s.prompts * steps);
  s.prompt_tokens = min(s.prompts * load.prompt / s.carrying, load.budget);
  const auto cut = one < steps;
  const T reading = min(r * steps, T(0.999));
  const T idle = one - reading;
  s.beside = select(cut, reading / idle, (d * d + s.carrying * r * r) / (d + s.carrying * r));
  const T left = d * half + reading + reading * reading * half / idle;
  s.behind = select(cut, steps * left / idle, exponential(r) - one) - s.carrying;
  return s;
}

}  // namespace shardline
