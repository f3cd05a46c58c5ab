/// Serving: the steady state of continuous batching at a constant concurrency.
#pragma once

#include "shardline/estimate/decode.hpp"
#include "shardline/estimate/prefill.hpp"

namespace shardline {

/// What users and operators of a loaded deployment see.
///   ttft                            time to first token, no queue, while the others decode
///   tpot                            mean time per output token after the first
///   output_tokens_per_s             over the whole deployment
///   output_tokens_per_s_per_gpu     over its GPUs
///   total_tokens_per_s_per_gpu      prompt and output tokens
template <class T = double>
struct basic_serving {
  T concurrency = T(0.0);
  seconds<T> ttft{};
  seconds<T> tpot{};
  token_rate<T> output_tokens_per_s{};
  token_rate<T> output_tokens_per_s_per_gpu{};
  token_rate<T> total_tokens_per_s_per_gpu{};
};
using serving_breakdown = basic_serving<>;

/// The step that carries prompts in steady state: with a chunk the other sequences decode in it,
/// without one they wait.
template <class T>
[[nodiscard]] constexpr basic_step<T> admission_step(const layout& l,
                                                     const basic_workload<T>& w) noexcept {
  basic_step<T> step = full_step(l, w);
  if (!w.chunk) step.part_count = 1;
  return step;
}

/// Steady state with `concurrency` slots always full. Over one cycle each of the c sequences of a
/// replica is replaced once:
///   without chunk   cycle = c p + (output - 1) d             prompts stop the decoding
///   with chunk      cycle = c n p + max(0, n + output - 1 - c n) d
///   ttft = n p,  tpot = (cycle - ttft) / (output - 1),  rate = concurrency output / cycle
/// n = prompt steps, d = decode(...), p = the step that carries a prompt (all replicas at once;
/// with a chunk the decoding sequences ride along). With pp > 1 prompt steps follow each other
/// through the stages: the first costs the sum of the stages, each further one the slowest. From 2
/// output tokens on, Little's law holds exactly: concurrency = rate / output (ttft + (output - 1)
/// tpot). With output = 1 there is no token after the first and tpot is 0. Assumes inputs that
/// check() accepts; all sequences have the mean length.
template <class T>
[[nodiscard]] constexpr basic_serving<T> serving(const pipeline_time<T>& admission,
                                                 const basic_time<T>& decode_cycle, const layout& l,
                                                 const basic_workload<T>& w) noexcept {
  const T one(1.0);
  const T slots = max(w.concurrency / real<T>(l.attention.dp), one);
  const T steps = prefill_steps(w);
  const T generated = w.output.value() - one;
  const seconds<T> ttft = admission.sum.total() + admission.slowest * (steps - one);
  const seconds<T> others = admission.slowest * (steps * (slots - one));
  const T riding = w.chunk ? steps * slots - steps : T(0.0);  // decode steps that prompts carried
  const seconds<T> decoding = decode_cycle.total() * max(generated - riding, T(0.0));
  const seconds<T> after_first = others + decoding;

  basic_serving<T> result;
  result.concurrency = w.concurrency;
  result.ttft = ttft;
  result.tpot = after_first / max(generated, one);
  result.tpot = result.tpot * min(generated, one);
  const seconds<T> cycle = ttft + after_first;
  const T gpus = real<T>(l.gpus());
  result.output_tokens_per_s = w.output * w.concurrency / cycle;
  result.output_tokens_per_s_per_gpu = result.output_tokens_per_s / gpus;
  result.total_tokens_per_s_per_gpu = (w.input + w.output) * w.concurrency / cycle / gpus;
  return result;
}

/// The same from the inputs alone.
template <class T, class Efficiency>
[[nodiscard]] constexpr basic_serving<T> serving(const basic_cluster<T, Efficiency>& c,
                                                 const model& m, const layout& l,
                                                 const basic_workload<T>& w) noexcept {
  return serving(time_of_step(c, m, l, admission_step(l, w)), decode(c, m, l, w), l, w);
}

}  // namespace shardline
