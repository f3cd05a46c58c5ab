/// Decode: the time of one more token of every sequence.
#pragma once

#include "shardline/estimate/batching.hpp"
#include "shardline/estimate/step_time.hpp"

namespace shardline {

/// `batches` equal batches going round the pipeline: each waits for the others at the slowest
/// stage.
///   cycle = max(sum of stages, batches slowest stage); what exceeds the sum is the bubble
template <class T>
[[nodiscard]] constexpr basic_time<T> pipeline_cycle(const pipeline_time<T>& t,
                                                     const T& batches) noexcept {
  basic_time<T> cycle = t.sum;
  const seconds<T> full = t.slowest * batches;
  const seconds<T> wait = shardline::max(full - t.sum.total(), seconds<T>{});
  cycle.spend(term::pipeline_bubble, wait);
  cycle.wait(bound::link, wait);
  return cycle;
}

/// One decode step: every sequence of the concurrency gains one token at the mean context.
/// With pp > 1 the sequences form min(pp, sequences per replica) batches, one per stage, and a step
/// is one round of the pipeline, in which each batch gains its token.
///   pp = 1:  t = time of decode_step(concurrency, input + output / 2)
/// Returns seconds by term. Assumes inputs that check() accepts.
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_time<T> decode(const basic_cluster<T, Efficiency>& c, const model& m,
                                             const layout& l, const basic_workload<T>& w) noexcept {
  const T batches = pipeline_batches(l, w.concurrency);
  const basic_step<T> step = decode_step(sequences_per_batch(l, w.concurrency, batches),
                                         mean_context(w), w.expert_imbalance, w.routing);
  return pipeline_cycle(time_of_step(c, m, l, step), batches);
}

}  // namespace shardline
