// SPDX-License-Identifier: BSL-1.0
/// The steps of a replica whose engine reads prompts apart from decoding sequences.
#pragma once

#include "shardline/serve/steady_state.hpp"

namespace shardline {

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
// with it from then on, as far as answers are of one length:
//   prompts (entry - 1) (1/2 + prompts) / (1 + prompts) / (1 + (cv g)^2), no more than a step has
//   room for
// the second factor found by simulation of eight lives: the fewer begin in a step, the longer it
// takes until all have met, some sixty lives (tests/plan/simulation.cpp).
template <class T>
constexpr T gathered(const basic_turnover<T>& load, const T& prompts, const T& entry,
                     const T& found, const T& most) noexcept {
  const T one(1.0);
  const T apart = load.spread * load.decode_steps;
  const T meet = prompts * max(entry - one, T(0.0));
  const T met = (T(0.5) + prompts) / (one + prompts);
  const T room = min(most, max(load.budget / load.prompt - one, T(0.0)));
  const T more = min(meet * met / (one + apart * apart), room - found);
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
//   reading / (1 - prompts reading), a busy period,  the rest of it times 1 / (1 + (cv g / that)^2)
template <class T>
constexpr T read_at_once(const basic_turnover<T>& load, const T& prompts,
                         const basic_notice<T>& notice) noexcept {
  const T one(1.0);
  const T looked = one + load.unseen * T(2.0);
  const T entry = notice.steps();
  const T first = max(looked, min(notice.reading, entry));
  const T idle = max(one - prompts * notice.reading, T(1e-3));
  const T all = min(notice.reading / idle, entry);
  const T apart = load.spread * load.decode_steps / max(all, one);
  return first + max(all - first, T(0.0)) / (one + apart * apart);
}

// Steps, over decoding ones, that read so many prompts in so many turns: max(n, 1) for the first
// one of each, n = L / B, and full ones for the others, which fill what the first one leaves.
template <class T>
constexpr T carried_in_turns(const basic_turnover<T>& load, const T& prompts,
                             const T& turns) noexcept {
  const T one(1.0);
  const T steps = load.prompt / load.budget;
  const T more = max(steps * (prompts / turns - one), T(0.0));
  const T uneven = (one - min(steps, one)) * T(0.5);
  return turns * (max(steps, one) + more * more / max(more + uneven, T(1e-30)));
}

}  // namespace detail

/// The steps of an engine that reads prompts apart, in sequences and tokens: prompts that have come
/// since the last decoding step, as many of them in a step as its budget has room for, while
/// nothing decodes.
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
  s.carrying = detail::carried_in_turns(load, s.prompts, turns);
  s.prompt_tokens = min(s.prompts * load.prompt / s.carrying, load.budget);
  return s;
}

namespace detail {

// Reading steps that follow on a decoding one, where prompts are read apart and shorter than a
// step: what comes while stages wait for one begins another.
template <class T>
constexpr T readings_apart(const basic_random_prompts<T>& come) noexcept {
  const T one(1.0);
  const T d = max(come.decoding, T(hardly_any));
  const T some = max(one - exponential(T(0.0) - d), d * (one - d * T(0.5)));
  return some * exponential(min(come.reading + come.waiting, T(50.0)));
}

}  // namespace detail

/// The same where prompts come at random, so many in a step of any kind and the steps that are read
/// after it. What comes while some are read is read too before anything decodes:
///   carrying = e^(r + w) (1 - e^-d),   d come in a step that decodes, r in one that reads, w while
///              stages wait for it
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
