/// The time of one step: the fold of the operator list over time, block by block.
#pragma once

#include <array>
#include <cstddef>

#include "shardline/cost/blocks.hpp"
#include "shardline/cost/policy.hpp"
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

// What a block sends, by kind and in all, and what of it may be hidden behind shared experts.
template <class T>
struct sent_by_block {
  std::array<seconds<T>, collective_kinds> by_kind{};
  seconds<T> total{};
  collective_kind dispatch = collective_kind::all_to_all;
  seconds<T> dispatched{};
  seconds<T> shared_experts{};

  constexpr void add(const collective<T>& op, const seconds<T>& time) noexcept {
    seconds<T>& of_kind = by_kind[static_cast<std::size_t>(op.kind)];
    of_kind = of_kind + time;
    total = total + time;
    if (!op.beside_shared_experts) return;
    dispatch = op.kind;
    dispatched = time;
  }
  // The line of the dispatch is what is left of it.
  constexpr void hide_behind_shared_experts() noexcept {
    const seconds<T> hidden = shardline::min(dispatched, shared_experts);
    seconds<T>& of_kind = by_kind[static_cast<std::size_t>(dispatch)];
    of_kind = of_kind - hidden;
    total = total - hidden;
  }
  // Every line by the same share.
  constexpr void hide(const seconds<T>& hidden) noexcept {
    const T none(0.0);
    const T left = (total - hidden).value() / max(total.value(), T(1e-300));
    const T share = select(none < total.value(), left, none);
    for (seconds<T>& of_kind : by_kind) of_kind = of_kind * share;
    total = total - hidden;
  }
};

// Prices operators on a cluster: adds them up over the pipeline, and per block for the stages.
//   two_batches   blocks are those of a half batch, run twice: while one half sends the other
//                 computes
//   fill          of each block, the first or last part of such a pair, which nothing hides
template <class T, class Efficiency>
struct time_fold {
  const basic_cluster<T, Efficiency>& cluster;
  bool two_batches = false;
  basic_time<T> sum{};
  std::array<seconds<T>, block::number> of_block{};
  std::array<seconds<T>, block::number> fill{};
  T times = T(0.0);
  std::size_t current = 0;
  sent_by_block<T> sent{};  // by the current block, where some of that may be hidden

  [[nodiscard]] constexpr bool hides() const noexcept {
    return two_batches || cluster.runtime.experts.overlap_shared;
  }
  constexpr void start(std::size_t b, count n) noexcept {
    current = b;
    times = real<T>(n);
  }
  constexpr void finish(std::size_t) noexcept {
    if (hides()) send_what_is_left();
  }
  constexpr void operator()(const sequence_cache&) noexcept {}  // neither takes time
  constexpr void operator()(const logits<T>&) noexcept {}
  constexpr void operator()(const collective<T>& op) noexcept {
    const seconds<T> time = time_of(cluster, op);
    if (hides()) return sent.add(op, time);
    send(term_of(op.kind), time);
  }
  template <class Operator>
  constexpr void operator()(const Operator& op) noexcept {
    const operator_time<T> t = time_of(cluster.accelerator, op);
    add(op.term, t.total());
    if constexpr (has_flops<Operator>) {
      const auto by_compute = t.memory.value() < t.compute.value();
      const T zero(0.0);
      const T compute = select(by_compute, (t.compute + t.exposed).value(), zero);
      const T memory = select(by_compute, zero, (t.memory + t.exposed).value());
      sum.wait(bound::compute, seconds<T>::from_value(compute) * times);
      sum.wait(bound::memory, seconds<T>::from_value(memory) * times);
    } else {
      sum.wait(bound::memory, (t.memory + t.exposed) * times);
    }
    sum.wait(bound::launch, t.launch * times);
    if (op.term == term::shared_experts) sent.shared_experts = sent.shared_experts + t.total();
  }
  constexpr void add(term line, const seconds<T>& time) noexcept {
    of_block[current] = of_block[current] + time;
    sum.spend(line, time * times);
  }
  constexpr void send(term line, const seconds<T>& time) noexcept {
    add(line, time);
    sum.wait(bound::link, time * times);
  }
  constexpr void send_what_is_left() noexcept {
    if (two_batches) {
      fill[current] = shardline::min(of_block[current], sent.total);
      sent.hide(fill[current]);
    } else {
      sent.hide_behind_shared_experts();
    }
    for (std::size_t i = 0; i < collective_kinds; ++i) {
      send(term_of(static_cast<collective_kind>(i)), sent.by_kind[i]);
    }
    sent = {};
  }

  [[nodiscard]] constexpr seconds<T> of_stage(const block_counts& blocks) const noexcept {
    seconds<T> total{};
    for (std::size_t b = 0; b < block::number; ++b) {
      if (blocks[b] > 0) total = total + of_block[b] * real<T>(blocks[b]);
    }
    return total;
  }
  // What a stage's two batches take to fill and to drain: once, of its longest block.
  [[nodiscard]] constexpr seconds<T> filling(const block_counts& blocks) const noexcept {
    seconds<T> longest{};
    for (std::size_t b = 0; b < block::number; ++b) {
      if (blocks[b] > 0) longest = shardline::max(longest, fill[b]);
    }
    return longest;
  }
};

constexpr bool is_layer(std::size_t b) noexcept {
  return b >= block::first_layer && b < block::head;
}
// Layers once for each batch, and the rest once.
constexpr block_counts repeated(block_counts blocks, count batches) noexcept {
  for (std::size_t b = 0; b < block::number; ++b) blocks[b] *= is_layer(b) ? batches : 1;
  return blocks;
}
constexpr block_counts only(block_counts blocks, bool layers) noexcept {
  for (std::size_t b = 0; b < block::number; ++b) blocks[b] *= is_layer(b) == layers ? 1 : 0;
  return blocks;
}

// The accelerators' part of a stage; what its two batches take to fill is added to the sum.
template <class T, class Efficiency>
constexpr seconds<T> time_of_stage(time_fold<T, Efficiency>& fold, const model& m, const layout& l,
                                   count stage, count batches) noexcept {
  if (l.pp == 1 && batches == 1) return fold.sum.total();
  const block_counts blocks = repeated(blocks_of_stage(m, l, stage), batches);
  const seconds<T> filling = fold.filling(blocks);
  fold.sum.spend(term::pipeline_bubble, filling);
  fold.sum.wait(bound::link, filling);
  return fold.of_stage(blocks) + filling;
}

// A priced step through its stages, the host's part of it added.
template <class T, class Efficiency>
constexpr pipeline_time<T> through_stages(time_fold<T, Efficiency>& fold, const model& m,
                                          const layout& l, const rank_step<T>& s,
                                          count batches) noexcept {
  const Efficiency& policy = fold.cluster.accelerator.efficiency;
  seconds<T> slowest{};
  seconds<T> host{};
  for (count i = 0; i < l.pp; ++i) {
    const seconds<T> busy = time_of_stage(fold, m, l, i, batches);
    const count layers = layers_of_stage(l, m.layers.size(), i).number;
    const seconds<T> own = host_time(policy, s, layers * batches, busy);
    host = host + own;
    slowest = shardline::max(slowest, busy + own);
  }
  fold.sum.spend(term::host, host);
  fold.sum.wait(bound::launch, host);
  return {fold.sum, l.pp == 1 ? fold.sum.total() : slowest};
}

template <class T, class Efficiency>
constexpr pipeline_time<T> in_one_batch(const basic_cluster<T, Efficiency>& c, const model& m,
                                        const layout& l, const rank_step<T>& s) noexcept {
  time_fold<T, Efficiency> fold{c};
  for_each_block(emission_under(c.runtime, m, l), s, blocks_of_pipeline(m, l.pp), fold);
  return through_stages(fold, m, l, s, 1);
}

template <class T, class Efficiency>
constexpr pipeline_time<T> in_two_batches(const basic_cluster<T, Efficiency>& c, const model& m,
                                          const layout& l, const rank_step<T>& s) noexcept {
  const block_counts blocks = blocks_of_pipeline(m, l.pp);
  time_fold<T, Efficiency> fold{c};
  const emission e = emission_under(c.runtime, m, l);
  for_each_block(e, s, only(blocks, false), fold);
  fold.two_batches = true;
  for_each_block(e, larger_half(s), repeated(only(blocks, true), 2), fold);
  return through_stages(fold, m, l, s, 2);
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
[[nodiscard]] constexpr pipeline_time<T> time_of_step(const basic_cluster<T, Efficiency>& c,
                                                      const model& m, const layout& l,
                                                      const basic_step<T>& s) noexcept {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  const rank_step<T> own = localise(s, l);
  if (!c.runtime.two_batch_overlap) return detail::in_one_batch(c, m, l, own);
  return detail::faster(detail::in_one_batch(c, m, l, own), detail::in_two_batches(c, m, l, own));
}

}  // namespace shardline
