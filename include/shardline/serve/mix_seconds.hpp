// SPDX-License-Identifier: BSL-1.0
/// Seconds of a replica's steps of each sort, as a sequence meets them that decodes.
#pragma once

#include "shardline/serve/steps_apart.hpp"

namespace shardline {

/// Seconds of a step: through all stages, and until the next can begin.
///   latency, pace   in that order
template <class T = double>
struct basic_step_seconds {
  T latency{};
  T pace{};

  /// Between the beginnings of steps of so many batches that go round.
  [[nodiscard]] constexpr T interval(const T& batches) const noexcept {
    return max(pace, latency / batches);
  }
};
using step_seconds = basic_step_seconds<>;

namespace detail {

// Sequences in a step in which one decodes oneself, others being so many in a step on average.
template <class T>
constexpr T with_own(const T& others, const T& batches) noexcept {
  return max(others + T(1.0) / batches, T(1.0));
}

// Sequences that decode in a step with one, others being so many in a step on average: beyond
// these, where they come at random, those whose prompts were read in the same step, or before and
// behind it in a row, as long as both last,
//   (beside + 2 behind) / (1 + cv^2)
// since who comes with others is more often met by one of them than by one who comes alone.
template <class T>
constexpr T decoding_with_one(const basic_turnover<T>& load, const basic_step_mix<T>& s,
                              const T& others) noexcept {
  const T generating = with_own(s.decoding * others, load.batches);
  if (!s.at_random) return generating;
  const T in_row = max(s.behind, T(0.0)) * T(2.0) * (s.prompt_tokens / load.prompt);
  const T companions = (s.beside + in_row) / (T(1.0) + load.spread * load.spread);
  return generating + companions * others / load.batches;
}

// Of normal steps of a round of m stages, all of which wait for the longest, the mean is longer by
// so many standard deviations, times ln(m)^(2/3): 0.56 of two, 0.89 of four, 1.17 of eight, found
// by drawing (tests/serve/mix_seconds.cpp).
inline constexpr double longest_of_round = 0.716;

// Of steps, a share of which read prompts in runs of so many, those that go at the pace of such a
// one: each step of a batch waits for its own last one, which takes all m stages in turn, so that a
// run of n long ones slows n + m - 1, but not beyond full steps, and rounds wait for their longest:
//   share (1 + (((m - 1) / n)^-3 + (1 / f - 1)^-3 + (deviations sqrt(u (1 / f - 1)))^-3)^(-1/3))
// where f of what steps have room for is read on average, in parts of u of it (a binomial
// distribution); deviations = longest_of_round ln(m)^(2/3). The powers join the three limits, of
// which each is exact where the others are far. All of them at most: else faster decoding, which
// leaves steps with prompts as they are, would slow all.
template <class T>
constexpr T slowed_by(const T& share, const T& in_turn, const T& batches, const T& full,
                      const T& part) noexcept {
  const T one(1.0);
  const T least(hardly_any);
  const auto cubed = [](const T& one_of) { return one_of * one_of * one_of; };
  const T rows = max(batches - one, least) / in_turn;
  const T left = max(one / max(full, least) - one, least);
  const T deviations = share_to(natural_log(batches), T(2.0 / 3.0)) * T(longest_of_round);
  const T spread = max(deviations * square_root(left * part), least);
  const T limits = cubed(one / rows) + cubed(one / left) + cubed(one / spread);
  return min(share * (one + share_to(limits, T(-1.0 / 3.0))), one);
}

// The same of a chunked engine's steps, whose room parts of prompts fill, or whole ones.
template <class T>
constexpr T slowed_chunks(const basic_turnover<T>& load, const basic_step_mix<T>& s,
                          const T& share) noexcept {
  if (!(largest_of(load.batches) > 1.0)) return share;
  const T one(1.0);
  const T steps = load.prompt / s.room;
  const T full = min(s.prompts * steps / s.coming, one);
  const T among = min(share / s.coming, one);
  return slowed_by(among, max(steps, one), load.batches, full, min(steps, one)) * s.coming;
}

}  // namespace detail

/// Seconds of the steps that a sequence meets which decodes.
///   decode     of one without prompts
///   prompts    of one with some; of an engine that reads them apart, of these alone
///   meanwhile  that prompts of others add to each step of decoding
///   queued     of one with some, behind which one's own prompt waits: those of others follow each
///              other through the stages, however few sequences there are
template <class T = double>
struct basic_mix_seconds {
  T decode{};
  T prompts{};
  T meanwhile{};
  T queued{};

  /// Seconds from one token to the next: a step of decoding, and what prompts add to it.
  [[nodiscard]] constexpr T mean() const noexcept { return decode + meanwhile; }
  // Of a step that one comes upon at random, more often a long one than a short one; `carrying`
  // of them have prompts.
  [[nodiscard]] constexpr T met(const T& carrying) const noexcept {
    const T rest = T(1.0) - carrying;
    const T sum = decode * rest + prompts * carrying;
    return (decode * decode * rest + prompts * prompts * carrying) / sum;
  }
};

/// Seconds of the steps of a replica that reads prompts beside decoding sequences (apart from them:
/// seconds_apart()): `times` of the mean step of each sort. `others` [1], from 0 to 1, is the share
/// of what is in flight that one more meets.
///   steps of 1 s, 10 ms a sequence, 1 ms a token; 8 decode beside one's own, 1024 tokens: 1.09
///   and 2.114 s; apart 1.09 and 2.024 s   (tests/serve/mix_seconds.cpp)
template <class T, class Times>
[[nodiscard]] constexpr basic_mix_seconds<T> chunked_seconds(const Times& times,
                                                             const basic_turnover<T>& load,
                                                             const basic_step_mix<T>& s,
                                                             const T& others) noexcept {
  const T generating = detail::decoding_with_one(load, s, others);
  basic_mix_seconds<T> t;
  t.decode = times.decode(generating).interval(load.batches);
  // Of answers of one token none decodes beside prompts.
  const T beside = generating * min(load.decode_steps, T(1.0));
  const basic_step_seconds<T> mixed = times.mixed(s.prompt_tokens, beside);
  t.prompts = mixed.interval(load.batches);
  t.queued = mixed.interval(load.in_stages);
  const T share = s.at_random ? s.carrying * others : s.met;
  t.meanwhile = (t.prompts - t.decode) * detail::slowed_chunks(load, s, share);
  return t;
}

namespace detail {

// Seconds by which each step of a prompt of several is longer than a full one on average, where it
// is read alone and its last one is short.
template <class T, class Times>
constexpr T alone_longer(const Times& times, const basic_turnover<T>& load,
                         const T& full) noexcept {
  const T steps = load.prompt / load.budget;
  const T none(0.0);
  const T alone = times.alone() / (steps + load.batches - T(1.0));
  return select(T(1.0) < steps, max(alone - full, none), none);
}

// What a step that reads prompts apart adds to those that decode: its own time without stages; with
// them, where it is longer, it slows those behind it besides, carrying (1 + beside) / prompts in a
// row, and takes a batch's turn:
//   read + (read - decode) (slowed - share) / share,   share = carrying / (1 + carrying)
template <class T>
constexpr T apart_of(const basic_mix_seconds<T>& t, const basic_turnover<T>& load,
                     const basic_step_mix<T>& s) noexcept {
  if (!(largest_of(load.batches) > 1.0)) return t.prompts;
  const T one(1.0);
  const T share = s.carrying / (one + s.carrying);
  const T in_turn = max(s.carrying * (one + s.beside) / s.prompts, one);
  const T slowed = slowed_by(share, in_turn, load.batches, share, one);
  return t.prompts + max(t.prompts - t.decode, T(0.0)) * ((slowed - share) / share);
}

}  // namespace detail

/// The same of a replica that reads prompts apart from decoding sequences.
///   as above: 1.09 and 2.024 s   (tests/serve/mix_seconds.cpp)
template <class T, class Times>
[[nodiscard]] constexpr basic_mix_seconds<T> seconds_apart(const Times& times,
                                                           const basic_turnover<T>& load,
                                                           const basic_step_mix<T>& s,
                                                           const T& others) noexcept {
  const T generating = detail::decoding_with_one(load, s, others);
  basic_mix_seconds<T> t;
  t.decode = times.decode(generating).interval(load.batches);
  t.prompts = times.prompts(s.prompt_tokens).interval(load.batches);
  if (s.at_random) {
    t.prompts = t.prompts + detail::alone_longer(times, load, t.prompts) / (T(1.0) + s.beside);
  }
  t.meanwhile = detail::apart_of(t, load, s) * s.carrying * others;
  return t;
}

}  // namespace shardline
