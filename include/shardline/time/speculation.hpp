// SPDX-License-Identifier: BSL-1.0
/// Speculative decoding: how many tokens a step yields, and what guessing them takes.
#pragma once

#include "shardline/model/parameters.hpp"
#include "shardline/prepare/batching.hpp"
#include "shardline/time/step_time.hpp"

namespace shardline {

/// Tokens that a step yields of each sequence: its own, and the guesses up to the first wrong one.
///   E = 1 + a + a^2 + ... + a^k = (1 - a^(k + 1)) / (1 - a),  k draft tokens of acceptance a
/// from 1 (no speculation, or nothing accepted) to k + 1. Assumes that guesses are right or wrong
/// independently of each other, k <= 64.
/// Source: Leviathan, Kalman, Matias, "Fast Inference from Transformers via Speculative Decoding",
/// ICML 2023, equation 1.
///   k 3, a 0.5: 1.875;  k 3, a 1: 4   (tests/time/speculation.cpp)
template <class T>
[[nodiscard]] constexpr T tokens_per_step(const basic_speculation<T>& s) noexcept {
  T expected(1.0);
  for (integer i = 0; i < s.draft_tokens; ++i) expected = T(1.0) + s.acceptance * expected;
  return expected;
}

/// The acceptance with which k draft tokens yield so many tokens a step: the inverse of
/// tokens_per_step(), to the last bit or two, in [0, 1]. 1 <= length <= k + 1, 1 <= k <= 64.
///   length 1.875, k 3: 0.5   (tests/time/speculation.cpp)
[[nodiscard]] constexpr double acceptance_of_length(double length, integer draft_tokens) noexcept {
  double low = 0.0;
  double high = 1.0;
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = 0.5 * (low + high);
    const bool less =
        tokens_per_step(speculation{.draft_tokens = draft_tokens, .acceptance = middle}) < length;
    (less ? low : high) = middle;
  }
  return high;
}

/// Rounds that a sequence's tokens after the first take: (output - 1) / tokens_per_step, 1 at
/// least; 0 where there are none.
///   output 9, 2 tokens a step: 4   (tests/time/speculation.cpp)
template <class T>
[[nodiscard]] constexpr T decode_rounds(const basic_workload<T>& w) noexcept {
  const T generated = w.output.value() - T(1.0);
  return max(generated / tokens_per_step(w.speculation), min(generated, T(1.0)));
}

/// Whether guesses are passes of the model's prediction layer, whose time is then priced: where
/// there are draft tokens, such a layer (DeepSeek-V3, arXiv 2412.19437, section 2.2) and no
/// draft_time; of a pack, whether those of any lane are.
///   DeepSeek-V3 with 1 draft token: true; with a draft_time of 2 ms, or Llama-3.1-70B: false
///   (tests/time/speculation.cpp)
template <class T>
[[nodiscard]] constexpr bool guesses_by_prediction(const model& m,
                                                   const basic_speculation<T>& s) noexcept {
  const bool unstated = largest_of(-s.draft_time.value()) >= 0.0;
  return s.draft_tokens > 0 && m.mtp_layers > 0 && unstated;
}

namespace detail {

// One pass of the prediction layer and the head, if the model has one, a token of each sequence, on
// the ranks of the last stage.
template <class T, class Efficiency>
constexpr basic_time<T> prediction_time(const prepared_layout<T, Efficiency>& p,
                                        const basic_step<T>& one_token) noexcept {
  const layer_halves last = last_layer(p.map, p.model);
  segment_times times{};
  times[last.mixing] = p.map.present[last.mixing];
  times[last.feed_forward] = p.map.present[last.feed_forward];
  times[segment::prediction] = 1.0;
  times[segment::head] = p.pipeline[segment::head];
  return priced(p, sizes_of(one_token, p.layout, p.routed), times).time();
}

}  // namespace detail

/// Seconds of guessing before a step of `sequences` sequences can check it, all of them in the line
/// `draft`: draft_tokens times draft_time, or where that is 0 draft_tokens passes, one after the
/// other, of the model's last prediction layer with the head, on the last stage's ranks. Nothing
/// without draft tokens, and for a model without prediction layers: n-grams of the prompt cost
/// nothing. The host's part is not priced.
/// Source: DeepSeek-V3, arXiv 2412.19437, sections 2.2 and 5.4.3.
///   3 draft tokens, draft_time 2 ms: 6 ms   (tests/time/speculation.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_time<T> draft_time(const prepared_layout<T, Efficiency>& p,
                                                 const basic_workload<T>& w,
                                                 const T& sequences) noexcept {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  const basic_speculation<T>& s = w.speculation;
  basic_time<T> drafting;
  if (s.draft_tokens == 0) return drafting;
  seconds<T> each = s.draft_time;
  basic_time<T> once;
  once.wait(bound::memory, each);
  if (guesses_by_prediction(p.model, s)) {
    const basic_time<T> pass = detail::prediction_time(
        p, decode_step(sequences, mean_context(w), w.expert_imbalance, w.routing));
    const auto stated = T(0.0) < s.draft_time.value();
    for (std::size_t i = 0; i < bound_count; ++i) {
      once.bounds[i] = select(stated, once.bounds[i], pass.bounds[i]);
    }
    each = select(stated, each, pass.total());
  }
  const T times = real<T>(s.draft_tokens);
  drafting.spend(term::draft, each * times);
  for (std::size_t i = 0; i < bound_count; ++i) drafting.bounds[i] = once.bounds[i] * times;
  return drafting;
}

/// A step through the pipeline [s] with its guesses made before it: sum = sum + drafting, and with
/// stages every round waits for them: slowest = slowest + drafting; as it was where there are no
/// draft tokens.
///   a step of 5 s, the slowest stage 2 s, drafting 1 s: 6 s and 3 s   (tests/time/speculation.cpp)
template <class T, class Time>
[[nodiscard]] constexpr pipeline_time<T, Time> with_drafts(pipeline_time<T, Time> step,
                                                           const basic_speculation<T>& s,
                                                           const basic_time<T>& drafting) noexcept {
  if (s.draft_tokens == 0) return step;
  step.sum.add(drafting, T(1.0));
  step.slowest = step.slowest + drafting.total();
  return step;
}

/// The same of a cluster, model and layout that check() accepts and that are not prepared yet:
/// draft_time(prepare(c, m, l), w, sequences).
///   3 draft tokens, draft_time 2 ms: 6 ms   (tests/time/speculation.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_time<T> draft_time(const basic_cluster<T, Efficiency>& c,
                                                 const model& m, const layout& l,
                                                 const basic_workload<T>& w,
                                                 const T& sequences) noexcept {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  return draft_time(prepare(c, m, l), w, sequences);
}

}  // namespace shardline
