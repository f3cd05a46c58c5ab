// SPDX-License-Identifier: BSL-1.0
/// Decode: the time of one step in which every sequence gains a token, or several where it guesses.
#pragma once

#include "shardline/prepare/batching.hpp"
#include "shardline/time/speculation.hpp"
#include "shardline/time/step_time.hpp"

namespace shardline {

/// Time [s] that `batches` >= 1 equal batches take to go round the pipeline: each waits for the
/// others at the slowest stage.
///   cycle = max(sum of stages, batches slowest stage); what exceeds the sum is the bubble
///   stages of 1, 2 and 1 s, 3 batches: 6 s, 2 of them bubble   (tests/time/decode.cpp)
template <class T, class Time>
[[nodiscard]] constexpr Time pipeline_cycle(const pipeline_time<T, Time>& t,
                                            const T& batches) noexcept {
  Time cycle = t.sum;
  const seconds<T> full = t.slowest * batches;
  const seconds<T> wait = shardline::max(full - t.sum.total(), seconds<T>{});
  cycle.spend_on_bubble(wait);
  return cycle;
}

/// decode() with its time [s] as Time, a breakdown or a total, for inputs that check() accepts.
///   Llama-3.1-8B, one H100 by its data sheet, one sequence of 2048 + 512 tokens: 4.57 ms
///   (tests/time/decode.cpp)
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
/// Returns seconds by term. Assumes inputs that check() accepts. Source of a round of a pipeline:
/// DeepSpeed Inference, arXiv 2207.00032; of a step: time_of_step().
///   Llama-3.1-8B, one H100 by its data sheet, one sequence of 2048 + 512 tokens: 4.57 ms
///   (tests/time/decode.cpp)
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
