// SPDX-License-Identifier: BSL-1.0
/// What attention of prompts and of decode steps share under `fitted`: which kernel reads the
/// cache.
#pragma once

#include "shardline/fitted/kernel.hpp"

namespace shardline::detail {

template <class T>
constexpr T clipped(const T& x, const T& low, const T& high) noexcept {
  return min(max(x, low), high);
}

// The kernel for this cache. Where a prompt's latent width is not known, the one for activations.
constexpr kernel_format cache_kernel(const attention_shape& op) noexcept {
  const bool decodes = op.phase == phase::decode;
  const integer per_head = op.kv_heads * (op.qk_dim + op.v_dim);
  const integer kept = !op.latent ? per_head : decodes ? op.qk_dim : op.latent_width;
  if (kept == 0) return kernel_of_cache(element_bytes(op.activation));
  return kernel_of_cache(op.bytes_per_token * real<double>(op.tokens_per_key) / real<double>(kept));
}

// What it multiplies in: narrow keys are not widened where there is a peak for them.
constexpr precision math_of(const attention_shape& op, kernel_format kernel) noexcept {
  return kernel == kernel_format::narrow ? precision::fp8 : op.activation;
}

// An operator's shape, and the part of a step that it is of.
template <class T>
constexpr attention_shape shape_of(const attention_core<T>& o) noexcept {
  return {o.phase,  o.query_split,  o.cache_split,    o.heads,           o.kv_heads,
          o.qk_dim, o.v_dim,        o.window,         o.bytes_per_token, o.activation,
          o.latent, o.latent_width, o.tokens_per_key, o.chosen};
}
template <class T>
constexpr step_part<T> part_of(const attention_core<T>& o) noexcept {
  return {o.phase, o.sequences, o.new_tokens, o.context};
}

}  // namespace shardline::detail
