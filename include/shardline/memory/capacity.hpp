// SPDX-License-Identifier: BSL-1.0
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

#include "shardline/memory/stage_cache.hpp"

namespace shardline {

namespace detail {

// The largest whole n in [low, high] for which fits(n), which holds up to some n and then no more;
// low - 1 if there is none. Lane by lane.
template <class T, class Fits>
constexpr T largest_that_fits(const T& low, const T& high, const Fits& fits) {
  T above = high + T(1.0);
  T below = low - T(1.0);
  while (largest_of(above - below) > 1.0) {
    const T middle = below + round_down((above - below) * T(0.5));
    const auto fit = fits(middle);
    below = select(fit, middle, below);
    above = select(fit, above, middle);
  }
  return below;
}

// A deployment whose load varies: the workload's, at another concurrency and prompt length.
template <class T>
struct varied_load {
  const prepared_memory<T>& prepared;
  const basic_workload<T>& original;
  T concurrency = original.concurrency;
  tokens<T> input = original.input;

  [[nodiscard]] constexpr basic_workload<T> workload() const noexcept {
    basic_workload<T> w = at_concurrency(original, concurrency);
    w.input = input;
    return w;
  }
  [[nodiscard]] constexpr varied_load with_sequences(const T& all) const noexcept {
    return {prepared, original, all, input};
  }
  [[nodiscard]] constexpr varied_load with_input(const T& prompt) const noexcept {
    return {prepared, original, concurrency, tokens<T>::from_value(prompt)};
  }
  // Lane by lane.
  [[nodiscard, gnu::noinline]] constexpr auto fits() const noexcept {
    const basic_memory<T> m = memory(prepared, workload());
    return m.total().value() <= m.capacity.value();
  }
};

// The least of a figure over all stages, each with the room that its fixed bytes leave.
template <class T, class Load, class Figure>
struct least_over_stages {
  const Load& load;
  const Figure& figure;
  T least = real<T>(unbounded);

  constexpr void operator()(integer stage, const basic_memory<T>& held) noexcept {
    const T room = held.capacity.value() - held.fixed().value();
    const bool speculates = load.original.speculation.draft_tokens > 0;
    const T own = figure(room, cache_of_stage(load.prepared, stage, speculates));
    least = min(own, least);
  }
};

template <class T, class Figure>
constexpr T least_of_stages(const varied_load<T>& load, const Figure& figure) noexcept {
  least_over_stages<T, varied_load<T>, Figure> fold{load, figure};
  for_each_stage_memory(load.prepared, load.workload(), fold);
  return fold.least;
}

// Sequences of one length that share a room.
template <class T>
struct sequences_within {
  T length{};
  constexpr T operator()(const T& room, const stage_cache& cache) const noexcept {
    const T none(0.0);
    const T each = cache.bytes_of(length);
    const T any = select(none < each, each, T(1.0));
    const T fitting = min(round_down(max(room, none) / any), real<T>(unbounded));
    return select(none < room, select(none < each, fitting, real<T>(unbounded)), none);
  }
};

// The length of `sequences` equal ones that share a room.
template <class T>
struct context_within {
  T sequences{};
  constexpr T operator()(const T& room, const stage_cache& cache) const noexcept {
    return real<T>(cache.length_within(value_of(room / sequences)));
  }
};

template <class T, class Load>
struct fits_sequences {
  const Load& load;
  constexpr auto operator()(const T& n) const noexcept { return load.with_sequences(n).fits(); }
};
template <class T, class Load>
struct fits_input {
  const Load& load;
  constexpr auto operator()(const T& n) const noexcept { return load.with_input(n).fits(); }
};

// The largest whole n in [low, high] that fits, inside [1, most]; 0 if there is none.
template <class T, class Fits>
constexpr T exact_between(const T& low, const T& high, const T& most, const Fits& fits) noexcept {
  const T first = max(low, T(1.0));
  const T last = min(high, most);
  return select(last < first, T(0.0), largest_that_fits(first, last, fits));
}

// sequences_that_fit() lane by lane.
template <class T>
constexpr T fitting_sequences(const prepared_memory<T>& p, const basic_workload<T>& w) noexcept {
  using load_type = varied_load<T>;
  const load_type load{p, w};
  const sequences_within<T> figure{round_up(full_length(w))};
  const T dp = real<T>(p.layout.attention.dp);
  const T one(1.0);
  // Per replica; the buffers of one sequence are the smallest, those of the most the largest.
  const T high = least_of_stages(load.with_sequences(one), figure);
  const T fullest = min(high, real<T>(unbounded / p.layout.attention.dp));
  const T low = min(least_of_stages(load.with_sequences(fullest * dp), figure), fullest);
  // Widened by one per replica, which rounding may have cost.
  return exact_between((low - one) * dp, (fullest + T(2.0)) * dp - one, real<T>(unbounded),
                       fits_sequences<T, load_type>{load});
}

}  // namespace detail

/// Most sequences of input + output tokens that the deployment holds at once, over all replicas;
/// 0 if not even one fits. The exact inverse of memory(): these fit, one more does not.
///   per stage = floor((capacity - fixed) / (state + pages (input + output) page bytes))
///   in all    = the least of the stages, times dp
/// Assumes inputs that check() accepts, memory aside; the workload's concurrency is not looked at.
///   Llama-3.1-8B on one H100, 2048 + 512 tokens: 201   (tests/memory/capacity.cpp)
template <single_case T>
[[nodiscard]] constexpr integer sequences_that_fit(const prepared_memory<T>& p,
                                                   const basic_workload<T>& w) noexcept {
  return detail::rounded_down(detail::fitting_sequences(p, w));
}
template <single_case T, class Efficiency>
[[nodiscard]] constexpr integer sequences_that_fit(const basic_cluster<T, Efficiency>& c,
                                                   const model& m, const layout& l,
                                                   const basic_workload<T>& w) noexcept {
  return sequences_that_fit(prepare_memory(c, m, l), w);
}

/// Most tokens, input + output, that every one of the workload's sequences may have, its output as
/// it is and its input varied; 0 if not even one prompt token fits. The exact inverse of memory(),
/// whatever the model's own longest context is. Assumes inputs as above.
///   Llama-3.1-8B on one H100, one sequence: 301,540   (tests/memory/capacity.cpp)
template <single_case T>
[[nodiscard]] constexpr integer longest_context(const prepared_memory<T>& p,
                                                const basic_workload<T>& w) noexcept {
  using load_type = detail::varied_load<T>;
  const load_type load{p, w};
  const detail::context_within<T> figure{sequences_per_replica(p.layout, w)};
  const T output = round_up(w.output.value());
  const T one(1.0);
  const T high = detail::least_of_stages(load.with_input(one), figure) - output;
  if (high < one) return 0;
  const T low = detail::least_of_stages(load.with_input(high), figure) - output;
  const T input = detail::exact_between(low - one, high + one, real<T>(unbounded) - output,
                                        detail::fits_input<T, load_type>{load});
  return input < one ? 0 : detail::rounded_down(input + output);
}
template <single_case T, class Efficiency>
[[nodiscard]] constexpr integer longest_context(const basic_cluster<T, Efficiency>& c,
                                                const model& m, const layout& l,
                                                const basic_workload<T>& w) noexcept {
  return longest_context(prepare_memory(c, m, l), w);
}

namespace detail {

// That many steps of replicas do not hold the load.
template <class T, class Efficiency>
struct too_few {
  const basic_cluster<T, Efficiency>& cluster;
  const shardline::model& model;
  const basic_workload<T>& workload;
  shardline::layout layout{};
  integer replicas_per_step = 1;
  integer ranks_per_copy = 1;  // of an expert group

  [[nodiscard]] constexpr shardline::layout of(integer steps) const noexcept {
    shardline::layout l = layout;
    l.attention.dp = steps * replicas_per_step;
    l.expert.edp = l.attention.tp * l.attention.cp * l.attention.dp / ranks_per_copy;
    return l;
  }
  [[nodiscard]] constexpr bool operator()(double steps) const noexcept {
    const shardline::layout l = of(rounded_down(steps));
    const prepared_memory<T> p = prepare_memory(cluster, model, l);
    return !varied_load<T>{p, workload}.fits();
  }
};

}  // namespace detail

/// The layout with attention replicas (dp) added or removed, tp, cp, etp, ep and pp as they are, so
/// that it is the smallest that holds the workload by memory(); none where no number of them does.
/// Replicas come in steps of whole expert groups, etp ep / gcd(etp ep, tp cp), or one by one where
/// the model has no experts and etp and ep mean nothing. More of them hold less each, the first
/// step aside, which may be a lone GPU without communicators. Assumes inputs as above.
///   Llama-3.1-8B on H100, 1000 sequences of 2048 + 512 tokens: dp 5   (tests/memory/capacity.cpp)
template <single_case T, class Efficiency>
[[nodiscard]] constexpr std::optional<layout> fewest_replicas(const basic_cluster<T, Efficiency>& c,
                                                              const model& m, const layout& l,
                                                              const basic_workload<T>& w) noexcept {
  const integer ranks = l.attention.tp * l.attention.cp;
  layout within = l;
  if (!has_experts(m)) within.expert = {ranks, 1, l.attention.dp};
  const integer experts = within.expert.etp * within.expert.ep;
  const integer step = experts / std::gcd(experts, ranks);
  const detail::too_few<T, Efficiency> too_few{c, m, w, within, step, experts};
  if (!too_few(1.0)) return too_few.of(1);
  // One sequence per expert group: the least.
  const double most = value_of(round_up(w.concurrency));
  const double short_of = most < 2.0 ? most : detail::largest_that_fits(2.0, most, too_few);
  if (short_of >= most) return {};
  return too_few.of(detail::rounded_down(short_of) + 1);
}

}  // namespace shardline
