// SPDX-License-Identifier: BSL-1.0
/// From a workload to steps: how prompts are chunked, how sequences share a pipeline, what a full
/// step of continuous batching holds.
#pragma once

#include <optional>

#include "shardline/describe/engine.hpp"
#include "shardline/describe/layout.hpp"
#include "shardline/describe/workload.hpp"
#include "shardline/work/step.hpp"

namespace shardline {

namespace detail {

// That share of a prompt to the nearest token, the last token never, since its logits are wanted.
template <class T>
constexpr T held_tokens(const basic_workload<T>& w, const T& share) noexcept {
  return min(round_up(w.input.value() * share - T(0.5)), w.input.value() - T(1.0));
}

}  // namespace detail

/// Prompt tokens that a cache holds already, the prefix cache or the hosts' memory: the hit share
/// [1], from 0 to 1, to the nearest token, the prompt's last token never, since its logits are
/// wanted.
///   share = prefix_hit + (1 - prefix_hit) host_cache.hit
///   input 1000, prefix_hit 0.5: 500;  prefix_hit 1: 999   (tests/prepare/batching.cpp)
template <class T>
[[nodiscard]] constexpr T cached_tokens(const basic_workload<T>& w) noexcept {
  const T share = w.prefix_hit + (T(1.0) - w.prefix_hit) * w.host_cache.hit;
  if (!(largest_of(share) > 0.0)) return T(0.0);
  return detail::held_tokens(w, share);
}

/// Those of them that are copied from the hosts' memory first: cached_tokens() less those of the
/// prefix cache alone; 0 where the hosts hold none.
///   input 1000, prefix_hit 0.5, host_cache.hit 0.4: 200   (tests/prepare/batching.cpp)
template <class T>
[[nodiscard]] constexpr T copied_tokens(const basic_workload<T>& w) noexcept {
  if (!(largest_of(w.host_cache.hit) > 0.0)) return T(0.0);
  return cached_tokens(w) - max(detail::held_tokens(w, w.prefix_hit), T(0.0));
}

/// Prompt tokens that are computed: input - cached_tokens(), at least one.
///   input 1000, prefix_hit 0.5: 500   (tests/static/worked_numbers.cpp)
template <class T>
[[nodiscard]] constexpr T computed_tokens(const basic_workload<T>& w) noexcept {
  return w.input.value() - cached_tokens(w);
}

/// Prompt tokens per step: min(chunk, computed tokens), or all that are computed where there is no
/// chunk.
///   input 1000, chunk 300: 300;  chunk 2000: 1000   (tests/static/worked_numbers.cpp)
template <class T>
[[nodiscard]] constexpr T chunk_tokens(const basic_workload<T>& w) noexcept {
  const T all = computed_tokens(w);
  return w.chunk ? min(w.chunk->value(), all) : all;
}

/// Steps that one prompt takes: ceil(computed tokens / chunk), 1 where there is no chunk.
///   input 1000, chunk 300: 4   (tests/static/worked_numbers.cpp)
template <class T>
[[nodiscard]] constexpr T prefill_steps(const basic_workload<T>& w) noexcept {
  return round_up(computed_tokens(w) / chunk_tokens(w));
}

/// Tokens that an engine without a stated budget reads in a step of whole prompts: shorter ones are
/// read together, a longer one alone. Beyond some 2048 rows a matrix multiplication gains no more.
inline constexpr double whole_prompt_budget = 2048.0;

/// How steps are shared out: as the engine does it where it has a token budget (the workload's
/// chunk), else prompts are read whole, as under SGLang's --chunked-prefill-size -1.
///   SGLang's with a chunk of 512 tokens: prompts_first; without: whole_prompts
///   (tests/prepare/batching.cpp)
template <class T>
[[nodiscard]] constexpr scheduler scheduler_of(const basic_runtime<T>& engine,
                                               const basic_workload<T>& w) noexcept {
  return w.chunk ? engine.schedule : scheduler::whole_prompts;
}

/// New tokens of a replica's step at most: the chunk, or 2048 (whole_prompt_budget) where there is
/// none; of whole prompts one at least, however long.
///   chunk 512: 512;  none, input 100: 2048, input 5000: 5000   (tests/prepare/batching.cpp)
template <class T>
[[nodiscard]] constexpr T step_budget(const basic_runtime<T>& engine,
                                      const basic_workload<T>& w) noexcept {
  const T stated = w.chunk ? w.chunk->value() : T(whole_prompt_budget);
  if (scheduler_of(engine, w) != scheduler::whole_prompts) return stated;
  return max(stated, computed_tokens(w));
}

/// Cached tokens of a sequence in flight, on average: input + output (1 + cv^2) / 2, cv >= 0, since
/// who is in flight has a long answer more often than a short one.
///   input 1000, output 100, cv 0: 1050;  cv 1: 1100   (tests/prepare/batching.cpp)
/// Source: the mean age in a renewal process (Kleinrock, Queueing Systems I, 1975, section 5.2).
template <class T>
[[nodiscard]] constexpr T mean_context(const basic_workload<T>& w) noexcept {
  const T spread = T(1.0) + w.output_cv * w.output_cv;
  return w.input.value() + w.output.value() * T(0.5) * spread;
}

/// The same load with another number of sequences, above 0, and no limits on time: a copy of `w`,
/// save concurrency, max_ttft and max_tpot.
///   at_concurrency(w, 7).concurrency = 7   (tests/prepare/batching.cpp)
template <class T>
[[nodiscard]] constexpr basic_workload<T> at_concurrency(const basic_workload<T>& w,
                                                         const T& concurrency) noexcept {
  basic_workload<T> load;  // g++ 12 takes an empty optional quantity that is copied for garbage
  load.concurrency = concurrency;
  load.input = w.input;
  load.output = w.output;
  load.output_cv = w.output_cv;
  if (w.chunk) load.chunk = *w.chunk;
  load.prefix_hit = w.prefix_hit;
  load.host_cache = w.host_cache;
  load.rate = w.rate;
  load.num_prompts = w.num_prompts;
  load.speculation = w.speculation;
  load.routing = w.routing;
  load.expert_imbalance = w.expert_imbalance;
  return load;
}

/// The step that generates: each of `sequences` >= 0 gets its next token after mean_context()
/// cached ones, and those guessed after it are checked beside it: new tokens of each = 1 +
/// draft_tokens. How many of these are kept: tokens_per_step(), time/speculation.hpp.
///   10 sequences, 3 draft tokens: 4 new tokens of each, 40 in all   (tests/prepare/batching.cpp)
template <class T>
[[nodiscard]] constexpr basic_step<T> generation_step(const T& sequences,
                                                      const basic_workload<T>& w) noexcept {
  basic_step<T> step = decode_step(sequences, mean_context(w), w.expert_imbalance, w.routing);
  step.parts[0].new_tokens = T(1.0) + real<T>(w.speculation.draft_tokens);
  return step;
}

/// Batches that go round a pipeline at most: one per stage, or as many as the layout says where
/// there are stages.
///   pp 4: 4;  pp 4, microbatches 8: 8;  pp 1, microbatches 8: 1
///   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr integer most_batches(const layout& l) noexcept {
  return l.pp > 1 && l.microbatches > 0 ? l.microbatches : l.pp;
}

/// Batches that share a full pipeline: min(most_batches(), ceil(concurrency / dp)), as far as there
/// are sequences for them. Where there are no stages there is one.
///   pp 4: 4 of 100 sequences, 3 of 3   (tests/prepare/batching.cpp)
template <class T>
[[nodiscard]] constexpr T pipeline_batches(const layout& l, const T& concurrency) noexcept {
  const T per_replica = round_up(concurrency / real<T>(l.attention.dp));
  return min(real<T>(most_batches(l)), per_replica);
}

/// Sequences of the fullest of `batches` >= 1 batches, each replica's being shared out one by one:
/// dp ceil(ceil(concurrency / dp) / batches), at most the concurrency.
///   sequences_per_batch(dp 4, concurrency 5, batches 2) = 4, one of each replica
///   (tests/prepare/batching.cpp)
template <class T>
[[nodiscard]] constexpr T sequences_per_batch(const layout& l, const T& concurrency,
                                              const T& batches) noexcept {
  const T dp = real<T>(l.attention.dp);
  return min(concurrency, round_up(round_up(concurrency / dp) / batches) * dp);
}

/// The fullest step of continuous batching: each replica reads as many tokens of prompts as its
/// budget and its sequences have (step_budget()), counted as one prompt's, and all other sequences
/// decode. Source: Orca (Yu et al., OSDI 2022), Sarathi-Serve (arXiv 2403.02310).
///   10 sequences, prompts of 1024 tokens, chunk 8192: 8192 tokens, 9 decode
///   (tests/prepare/batching.cpp)
template <class T>
[[nodiscard]] constexpr basic_step<T> full_step(const basic_runtime<T>& engine, const layout& l,
                                                const basic_workload<T>& w) noexcept {
  const T dp = real<T>(l.attention.dp);
  const T prompts = min(dp, w.concurrency);
  const T all = computed_tokens(w);
  const T read = min(step_budget(engine, w), all * round_up(w.concurrency / dp));
  const T context = cached_tokens(w) + max(all - read, T(0.0)) * T(0.5);  // on average over parts
  return mixed_step(prefill_step(prompts, read, context, w.expert_imbalance, w.routing),
                    generation_step(w.concurrency - prompts, w));
}

/// New tokens of a replica in the engine's largest step: step_tokens, or its share of them where
/// they are of all replicas together (shared_step; SGLang, server_args.py: chunked_prefill_size is
/// divided by dp_size); 0 where the engine states none.
///   SGLang's 8192 under attention dp 8: 1024   (tests/prepare/workspace.cpp)
template <class T>
[[nodiscard]] constexpr T step_tokens_of_replica(const basic_runtime<T>& engine,
                                                 const layout& l) noexcept {
  if (!engine.shared_step) return engine.step_tokens;
  return engine.step_tokens / real<T>(l.attention.dp / independent_engines(l));
}

/// What a load's `chunk` is where nothing else is asked of the engine: its own token budget
/// (max_num_batched_tokens, chunked_prefill_size, max_num_tokens) for a replica, in whole tokens;
/// none where it states none, and prompts are read whole.
///   w.chunk = engine_chunk(cluster.runtime, layout);
///   engines::vllm: 8192 tokens; engines::sglang's 8192 under attention dp 8: 1024
template <class T>
[[nodiscard]] constexpr std::optional<tokens<T>> engine_chunk(const basic_runtime<T>& engine,
                                                              const layout& l) noexcept {
  const T own = round_up(step_tokens_of_replica(engine, l));
  if (!(value_of(own) > 0.0)) return std::nullopt;
  return tokens<T>::from_value(own);
}

/// One rank's share of the step that activations are reserved for: the engine's own, `step_tokens`
/// new prompt tokens and `step_sequences` rows of logits per replica, whatever the load; or, where
/// the engine has none, that of full_step() with the last chunk of its prompts, whose context is
/// the longest. Source: profile_run() of vllm/v1/worker/gpu_model_runner.py.
///   engines::vllm: 8192 tokens, 1024 rows of logits   (tests/prepare/workspace.cpp)
template <class T>
[[nodiscard]] constexpr rank_step<T> reserved_step(const basic_runtime<T>& engine, const layout& l,
                                                   const basic_workload<T>& w) noexcept {
  const T own_tokens = step_tokens_of_replica(engine, l);
  if (!(value_of(own_tokens) > 0.0)) {
    basic_step<T> fullest = full_step(engine, l, w);
    const T last = max(w.input.value() - fullest.parts[0].new_tokens, T(0.0));
    fullest.parts[0].context = last;
    return rank_step_of(fullest, l);
  }
  const T dp = real<T>(l.attention.dp);
  rank_step<T> own =
      rank_step_of(prefill_step(dp, own_tokens, T(0.0), w.expert_imbalance, w.routing), l);
  const auto stated = T(0.0) < engine.step_sequences;
  const T sampled = select(stated, engine.step_sequences, round_up(w.concurrency / dp));
  own.logit_rows = min(sampled, own_tokens);
  return own;
}

/// One rank's share of the largest decode step: `step_sequences` sequences per replica, or where
/// the engine states none all of the workload's, with no prompt among them. vLLM's are max_num_seqs
/// of its SchedulerConfig, the most sequences of a step.
///   engines::vllm, whatever the concurrency: 1024 tokens   (tests/prepare/batching.cpp)
template <class T>
[[nodiscard]] constexpr rank_step<T> reserved_decode_step(const basic_runtime<T>& engine,
                                                          const layout& l,
                                                          const basic_workload<T>& w) noexcept {
  const T by_engine = engine.step_sequences * real<T>(l.attention.dp);
  const T sequences = select(T(0.0) < by_engine, by_engine, w.concurrency);
  return rank_step_of(generation_step(sequences, w), l);
}

}  // namespace shardline
