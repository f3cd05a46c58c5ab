// SPDX-License-Identifier: BSL-1.0
/// Requests that arrive at random: how many are in flight, how busy a replica is, how long they
/// wait.
#pragma once

#include "shardline/serve/replica.hpp"
#include "shardline/serve/residual.hpp"

namespace shardline {

/// Of the steps that pass before a busy engine has a request in one, those that pass where requests
/// arrive at random: half of the step under way, the output that is handled one step late, but no
/// last token of a sequence before, as where slots are always full and its end calls the next one.
inline constexpr double steps_met_at_random = 0.5;

/// Mean wait for one of `slots` equal servers, each busy for `service`, at utilisation u < 1:
///   service u^(sqrt(2 (slots + 1)) - 1) / (slots (1 - u)) / 2
/// half of what exponential service would make it, since lengths are equal.
/// Source: Sakasegawa, "An approximation formula L_q = a rho^b / (1 - rho)", Ann. Inst. Statist.
/// Math. 29, 1977.   1 slot, service 1 s, u 0.5: 0.5 s, as M/D/1 has it
template <class T>
[[nodiscard]] constexpr seconds<T> wait_for_slot(const T& slots, const seconds<T>& service,
                                                 const T& utilisation) noexcept {
  const T one(1.0);
  const T idle = max(one - utilisation, T(1e-9));
  const T exponent = square_root((slots + one) * T(2.0)) - one;
  return service * (detail::share_to(min(utilisation, one), exponent) / (slots * idle) * T(0.5));
}

/// How full slots are whose sequences slow each other.
///   slots         1 at least
///   utilisation   the rate over the most that full slots serve, u
///   taken         of them, on average, from 0 to 1: less than u, since few are faster than many
///   slower        a step of so many over that of one alone, 1 at least
template <class T = double>
struct basic_crowd {
  T slots = T(1.0);
  T utilisation = T(0.0);
  T taken = T(0.0);
  T slower = T(1.0);
};
using crowd = basic_crowd<>;

/// The chance [1] that one who comes at random finds no slot, n slots:
///   many^(1 - 1 / n) few^(1 / n)
///   many = 1 / (1 + beta Phi(beta) / phi(beta)),  beta = (1 - taken) sqrt(n / slower) taken^(-1/4)
///   few  = taken^(sqrt(2 (n / slower + 1)) - 1)
/// of Phi and phi, the normal distribution and its density: exact for one slot, and for many near
/// saturation. How many are in flight, where a life lengthens evenly with their number, has a
/// negative binomial distribution: its variance is `slower` times its mean, as if so many times
/// fewer came together. taken^(-1/4) and the powers of n stand between limits, found by solving for
/// the equilibrium of 2 to 512 slots.
/// Source: Halfin and Whitt, "Heavy-traffic limits for queues with many exponential servers",
/// Operations Research 29, 1981; Sakasegawa, as above.
///   32 slots, 85 % taken, alike: 0.277; slower by 3: 0.504   (tests/serve/arrivals.cpp)
template <class T>
[[nodiscard]] constexpr T chance_to_wait(const basic_crowd<T>& c) noexcept {
  const T one(1.0);
  const T taken = max(min(c.taken, one), T(1e-9));
  const T apart = max(c.slots / c.slower, one);
  const T beta = (one - taken) * square_root(apart / square_root(taken));
  const T many = one / (one + beta * detail::mills_ratio(T(0.0) - beta));
  const T few = detail::share_to(taken, square_root((apart + one) * T(2.0)) - one);
  return many * detail::share_to(few / many, one / c.slots);
}

/// Mean wait [s] for a slot where requests come at random, whose lives take `full` [s] where all
/// slots are taken and spread by `cv`:
///   chance_to_wait() full / (slots (1 - u)) (1 + cv^2 + even (1 - cv^2)) / 2
///   even = (1 - u) / u (slots - 1) (sqrt(4 + 5 slots) - 2) / (16 slots), 1 at most
/// continuous in u, and without bound as u goes to 1. Source: Cosmetatos, "Some approximate
/// equilibrium results for the multi-server queue (M/G/r)", Operational Research Quarterly 27,
/// 1976: equal lives wait half as long as exponential ones where slots are few or nearly all taken.
///   8 slots, all alike, 70 % taken, lives of 1 s: cv 1: 0.109 s, cv 0: 0.061 s
///   (tests/serve/arrivals.cpp)
template <class T>
[[nodiscard]] constexpr seconds<T> wait_in_crowd(const basic_crowd<T>& c, const seconds<T>& full,
                                                 const T& cv) noexcept {
  const T one(1.0);
  const T idle = max(one - c.utilisation, T(1e-9));
  const T of_slots = (c.slots - one) * (square_root(c.slots * T(5.0) + T(4.0)) - T(2.0));
  const T busy = max(c.utilisation, T(1e-9));
  const T even = min(idle / busy * of_slots / (c.slots * T(16.0)), one);
  const T spread = cv * cv;
  const T uneven = one + spread + even * max(one - spread, T(0.0));
  return full * (chance_to_wait(c) * uneven * T(0.5) / (c.slots * idle));
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
  return {select(first, a.queue, b.queue),           select(first, a.prompt, b.prompt),
          select(first, a.generation, b.generation), select(first, a.entry, b.entry),
          select(first, a.early, b.early),           select(first, a.reading, b.reading)};
}

// A life that takes no longer than where all slots are full: who waits for prompts slows nobody.
template <class T>
constexpr basic_sojourn<T> no_longer(basic_sojourn<T> life,
                                     const basic_sojourn<T>& longest) noexcept {
  life.generation = shardline::min(life.generation, longest.generation);
  const seconds<T> most = longest.total() - life.prompt - life.generation;
  life.queue = shardline::min(life.queue, shardline::max(most, seconds<T>{}));
  life.entry = shardline::min(life.entry, life.queue);
  return life;
}

// A life [s] by which all slots are taken at less than the most that they serve: its generation is
// longer by 1 / utilisation.
template <class T>
constexpr basic_sojourn<T> in_all_slots(basic_sojourn<T> longest, const T& utilisation) noexcept {
  longest.generation = longest.generation / max(min(utilisation, T(1.0)), T(1e-9));
  return longest;
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

// Steps at a rate, and how long one takes that decodes.
template <class T>
struct mix_at_rate {
  basic_step_mix<T> steps{};
  T decode{};
};

// The steps at so many requests a second: prompts = rate seconds(prompts), where seconds rise with
// what comes, between an idle replica and one whose slots are full, with steps of so many seconds.
template <class T, class Replica>
constexpr mix_at_rate<T> mix_at(const Replica& replica, const T& rate, const T& others,
                                const T& idle, const T& full, const T& seconds_when_full,
                                const prompt_steps<T>& read) noexcept {
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
  return {replica.at_random(rate, prompts.between(), t), t.decode};
}

}  // namespace detail

/// The steady state of a replica's slots that requests reach at random.
///   prompts   = rate (seconds of a step among as many), on a line between evaluated ones
///   life      among those that are in flight on average, which is what one that arrives finds
///             (Poisson arrivals see time averages); no longer than where all slots are full, or,
///             where prompts are read apart, than slots / rate: those that come while some are read
///             fill all slots before anything decodes, though full slots would serve more
///   utilisation = rate / the most that full slots serve, of which there are `slots`: others wait
///                 for each (loaded_replica::crowded())
///   wait      for a slot, wait_in_crowd()
/// Source: Wolff, "Poisson arrivals see time averages", Operations Research 30, 1982.
template <class T, class Replica>
[[nodiscard]] constexpr basic_arrivals<T> arrivals_of(const Replica& replica,
                                                      const request_rate<T>& rate, const T& slots,
                                                      const T& step) noexcept {
  const T one(1.0);
  const T r = rate.value();
  const prompt_steps<T> read = replica.reading();
  const basic_crowded_slots<T> filled = replica.crowded(slots, step, read);
  const basic_sojourn<T>& longest = filled.life;
  const T others = detail::share_of_others(slots);
  const T held = longest.in_slot().value();
  basic_arrivals<T> a;
  a.utilisation = r * held / slots;
  const auto stable = a.utilisation < one;
  const T steps = max(replica.load.decoding_steps(), one);
  const T pace = longest.generation.value() / steps;
  const T served = min(r, slots / held);
  const T idle = replica.times.decode(one).interval(replica.load.batches);
  const auto s = detail::mix_at(replica, served, others, idle, filled.steps.prompts, pace, read);
  const T about = served * longest.total().value();
  const T busy = about / (one + about) * T(steps_met_at_random);
  const basic_sojourn<T> most =
      replica.chunked() ? longest : detail::in_all_slots(longest, a.utilisation);
  a.life = detail::pick(stable, detail::no_longer(replica.life(s.steps, {others, one, busy}), most),
                        longest);
  a.in_flight = min(r * a.life.in_slot().value(), slots);
  const T slower = max(s.decode / idle, one);
  const basic_crowd<T> among{slots, min(a.utilisation, one), a.in_flight / slots, slower};
  const T spread = replica.load.spread * (a.life.generation / a.life.in_slot());
  a.wait = select(stable, wait_in_crowd(among, longest.in_slot(), spread),
                  seconds<T>::from_value(endless<T>()));
  return a;
}

}  // namespace shardline
