// SPDX-License-Identifier: BSL-1.0
/// Decode: the time of one step in which every sequence gains a token, or several where it guesses.
#pragma once

#include "shardline/prepare/batching.hpp"
#include "shardline/time/speculation.hpp"
#include "shardline/time/step_time.hpp"

namespace shardline {

/// `batches` equal batches going round the pipeline: each waits for the others at the slowest
/// stage.
///   cycle = max(sum of stages, batches slowest stage); what exceeds the sum is the bubble
template <class T, class Time>
[[nodiscard]] constexpr Time pipeline_cycle(const pipeline_time<T, Time>& t,
                                            const T& batches) noexcept {
  Time cycle = t.sum;
  const seconds<T> full = t.slowest * batches;
  const seconds<T> wait = shardline::max(full - t.sum.total(), seconds<T>{});
  cycle.spend_on_bubble(wait);
  return cycle;
}

/// decode() with its time as Time, a breakdown or a total.
template <class Time, class T, class Efficiency>
[[nodiscard]] constexpr Time decode_priced_as(const prepared_layout<T, Efficiency>& p,
                                              const basic_workload<T>& w) noexcept {
  const T batches = pipeline_batches(p.layout, w.concurrency);
  const T sequences = sequences_per_batch(p.layout, w.concurrency, batches);
  const auto step = step_priced_as<Time>(p, generation_step(sequences, w));
  return pipeline_cycle(with_drafts(step, w.speculation, draft_time(p, w, sequences)), batches);
}

/// One decode step: every sequence of the concurrency gains one token at the mean context, or with
/// speculation tokens_per_step(), guesses and their check included.
/// With pp > 1 the sequences form min(pp, sequences per replica) batches, one per stage, and a step
/// is one round of the pipeline, in which each batch gains its token.
///   pp = 1:  t = time of generation_step(concurrency) + draft_time()
/// Returns seconds by term. Assumes inputs that check() accepts.
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_time<T> decode(const prepared_layout<T, Efficiency>& p,
                                             const basic_workload<T>& w) noexcept {
  return decode_priced_as<basic_time<T>>(p, w);
}
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_time<T> decode(const basic_cluster<T, Efficiency>& c, const model& m,
                                             const layout& l, const basic_workload<T>& w) noexcept {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  return decode(prepare(c, m, l), w);
}

}  // namespace shardline
