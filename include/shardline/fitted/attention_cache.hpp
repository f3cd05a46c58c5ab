/// What attention of prompts and of decode steps share under `fitted`: which kernel reads the
/// cache.
#pragma once

#include "shardline/cost/mixing.hpp"
#include "shardline/fitted/kernel.hpp"

namespace shardline::detail {

template <class T>
constexpr T clipped(const T& x, const T& low, const T& high) noexcept {
  return min(max(x, low), high);
}

// The kernel for this cache. Where a prompt's latent width is not known, the one for activations.
template <class T>
constexpr kernel_format cache_kernel(const attention_core<T>& op) noexcept {
  const bool decodes = op.phase == phase::decode;
  const count per_head = op.kv_heads * (op.qk_dim + op.v_dim);
  const count kept = !op.latent ? per_head : decodes ? op.qk_dim : op.latent_width;
  if (kept == 0) return kernel_of_cache(element_bytes(op.activation));
  return kernel_of_cache(op.bytes_per_token / real<double>(kept));
}

// What it multiplies in: narrow keys are not widened where there is a peak for them.
template <class T>
constexpr precision math_of(const attention_core<T>& op, kernel_format kernel) noexcept {
  return kernel == kernel_format::narrow ? precision::fp8 : op.activation;
}

// No kernel runs for a part of a step without tokens.
template <class T>
constexpr operator_time<T> unless_idle(const T& tokens, const operator_time<T>& t) noexcept {
  const auto runs = tokens > T(0.0);
  return {either(runs, t.compute, {}), either(runs, t.memory, {}), either(runs, t.exposed, {}),
          either(runs, t.launch, {})};
}

}  // namespace shardline::detail
