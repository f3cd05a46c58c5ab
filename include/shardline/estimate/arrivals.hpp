/// Requests that arrive at random: how many are in flight, how busy a replica is, how long they
/// wait.
#pragma once

#include "shardline/estimate/capacity.hpp"
#include "shardline/estimate/steady_state.hpp"

namespace shardline {

/// Slots of all replicas at a rate of requests.
///   in_flight     sequences in slots, on average
///   utilisation   rate over the most that the slots allow; from 1 on the queue grows for ever
///   wait          for a slot, on average; 0 where the queue grows for ever
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

/// So many slots on each of so many replicas.
struct replica_slots {
  count replicas = 1;
  count each = 1;

  [[nodiscard]] constexpr count all() const noexcept { return replicas * each; }
};

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
  // u^e as exp(e ln u), with u kept from 0, whose wait is 0 all the same.
  const T logarithm = log_one_minus(min(idle, T(1.0 - 1e-15)));
  return service * (exp_nonpositive(exponent * logarithm) / (slots * idle) * T(0.5));
}

namespace detail {

// What the engine takes to notice a request among `slots`, each of which keeps it busy alike, where
// a share of the steps that pass is met.
template <class T, class Times>
constexpr seconds<T> entry_among(const Times& times, const basic_slot_times<T>& t, const T& slots,
                                 const T& met) noexcept {
  return times.entry(t, (slots - T(1.0)) / slots * met);
}

// A sequence's life among others that come as evenly as where slots are always full, and its queue
// where they come in crowds.
template <class T>
struct random_life {
  basic_sojourn<T> even{};
  seconds<T> crowded{};
};

// What a sequence finds that arrives at random: the others that are in flight on average. Those on
// its replica, of `others` that lie in any of the remaining slots, hold it up as so many slots do
// that are always full.
template <class T, class Times>
struct flight {
  const Times& times;
  const basic_turnover<T>& load;
  const request_rate<T>& rate;
  replica_slots slots;

  [[nodiscard]] constexpr random_life<T> life(count others) const noexcept {
    const T near = on_own_replica(others);
    const basic_slot_times<T> t = times(real<T>(others) + T(1.0));
    random_life<T> l{sojourn_of(t, load, near + T(1.0))};
    const seconds<T> entry = entry_among(times, t, near + T(1.0), T(steps_met_at_random));
    l.crowded = shardline::max(l.even.queue, crowd(t, near, l.even)) + entry;
    l.even.queue = l.even.queue + entry;
    return l;
  }
  // In flight by Little's law, where each sequence lives so.
  [[nodiscard]] constexpr T sequences(const basic_sojourn<T>& s) const noexcept {
    return rate.value() * s.total().value();
  }
  // Whether more than `others` are in flight where sequences live as among so many.
  [[nodiscard]] constexpr bool operator()(count others) const noexcept {
    return value_of(sequences(life(others).even)) > real<double>(others);
  }

 private:
  [[nodiscard]] constexpr T on_own_replica(count others) const noexcept {
    const count remaining = slots.all() - 1;
    if (remaining < 1) return T(0.0);
    return real<T>(others) * real<T>(slots.each - 1) / real<T>(remaining);
  }
  // Behind the prompts of `near` others that live so.
  [[nodiscard]] constexpr seconds<T> crowd(const basic_slot_times<T>& t, const T& near,
                                           const basic_sojourn<T>& s) const noexcept {
    const T one(1.0);
    const seconds<T> each = load.prompt_pace(t);
    const seconds<T> turn = wait_for_slot(one, each, near / s.total().value() * each.value());
    const seconds<T> round = s.generation / max(load.decode_steps, one);
    const seconds<T> added = shardline::max(round - t.decode, seconds<T>{}) / t.batches;
    return turn + added * (one - one / load.per_step);
  }
};

template <class T>
constexpr seconds<T> between(const seconds<T>& a, const seconds<T>& b, const T& way) noexcept {
  return a + (b - a) * way;
}

// The life that leads to as many in flight as it is lived among: between two whole numbers on a
// straight line. With a rate some are always in flight. Who waits for a prompt slows nobody, so
// that crowds lengthen the queue alone, up to the life in full slots.
template <class T, class Times>
constexpr basic_sojourn<T> settled_life(const flight<T, Times>& f,
                                        const basic_sojourn<T>& longest) noexcept {
  const count below = largest_that_fits(1, f.slots.all() - 2, f);
  const random_life<T> lower = f.life(below);
  const random_life<T> upper = f.life(below + 1);
  const T rise = f.sequences(upper.even) - f.sequences(lower.even);
  const T short_of = f.sequences(lower.even) - real<T>(below);
  const T way = min(max(short_of / max(T(1.0) - rise, T(1e-9)), T(0.0)), T(1.0));
  basic_sojourn<T> s;
  s.prompt = between(lower.even.prompt, upper.even.prompt, way);
  s.generation = between(lower.even.generation, upper.even.generation, way);
  const seconds<T> even = between(lower.even.queue, upper.even.queue, way);
  const seconds<T> crowded = between(lower.crowded, upper.crowded, way);
  s.queue = shardline::max(even, shardline::min(crowded, longest.total() - s.total()));
  return s;
}

}  // namespace detail

/// The steady state of slots that requests reach at random, `rate` over all replicas.
///   others     n = rate life(n), in flight on average, which is what one that arrives finds
///              (Poisson arrivals see time averages); a request's own replica has
///              n (slots - 1) / (all slots - 1) of them
///   life(n)    sojourn_of() among these as in slots that are always full, and what the engine
///              takes to notice a request
///   queue      that of life(n), or if it is more, as prompts come in crowds, an M/D/1 server's at
///              u = n prompt_pace / life(n) (Pollaczek and Khinchine), and what others' prompts add
///              to the step of its own:
///                wait_for_slot(1, prompt_pace, u) + (mean step - decode step) (1 - 1 / per_step)
///   utilisation = rate life(all slots - 1) / all slots
///   wait       for a slot of its replica, wait_for_slot()
/// times(n) are the slot_times with n sequences in flight, and times.entry(t, busy) what the engine
/// takes at step times t, where it is busy for a share `busy` of the time. Life never exceeds that
/// in full slots, which it reaches with a utilisation of 1; from there on slots are full. A pack's
/// lanes share the whole numbers between which the first one's n lies.
/// 100 slots, rate 0.1, unchunked, P = pace 2 s, Z 4 s: 0.783 in flight
/// Source: Wolff, "Poisson arrivals see time averages", Operations Research 30, 1982; Little's law.
template <class T, class Times>
[[nodiscard]] constexpr basic_arrivals<T> arrivals_of(const Times& times,
                                                      const basic_turnover<T>& load,
                                                      const request_rate<T>& rate,
                                                      const replica_slots& slots) noexcept {
  const detail::flight<T, Times> flight{times, load, rate, slots};
  const T all = real<T>(slots.all());
  basic_arrivals<T> found;
  found.life = flight.life(slots.all() - 1).even;
  found.in_flight = flight.sequences(found.life);
  found.utilisation = found.in_flight / all;
  if (!found.stable()) {
    found.in_flight = all;
    return found;
  }
  if (value_of(found.in_flight) < value_of(all) - 1.0) {
    found.life = detail::settled_life(flight, found.life);
    found.in_flight = min(flight.sequences(found.life), all);
  }
  found.wait = wait_for_slot(real<T>(slots.each), found.life.total(), found.utilisation);
  return found;
}

}  // namespace shardline
