/// Capacity: the inverse of memory. How many sequences fit, how long they may be, how many GPUs of
/// this kind it takes.
///
/// What a rank holds is  fixed + sequences (state + sum over layers of whole pages), which is
/// inverted in closed form; nothing loops over tokens or sequences. `fixed` moves with the load
/// only where the engine reserves no step of its own (runtime.step_tokens 0): then its least and
/// its largest value bound the answer, and halving closes the bracket.
#pragma once

#include <numeric>
#include <optional>

#include "shardline/estimate/stage_cache.hpp"

namespace shardline {

namespace detail {

// The largest n in [low, high] for which fits(n), which holds up to some n and then no more; low
// - 1 if there is none.
template <class Fits>
constexpr count largest_that_fits(count low, count high, const Fits& fits) {
  count above = high + 1;
  count below = low - 1;
  while (above - below > 1) {
    const count middle = below + (above - below) / 2;
    (fits(middle) ? below : above) = middle;
  }
  return below;
}

constexpr count whole_sequences(double n) noexcept {
  return n < static_cast<double>(unbounded) ? static_cast<count>(n) : unbounded;
}

// A deployment whose load varies: the workload's, at another concurrency and prompt length.
template <class T, class Efficiency>
struct varied_load {
  const prepared_layout<T, Efficiency>& prepared;
  const basic_workload<T>& original;
  T concurrency = original.concurrency;
  tokens<T> input = original.input;

  [[nodiscard]] constexpr basic_workload<T> workload() const noexcept {
    basic_workload<T> w = at_concurrency(original, concurrency);
    w.input = input;
    return w;
  }
  [[nodiscard]] constexpr varied_load with_sequences(count all) const noexcept {
    return {prepared, original, real<T>(all), input};
  }
  [[nodiscard]] constexpr varied_load with_input(count prompt_tokens) const noexcept {
    const auto prompt = tokens<T>::from_value(real<T>(prompt_tokens));
    return {prepared, original, concurrency, prompt};
  }
  [[nodiscard]] constexpr bool fits() const noexcept {
    const basic_memory<T> m = memory(prepared, workload());
    return value_of(m.total().value()) <= value_of(m.capacity.value());
  }
};

// The least of a figure over all stages, each with the room that its fixed bytes leave.
template <class Load, class Figure>
struct least_over_stages {
  const Load& load;
  const Figure& figure;
  count least = unbounded;

  template <class T>
  constexpr void operator()(count stage, const basic_memory<T>& held) noexcept {
    const double room = value_of(held.capacity.value()) - value_of(held.fixed().value());
    const bool speculates = load.original.speculation.draft_tokens > 0;
    const count own = figure(room, cache_of_stage(load.prepared, stage, speculates));
    least = own < least ? own : least;
  }
};

template <class Load, class Figure>
constexpr count least_of_stages(const Load& load, const Figure& figure) noexcept {
  least_over_stages<Load, Figure> fold{load, figure};
  for_each_stage_memory(load.prepared, load.workload(), fold);
  return fold.least;
}

// Sequences of one length that share a room.
struct sequences_within {
  count length = 0;
  constexpr count operator()(double room, const stage_cache& cache) const noexcept {
    const double each = cache.bytes_of(length);
    if (!(room > 0.0)) return 0;
    return each > 0.0 ? whole_sequences(room / each) : unbounded;
  }
};

// The length of `sequences` equal ones that share a room.
struct context_within {
  double sequences = 1.0;
  constexpr count operator()(double room, const stage_cache& cache) const noexcept {
    return cache.length_within(room / sequences);
  }
};

template <class Load>
struct fits_sequences {
  const Load& load;
  constexpr bool operator()(count n) const noexcept { return load.with_sequences(n).fits(); }
};
template <class Load>
struct fits_input {
  const Load& load;
  constexpr bool operator()(count n) const noexcept { return load.with_input(n).fits(); }
};

// The largest n in [low, high] that fits, inside [1, most]; 0 if there is none.
template <class Fits>
constexpr count exact_between(count low, count high, count most, const Fits& fits) noexcept {
  const count first = low > 1 ? low : 1;
  const count last = high < most ? high : most;
  return first > last ? 0 : largest_that_fits(first, last, fits);
}

}  // namespace detail

/// Most sequences of input + output tokens that the deployment holds at once, over all replicas;
/// 0 if not even one fits. The exact inverse of memory(): these fit, one more does not.
///   per stage  floor((capacity - fixed) / (state + pages (input + output) page bytes)), the least
///              of the stages, times dp
/// Assumes inputs that check() accepts, memory aside; the workload's concurrency is not looked at.
template <class T, class Efficiency>
[[nodiscard]] constexpr count sequences_that_fit(const prepared_layout<T, Efficiency>& p,
                                                 const basic_workload<T>& w) noexcept {
  using load_type = detail::varied_load<T, Efficiency>;
  const load_type load{p, w};
  const detail::sequences_within figure{detail::rounded_up(full_length(w))};
  const count dp = p.layout.attention.dp;
  // Per replica; the buffers of one sequence are the smallest, those of the most the largest.
  const count high = detail::least_of_stages(load.with_sequences(1), figure);
  const count fullest = high < unbounded / dp ? high : unbounded / dp;
  const count bound = detail::least_of_stages(load.with_sequences(fullest * dp), figure);
  const count low = bound < fullest ? bound : fullest;
  // Widened by one per replica, which rounding may have cost.
  return detail::exact_between((low - 1) * dp, (fullest + 2) * dp - 1, unbounded,
                               detail::fits_sequences<load_type>{load});
}
template <class T, class Efficiency>
[[nodiscard]] constexpr count sequences_that_fit(const basic_cluster<T, Efficiency>& c,
                                                 const model& m, const layout& l,
                                                 const basic_workload<T>& w) noexcept {
  return sequences_that_fit(prepare(c, m, l), w);
}

/// Most tokens, input + output, that every one of the workload's sequences may have, its output as
/// it is and its input varied; 0 if not even one prompt token fits. The exact inverse of memory(),
/// whatever the model's own longest context is. Assumes inputs as above.
template <class T, class Efficiency>
[[nodiscard]] constexpr count longest_context(const prepared_layout<T, Efficiency>& p,
                                              const basic_workload<T>& w) noexcept {
  using load_type = detail::varied_load<T, Efficiency>;
  const load_type load{p, w};
  const detail::context_within figure{value_of(sequences_per_replica(p.layout, w))};
  const count output = detail::rounded_up(w.output.value());
  const count high = detail::least_of_stages(load.with_input(1), figure) - output;
  if (high < 1) return 0;
  const count low = detail::least_of_stages(load.with_input(high), figure) - output;
  const count input = detail::exact_between(low - 1, high + 1, unbounded - output,
                                            detail::fits_input<load_type>{load});
  return input < 1 ? 0 : input + output;
}
template <class T, class Efficiency>
[[nodiscard]] constexpr count longest_context(const basic_cluster<T, Efficiency>& c, const model& m,
                                              const layout& l,
                                              const basic_workload<T>& w) noexcept {
  return longest_context(prepare(c, m, l), w);
}

namespace detail {

// That many steps of replicas do not hold the load.
template <class T, class Efficiency>
struct too_few {
  const basic_cluster<T, Efficiency>& cluster;
  const shardline::model& model;
  const basic_workload<T>& workload;
  shardline::layout layout{};
  count replicas_per_step = 1;
  count ranks_per_copy = 1;  // of an expert group

  [[nodiscard]] constexpr shardline::layout of(count steps) const noexcept {
    shardline::layout l = layout;
    l.attention.dp = steps * replicas_per_step;
    l.expert.edp = l.attention.tp * l.attention.cp * l.attention.dp / ranks_per_copy;
    return l;
  }
  [[nodiscard]] constexpr bool operator()(count steps) const noexcept {
    const shardline::layout l = of(steps);
    const prepared_layout<T, Efficiency> p = prepare(cluster, model, l);
    return !varied_load<T, Efficiency>{p, workload}.fits();
  }
};

}  // namespace detail

/// The layout with attention replicas (dp) added or removed, tp, cp, etp, ep and pp as they are, so
/// that it is the smallest that holds the workload; none where no number of them does. Replicas
/// come in steps of whole expert groups, etp ep / gcd(etp ep, tp cp), or one by one where the model
/// has no experts and etp and ep mean nothing. More of them hold less each, the first step aside,
/// which may be a lone GPU without communicators. Assumes inputs as above.
template <class T, class Efficiency>
[[nodiscard]] constexpr std::optional<layout> fewest_replicas(const basic_cluster<T, Efficiency>& c,
                                                              const model& m, const layout& l,
                                                              const basic_workload<T>& w) noexcept {
  const count ranks = l.attention.tp * l.attention.cp;
  layout within = l;
  if (!has_experts(m)) within.expert = {ranks, 1, l.attention.dp};
  const count experts = within.expert.etp * within.expert.ep;
  const count step = experts / std::gcd(experts, ranks);
  const detail::too_few<T, Efficiency> too_few{c, m, w, within, step, experts};
  if (!too_few(1)) return too_few.of(1);
  const count most = detail::rounded_up(w.concurrency);  // one sequence per expert group: the least
  const count short_of = most < 2 ? most : detail::largest_that_fits(2, most, too_few);
  if (short_of >= most) return {};
  return too_few.of(short_of + 1);
}

}  // namespace shardline
