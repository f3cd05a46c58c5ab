// SPDX-License-Identifier: BSL-1.0
/// The time of one step on a prepared layout: what is prepared is priced once for each segment and
/// counted as often as stages have it.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include "shardline/policies/policy.hpp"
#include "shardline/prepare/prepared.hpp"
#include "shardline/time/step_fold.hpp"
#include "shardline/time/step_kernels.hpp"
#include "shardline/time/time.hpp"

namespace shardline {

/// One step through the pipeline.
///   sum      all stages, one after the other, hand-overs and host included: one batch alone
///   slowest  the heaviest stage with both: what a full pipeline repeats
/// Time is basic_time, or basic_total_time where no breakdown is wanted.
template <class T, class Time = basic_time<T>>
struct pipeline_time {
  Time sum{};
  seconds<T> slowest{};
};

namespace detail {

// Segments as often as they run, times `halves` where they are halves of layers, else `others`.
constexpr segment_times repeated(const segment_times& n, double halves, double others) noexcept {
  segment_times times{};
  for (std::size_t s = 0; s < segment::number; ++s) {
    times[s] = n[s] * (segment::is_half(s) ? halves : others);
  }
  return times;
}

// Hands on what the gathered collectives of segments leave behind shared experts.
template <class T>
constexpr void send_what_is_left(step_fold<T>& fold, sent_by_segments<T>& sent) noexcept {
  for (std::size_t s = 0; s < segment::number; ++s) {
    if (!(fold.runs(s) > 0.0)) continue;
    sent[s].hide_behind_shared_experts();
    for (std::size_t k = 0; k < collective_kinds; ++k) {
      const auto kind = static_cast<collective_kind>(k);
      fold.send(s, kind, sent[s].by_kind[k], T(fold.runs(s)));
    }
  }
}

// A step's times by stages: the accelerators' part of one, and what two batches take to fill it.
template <class T>
struct stage_time {
  T busy = T(0.0);
  T filling = T(0.0);
};

// Adds the host's part to a priced step, stage by stage.
template <class T, class Efficiency, class Stage>
constexpr pipeline_time<T> through_stages(const prepared_layout<T, Efficiency>& p,
                                          step_fold<T>& fold, const rank_step<T>& s,
                                          integer batches, const Stage& time_of_stage) noexcept {
  const Efficiency& policy = p.cluster.accelerator.efficiency;
  T slowest(0.0);
  T host(0.0);
  for (std::size_t i = 0; i < p.stages.size(); ++i) {
    const alike_stages& stages = p.stages[i];
    const stage_time<T> t = time_of_stage(stages);
    const T n = real<T>(stages.times);
    fold.spend(term::pipeline_bubble, bound::link, t.filling * n);
    const T busy = t.busy + t.filling;
    const T own =
        host_time(policy, s, stages.kernels * batches, seconds<T>::from_value(busy)).value();
    host = host + own * n;
    slowest = max(slowest, busy + own);
  }
  fold.spend(term::host, bound::launch, host);
  return {fold.time(), seconds<T>::from_value(slowest)};
}

template <class T, std::size_t Lines>
constexpr T sum_of(const std::array<T, Lines>& lines) noexcept {
  T sum(0.0);
  for (const T& line : lines) sum = sum + line;
  return sum;
}

// The segments of a rank that run in a step, each so often, in one batch.
template <class T, class Efficiency>
constexpr step_fold<T> priced(const prepared_layout<T, Efficiency>& p, const step_sizes<T>& sizes,
                              const segment_times& times) noexcept {
  step_fold<T> fold;
  fold.times = &times;
  if (!p.cluster.runtime.experts.overlap_shared) {
    price(p, sizes, fold);
    return fold;
  }
  sent_by_segments<T> sent{};
  fold.sent = &sent;
  price(p, sizes, fold);
  send_what_is_left(fold, sent);
  fold.sent = nullptr;
  return fold;
}

template <class T, class Fold>
constexpr stage_time<T> one_batch_stage(const Fold& fold, const alike_stages& stages) noexcept {
  T busy(0.0);
  for (std::size_t i = 0; i < segment::number; ++i) {
    busy = busy + fold.of_segment[i] * T(static_cast<double>(stages.segments[i]));
  }
  return {busy, T(0.0)};
}

template <class T, class Efficiency>
constexpr pipeline_time<T> through_stages_of(const prepared_layout<T, Efficiency>& p,
                                             step_fold<T>& fold, const rank_step<T>& s) noexcept {
  return through_stages(p, fold, s, 1, [&](const alike_stages& stage_run) {
    if (p.layout.pp == 1) return stage_time<T>{sum_of(fold.lines), T(0.0)};
    return one_batch_stage<T>(fold, stage_run);
  });
}

// What was added up, with a breakdown or without one: the same bits.
template <class T>
constexpr basic_time<T> time_of(const line_fold<T, true>& fold, const T& /*busy*/,
                                const T& host) noexcept {
  const auto in_seconds = [](const T& of_line) { return seconds<T>::from_value(of_line); };
  basic_time<T> t;
  for (std::size_t i = 0; i < step_lines; ++i) t.terms[i] = in_seconds((*fold.sums)[i]);
  t.terms[static_cast<std::size_t>(term::host)] = in_seconds(host);
  t.bounds = {in_seconds(fold.compute), in_seconds(fold.memory), in_seconds(fold.link),
              in_seconds(fold.launch + host)};
  return t;
}
template <class T>
constexpr basic_total_time<T> time_of(const line_fold<T, false>&, const T& busy,
                                      const T& host) noexcept {
  basic_total_time<T> t;
  t.before = seconds<T>::from_value(busy);
  t.host = seconds<T>::from_value(host);
  return t;
}

// Whether a step is what its kernels and messages take one after the other, on one stage.
template <class T, class Efficiency>
constexpr bool is_plain(const prepared_layout<T, Efficiency>& p) noexcept {
  return p.layout.pp == 1 && !p.cluster.runtime.experts.overlap_shared;
}

// Such a step in one batch. All that it calls stands inside it, so that what it adds up stays in
// registers.
template <class Time, class T, class Efficiency>
[[gnu::flatten]] constexpr pipeline_time<T, Time> in_one_go(const prepared_layout<T, Efficiency>& p,
                                                            const step_sizes<T>& s) noexcept {
  line_sums<T> sums{};
  line_fold<T, std::is_same_v<Time, basic_time<T>>> fold{&p.times, &sums};
  price_repeated(p, s, fold);
  const T busy = sum_of(sums);
  const T host = host_time(p.cluster.accelerator.efficiency, s.step, p.stages[0].kernels,
                           seconds<T>::from_value(busy))
                     .value();
  return {time_of(fold, busy, host), seconds<T>::from_value(busy + host)};
}

template <class T, class Efficiency>
constexpr pipeline_time<T> in_one_batch(const prepared_layout<T, Efficiency>& p,
                                        const basic_step<T>& s) noexcept {
  const step_sizes<T> sizes = sizes_of(s, p.layout, p.routed);
  if (is_plain(p)) return in_one_go<basic_time<T>>(p, sizes);
  step_fold<T> fold = priced(p, sizes, p.times);
  return through_stages_of(p, fold, sizes.step);
}

// A layer that computes one half batch while the other half's messages are under way.
//   busy      the longer of both, for one half
//   filling   the shorter, which the first or last half of a stage does not hide
template <class T>
struct overlapped_layer {
  T busy = T(0.0);
  T filling = T(0.0);
};

// Sends of a layer's collectives what computation does not hide, every line by the same share.
template <class T>
constexpr overlapped_layer<T> overlap(step_fold<T>& fold, const sent_by_segments<T>& sent,
                                      const layer_halves& l, const T& times) noexcept {
  const T computed = fold.of_segment[l.mixing] + fold.of_segment[l.feed_forward];
  const T all = sent[l.mixing].total + sent[l.feed_forward].total;
  const T hidden = min(computed, all);
  const T left = (all - hidden) / max(all, T(1e-300));
  const T share = select(T(0.0) < all, left, T(0.0));
  for (const std::size_t half : {std::size_t{l.mixing}, std::size_t{l.feed_forward}}) {
    for (std::size_t k = 0; k < collective_kinds; ++k) {
      const T time = sent[half].by_kind[k] * share;
      fold.spend(term_of(static_cast<collective_kind>(k)), bound::link, time * times);
    }
  }
  return {computed + (all - hidden), hidden};
}

// A stage's time with one batch in flight behind another, of its layers each overlapped.
//   layers   by kind, two batches of one layer
template <class T>
constexpr stage_time<T> two_batch_stage(
    const step_fold<T>& fold, const std::array<overlapped_layer<T>, max_layer_kinds>& layers,
    std::size_t kinds, const alike_stages& stages) noexcept {
  stage_time<T> t;
  for (std::size_t i = 0; i < segment::number; ++i) {
    if (segment::is_half(i)) continue;
    t.busy = t.busy + fold.of_segment[i] * T(static_cast<double>(stages.segments[i]));
  }
  for (std::size_t k = 0; k < kinds; ++k) {
    if (stages.kinds[k] == 0) continue;
    t.busy = t.busy + layers[k].busy * T(2.0 * real<double>(stages.kinds[k]));
    t.filling = max(t.filling, layers[k].filling);
  }
  return t;
}

// Apart, and small rather than fast, as is what few deployments ask for.
template <class T, class Efficiency>
[[gnu::cold, gnu::noinline]] constexpr pipeline_time<T> in_two_batches(
    const prepared_layout<T, Efficiency>& p, const rank_step<T>& s) noexcept {
  constexpr double two = 2.0;
  const segment_times ends = repeated(p.times, 0.0, 1.0);
  const segment_times halves = repeated(p.times, two, 0.0);
  step_fold<T> fold;
  fold.times = &ends;
  price(p, sizes_of(s, p.routed), fold);
  sent_by_segments<T> sent{};
  fold.times = &halves;
  fold.sent = &sent;
  price(p, sizes_of(larger_half(s), p.routed), fold);
  fold.sent = nullptr;
  std::array<overlapped_layer<T>, max_layer_kinds> layers{};
  for (std::size_t k = 0; k < p.model.layers.kinds.size(); ++k) {
    layers[k] = overlap(fold, sent, p.map.of_kind[k], real<T>(p.layers[k]) * T(two));
  }
  pipeline_time<T> t = through_stages(p, fold, s, 2, [&](const alike_stages& stage_run) {
    return two_batch_stage(fold, layers, p.model.layers.kinds.size(), stage_run);
  });
  if (p.layout.pp == 1) t.slowest = t.sum.total();  // of the lines, as in one batch
  return t;
}

template <class Condition, class T>
constexpr void take_where(const Condition& condition, seconds<T>& a, const seconds<T>& b) noexcept {
  a = seconds<T>::from_value(select(condition, b.value(), a.value()));
}

// Of two ways to run a step the faster, line by line; and of a full pipeline, which one step's
// latency does not matter to.
template <class T>
constexpr pipeline_time<T> faster(pipeline_time<T> a, const pipeline_time<T>& b) noexcept {
  const auto b_is = b.sum.total().value() < a.sum.total().value();
  for (std::size_t i = 0; i < term_count; ++i) take_where(b_is, a.sum.terms[i], b.sum.terms[i]);
  for (std::size_t i = 0; i < bound_count; ++i) take_where(b_is, a.sum.bounds[i], b.sum.bounds[i]);
  a.slowest = shardline::min(a.slowest, b.slowest);
  return a;
}

}  // namespace detail

/// Time of one step: every stage in turn, and the heaviest stage.
///
/// Where shared experts are computed while tokens are under way to the routed ones (overlap_shared)
/// a layer takes max(dispatch, shared experts) in place of their sum, and the line of the dispatch
/// is what is left of it.
///
/// Where a step is split into two batches (two_batch_overlap), a layer computes C and communicates
/// M seconds for the larger half, weights read for both, and while one half computes the other
/// communicates:
///   layer = 2 max(C, M),   stage = sum of layers + max over layers of min(C, M) + the rest
/// The second term fills and drains the two; it is in the pipeline's bubble. Embedding, head and
/// hand-over run on the whole batch. Communication that is hidden is taken off its lines, so that
/// lines still sum to the total. Shared experts hide nothing besides: they are part of C. Never
/// faster than the halves' computation or their communication alone. An engine splits a step where
/// that pays, so this is never slower than the step in one batch. Assumes that kernels which
/// communicate take no multiprocessors from those that compute.
/// Returns seconds by term. Assumes inputs that check() accepts. Source of the two halves:
/// DeepSeek-V3, arXiv 2412.19437, section 3.4, and SGLang's --enable-two-batch-overlap.
///   one sequence of Llama-3.1-8B at 2304 tokens, one H100 by its data sheet: 4.57 ms
///   (tests/time/step_time.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr pipeline_time<T> time_of_step(const prepared_layout<T, Efficiency>& p,
                                                      const basic_step<T>& s) noexcept {
  const pipeline_time<T> whole = detail::in_one_batch(p, s);
  if (!p.cluster.runtime.two_batch_overlap) return whole;
  return detail::faster(whole, detail::in_two_batches(p, rank_step_of(s, p.layout)));
}

/// The same without the breakdown, in less time where there are no stages and nothing overlaps: the
/// same bits.
///   one sequence of Llama-3.1-8B at 2304 tokens, one H100 by its data sheet: 4.57 ms
///   (tests/time/step_time.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr pipeline_time<T, basic_total_time<T>> total_of_step(
    const prepared_layout<T, Efficiency>& p, const basic_step<T>& s) noexcept {
  if (detail::is_plain(p) && !p.cluster.runtime.two_batch_overlap) {
    return detail::in_one_go<basic_total_time<T>>(p, sizes_of(s, p.layout, p.routed));
  }
  const pipeline_time<T> t = time_of_step(p, s);
  return {basic_total_time<T>(t.sum), t.slowest};
}

/// Either of both [s], by Time: time_of_step() for a breakdown, otherwise total_of_step().
///   of the same: 4.57 ms   (tests/time/step_time.cpp)
template <class Time, class T, class Efficiency>
[[nodiscard]] constexpr pipeline_time<T, Time> step_priced_as(
    const prepared_layout<T, Efficiency>& p, const basic_step<T>& s) noexcept {
  if constexpr (std::is_same_v<Time, basic_time<T>>) {
    return time_of_step(p, s);
  } else {
    return total_of_step(p, s);
  }
}

/// Seconds for which the host works at the next step before the accelerator is done with this one:
/// a host that prepares and launches a step in `beside` seconds while one of `busy` runs is through
/// before it,
///   min(max(ahead + n (busy - beside), 0), busy)
/// after n such steps, with the next of which it begins once the one before this is done.
///   busy [s]   of the accelerators
///   ahead [s]  before the first of them
/// 0 through stages, whose loops do not run ahead. Source: SGLang's event_loop_overlap and
/// event_loop_pp (scheduler.py), TensorRT-LLM's overlap scheduler.
///   66 ms of launches, steps of 100 ms: 34 ms after one, 100 ms after three
///   (tests/time/step_time.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr T host_lead(const prepared_layout<T, Efficiency>& p, rank_step<T> s,
                                    const T& busy, const T& steps, const T& ahead) noexcept {
  if (p.layout.pp > 1) return T(0.0);
  s.ahead = T(0.0);
  const Efficiency& policy = p.cluster.accelerator.efficiency;
  const auto host = [&](double seconds_busy) {
    const auto during = seconds<T>::from_value(T(seconds_busy));
    return host_time(policy, s, p.stages[0].kernels, during).value();
  };
  const T beside = host(0.0) - host(1e9);
  const T later = min(max(ahead + (busy - beside) * steps, T(0.0)), busy);
  return select(T(0.0) < steps, later, ahead);
}

/// Steps that differ in the cached tokens of their prompts alone, as a prompt's chunks do: what
/// does not follow these is priced once.
template <class T, class Efficiency>
class steps_by_context {
 public:
  constexpr steps_by_context(const prepared_layout<T, Efficiency>& prepared_for,
                             const basic_step<T>& any) noexcept
      : prepared_(prepared_for) {
    if (!apart()) return;
    sizes_ = sizes_of(any, prepared_.layout, prepared_.routed);
    rest_.times = &prepared_.times;
    rest_.wanted = detail::step_fold<T>::part::without_context;
    detail::price(prepared_, sizes_, rest_);
    rest_.wanted = detail::step_fold<T>::part::of_context;
  }
  /// The time of one of them.
  [[nodiscard]] constexpr pipeline_time<T> operator()(const basic_step<T>& s) noexcept {
    if (!apart()) return time_of_step(prepared_, s);
    detail::put_contexts(sizes_, s);
    detail::step_fold<T> fold = rest_;
    detail::price(prepared_, sizes_, fold);
    return detail::through_stages_of(prepared_, fold, sizes_.step);
  }

 private:
  // Where messages hide behind other kernels, a step is more than the sum of both.
  [[nodiscard]] constexpr bool apart() const noexcept {
    const basic_runtime<T>& engine = prepared_.cluster.runtime;
    return !engine.two_batch_overlap && !engine.experts.overlap_shared;
  }

  const prepared_layout<T, Efficiency>& prepared_;
  step_sizes<T> sizes_{};
  detail::step_fold<T> rest_{};
};

/// The same of a cluster, model and layout that check() accepts and that are not prepared yet:
/// time_of_step(prepare(c, m, l), s).
///   of the same: 4.57 ms   (tests/time/step_time.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr pipeline_time<T> time_of_step(const basic_cluster<T, Efficiency>& c,
                                                      const model& m, const layout& l,
                                                      const basic_step<T>& s) noexcept {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  return time_of_step(prepare(c, m, l), s);
}

}  // namespace shardline
