/// The time of one step: the fold of the operator list over time, block by block.
#pragma once

#include <array>
#include <cstddef>

#include "shardline/cost/blocks.hpp"
#include "shardline/cost/collectives.hpp"
#include "shardline/cost/roofline.hpp"
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

// Prices operators on a cluster: adds them up over the pipeline, and per block for the stages.
//   two_batches   blocks are those of a half batch, run twice, and compute while the other's halves
//                 communicate
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
  // Of the current block: its collectives by kind, all of them, one that shared experts run beside,
  // and these.
  std::array<seconds<T>, collective_kinds> by_kind{};
  seconds<T> sent{};
  collective_kind dispatch = collective_kind::all_to_all;
  seconds<T> dispatched{};
  seconds<T> shared{};

  constexpr void start(std::size_t b, count n) noexcept {
    current = b;
    times = real<T>(n);
    by_kind = {};
    sent = dispatched = shared = {};
  }
  constexpr void finish(std::size_t) noexcept {
    if (two_batches) {
      hide_behind_other_batch();
    } else {
      hide_behind_shared_experts();
    }
    for (std::size_t i = 0; i < collective_kinds; ++i) {
      sum.spend(term_of(static_cast<collective_kind>(i)), by_kind[i] * times);
    }
    sum.wait(bound::link, sent * times);
    of_block[current] = of_block[current] + sent;
  }
  constexpr void operator()(const sequence_cache<T>&) noexcept {}  // neither takes time
  constexpr void operator()(const logits<T>&) noexcept {}
  constexpr void operator()(const collective<T>& op) noexcept {
    const seconds<T> time = time_of(cluster, op);
    seconds<T>& of_kind = by_kind[static_cast<std::size_t>(op.kind)];
    of_kind = of_kind + time;
    sent = sent + time;
    if (!op.beside_shared_experts) return;
    dispatch = op.kind;
    dispatched = time;
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
  }
  constexpr void add(term line, const seconds<T>& time) noexcept {
    of_block[current] = of_block[current] + time;
    if (line == term::shared_experts) shared = shared + time;
    sum.spend(line, time * times);
  }

  // What is hidden of a collective is taken off its line.
  constexpr void hide_behind_shared_experts() noexcept {
    const seconds<T> hidden = shardline::min(dispatched, shared);
    seconds<T>& of_kind = by_kind[static_cast<std::size_t>(dispatch)];
    of_kind = of_kind - hidden;
    sent = sent - hidden;
  }
  // All that the block computes hides as much of what it sends, each collective by the same share.
  constexpr void hide_behind_other_batch() noexcept {
    const seconds<T> hidden = shardline::min(of_block[current], sent);
    const T none(0.0);
    const T exposed = (sent - hidden).value() / max(sent.value(), T(1e-300));
    const T share = select(none < sent.value(), exposed, none);
    for (seconds<T>& of_kind : by_kind) of_kind = of_kind * share;
    sent = sent - hidden;
    fill[current] = hidden;
  }

  [[nodiscard]] constexpr seconds<T> of_stage(const block_counts& blocks) const noexcept {
    seconds<T> total{};
    for (std::size_t b = 0; b < block::number; ++b) {
      if (blocks[b] > 0) total = total + of_block[b] * real<T>(blocks[b]);
    }
    return total;
  }
  // What a stage's pipeline of two batches takes to fill and to drain: once, of its largest block.
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

// A priced step through its stages, the host's part of it added.
template <class T, class Efficiency>
constexpr pipeline_time<T> through_stages(time_fold<T, Efficiency>& fold, const model& m,
                                          const layout& l, const rank_step<T>& s,
                                          count batches) noexcept {
  const Efficiency& policy = fold.cluster.accelerator.efficiency;
  seconds<T> slowest{};
  seconds<T> host{};
  seconds<T> filling{};
  for (count i = 0; i < l.pp; ++i) {
    const block_counts blocks = repeated(blocks_of_stage(m, l, i), batches);
    const seconds<T> fill = fold.filling(blocks);
    const seconds<T> work = l.pp == 1 ? fold.sum.total() : fold.of_stage(blocks);
    const seconds<T> busy = work + fill;
    const count layers = layers_of_stage(l, m.layers.size(), i).number;
    const seconds<T> own = host_time<T>(policy, s, layers * batches, busy);
    host = host + own;
    filling = filling + fill;
    slowest = shardline::max(slowest, busy + own);
  }
  fold.sum.spend(term::pipeline_bubble, filling);
  fold.sum.wait(bound::link, filling);
  fold.sum.spend(term::host, host);
  fold.sum.wait(bound::launch, host);
  return {fold.sum, l.pp == 1 ? fold.sum.total() : slowest};
}

template <class T, class Efficiency>
constexpr pipeline_time<T> in_one_batch(const basic_cluster<T, Efficiency>& c, const model& m,
                                        const layout& l, const rank_step<T>& s) noexcept {
  time_fold<T, Efficiency> fold{c};
  const emission<T> e = emission_under(c.runtime, m, l, s);
  for_each_block(e, blocks_of_pipeline(m, l.pp), fold);
  return through_stages(fold, m, l, s, 1);
}

template <class T, class Efficiency>
constexpr pipeline_time<T> in_two_batches(const basic_cluster<T, Efficiency>& c, const model& m,
                                          const layout& l, const rank_step<T>& s) noexcept {
  const block_counts blocks = blocks_of_pipeline(m, l.pp);
  time_fold<T, Efficiency> fold{c};
  for_each_block(emission_under(c.runtime, m, l, s), only(blocks, false), fold);
  fold.two_batches = true;
  const emission<T> half = emission_under(c.runtime, m, l, larger_half(s));
  for_each_block(half, repeated(only(blocks, true), 2), fold);
  return through_stages(fold, m, l, s, 2);
}

template <class Condition, class T>
constexpr void take_where(const Condition& condition, seconds<T>& a, const seconds<T>& b) noexcept {
  a = seconds<T>::from_value(select(condition, b.value(), a.value()));
}

// Of two ways to run a step the faster, line by line.
template <class T>
constexpr pipeline_time<T> faster(pipeline_time<T> a, const pipeline_time<T>& b) noexcept {
  const auto b_is = b.sum.total().value() < a.sum.total().value();
  for (std::size_t i = 0; i < term_count; ++i) take_where(b_is, a.sum.terms[i], b.sum.terms[i]);
  for (std::size_t i = 0; i < bound_count; ++i) take_where(b_is, a.sum.bounds[i], b.sum.bounds[i]);
  take_where(b_is, a.slowest, b.slowest);
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
  const rank_step<T> own = localise(s, l);
  const pipeline_time<T> whole = detail::in_one_batch(c, m, l, own);
  if (!c.runtime.two_batch_overlap) return whole;
  return detail::faster(whole, detail::in_two_batches(c, m, l, own));
}

}  // namespace shardline
