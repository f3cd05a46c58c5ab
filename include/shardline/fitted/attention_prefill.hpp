/// Attention over a prompt under `fitted`: blocks of queries, one to a multiprocessor at a time.
#pragma once

#include "shardline/fitted/attention_cache.hpp"

namespace shardline::detail {

// Sizes that kernels of all accelerators and engines measured have in common.
inline constexpr double query_rows = 128.0;  // of a block
inline constexpr double fewest_rows = 16.0;  // that a matrix instruction multiplies

// With keys and values as the kernel reads them: a prompt's latents were expanded per head, in the
// precision of activations. No fewer bytes than the data sheet's roofline counts: the latents'.
template <class T>
constexpr attention_core<T> as_read(attention_core<T> op) noexcept {
  if (!op.latent || op.phase == phase::decode) return op;
  const double values = real<double>(op.kv_heads * (op.qk_dim + op.v_dim));
  op.bytes_per_token = max(op.bytes_per_token, values * element_bytes(op.activation));
  return op;
}

// The queries of one head of one sequence on this rank, in blocks.
template <class T>
struct prompt_blocks {
  T blocks;
  T rows;     // of each
  T keys;     // that they see together: whole tiles on the diagonal
  T longest;  // that the last of them sees
};

// cp ranks take their blocks from all over the prompt, so each sees the mean, and one the last.
template <class T>
constexpr prompt_blocks<T> blocks_of(const prefill_curve<T>& c,
                                     const attention_core<T>& op) noexcept {
  const T own = op.new_tokens / real<T>(op.query_split);  // exact where it divides
  const T blocks = round_up(own * T(1.0 / query_rows));
  const T all = round_up(op.new_tokens * T(1.0 / query_rows));
  const T rows = clipped(own, T(fewest_rows), T(query_rows));
  const T half(query_rows / 2.0);
  const T end = op.context + T(query_rows) * all;
  if (op.window == 0) return {blocks, rows, blocks * (op.context + half * (all + T(1.0))), end};
  const T seen = real<T>(op.window) + c.window_padding;
  const T uncut = clipped((seen - op.context) * T(1.0 / query_rows) - T(0.5), T(0.0), all);
  const T keys = uncut * (op.context + half * (uncut + T(1.0))) + (all - uncut) * seen;
  return {blocks, rows, blocks * keys / max(all, T(1.0)), min(end, seen)};
}

// Seconds that a block of so many query rows takes for each key on its multiprocessor.
template <class T>
constexpr T block_per_key(const fitted_accelerator<T>& a, const prefill_curve<T>& c,
                          const attention_core<T>& op, const T& rows) noexcept {
  const precision math = math_of(op, cache_kernel(op));
  const T products = real<T>(op.qk_dim + op.v_dim) * seconds_per_flop(a, math, c.compute);
  const T exponentials = c.softmax_values * seconds_per_flop(a, op.activation, c.compute);
  return T(2.0) * rows * (products + exponentials);
}

// Bytes of queries, keys and values that other kernels read and write.
template <class T>
constexpr T passed_bytes(const attention_core<T>& op) noexcept {
  const count values = op.heads * op.qk_dim + op.kv_heads * (op.qk_dim + op.v_dim);
  const T own = op.sequences * op.new_tokens / real<T>(op.query_split);
  return own * real<T>(values) * T(2.0 * element_bytes(op.activation));
}

// Of a softmax that is a kernel of its own, each row a block.
template <class T>
constexpr T softmax_rows(const fitted_accelerator<T>& a, const prefill_curve<T>& c,
                         const attention_core<T>& op) noexcept {
  const T own = op.sequences * op.new_tokens / real<T>(op.query_split);
  return c.row.value() * own * real<T>(op.heads) / multiprocessors(a);
}

template <class T>
constexpr operator_time<T> prompt_time(const fitted_accelerator<T>& a, const prefill_curve<T>& c,
                                       const attention_core<T>& op) noexcept {
  const prompt_blocks<T> b = blocks_of(c, op);
  const T per_key = block_per_key(a, c, op, b.rows);
  const T longest = b.longest * per_key + c.block.value();
  const T of_head = b.keys * per_key + b.blocks * c.block.value();
  const T spread = op.sequences * real<T>(op.heads) * of_head / multiprocessors(a);
  const T compute = max(longest, spread + c.tail * longest);
  const T per_byte = seconds_per_byte(a, c.bandwidth);
  const T memory = as_read(op).bytes_moved().value() * per_byte;
  const T exposed = c.exposed * min(compute, memory) + c.passes * passed_bytes(op) * per_byte +
                    softmax_rows(a, c, op);
  return {in_seconds(compute), in_seconds(memory), in_seconds(exposed), c.launch};
}

}  // namespace shardline::detail
