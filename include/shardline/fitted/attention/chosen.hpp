// SPDX-License-Identifier: BSL-1.0
/// Attention to the tokens that an indexer chose, under `fitted`.
#pragma once

#include "shardline/fitted/attention/cache.hpp"

namespace shardline {

/// Time of attention to chosen tokens, other ones for each query, over latents or over blocks of
/// keys and values; s sequences of n new tokens after c cached ones.
///   rows    = heads, rounded up to a multiple of `heads`: what a block multiplies
///   keys    = `window` where places that no token was chosen for are multiplied too; else the mean
///             of min(window, tokens up to the query)
///   compute = max(s n, multiprocessors / splits) keys 2 rows (qk + v) / (compute peak)
///   memory  = bytes moved / memory_rate, each token of a sequence once
///   time    = launch + max(compute, memory)                                                  [s]
/// A block has the keys of one query, or its share of them where they are split, so that few
/// queries take as long as one for each multiprocessor. More sequences, tokens, heads or context
/// never take less. Source of the form: sparse_fwd of deepseek-ai/FlashMLA, a query of all heads
/// at a time over its own keys; constants fitted (chips/sparse.hpp).
/// Check: tests/fitted/attention/chosen.cpp.
///   pair    of a query and a key, the whole chip
///   padded       places that no token was chosen for are multiplied too
///   split        ranks that share a prompt's queries, from 1
///   query, key   seconds of memory for each
template <class T>
struct chosen_law {
  integer window = 0;
  bool padded = false;
  T split = T(1.0);
  T pair = T(0.0);
  T query = T(0.0);
  T key = T(0.0);
  T launch = T(0.0);
  T at_once = T(0.0);  // queries that the chip works on

  [[nodiscard]] constexpr kernel_time<T> time(const step_part<T>& p) const noexcept {
    const T own = p.sequences * p.new_tokens / split;
    const T pairs = attention_pairs(p.new_tokens, p.context, window);
    const T each = padded ? real<T>(window) : pairs / max(p.new_tokens, T(1.0));
    const T kept = min(p.context, real<T>(window));
    const T memory = own * query + p.sequences * (kept + p.new_tokens) * key;
    return detail::unless_idle(p.sequences * p.new_tokens,
                               {max(own, at_once) * each * pair, memory, T(0.0), launch});
  }
};

namespace detail {

template <class T>
constexpr const sparse_curve<T>& sparse_curve_of(const fitted_accelerator<T>& a,
                                                 const attention_shape& o) noexcept {
  const auto& curves = o.latent ? a.efficiency.sparse : a.efficiency.block_sparse;
  return curves[cache_kernel(o)];
}

}  // namespace detail

/// Whether chosen tokens are attended to by kernels of their own: a prompt's always, a decode
/// step's where the engine runs the same; else it gathers them and runs its ordinary ones.
///   a prompt's: true   (tests/fitted/attention/chosen.cpp)
template <class T>
[[nodiscard]] constexpr bool runs_chosen(const fitted_accelerator<T>& a,
                                         const attention_shape& o) noexcept {
  if (!o.chosen) return false;
  return o.phase == phase::prefill || detail::sparse_curve_of(a, o).steps;
}

/// Seconds of attention to chosen tokens with the chip's own constants: chosen_law, where the
/// formula and its source stand.
///   H100, 16 heads of 576 + 512, 4096 tokens: as long as 64 heads
///   (tests/fitted/attention/chosen.cpp)
template <class T>
[[nodiscard]] constexpr chosen_law<T> chosen_law_of(const fitted_accelerator<T>& a,
                                                    const attention_shape& o) noexcept {
  const sparse_curve<T>& c = detail::sparse_curve_of(a, o);
  const T rows = round_up(real<T>(o.heads) / c.heads) * c.heads;
  const T peak = a.peak[supported(a, o.activation)].value();
  const T per_byte = T(1.0) / a.memory_rate.value();
  const double element = element_bytes(o.activation);
  chosen_law<T> law;
  law.window = o.window;
  law.padded = c.padded;
  law.split = real<T>(o.query_split);
  law.pair = T(2.0) * rows * real<T>(o.qk_dim + o.v_dim) / (c.compute * peak);
  law.query = real<T>(o.heads * (o.qk_dim + o.v_dim)) * T(element) * per_byte;
  law.key = T(o.bytes_per_token / real<double>(o.cache_split)) * per_byte;
  law.launch = c.launch.value();
  law.at_once = detail::multiprocessors(a) / c.splits;
  return law;
}

}  // namespace shardline
