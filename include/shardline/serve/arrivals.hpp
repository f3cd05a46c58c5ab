/// Requests that arrive at random: how many are in flight, how busy a replica is, how long they
/// wait.
#pragma once

#include "shardline/memory/capacity.hpp"
#include "shardline/serve/steady_state.hpp"

namespace shardline {

/// Slots of all replicas at a rate of requests.
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

/// Slots of all replicas together, a whole number, and those of one of them: on average, where the
/// replicas do not divide them, and one at least.
template <class T = double>
struct basic_replica_slots {
  T all = T(1.0);
  T each = T(1.0);
};
using replica_slots = basic_replica_slots<>;

/// `all` slots over so many replicas.
///   shared_slots(10, 4) = {10, 2.5};  shared_slots(2, 4) = {2, 1}   (tests/serve/arrivals.cpp)
template <class T>
[[nodiscard]] constexpr basic_replica_slots<T> shared_slots(const T& all, count replicas) noexcept {
  return {all, max(all / real<T>(replicas), T(1.0))};
}

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

// A sequence among so many others: its life, and how many are in flight where each lives so; below
// 0 while that is not known.
template <class T>
struct company {
  T others{};
  random_life<T> life{};
  T in_flight = T(-1.0);
};

template <class Condition, class T>
constexpr basic_sojourn<T> pick(const Condition& first, const basic_sojourn<T>& a,
                                const basic_sojourn<T>& b) noexcept {
  return {select(first, a.queue, b.queue), select(first, a.prompt, b.prompt),
          select(first, a.generation, b.generation)};
}
template <class Condition, class T>
constexpr random_life<T> pick(const Condition& first, const random_life<T>& a,
                              const random_life<T>& b) noexcept {
  return {pick(first, a.even, b.even), select(first, a.entry, b.entry),
          select(first, a.prompt_pace, b.prompt_pace), select(first, a.added, b.added)};
}
template <class Condition, class T>
constexpr company<T> pick(const Condition& first, const company<T>& a,
                          const company<T>& b) noexcept {
  return {select(first, a.others, b.others), pick(first, a.life, b.life),
          select(first, a.in_flight, b.in_flight)};
}

// What a sequence finds that arrives at random: the others that are in flight on average. Those on
// its replica, of `others` that lie in any of the remaining slots, hold it up as so many slots do
// that are always full.
template <class T, class Times>
struct flight {
  const Times& times;
  const basic_turnover<T>& load;
  const request_rate<T>& rate;
  basic_replica_slots<T> slots;

  [[nodiscard]] constexpr company<T> among(const T& others) const noexcept {
    return among(others, times(others + T(1.0)));
  }
  [[nodiscard]] constexpr company<T> among(const T& others,
                                           const basic_slot_times<T>& t) const noexcept {
    company<T> c{others, life(t, others * on_own_replica())};
    // By Little's law.
    c.in_flight = rate.value() * (c.life.even.total() + c.life.entry).value();
    return c;
  }
  // The wait behind the prompts of those on its replica.
  [[nodiscard]] constexpr seconds<T> turn(const seconds<T>& prompt_pace) const noexcept {
    return wait_for_slot(T(1.0), prompt_pace, prompt_pace.value() * others_rate());
  }

 private:
  // Among so many on its replica, at these step times.
  [[nodiscard]] constexpr random_life<T> life(const basic_slot_times<T>& t,
                                              const T& near) const noexcept {
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
  // The share of the others that is on the replica of one.
  [[nodiscard]] constexpr T on_own_replica() const noexcept {
    const T one(1.0);
    return (slots.each - one) / max(slots.all - one, one);
  }
  // At which they arrive, however long they live.
  [[nodiscard]] constexpr T others_rate() const noexcept { return rate.value() * on_own_replica(); }
};

// Two whole numbers of others: among `low` more are in flight than there are others, among `high`
// not. Among those between, `least` to `most` are: others never shorten a life.
template <class T>
struct flight_bracket {
  company<T> low{};
  company<T> high{};
  T least{};
  T most{};

  // Lanes that have met stay as they are while others search.
  [[nodiscard]] constexpr bool open() const noexcept {
    return largest_of(high.others - low.others) > 1.0;
  }
  [[nodiscard]] constexpr T middle() const noexcept {
    return low.others + round_down((high.others - low.others) * T(0.5));
  }
  // 1 where both bounds leave open whether more than `others` are in flight among so many, else 0.
  [[nodiscard]] constexpr T undecided(const T& others) const noexcept {
    const T no(0.0);
    return select(others < least, no, select(others < most, T(1.0), no));
  }
  constexpr void take(const company<T>& inside, const T& unknown) noexcept {
    const T& others = inside.others;
    const T bound = select(others < least, least, most);
    const T in_flight = select(T(0.0) < unknown, inside.in_flight, bound);
    const auto more = others < in_flight;
    low = pick(more, inside, low);
    high = pick(more, high, inside);
    least = select(more, in_flight, least);
    most = select(more, most, in_flight);
  }
};

template <class T, class Times>
constexpr void look_at(const flight<T, Times>& f, company<T>& c) noexcept {
  const T unknown = -c.in_flight;
  if (largest_of(unknown) > 0.0) c = pick(T(0.0) < unknown, f.among(c.others), c);
}

// The bracket of neighbours, halved from none and all others: so what is found rises with the rate,
// and with whatever else lengthens life, even where steps in its length bring more in flight than
// others back.
template <class T, class Times>
constexpr flight_bracket<T> neighbours(const flight<T, Times>& f, const company<T>& all) noexcept {
  flight_bracket<T> b{{}, all, T(0.0), all.in_flight};
  while (b.open()) {
    company<T> inside;
    inside.others = b.middle();
    const T unknown = b.undecided(inside.others);
    if (largest_of(unknown) > 0.0) inside = f.among(inside.others);
    b.take(inside, unknown);
  }
  look_at(f, b.low);
  look_at(f, b.high);
  return b;
}

template <class T>
constexpr seconds<T> between(const seconds<T>& a, const seconds<T>& b, const T& way) noexcept {
  return a + (b - a) * way;
}

// The life that leads to as many in flight as it is lived among: between two whole numbers on a
// straight line. With a rate some are always in flight. Who waits for a prompt slows nobody, so
// that crowds lengthen the queue alone, up to the life in full slots. A queue bends where lives are
// straight, so that it is that of the settled life, not between those of its two neighbours.
template <class T, class Times>
constexpr basic_sojourn<T> settled_life(const flight<T, Times>& f, const company<T>& all,
                                        const basic_sojourn<T>& longest) noexcept {
  const flight_bracket<T> b = neighbours(f, all);
  const random_life<T>& lower = b.low.life;
  const random_life<T>& upper = b.high.life;
  const T rise = b.high.in_flight - b.low.in_flight;
  const T short_of = b.low.in_flight - b.low.others;
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

// Life in slots that are all full.
template <class T, class Times>
constexpr basic_sojourn<T> longest_life(const Times& times, const basic_slot_times<T>& full,
                                        const basic_turnover<T>& load,
                                        const basic_replica_slots<T>& slots) noexcept {
  basic_sojourn<T> life = sojourn_of(full, load, slots.each);
  life.queue = life.queue + entry_among(times, full, slots.each, T(steps_met_at_random));
  return life;
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
/// times(n) are the slot_times with n sequences in flight, `full` those with all slots taken, and
/// times.entry(t, busy) what the engine takes at step times t, where it is busy for a share `busy`
/// of the time. Life never exceeds that in full slots, which it reaches with a utilisation of 1;
/// from there on slots are full and the wait has no end.
/// 100 slots, rate 0.1, unchunked, P = pace 2 s, Z 4 s: 0.78 in flight
/// Source: Wolff, "Poisson arrivals see time averages", Operations Research 30, 1982; Little's law.
template <class T, class Times>
[[nodiscard]] constexpr basic_arrivals<T> arrivals_of(
    const Times& times, const basic_slot_times<T>& full, const basic_turnover<T>& load,
    const request_rate<T>& rate, const basic_replica_slots<T>& slots) noexcept {
  const detail::flight<T, Times> flight{times, load, rate, slots};
  const T others = slots.all - T(1.0);
  basic_arrivals<T> found;
  found.life = detail::longest_life(times, full, load, slots);
  found.in_flight = rate.value() * found.life.total().value();
  found.utilisation = found.in_flight / slots.all;
  const auto stable = found.utilisation < T(1.0);
  const auto some_free = found.in_flight < others;
  if (largest_of(others - found.in_flight) > 0.0) {
    const basic_sojourn<T> settled =
        detail::settled_life(flight, flight.among(others, full), found.life);
    found.life = detail::pick(some_free, settled, found.life);
    const T in_flight = min(rate.value() * settled.total().value(), slots.all);
    found.in_flight = select(some_free, in_flight, found.in_flight);
  }
  found.in_flight = select(stable, found.in_flight, slots.all);
  const seconds<T> wait = wait_for_slot(slots.each, found.life.total(), found.utilisation);
  found.wait = select(stable, wait, seconds<T>::from_value(endless<T>()));
  return found;
}

}  // namespace shardline
