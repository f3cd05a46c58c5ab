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

// A sequence's life among others that come as evenly as where slots are always full, and what its
// queue is made of where they come in crowds.
//   entry        until the engine notices it
//   prompt_pace  from one prompt to the next
//   added        by others' chunks to the step of its own
template <class T>
struct random_life {
  basic_sojourn<T> even{};
  seconds<T> entry{};
  seconds<T> prompt_pace{};
  seconds<T> added{};
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
    const T near = real<T>(others) * on_own_replica();
    const basic_slot_times<T> t = times(real<T>(others) + T(1.0));
    const others_chunks<T> chunks = share_out(t, load, load.chunks * near);
    const seconds<T> met = met_by_chance(t, load, (t.pace * load.chunks).value() * others_rate());
    random_life<T> l;
    l.even = {shardline::max(met, chunks.waited_for), load.own_prompt(t),
              load.decoding(t) + chunks.carried};
    l.entry = entry_among(times, t, near + T(1.0), T(steps_met_at_random));
    l.prompt_pace = load.prompt_pace(t);
    const T steps = max(load.decode_steps, T(1.0)) * t.batches;
    l.added = load.further_chunk_cost(t) * min(load.chunks * near / steps, load.per_step - T(1.0));
    return l;
  }
  // In flight by Little's law, where each sequence lives so.
  [[nodiscard]] constexpr T sequences(const random_life<T>& l) const noexcept {
    return rate.value() * (l.even.total() + l.entry).value();
  }
  // Whether more than `others` are in flight where sequences live as among so many.
  [[nodiscard]] constexpr bool operator()(count others) const noexcept {
    return value_of(sequences(life(others))) > real<double>(others);
  }
  // The wait behind the prompts of those on its replica.
  [[nodiscard]] constexpr seconds<T> turn(const seconds<T>& prompt_pace) const noexcept {
    return wait_for_slot(T(1.0), prompt_pace, prompt_pace.value() * others_rate());
  }

 private:
  // The share of the others that is on the replica of one.
  [[nodiscard]] constexpr T on_own_replica() const noexcept {
    const count remaining = slots.all() - 1;
    if (remaining < 1) return T(0.0);
    return real<T>(slots.each - 1) / real<T>(remaining);
  }
  // At which they arrive, however long they live.
  [[nodiscard]] constexpr T others_rate() const noexcept { return rate.value() * on_own_replica(); }
};

template <class T>
constexpr seconds<T> between(const seconds<T>& a, const seconds<T>& b, const T& way) noexcept {
  return a + (b - a) * way;
}

// The life that leads to as many in flight as it is lived among: between two whole numbers on a
// straight line. With a rate some are always in flight. Who waits for a prompt slows nobody, so
// that crowds lengthen the queue alone, up to the life in full slots. A queue bends where lives are
// straight, so that it is that of the settled life, not between those of its two neighbours.
template <class T, class Times>
constexpr basic_sojourn<T> settled_life(const flight<T, Times>& f,
                                        const basic_sojourn<T>& longest) noexcept {
  const count below = largest_that_fits(1, f.slots.all() - 2, f);
  const random_life<T> lower = f.life(below);
  const random_life<T> upper = f.life(below + 1);
  const T rise = f.sequences(upper) - f.sequences(lower);
  const T short_of = f.sequences(lower) - real<T>(below);
  const T way = min(max(short_of / max(T(1.0) - rise, T(1e-9)), T(0.0)), T(1.0));
  basic_sojourn<T> s;
  s.prompt = between(lower.even.prompt, upper.even.prompt, way);
  s.generation = between(lower.even.generation, upper.even.generation, way);
  const seconds<T> entry = between(lower.entry, upper.entry, way);
  const seconds<T> even = between(lower.even.queue, upper.even.queue, way);
  const seconds<T> crowd = f.turn(between(lower.prompt_pace, upper.prompt_pace, way)) +
                           between(lower.added, upper.added, way);
  const seconds<T> most = longest.total() - s.total() - entry;
  s.queue = entry + shardline::max(even, shardline::min(crowd, most));
  return s;
}

}  // namespace detail

/// The steady state of slots that requests reach at random, `rate` over all replicas.
///   others     n = rate life(n), in flight on average, which is what one that arrives finds
///              (Poisson arrivals see time averages); a request's own replica has
///              n (slots - 1) / (all slots - 1) of them
///   life(n)    sojourn_of() among these as in slots that are always full, and what the engine
///              takes to notice a request. Prompts of a replica's others are computed in a share of
///              the time that follows from the rate, r = rate (slots - 1) / (all slots - 1), and
///              not from how long they live
///   queue      that of life(n), or if it is more, as prompts come in crowds, an M/D/1 server's
///              (Pollaczek and Khinchine), and what others' chunks add to the step of its own:
///                wait_for_slot(1, prompt_pace, r prompt_pace)
///                  + further_chunk_cost min(chunks of others to a step, per_step - 1)
///              So nothing waits longer where steps are faster.
///   utilisation = rate life(all slots - 1) / all slots
///   wait       for a slot of its replica, wait_for_slot()
/// times(n) are the slot_times with n sequences in flight, and times.entry(t, busy) what the engine
/// takes at step times t, where it is busy for a share `busy` of the time. Life never exceeds that
/// in full slots, which it reaches with a utilisation of 1; from there on slots are full. A pack's
/// lanes share the whole numbers between which the first one's n lies.
/// 100 slots, rate 0.1, unchunked, P = pace 2 s, Z 4 s: 0.78 in flight
/// Source: Wolff, "Poisson arrivals see time averages", Operations Research 30, 1982; Little's law.
template <class T, class Times>
[[nodiscard]] constexpr basic_arrivals<T> arrivals_of(const Times& times,
                                                      const basic_turnover<T>& load,
                                                      const request_rate<T>& rate,
                                                      const replica_slots& slots) noexcept {
  const detail::flight<T, Times> flight{times, load, rate, slots};
  const T all = real<T>(slots.all());
  basic_arrivals<T> found;
  const basic_slot_times<T> full = times(all);
  found.life = sojourn_of(full, load, real<T>(slots.each));
  found.life.queue = found.life.queue +
                     detail::entry_among(times, full, real<T>(slots.each), T(steps_met_at_random));
  found.in_flight = rate.value() * found.life.total().value();
  found.utilisation = found.in_flight / all;
  if (!found.stable()) {
    found.in_flight = all;
    return found;
  }
  if (value_of(found.in_flight) < value_of(all) - 1.0) {
    found.life = detail::settled_life(flight, found.life);
    found.in_flight = min(rate.value() * found.life.total().value(), all);
  }
  found.wait = wait_for_slot(real<T>(slots.each), found.life.total(), found.utilisation);
  return found;
}

}  // namespace shardline
