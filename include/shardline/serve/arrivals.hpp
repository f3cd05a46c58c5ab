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

  [[nodiscard]] constexpr bool stable() const noexcept { return value_of(utilisation) < 1.0; }
};
using arrivals = basic_arrivals<>;

namespace detail {

template <class Condition, class T>
constexpr basic_sojourn<T> pick(const Condition& first, const basic_sojourn<T>& a,
                                const basic_sojourn<T>& b) noexcept {
  return {select(first, a.queue, b.queue), select(first, a.prompt, b.prompt),
          select(first, a.generation, b.generation)};
}

// A number of prompts a step, and the seconds that a step then takes.
template <class T>
struct pace_at {
  T prompts{};
  T step{};
};

// Where the straight line through two of them is a step of prompts / rate.
template <class T>
constexpr T met_between(const pace_at<T>& a, const pace_at<T>& b, const T& rate) noexcept {
  const T rise = (b.step - a.step) / max(b.prompts - a.prompts, T(1e-30));
  return rate * (a.step - rise * a.prompts) / max(T(1.0) - rate * rise, T(1e-9));
}

// The steps at so many requests a second: prompts = rate seconds(prompts), where seconds rise with
// what comes. On the line from an idle replica to one whose slots are full, then on the side of it
// that holds the root.
template <class T, class Replica>
constexpr basic_step_mix<T> mix_at(const Replica& replica, const T& rate, const T& slots,
                                   const T& others, const pace_at<T>& full,
                                   const T& reading) noexcept {
  const T idle = replica.times.decode(T(1.0)).interval(replica.load.batches);
  const pace_at<T> none{T(0.0), idle};
  const T first = min(met_between(none, full, rate), full.prompts);
  const basic_mix_seconds<T> t =
      replica.seconds_of(replica.at_random(slots, rate, first, reading), others);
  const pace_at<T> between{first, t.mean()};
  const auto less = rate * between.step < first;
  const T below = met_between(none, between, rate);
  const T above = met_between(between, full, rate);
  const T prompts = min(select(less, below, above), full.prompts);
  return replica.at_random(slots, rate, prompts, t.prompts);
}

}  // namespace detail

/// The steady state of a replica's slots that requests reach at random.
///   prompts   = rate (seconds of a step among as many), on a line between evaluated ones
///   life      among those that are in flight on average, which is what one that arrives finds
///             (Poisson arrivals see time averages); no longer than where all slots are full
///   utilisation = rate / the most that full slots serve, of which there are `slots`
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
  basic_arrivals<T> a;
  a.utilisation = r * longest.total().value() / slots;
  const auto stable = a.utilisation < one;
  const T steps = max(replica.load.decoding_steps(), one);
  const detail::pace_at<T> full{filled.prompts, longest.generation.value() / steps};
  const T served = min(r, slots / longest.total().value());
  const T reading = replica.seconds_of(filled, others).prompts;
  const basic_step_mix<T> s = detail::mix_at(replica, served, slots, others, full, reading);
  const T about = served * longest.total().value();
  const T busy = about / (one + about) * T(steps_met_at_random);
  a.life = replica.life(s, {others, one, busy});
  // Who waits for prompts slows nobody: at most for as long as where all slots are full.
  const seconds<T> most = longest.total() - a.life.prompt - a.life.generation;
  a.life.queue = shardline::min(a.life.queue, shardline::max(most, seconds<T>{}));
  a.life = detail::pick(stable, a.life, longest);
  a.in_flight = min(r * a.life.total().value(), slots);
  const T spread = replica.load.spread * (a.life.generation / a.life.total());
  const seconds<T> wait =
      wait_for_slot(slots, a.life.total(), min(a.utilisation, one), a.in_flight / slots) *
      (one + spread * spread);
  a.wait = select(stable, wait, seconds<T>::from_value(endless<T>()));
  return a;
}

}  // namespace shardline
