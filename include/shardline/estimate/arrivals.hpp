/// Requests that arrive at random: how many are in flight, how busy a replica is, how long they
/// wait.
#pragma once

#include "shardline/estimate/capacity.hpp"
#include "shardline/estimate/steady_state.hpp"

namespace shardline {

/// A replica at a rate of requests.
///   in_flight     sequences in its slots, on average
///   utilisation   rate over the most that its slots allow; from 1 on the queue grows for ever
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

/// Of the steps that pass before a busy engine has a request in one, those that pass where requests
/// arrive at random: half of the step under way, the output that is handled one step late, but no
/// last token of a sequence before, as where slots are always full and its end calls the next one.
inline constexpr double steps_met_at_random = 0.5;

/// Life of a sequence where r requests per second arrive at a replica at random, at step times t:
///   load        u = r prompt_pace, r P of it at others' cost
///   generation  Z / (1 - r P): of each second of decoding, prompts take r P
///   queue       u prompt_pace / (2 (1 - u)), an M/D/1 server (Pollaczek and Khinchine)
/// Assumes u < 1.  r 0.1, unchunked, P = pace 2 s, Z 4 s: generation 5 s, queue 0.25 s
template <class T>
[[nodiscard]] constexpr basic_sojourn<T> sojourn_at_rate(const basic_slot_times<T>& t,
                                                         const basic_turnover<T>& load,
                                                         const request_rate<T>& rate) noexcept {
  const T one(1.0);
  const T shortest_pause(1e-9);
  const seconds<T> each = load.prompt_pace(t);
  const T busy = rate.value() * each.value();
  const T paused = rate.value() * load.prompt_cost(t).value();
  const seconds<T> queue = each * (busy * T(0.5) / max(one - busy, shortest_pause));
  const seconds<T> generation = load.decoding(t) / max(one - paused, shortest_pause);
  return {queue, load.own_prompt(t), generation};
}

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

// Sequences in flight at the step times of n of them, by Little's law: rate times a sequence's
// life.
template <class T, class Times>
struct flight {
  const Times& times;
  const basic_turnover<T>& load;
  const request_rate<T>& rate;

  [[nodiscard]] constexpr basic_sojourn<T> life(count n) const noexcept {
    const T in_flight = real<T>(n);
    const basic_slot_times<T> t = times(max(in_flight, T(1.0)));
    basic_sojourn<T> s = sojourn_at_rate(t, load, rate);
    const T busy = in_flight / (in_flight + T(1.0));
    s.queue = s.queue + times.entry(t, busy * T(steps_met_at_random));
    return s;
  }
  [[nodiscard]] constexpr T sequences(const basic_sojourn<T>& s) const noexcept {
    return rate.value() * s.total().value();
  }
  // Whether more than n are in flight where steps take as long as with n.
  [[nodiscard]] constexpr bool operator()(count n) const noexcept {
    return value_of(sequences(life(n))) > real<double>(n);
  }
};

template <class T>
constexpr basic_sojourn<T> between(const basic_sojourn<T>& a, const basic_sojourn<T>& b,
                                   const T& way) noexcept {
  return {a.queue + (b.queue - a.queue) * way, a.prompt + (b.prompt - a.prompt) * way,
          a.generation + (b.generation - a.generation) * way};
}

}  // namespace detail

/// The steady state of a replica of `slots` slots at `rate` requests per second. `full` is life in
/// slots that are always full, which serve slots / full per second at most. times(n) are the
/// slot_times with n sequences in flight, and times.entry(t, busy) what the engine takes to notice
/// a request at step times t, where it is busy for a share `busy` of the time. The number in flight
/// is the one that leads to itself, n = rate life(n), by halving over whole numbers and a straight
/// line between the two around it. A pack's lanes share those of its first. From a utilisation of 1
/// on the slots are full, and life in them is `full`.
template <class T, class Times>
[[nodiscard]] constexpr basic_arrivals<T> arrivals_of(const Times& times,
                                                      const basic_turnover<T>& load,
                                                      const request_rate<T>& rate, count slots,
                                                      const basic_sojourn<T>& full) noexcept {
  basic_arrivals<T> found;
  const detail::flight<T, Times> flight{times, load, rate};
  const T all = real<T>(slots);
  found.utilisation = flight.sequences(full) / all;
  found.in_flight = all;
  found.life = full;
  if (!found.stable()) return found;
  const count below = detail::largest_that_fits(1, slots - 1, flight);
  const basic_sojourn<T> lower = flight.life(below);
  const basic_sojourn<T> upper = flight.life(below + 1);
  const T rise = flight.sequences(upper) - flight.sequences(lower);
  const T way = (flight.sequences(lower) - real<T>(below)) / max(T(1.0) - rise, T(1e-9));
  found.life = detail::between(lower, upper, min(max(way, T(0.0)), T(1.0)));
  found.in_flight = min(flight.sequences(found.life), all);
  found.wait = wait_for_slot(all, found.life.total(), found.utilisation);
  return found;
}

}  // namespace shardline
