/// Prefill: the time to the first token of one request alone.
#pragma once

#include "shardline/estimate/batching.hpp"
#include "shardline/estimate/step_time.hpp"

namespace shardline {

namespace detail {

// Adds up a prompt's steps: visit(new tokens, context before them, how many such steps).
template <class T, class Efficiency>
struct prompt_fold {
  const prepared_layout<T, Efficiency>& prepared;
  T expert_imbalance;
  basic_routing<T> routing;
  basic_time<T> total{};
  bool first = true;

  // The first step passes every stage; a later one follows at the slowest stage's pace, its terms
  // those of its whole pass, scaled to that.
  constexpr void visit(const T& new_tokens, const T& context, const T& steps) noexcept {
    const pipeline_time<T> t = time_of_step(
        prepared, prefill_step(T(1.0), new_tokens, context, expert_imbalance, routing));
    const T pace = prepared.layout.pp > 1 ? t.slowest.value() / t.sum.total().value() : T(1.0);
    const T alone = T(first ? 1.0 : 0.0);
    total.add(t.sum, alone + (steps - alone) * pace);
    first = false;
  }
};

// The steps of what is computed of a prompt, as few as 32 standing for many: with n full chunks,
// min(n, 32) strata of n / 32 chunks each, priced at their mean context (exact up to 32 chunks;
// beyond, exact wherever time is linear in the context), and the rest of the prompt.
template <class T, class Fold>
constexpr void for_each_chunk(const basic_workload<T>& w, Fold& fold) {
  constexpr double most = 32.0;
  const T chunk = chunk_tokens(w);
  const T cached = cached_tokens(w);
  const T computed = computed_tokens(w);
  const double whole = -round_up(-value_of(computed) / value_of(chunk));
  const double strata = min(whole, most);
  const double per_stratum = whole / strata;
  for (double i = 0.0; i < strata; i += 1.0) {
    const double before = (i + 0.5) * per_stratum - 0.5;  // chunks done, on average
    fold.visit(chunk, cached + chunk * T(before), T(per_stratum));
  }
  const T rest = computed - chunk * T(whole);
  if (value_of(rest) > 0.0) fold.visit(rest, cached + chunk * T(whole), T(1.0));
}

}  // namespace detail

/// Time to first token (TTFT) of one request with no queue, its chunks one after the other.
///   pp = 1   sum over chunks of the step's time (of 32 evenly spread ones, where there are more)
///   pp > 1   the first chunk passes every stage; each later one adds the slowest stage's time
/// Chunk i attends to what the prefix cache holds and to the i - 1 before it. Returns seconds by
/// term.
/// Assumes inputs that check() accepts.
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_time<T> prefill(const prepared_layout<T, Efficiency>& p,
                                              const basic_workload<T>& w) noexcept {
  detail::prompt_fold<T, Efficiency> fold{p, w.expert_imbalance, w.routing};
  detail::for_each_chunk(w, fold);
  return fold.total;
}
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_time<T> prefill(const basic_cluster<T, Efficiency>& c, const model& m,
                                              const layout& l,
                                              const basic_workload<T>& w) noexcept {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  return prefill(prepare(c, m, l), w);
}

}  // namespace shardline
