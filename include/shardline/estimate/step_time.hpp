/// The time of one step: the fold of the operator list over time, block by block.
#pragma once

#include "shardline/cost/blocks.hpp"
#include "shardline/cost/collectives.hpp"
#include "shardline/cost/roofline.hpp"
#include "shardline/estimate/time.hpp"

namespace shardline {

/// The sink that prices operators on a cluster.
template <class T, class Efficiency>
struct time_fold {
  const basic_cluster<T, Efficiency>* cluster = nullptr;
  basic_time<T> time{};

  constexpr void operator()(const collective<T>& op) noexcept {
    time.add(term_of(op.kind), bound::link, time_of(*cluster, op));
  }
  template <class Operator>
  constexpr void operator()(const Operator& op) noexcept {
    const operator_time<T> t = time_of(cluster->accelerator, op);
    const auto by_compute = t.memory.value() < t.compute.value();
    const T zero(0.0);
    time.add(op.term, bound::compute,
             seconds<T>::from_value(select(by_compute, t.compute.value(), zero)));
    time.add(op.term, bound::memory,
             seconds<T>::from_value(select(by_compute, zero, t.memory.value())));
    time.add(op.term, bound::launch, t.launch);
  }
};

/// One step through the pipeline, priced per block and summed per stage.
///   sum      all stages, one after the other, hand-overs included: one batch alone
///   slowest  the heaviest stage with its hand-over: what a full pipeline repeats
template <class T>
struct pipeline_time {
  basic_time<T> sum{};
  seconds<T> slowest{};
};

template <class T, class Efficiency>
[[nodiscard]] constexpr pipeline_time<T> time_of_step(const basic_cluster<T, Efficiency>& c,
                                                      const model& m, const layout& l,
                                                      const basic_step<T>& s) noexcept {
  const emission<T> e{m, l, {}, localise(s, l)};
  const auto blocks = fold_blocks(e, time_fold<T, Efficiency>{&c});
  pipeline_time<T> result;
  for (count i = 0; i < l.pp; ++i) {
    basic_time<T> stage{};
    blocks.for_each(blocks_of_stage(m, l.pp, i), [&stage](const auto& block, count times) {
      stage.add(block.time, real<T>(times));
    });
    result.sum.add(stage, T(1.0));
    result.slowest = shardline::max(result.slowest, stage.total());
  }
  return result;
}

}  // namespace shardline
