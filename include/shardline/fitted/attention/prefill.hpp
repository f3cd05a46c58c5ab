// SPDX-License-Identifier: BSL-1.0
/// Attention over a prompt under `fitted`: blocks of queries, one to a multiprocessor at a time.
#pragma once

#include "shardline/fitted/attention/cache.hpp"

namespace shardline {

namespace detail {

// Sizes that kernels of all accelerators and engines measured have in common.
inline constexpr double query_rows = 128.0;  // of a block
inline constexpr double fewest_rows = 16.0;  // that a matrix instruction multiplies

// With keys and values as the kernel reads them: a prompt's latents were expanded per head, in the
// precision of activations. No fewer bytes than the data sheet's roofline counts: the latents'.
constexpr attention_shape as_read(attention_shape o) noexcept {
  if (!o.latent || o.phase == phase::decode) return o;
  const double values =
      real<double>(o.kv_heads * (o.qk_dim + o.v_dim)) / real<double>(o.tokens_per_key);
  o.bytes_per_token = max(o.bytes_per_token, values * element_bytes(o.activation));
  return o;
}

// The queries of one head of one sequence on this rank, in blocks.
template <class T>
struct prompt_blocks {
  T blocks;
  T rows;     // of each
  T keys;     // that they see together: whole tiles on the diagonal
  T longest;  // that the last of them sees
};

}  // namespace detail

/// Attention over prompts, for any part of a step: seconds of what one of it takes.
///   window          tokens a query sees; 0: all
///   block           of a block of queries, beside its keys
///   tail, exposed   shares: of the longest block, and of the shorter of compute and memory
template <class T>
struct prompt_law {
  integer window = 0;
  T seen = T(0.0);     // keys of a query within the window
  T split = T(1.0);    // ranks that share the queries
  T row_key = T(0.0);  // of a query row and a token, whose key is multiplied
  T block = T(0.0);
  T heads = T(0.0);  // over the multiprocessors
  T tail = T(0.0);
  T exposed = T(0.0);
  T query = T(0.0);  // of a query, a key and what other kernels do for a query, in memory
  T key = T(0.0);
  T beside = T(0.0);
  T launch = T(0.0);

  [[nodiscard]] constexpr kernel_time<T> time(const step_part<T>& p) const noexcept {
    const T own = p.new_tokens / split;  // exact where it divides
    const detail::prompt_blocks<T> b = blocks_of(p, own);
    const T per_key = b.rows * row_key;
    const T longest = b.longest * per_key + block;
    const T spread = p.sequences * heads * (b.keys * per_key + b.blocks * block);
    const T compute = max(longest, spread + tail * longest);
    const T kept = window == 0 ? p.context : min(p.context, real<T>(window));
    const T queries = p.sequences * own;
    const T memory = queries * query + p.sequences * (kept + p.new_tokens) * key;
    return detail::unless_idle(
        p.sequences * p.new_tokens,
        {compute, memory, exposed * min(compute, memory) + queries * beside, launch});
  }

 private:
  // Ranks that share a prompt take blocks from all over it, so each sees the mean, and one the
  // last.
  [[nodiscard]] constexpr detail::prompt_blocks<T> blocks_of(const step_part<T>& p,
                                                             const T& own) const noexcept {
    const T half(detail::query_rows / 2.0);
    const T blocks = round_up(own * T(1.0 / detail::query_rows));
    const T all = round_up(p.new_tokens * T(1.0 / detail::query_rows));
    const T rows = detail::clipped(own, T(detail::fewest_rows), T(detail::query_rows));
    const T end = p.context + T(detail::query_rows) * all;
    if (window == 0) return {blocks, rows, blocks * (p.context + half * (all + T(1.0))), end};
    const T uncut =
        detail::clipped((seen - p.context) * T(1.0 / detail::query_rows) - T(0.5), T(0.0), all);
    const T keys = uncut * (p.context + half * (uncut + T(1.0))) + (all - uncut) * seen;
    return {blocks, rows, blocks * keys / max(all, T(1.0)), min(end, seen)};
  }
};

namespace detail {

template <class T>
constexpr prompt_law<T> prompt_law_of(const fitted_accelerator<T>& a, const prefill_curve<T>& c,
                                      const attention_shape& o) noexcept {
  const T per_byte = seconds_per_byte(a, c.bandwidth);
  const precision math = math_of(o, cache_kernel(o));
  const T products = real<T>(o.qk_dim + o.v_dim) * seconds_per_flop(a, math, c.compute);
  const T exponentials = c.softmax_values * seconds_per_flop(a, o.activation, c.compute);
  const double element = element_bytes(o.activation);
  const integer passed = o.heads * o.qk_dim + o.kv_heads * (o.qk_dim + o.v_dim);
  prompt_law<T> law;
  law.window = o.window;
  law.seen = real<T>(o.window) + c.window_padding;
  law.split = real<T>(o.query_split);
  law.row_key = T(2.0) * (products + exponentials) / real<T>(o.tokens_per_key);
  law.block = c.block.value();
  law.heads = real<T>(o.heads) / multiprocessors(a);
  law.tail = c.tail;
  law.exposed = c.exposed;
  law.query = real<T>(o.heads * (o.qk_dim + o.v_dim)) * T(element) * per_byte;
  law.key = T(as_read(o).bytes_per_token / real<double>(o.cache_split)) * per_byte;
  law.beside = c.passes * real<T>(passed) * T(2.0 * element) * per_byte + c.row.value() * law.heads;
  law.launch = c.launch.value();
  return law;
}

}  // namespace detail

}  // namespace shardline
