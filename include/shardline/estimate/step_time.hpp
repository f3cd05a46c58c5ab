/// The time of one step on a prepared layout: what is prepared is priced once for each segment and
/// counted as often as stages have it.
#pragma once

#include <array>
#include <cstddef>

#include "shardline/cost/policy.hpp"
#include "shardline/estimate/prepared.hpp"
#include "shardline/estimate/time.hpp"

namespace shardline {

/// One step through the pipeline.
///   sum      all stages, one after the other, hand-overs and host included: one batch alone
///   slowest  the heaviest stage with both: what a full pipeline repeats
template <class T>
struct pipeline_time {
  basic_time<T> sum{};
  seconds<T> slowest{};
};

namespace detail {

inline constexpr std::size_t collective_kinds = 6;

// What a segment sends, by kind and in all, and what of it may be hidden behind shared experts.
template <class T>
struct sent_by_segment {
  std::array<T, collective_kinds> by_kind{};
  T total = T(0.0);
  collective_kind dispatch = collective_kind::all_to_all;
  T dispatched = T(0.0);
  T shared_experts = T(0.0);

  constexpr void add(collective_kind kind, const T& time, bool beside) noexcept {
    T& of_kind = by_kind[static_cast<std::size_t>(kind)];
    of_kind = of_kind + time;
    total = total + time;
    if (!beside) return;
    dispatch = kind;
    dispatched = time;
  }
  // The line of the dispatch is what is left of it.
  constexpr void hide_behind_shared_experts() noexcept {
    const T hidden = min(dispatched, shared_experts);
    T& of_kind = by_kind[static_cast<std::size_t>(dispatch)];
    of_kind = of_kind - hidden;
    total = total - hidden;
  }
};
template <class T>
using sent_by_segments = std::array<sent_by_segment<T>, segment::number>;

// Adds up what is priced, over the pipeline and for one of each segment, in seconds.
//   times   how often a segment runs; 0: it is not wanted
//   sent    where what is sent is gathered, if some of it may be hidden
template <class T>
struct step_fold {
  std::array<double, segment::number> times{};
  sent_by_segments<T>* sent = nullptr;
  std::array<T, term_count> lines{};
  std::array<T, bound_count> bounds{};
  std::array<T, segment::number> of_segment{};

  [[nodiscard]] constexpr bool wants(std::size_t s) const noexcept { return times[s] > 0.0; }

  constexpr void operator()(const place_in_step& at, const kernel_time<T>& t) noexcept {
    const T zero(0.0);
    const T own = max(t.compute, t.memory) + t.exposed + t.launch;
    const T n(times[at.segment]);
    const auto by_compute = t.memory < t.compute;
    add(at.segment, at.line, own, n);
    wait(bound::compute, select(by_compute, t.compute + t.exposed, zero) * n);
    wait(bound::memory, select(by_compute, zero, t.memory + t.exposed) * n);
    wait(bound::launch, t.launch * n);
    beside_dispatch(at, own);
  }
  // Kernels that only move bytes.
  constexpr void pass(const place_in_step& at, const T& memory, const T& launch) noexcept {
    const T n(times[at.segment]);
    add(at.segment, at.line, memory + launch, n);
    wait(bound::memory, memory * n);
    wait(bound::launch, launch * n);
    beside_dispatch(at, memory + launch);
  }
  constexpr void operator()(std::size_t s, collective_kind kind, const T& time,
                            bool beside) noexcept {
    if (sent != nullptr) return (*sent)[s].add(kind, time, beside);
    send(s, kind, time, T(times[s]));
  }
  constexpr void send(std::size_t s, collective_kind kind, const T& time, const T& n) noexcept {
    add(s, term_of(kind), time, n);
    wait(bound::link, time * n);
  }
  constexpr void spend(term line, bound on, const T& time) noexcept {
    T& spent = lines[static_cast<std::size_t>(line)];
    spent = spent + time;
    wait(on, time);
  }
  [[nodiscard]] constexpr basic_time<T> time() const noexcept {
    basic_time<T> t;
    for (std::size_t i = 0; i < term_count; ++i) t.terms[i] = seconds<T>::from_value(lines[i]);
    for (std::size_t i = 0; i < bound_count; ++i) t.bounds[i] = seconds<T>::from_value(bounds[i]);
    return t;
  }

 private:
  constexpr void add(std::size_t s, term line, const T& time, const T& n) noexcept {
    of_segment[s] = of_segment[s] + time;
    T& spent = lines[static_cast<std::size_t>(line)];
    spent = spent + time * n;
  }
  constexpr void beside_dispatch(const place_in_step& at, const T& time) noexcept {
    if (sent == nullptr || at.line != term::shared_experts) return;
    T& shared = (*sent)[at.segment].shared_experts;
    shared = shared + time;
  }
  constexpr void wait(bound on, const T& time) noexcept {
    T& waited = bounds[static_cast<std::size_t>(on)];
    waited = waited + time;
  }
};

// Seconds of a collective: by its law, or where the policy has none by all of it.
template <class T, class Efficiency>
constexpr T time_of(const prepared_layout<T, Efficiency>& p, const prepared_message& m,
                    const step_sizes<T>& s) noexcept {
  if constexpr (sends_by_laws<T, Efficiency>) {
    return p.sends[m.send].law.time(s[m.size] * T(m.shape.bytes_each));
  } else {
    return shardline::time_of(p.cluster, operator_of(m.shape, s.step)).value();
  }
}
template <class T, class Efficiency>
constexpr T time_of(const prepared_layout<T, Efficiency>& p, const prepared_exchange<T>& x,
                    const step_sizes<T>& s) noexcept {
  const collective<T> op = operator_of(x.shape, s.step, routed_at(s, x.routing));
  if constexpr (sends_by_laws<T, Efficiency>) {
    return x.law.time(op.tokens);
  } else {
    return shardline::time_of(p.cluster, op).value();
  }
}

// Prices the segments that the fold wants.
template <class T, class Efficiency>
constexpr void price(const prepared_layout<T, Efficiency>& p, const step_sizes<T>& s,
                     step_fold<T>& fold) noexcept {
  p.operators.price(s, fold);
  for (std::size_t i = 0; i < p.messages.size(); ++i) {
    const prepared_message& m = p.messages[i];
    if (!fold.wants(m.segment)) continue;
    fold(m.segment, m.shape.kind, time_of(p, m, s), m.shape.beside_shared_experts);
  }
  for (std::size_t i = 0; i < p.exchanges.size(); ++i) {
    const prepared_exchange<T>& x = p.exchanges[i];
    if (!fold.wants(x.segment)) continue;
    const T time = time_of(p, x, s);
    fold(x.segment, collective_kind::all_to_all, time, x.shape.beside_shared_experts);
  }
}

// Of each segment as many as there are, times `batches` of halves of layers; or of one sort alone.
constexpr std::array<double, segment::number> repeated(const segment_counts& n, double halves,
                                                       double others) noexcept {
  std::array<double, segment::number> times{};
  for (std::size_t s = 0; s < segment::number; ++s) {
    times[s] = static_cast<double>(n[s]) * (segment::is_half(s) ? halves : others);
  }
  return times;
}

// Hands on what the gathered collectives of segments leave behind shared experts.
template <class T>
constexpr void send_what_is_left(step_fold<T>& fold, sent_by_segments<T>& sent) noexcept {
  for (std::size_t s = 0; s < segment::number; ++s) {
    if (!fold.wants(s)) continue;
    sent[s].hide_behind_shared_experts();
    for (std::size_t k = 0; k < collective_kinds; ++k) {
      const auto kind = static_cast<collective_kind>(k);
      fold.send(s, kind, sent[s].by_kind[k], T(fold.times[s]));
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
                                          step_fold<T>& fold, const rank_step<T>& s, count batches,
                                          const Stage& time_of_stage) noexcept {
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
        host_time(policy, s, stages.layers * batches, seconds<T>::from_value(busy)).value();
    host = host + own * n;
    slowest = max(slowest, busy + own);
  }
  fold.spend(term::host, bound::launch, host);
  const basic_time<T> sum = fold.time();
  return {sum, p.layout.pp == 1 ? sum.total() : seconds<T>::from_value(slowest)};
}

template <class T>
constexpr T sum_of(const std::array<T, term_count>& lines) noexcept {
  T sum(0.0);
  for (const T& line : lines) sum = sum + line;
  return sum;
}

// The segments of a rank that run in a step, each so often, in one batch.
template <class T, class Efficiency>
constexpr step_fold<T> priced(const prepared_layout<T, Efficiency>& p, const rank_step<T>& s,
                              const std::array<double, segment::number>& times) noexcept {
  step_fold<T> fold;
  fold.times = times;
  const step_sizes<T> sizes = sizes_of(s, p.routed);
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

template <class T, class Efficiency>
constexpr pipeline_time<T> in_one_batch(const prepared_layout<T, Efficiency>& p,
                                        const rank_step<T>& s) noexcept {
  step_fold<T> fold = priced(p, s, repeated(p.pipeline, 1.0, 1.0));
  return through_stages(p, fold, s, 1, [&](const alike_stages& stages) {
    if (p.layout.pp == 1) return stage_time<T>{sum_of(fold.lines), T(0.0)};
    T busy(0.0);
    for (std::size_t i = 0; i < segment::number; ++i) {
      busy = busy + fold.of_segment[i] * T(static_cast<double>(stages.segments[i]));
    }
    return stage_time<T>{busy, T(0.0)};
  });
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

template <class T, class Efficiency>
constexpr pipeline_time<T> in_two_batches(const prepared_layout<T, Efficiency>& p,
                                          const rank_step<T>& s) noexcept {
  constexpr double two = 2.0;
  step_fold<T> fold;
  fold.times = repeated(p.pipeline, 0.0, 1.0);
  price(p, sizes_of(s, p.routed), fold);
  sent_by_segments<T> sent{};
  fold.times = repeated(p.pipeline, two, 0.0);
  fold.sent = &sent;
  price(p, sizes_of(larger_half(s), p.routed), fold);
  fold.sent = nullptr;
  std::array<overlapped_layer<T>, max_layer_kinds> layers{};
  for (std::size_t k = 0; k < p.model.layers.kinds.size(); ++k) {
    layers[k] = overlap(fold, sent, p.map.of_kind[k], real<T>(p.layers[k]) * T(two));
  }
  return through_stages(p, fold, s, 2, [&](const alike_stages& stages) {
    stage_time<T> t;
    for (std::size_t i = 0; i < segment::number; ++i) {
      if (segment::is_half(i)) continue;
      t.busy = t.busy + fold.of_segment[i] * T(static_cast<double>(stages.segments[i]));
    }
    for (std::size_t k = 0; k < p.model.layers.kinds.size(); ++k) {
      if (stages.kinds[k] == 0) continue;
      t.busy = t.busy + layers[k].busy * T(two * real<double>(stages.kinds[k]));
      t.filling = max(t.filling, layers[k].filling);
    }
    return t;
  });
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
/// Assumes inputs that check() accepts.
template <class T, class Efficiency>
[[nodiscard]] constexpr pipeline_time<T> time_of_step(const prepared_layout<T, Efficiency>& p,
                                                      const basic_step<T>& s) noexcept {
  const rank_step<T> own = localise(s, p.layout);
  if (!p.cluster.runtime.two_batch_overlap) return detail::in_one_batch(p, own);
  return detail::faster(detail::in_one_batch(p, own), detail::in_two_batches(p, own));
}
template <class T, class Efficiency>
[[nodiscard]] constexpr pipeline_time<T> time_of_step(const basic_cluster<T, Efficiency>& c,
                                                      const model& m, const layout& l,
                                                      const basic_step<T>& s) noexcept {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  return time_of_step(prepare(c, m, l), s);
}

}  // namespace shardline
