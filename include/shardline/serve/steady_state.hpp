/// The slots of one replica, always full: what a sequence waits for, and what its tokens take.
#pragma once

#include "shardline/base/units.hpp"

namespace shardline {

/// Steps that share a replica.
///   first      of a prompt's chunk, through all stages, the decoding sequences with it
///   pace       at which further ones follow: the slowest stage's
///   full_pace  the same of a step whose token budget is full of prompts, >= pace
///   decode     a round in which each sequence gains its tokens, no prompt with it
///   batches    steps of a round: the batches that go round the stages, 1 without stages
template <class T = double>
struct basic_slot_times {
  seconds<T> first{};
  seconds<T> pace{};
  seconds<T> full_pace{};
  seconds<T> decode{};
  T batches = T(1.0);

  /// A round each of whose steps carries a chunk, and one of full steps.
  [[nodiscard]] constexpr seconds<T> chunk_round() const noexcept {
    return shardline::max(decode, pace * batches);
  }
  [[nodiscard]] constexpr seconds<T> full_round() const noexcept {
    return shardline::max(chunk_round(), full_pace * batches);
  }
};
using slot_times = basic_slot_times<>;

/// What passes through a slot.
///   chunks         n, steps that a prompt takes
///   per_step       j >= 1, chunks that the token budget of a step has room for
///   decode_steps   g, rounds that a sequence's further tokens take: (output - 1) /
///   tokens_per_step,
///                  at least 1; 0 where there are none
///   chunked        others decode while a prompt is computed; else they wait for it
///   run_share      1 / W of a run in which every slot is used W times, its first requests sent at
///                  once; 0: no beginning and no end
template <class T = double>
struct basic_turnover {
  T chunks = T(1.0);
  T per_step = T(1.0);
  T decode_steps = T(1.0);
  bool chunked = false;
  T run_share = T(0.0);

  /// Seconds that a chunk adds to a round that has room for it, or its whole step where all others
  /// wait for it; a prompt adds P = n times that.
  [[nodiscard]] constexpr seconds<T> chunk_cost(const basic_slot_times<T>& t) const noexcept {
    return chunked ? (t.chunk_round() - t.decode) / t.batches : t.pace;
  }
  /// Seconds that each further one adds to a round that has one for each step, up to j.
  [[nodiscard]] constexpr seconds<T> further_chunk_cost(
      const basic_slot_times<T>& t) const noexcept {
    return (t.full_round() - t.chunk_round()) / t.batches / max(per_step - T(1.0), T(1.0));
  }
  [[nodiscard]] constexpr seconds<T> prompt_cost(const basic_slot_times<T>& t) const noexcept {
    return chunk_cost(t) * chunks;
  }
  /// Seconds from one prompt to the next where each chunk has a step of its own, in which the others
  /// decode, or where they wait for it decode between two prompts.
  [[nodiscard]] constexpr seconds<T> lone_prompt(const basic_slot_times<T>& t) const noexcept {
    return chunked ? t.chunk_round() * (chunks / t.batches) : prompt_cost(t) + t.decode;
  }
  /// Seconds from one prompt to the next where all steps are full of prompts: n full_pace / j.
  [[nodiscard]] constexpr seconds<T> prompt_pace(const basic_slot_times<T>& t) const noexcept {
    return t.full_pace * (chunks / per_step);
  }
  /// Seconds from a prompt's first step to its first token: first + (n - 1) pace.
  [[nodiscard]] constexpr seconds<T> own_prompt(const basic_slot_times<T>& t) const noexcept {
    return t.first + t.pace * (chunks - T(1.0));
  }
  /// Seconds that all further tokens take with no prompts between: Z = g decode.
  [[nodiscard]] constexpr seconds<T> decoding(const basic_slot_times<T>& t) const noexcept {
    return t.decode * decode_steps;
  }
};
using turnover = basic_turnover<>;

/// Life of a sequence, in seconds.
///   queue        before its first step: the prompts of others
///   prompt       from its first step to its first token
///   generation   from there to its last
template <class T = double>
struct basic_sojourn {
  seconds<T> queue{};
  seconds<T> prompt{};
  seconds<T> generation{};

  [[nodiscard]] constexpr seconds<T> total() const noexcept { return queue + prompt + generation; }
};
using sojourn = basic_sojourn<>;

namespace detail {

// Where the chunks of others go, in seconds: into the rounds of a sequence's own decoding, or, what
// these have no room for, into steps of their own that it waits for.
template <class T>
struct others_chunks {
  seconds<T> carried{};
  seconds<T> waited_for{};
};

template <class T>
constexpr others_chunks<T> share_out(const basic_slot_times<T>& t, const basic_turnover<T>& load,
                                     const T& number) noexcept {
  const T none(0.0);
  if (!load.chunked) {
    const T decodes = min(load.decode_steps, T(1.0));
    const seconds<T> all = t.pace * number;
    return {all * decodes, all * (T(1.0) - decodes)};
  }
  const T steps = load.decode_steps * t.batches;
  const T room = steps * (load.per_step - T(1.0));  // beside the first of each step
  const T first = min(number, steps);
  const T further = min(max(number - steps, none), room);
  const T left = number - first - further;
  const seconds<T> each = load.further_chunk_cost(t);
  return {load.chunk_cost(t) * first + each * further, t.full_pace * (left / load.per_step)};
}

// Prompts in the way of a prompt, met by chance: half of one, in the share of the time in which one
// is computed; no more than half of the decoding.
template <class T>
constexpr seconds<T> met_by_chance(const basic_slot_times<T>& t, const basic_turnover<T>& load,
                                   const T& computing) noexcept {
  const T busy = min(computing, T(1.0));
  return shardline::min(t.pace * load.chunks * busy, load.decoding(t)) * T(0.5);
}

}  // namespace detail

/// A sequence among `slots` b that are always full: while it decodes, every other slot starts one
/// prompt, (b - 1) n chunks for its g rounds.
///   generation = g times a round with so many chunks: decode without, chunk_round() with one for
///                each step, full_round() with j, in a straight line between
///   queue      = what such rounds have no room for, at full_pace; or if that is more, what a
///   prompt
///                meets by chance, min(P^2 (b - 1) / (2 Z), (b - 1) P / 2, Z / 2)
///   the rate b / (queue + own prompt + generation) never exceeds 1 / prompt_pace
/// In a run that ends, the last of W rounds has half as many others, and the first requests find
/// each other in the queue, each chunk in a step of its own:
///   generation -= chunks' part / (2 W);  queue = queue (1 - 1/W) + (b - 1) lone_prompt / (2 W)
/// Assumes that prompts are taken up one after the other, and that all sequences have the same
/// length; a simulation of steps with lengths within 20 % of each other agrees within 6 %. With one
/// token a sequence Z is 0, and b prompts in turn are all there is.
/// Source: the sum of what others add is exact; what is met by chance is the mean residual life of
/// a prompt (Kleinrock, Queueing Systems I, 1975, section 5.2).
///   b 4, P = pace 2 s, Z 4 s, unchunked: generation 10 s, queue 0.6 s
///   (tests/serve/steady_state.cpp)
template <class T>
[[nodiscard]] constexpr basic_sojourn<T> sojourn_of(const basic_slot_times<T>& t,
                                                    const basic_turnover<T>& load,
                                                    const T& slots) noexcept {
  const T others = slots - T(1.0);
  const seconds<T> decoding = load.decoding(t);
  const T number = load.chunks * others;
  const detail::others_chunks<T> chunks = detail::share_out(t, load, number);
  const seconds<T> generation = decoding + chunks.carried;
  const T computing = t.pace.value() * number / max(generation.value(), T(1e-30));
  const seconds<T> met = detail::met_by_chance(t, load, computing);
  const T half = load.run_share * T(0.5);
  const seconds<T> lasting = shardline::max(met, chunks.waited_for) * (T(1.0) - load.run_share);
  const seconds<T> burst = load.lone_prompt(t) * (others * half);
  return {lasting + burst, load.own_prompt(t), generation - chunks.carried * half};
}

}  // namespace shardline
