// SPDX-License-Identifier: BSL-1.0
/// A step of one replica: parts of prompts and sequences that decode, and how long it takes.
#pragma once

#include "shardline/serve/copying.hpp"
#include "shardline/serve/sojourn.hpp"
#include "shardline/time/decode.hpp"
#include "shardline/time/prefill.hpp"

namespace shardline {

/// What a step of one replica holds, averages among them.
///   parts            of prompts, each of
///   part_tokens      new tokens, on
///   part_context     cached ones
///   decoding         sequences that have their first token, on
///   decode_context   cached tokens
///   uneven           share of its tokens by which the steps differ of which it is the mean
///   ahead            seconds that the host is ahead of the accelerator: basic_step::ahead
///   reads, decodes   whether it is meant to hold such parts, whose averages may be 0 in a lane
template <class T = double>
struct replica_step {
  T parts = T(0.0);
  T part_tokens = T(0.0);
  T part_context = T(0.0);
  T decoding = T(0.0);
  T decode_context = T(0.0);
  T uneven = T(0.0);
  T ahead = T(0.0);
  bool reads = false;
  bool decodes = false;

  /// Whether it has neither prompts nor decoding sequences.
  [[nodiscard]] constexpr bool empty() const noexcept {
    return !(largest_of(parts + decoding) > 0.0);
  }
};

/// Replicas that so many sequences in flight keep busy: min(dp, in flight), one at least.
///   dp 8: 5 of 5 sequences, 8 of 20   (tests/serve/replica_step.cpp)
template <class T>
[[nodiscard]] constexpr T replicas_in_use(const layout& l, const T& in_flight) noexcept {
  return min(real<T>(l.attention.dp), max(in_flight, T(1.0)));
}

/// The same of all replicas in use at once, each with as much: sequences and tokens times
/// replicas_in_use(), in one part or two.
///   2.5 parts of prompts on each of 4 replicas: 10   (tests/serve/replica_step.cpp)
template <class T>
[[nodiscard]] constexpr basic_step<T> step_of(const replica_step<T>& s, const layout& l,
                                              const basic_workload<T>& w) noexcept {
  const T dp = replicas_in_use(l, w.concurrency);
  basic_step<T> step =
      prefill_step(s.parts * dp, s.part_tokens, s.part_context, w.expert_imbalance, w.routing);
  step.parts[1] = {phase::decode, s.decoding * dp, T(1.0) + real<T>(w.speculation.draft_tokens),
                   s.decode_context};
  step.part_count = s.reads && s.decodes ? 2 : 1;
  step.replicas = dp;
  step.uneven = s.uneven;
  step.ahead = s.ahead;
  if (!s.reads) step.parts[0] = step.parts[1];
  return step;
}

/// A step with so many tokens of prompts, above 0: whole ones as far as these go, else a mean part
/// of one: parts = tokens / min(tokens, a prompt's computed tokens).
///   prompts of 1000 tokens, 2500 of them: 2.5 parts of 1000; 250: one of 250, on 375
///   (tests/serve/replica_step.cpp)
template <class T>
[[nodiscard]] constexpr replica_step<T> step_with_prompts(const basic_workload<T>& w,
                                                          const T& prompt_tokens) noexcept {
  const T all = computed_tokens(w);
  replica_step<T> s;
  s.part_tokens = min(prompt_tokens, all);
  s.parts = prompt_tokens / s.part_tokens;
  s.reads = true;
  s.part_context = cached_tokens(w) + (all - s.part_tokens) * T(0.5);
  return s;
}

/// The share of a mean step's tokens by which those differ of which it is the mean [1]: with whole
/// prompts from one each to what is as far above the mean, with parts of one from none, neither
/// beyond the step's budget.
///   1500 tokens of prompts of 1000, 500 decode, of 4000: 0.25; of 2300: 0.15
///   (tests/serve/replica_step.cpp)
template <class T>
[[nodiscard]] constexpr T uneven_share(const replica_step<T>& s, const T& prompt, const T& decoding,
                                       const T& budget) noexcept {
  const T none(0.0);
  const T read = s.parts * s.part_tokens;
  const T fewer = select(read < prompt, read, read - prompt);
  const T more = max(budget - decoding - read, none);
  return min(max(fewer, none), more) / (read + decoding);
}

/// Times of a replica's steps, the guesses of those that decode included.
template <class T, class Efficiency>
struct replica_clock {
  const prepared_layout<T, Efficiency>& prepared;
  const basic_workload<T>& workload;

  using total = pipeline_time<T, basic_total_time<T>>;

  [[nodiscard]] constexpr total operator()(const replica_step<T>& s) const noexcept {
    const basic_step<T> step = step_of(s, prepared.layout, workload);
    const total t = step_priced_as<basic_total_time<T>>(prepared, step);
    if (workload.speculation.draft_tokens == 0 || !s.decodes) return t;
    const T all = s.decoding * replicas_in_use(prepared.layout, workload.concurrency);
    return with_drafts(t, workload.speculation, draft_time(prepared, workload, all));
  }
};

/// Times of steps of mean prompts and sequences, as the life of a request asks for them.
///   decode(n)          n sequences that decode
///   mixed(tokens, n)   beside so many tokens of prompts: whole ones as far as these go, else a
///                      part
///   prompts(tokens)    these alone
///   alone()            seconds of one prompt by itself
///   entry(step, busy)  seconds until the engine notices a request and has copied what hosts hold
template <class T, class Efficiency>
struct mean_times {
  replica_clock<T, Efficiency> clock;
  T alone_seconds{};

  /// Sequences are those of a step on average, 0 or more; times are in seconds.
  [[nodiscard]] constexpr T alone() const noexcept { return alone_seconds; }
  [[nodiscard]] constexpr basic_step_seconds<T> decode(const T& sequences) const noexcept {
    replica_step<T> s;
    s.decoding = sequences;
    s.decodes = true;
    s.decode_context = mean_context(clock.workload);
    return seconds_of(s);
  }
  [[nodiscard]] constexpr basic_step_seconds<T> mixed(const T& prompt_tokens,
                                                      const T& sequences) const noexcept {
    replica_step<T> s = step_with_prompts(clock.workload, prompt_tokens);
    s.decoding = sequences;
    s.decodes = true;
    s.decode_context = mean_context(clock.workload);
    return seconds_of(unevenly(s));
  }
  [[nodiscard]] constexpr basic_step_seconds<T> prompts(const T& prompt_tokens) const noexcept {
    return seconds_of(unevenly(step_with_prompts(clock.workload, prompt_tokens)));
  }
  [[nodiscard]] constexpr T entry(const T& step, const T& busy) const noexcept {
    const Efficiency& policy = clock.prepared.cluster.accelerator.efficiency;
    return admission_time(policy, seconds<T>::from_value(step), busy).value() +
           copy_seconds(clock.prepared, clock.workload);
  }

 private:
  [[nodiscard]] constexpr replica_step<T> unevenly(replica_step<T> s) const noexcept {
    const basic_workload<T>& w = clock.workload;
    const T checked = T(1.0) + real<T>(w.speculation.draft_tokens);
    const T budget = step_budget(clock.prepared.cluster.runtime, w);
    s.uneven = uneven_share(s, computed_tokens(w), s.decoding * checked, budget);
    return s;
  }
  [[nodiscard]] constexpr basic_step_seconds<T> seconds_of(
      const replica_step<T>& s) const noexcept {
    const auto t = clock(s);
    return {t.sum.total().value(), t.slowest.value()};
  }
};

}  // namespace shardline
