// SPDX-License-Identifier: BSL-1.0
/// Requests that arrive at random: how many are in flight, how busy a replica is, how long they
/// wait.
#pragma once

#include "shardline/serve/replica.hpp"

namespace shardline {

/// Of the steps that pass before a busy engine has a request in one, those that pass where requests
/// arrive at random: half of the step under way, the output that is handled one step late, but no
/// last token of a sequence before, as where slots are always full and its end calls the next one.
inline constexpr double steps_met_at_random = 0.5;

/// Mean wait for one of `slots` equal servers, each busy for `service`, at utilisation u < 1:
///   service taken^(sqrt(2 (slots + 1)) - 1) / (slots (1 - u)) / 2
/// half of what exponential service would make it, since lengths are equal. `taken`, the share that
/// is busy on average, is u where service does not depend on how many are.
/// Source: Sakasegawa, "An approximation formula L_q = a rho^b / (1 - rho)", Ann. Inst. Statist.
/// Math. 29, 1977.   1 slot, service 1 s, u 0.5: 0.5 s, as M/D/1 has it
template <class T>
[[nodiscard]] constexpr seconds<T> wait_for_slot(const T& slots, const seconds<T>& service,
                                                 const T& utilisation, const T& taken) noexcept {
  const T one(1.0);
  const T idle = max(one - utilisation, T(1e-9));
  const T exponent = square_root((slots + one) * T(2.0)) - one;
  return service * (detail::share_to(min(taken, one), exponent) / (slots * idle) * T(0.5));
}
template <class T>
[[nodiscard]] constexpr seconds<T> wait_for_slot(const T& slots, const seconds<T>& service,
                                                 const T& utilisation) noexcept {
  return wait_for_slot(slots, service, utilisation, utilisation);
}

/// Slots of a replica at a rate of requests.
///   in_flight     sequences in slots, on average
///   utilisation   rate over the most that the slots allow; from 1 on the queue grows for ever
///   wait          for a slot, on average; infinite where the queue grows for ever
///   life          of a sequence once it has a slot
template <class T = double>
struct basic_arrivals {
  T in_flight = T(0.0);
  T utilisation = T(0.0);
  seconds<T> wait{};
  basic_sojourn<T> life{};

  /// Whether the queue has an end: utilisation below 1.
  [[nodiscard]] constexpr bool stable() const noexcept { return value_of(utilisation) < 1.0; }
};
using arrivals = basic_arrivals<>;

namespace detail {

template <class Condition, class T>
constexpr basic_sojourn<T> pick(const Condition& first, const basic_sojourn<T>& a,
                                const basic_sojourn<T>& b) noexcept {
  return {select(first, a.queue, b.queue), select(first, a.prompt, b.prompt),
          select(first, a.generation, b.generation), select(first, a.entry, b.entry),
          select(first, a.early, b.early)};
}

// Between two numbers of prompts a step, at which steps are too long for the rate and too short for
// it, by so many prompts.
template <class T>
struct bracket {
  T low{};
  T high{};
  T lacking{};
  T over{};
  T last{};  // on which side the last one was: 1 above, -1 below

  [[nodiscard]] constexpr T between() const noexcept {
    return low + (high - low) * (lacking / max(lacking + over, T(1e-300)));
  }
  // The false position, the end that stays twice counting half (the Illinois method).
  constexpr void narrow(const T& prompts, const T& come) noexcept {
    const T one(1.0);
    const T half(0.5);
    const T none(0.0);
    const auto above = come < prompts;
    const T side = select(above, one, -one);
    const T again = select(none < side * last, half, one);
    low = select(above, low, prompts);
    high = select(above, prompts, high);
    lacking = select(above, lacking * again, come - prompts);
    over = select(above, prompts - come, over * again);
    last = side;
  }
};

// The steps at so many requests a second: prompts = rate seconds(prompts), where seconds rise with
// what comes, between an idle replica and one whose slots are full, with steps of so many seconds.
template <class T, class Replica>
constexpr basic_step_mix<T> mix_at(const Replica& replica, const T& rate, const T& others,
                                   const T& full, const T& seconds_when_full) noexcept {
  const prompt_steps<T> read = replica.reading();
  const T idle = replica.times.decode(T(1.0)).interval(replica.load.batches);
  bracket<T> prompts{T(0.0), full, rate * idle, max(full - rate * seconds_when_full, T(0.0)),
                     T(0.0)};
  basic_mix_seconds<T> t;
  const int rounds = replica.chunked() ? 1 : 5;
  for (int i = 0; i < rounds; ++i) {
    const T n = prompts.between();
    t = replica.about(rate, n, read);
    if (replica.chunked()) t = replica.seconds_of(replica.at_random(rate, n, t), others);
    prompts.narrow(n, rate * t.mean());
  }
  return replica.at_random(rate, prompts.between(), t);
}

}  // namespace detail

/// The steady state of a replica's slots that requests reach at random.
///   prompts   = rate (seconds of a step among as many), on a line between evaluated ones
///   life      among those that are in flight on average, which is what one that arrives finds
///             (Poisson arrivals see time averages); no longer than where all slots are full
///   utilisation = rate / the most that full slots serve, of which there are `slots`: the time
///                 until the engine notices a request takes none, since others have been noticed
///   wait      for a slot, wait_for_slot()
/// Source: Wolff, "Poisson arrivals see time averages", Operations Research 30, 1982.
template <class T, class Replica>
[[nodiscard]] constexpr basic_arrivals<T> arrivals_of(const Replica& replica,
                                                      const request_rate<T>& rate, const T& slots,
                                                      const T& step) noexcept {
  const T one(1.0);
  const T r = rate.value();
  const basic_step_mix<T> filled = replica.full(slots, step);
  const basic_sojourn<T> longest = replica.full_life(filled, slots);
  const T others = detail::share_of_others(slots);
  const T held = longest.in_slot().value();
  basic_arrivals<T> a;
  a.utilisation = r * held / slots;
  const auto stable = a.utilisation < one;
  const T steps = max(replica.load.decoding_steps(), one);
  const T pace = longest.generation.value() / steps;
  const T served = min(r, slots / held);
  const basic_step_mix<T> s = detail::mix_at(replica, served, others, filled.prompts, pace);
  const T about = served * longest.total().value();
  const T busy = about / (one + about) * T(steps_met_at_random);
  a.life = replica.life(s, {others, one, busy});
  a.life.generation = shardline::min(a.life.generation, longest.generation);
  // Who waits for prompts slows nobody: at most for as long as where all slots are full.
  const seconds<T> most = longest.total() - a.life.prompt - a.life.generation;
  a.life.queue = shardline::min(a.life.queue, shardline::max(most, seconds<T>{}));
  a.life.entry = shardline::min(a.life.entry, a.life.queue);
  a.life = detail::pick(stable, a.life, longest);
  a.in_flight = min(r * a.life.in_slot().value(), slots);
  const T spread = replica.load.spread * (a.life.generation / a.life.in_slot());
  const seconds<T> wait =
      wait_for_slot(slots, a.life.in_slot(), min(a.utilisation, one), a.in_flight / slots) *
      (one + spread * spread);
  a.wait = select(stable, wait, seconds<T>::from_value(endless<T>()));
  return a;
}

}  // namespace shardline
