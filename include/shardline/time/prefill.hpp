// SPDX-License-Identifier: BSL-1.0
/// Prefill: the time to the first token of one request alone.
#pragma once

#include "shardline/prepare/batching.hpp"
#include "shardline/time/step_time.hpp"

namespace shardline {

namespace detail {

// What so many alike steps of a prompt take, in whole passes of one: the prompt's first passes
// every stage, a later one follows at the slowest stage's pace.
template <class T>
constexpr T passes_of(const layout& l, const pipeline_time<T>& t, const T& steps,
                      bool first) noexcept {
  const T pace = l.pp > 1 ? t.slowest.value() / t.sum.total().value() : T(1.0);
  const T alone = T(first ? 1.0 : 0.0);
  return alone + (steps - alone) * pace;
}

// Adds up a prompt's steps: visit(new tokens, context before them, how many such steps, whether
// they are of the chunk's own size).
template <class T, class Efficiency>
struct prompt_fold {
  const prepared_layout<T, Efficiency>& prepared;
  const basic_workload<T>& workload;
  steps_by_context<T, Efficiency> chunks;  // of the chunk's own size
  T replicas = T(1.0);                     // that read one each
  basic_time<T> total{};
  T lead = T(0.0);  // of the host, before the next step
  bool first = true;

  [[nodiscard]] static constexpr basic_step<T> step(const basic_workload<T>& w, const T& new_tokens,
                                                    const T& context,
                                                    const T& replicas = T(1.0)) noexcept {
    basic_step<T> s = prefill_step(replicas, new_tokens, context, w.expert_imbalance, w.routing);
    if (largest_of(replicas) > 1.0) s.replicas = replicas;
    return s;
  }

  // The terms of a later step are those of its whole pass, scaled to the pace.
  constexpr void visit(const T& new_tokens, const T& context, const T& steps, bool whole) noexcept {
    basic_step<T> s = step(workload, new_tokens, context, replicas);
    s.ahead = lead;
    const pipeline_time<T> t = whole ? chunks(s) : time_of_step(prepared, s);
    total.add(t.sum, passes_of(prepared.layout, t, steps, first));
    first = false;
    if (!whole) return;
    const auto host = t.sum.terms[static_cast<std::size_t>(term::host)];
    const T busy = (t.sum.total() - host).value();
    lead = host_lead(prepared, rank_step_of(s, prepared.layout), busy, steps, lead);
  }
};

// How many chunks a stratum has that begins after `done` others: one up to 32, then an octave has
// 16 strata, of 2 chunks each up to 64, of 4 up to 128.
constexpr double stratum_length(double done) noexcept {
  double length = 1.0;
  while (length * 32.0 <= done) length *= 2.0;
  return length;
}

// The steps of what is computed of a prompt, up to 32 one by one; beyond, those of a stratum at
// their mean context, which is exact wherever time is linear in the context. Where strata begin
// does not depend on how long the prompt is: a token more makes the last step longer or is a step
// of its own, and may move the steps of the last stratum to a longer context, so that no prompt
// takes less time than a shorter one.
// Every lane has its own steps: where it has none in a stratum, none are added to it.
template <class T, class Fold>
constexpr void for_each_chunk(const basic_workload<T>& w, Fold& fold) {
  const T none(0.0);
  const T one(1.0);
  const T chunk = chunk_tokens(w);
  const T cached = cached_tokens(w);
  const T computed = computed_tokens(w);
  const T steps = round_up(computed / chunk);
  const T last = computed - chunk * (steps - one);
  const T shorter = select(last < chunk, one, none);
  const double most = largest_of(steps);
  for (double done = 0.0; done < most;) {
    const double length = min(stratum_length(done), most - done);
    const T number = max(min(T(length), steps - T(done)), none);
    const T context = cached + chunk * (T(done) + max(number - one, none) * T(0.5));
    done += length;
    const T ends = select(none < number, shorter, none);
    const T at_end = select(T(done) < steps, none, ends);
    const T whole = number - at_end;
    if (largest_of(whole) > 0.0) fold.visit(chunk, context, whole, true);
    if (largest_of(at_end) > 0.0) fold.visit(last, context, at_end, false);
  }
}

}  // namespace detail

namespace detail {

// A prompt of several steps on each of so many replicas.
template <class T, class Efficiency>
constexpr basic_time<T> prompt_in_steps(const prepared_layout<T, Efficiency>& p,
                                        const basic_workload<T>& w, const T& replicas) noexcept {
  using prompt = prompt_fold<T, Efficiency>;
  const basic_step<T> chunk = prompt::step(w, chunk_tokens(w), T(0.0), replicas);
  prompt fold{p, w, steps_by_context<T, Efficiency>(p, chunk), replicas};
  for_each_chunk(w, fold);
  return fold.total;
}

}  // namespace detail

/// Time to first token (TTFT) of one request with no queue, its chunks one after the other.
///   pp = 1   sum over chunks of the step's time; beyond 32 few stand for many, more each octave
///   pp > 1   the first chunk passes every stage; each later one adds the slowest stage's time
/// Chunk i attends to what the prefix cache holds and to the i - 1 before it. Returns seconds by
/// term. Assumes inputs that check() accepts. Source: chunked prefill, Sarathi-Serve, arXiv
/// 2403.02310, section 4; the time of a step is time_of_step()'s.
///   Llama-3.1-8B, one H100 by its data sheet, 2048 tokens: 33.7 ms   (tests/time/prefill.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_time<T> prefill(const prepared_layout<T, Efficiency>& p,
                                              const basic_workload<T>& w) noexcept {
  using prompt = detail::prompt_fold<T, Efficiency>;
  if (!(largest_of(prefill_steps(w)) > 1.0)) {
    return time_of_step(p, prompt::step(w, computed_tokens(w), cached_tokens(w))).sum;
  }
  return detail::prompt_in_steps(p, w, T(1.0));
}
/// The seconds of it, prefill().total(), without the breakdown where the prompt is one step.
///   of the same: 33.7 ms   (tests/time/prefill.cpp)
template <class T, class Efficiency>
[[nodiscard]] constexpr seconds<T> prefill_seconds(const prepared_layout<T, Efficiency>& p,
                                                   const basic_workload<T>& w) noexcept {
  using prompt = detail::prompt_fold<T, Efficiency>;
  if (largest_of(prefill_steps(w)) > 1.0) return prefill(p, w).total();
  const basic_step<T> whole = prompt::step(w, computed_tokens(w), cached_tokens(w));
  return step_priced_as<basic_total_time<T>>(p, whole).sum.total();
}
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_time<T> prefill(const basic_cluster<T, Efficiency>& c, const model& m,
                                              const layout& l,
                                              const basic_workload<T>& w) noexcept {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  return prefill(prepare(c, m, l), w);
}

}  // namespace shardline
