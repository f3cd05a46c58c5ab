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

// Prices operators on a cluster: adds them up over the pipeline, and per block for the stages.
template <class T, class Efficiency>
struct time_fold {
  const basic_cluster<T, Efficiency>& cluster;
  basic_time<T> sum{};
  std::array<seconds<T>, block::number> of_block{};
  T times = T(0.0);
  std::size_t current = 0;

  constexpr void start(std::size_t b, count n) noexcept {
    current = b;
    times = real<T>(n);
  }
  constexpr void finish(std::size_t) noexcept {}
  constexpr void operator()(const sequence_cache<T>&) noexcept {}  // neither takes time
  constexpr void operator()(const logits<T>&) noexcept {}
  constexpr void operator()(const collective<T>& op) noexcept {
    const seconds<T> time = time_of(cluster, op);
    add(term_of(op.kind), time);
    sum.wait(bound::link, time * times);
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
    sum.spend(line, time * times);
  }

  [[nodiscard]] constexpr seconds<T> of_stage(const block_counts& blocks) const noexcept {
    seconds<T> total{};
    for (std::size_t b = 0; b < block::number; ++b) {
      if (blocks[b] > 0) total = total + of_block[b] * real<T>(blocks[b]);
    }
    return total;
  }
};

}  // namespace detail

/// Time of one step: every stage in turn, and the heaviest stage. Assumes inputs that check()
/// accepts.
template <class T, class Efficiency>
[[nodiscard]] constexpr pipeline_time<T> time_of_step(const basic_cluster<T, Efficiency>& c,
                                                      const model& m, const layout& l,
                                                      const basic_step<T>& s) noexcept {
  const emission<T> e{m, l, {}, localise(s, l), c.runtime.padding};
  detail::time_fold<T, Efficiency> fold{c};
  for_each_block(e, blocks_of_pipeline(m, l.pp), fold);
  const Efficiency& policy = c.accelerator.efficiency;
  seconds<T> slowest{};
  seconds<T> host{};
  for (count i = 0; i < l.pp; ++i) {
    const seconds<T> busy = l.pp == 1 ? fold.sum.total() : fold.of_stage(blocks_of_stage(m, l, i));
    const count layers = layers_of_stage(l, m.layers.size(), i).number;
    const seconds<T> own = host_time<T>(policy, e.step, layers, busy);
    host = host + own;
    slowest = shardline::max(slowest, busy + own);
  }
  fold.sum.spend(term::host, host);
  fold.sum.wait(bound::launch, host);
  return {fold.sum, l.pp == 1 ? fold.sum.total() : slowest};
}

}  // namespace shardline
