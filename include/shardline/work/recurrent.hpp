// SPDX-License-Identifier: BSL-1.0
/// What kinds with a recurrence have in common: a short convolution before it, and a state of fixed
/// size, which is all that a sequence keeps.
#pragma once

#include "shardline/work/context_parallel.hpp"

namespace shardline::detail {

// The causal convolution over `channels`, its last conv_kernel - 1 inputs kept per sequence.
constexpr void emit_convolution(integer channels, integer conv_kernel, bool bias,
                                const block_context& e, shape_sink& sink) {
  constexpr auto projections = term::attention_projections;
  sink(vector_shape{projections, e.vector(weight_class::attention, channels * conv_kernel),
                    e.values_bytes(2 * channels)});
  if (bias) sink(fused_shape{projections, e.vector(weight_class::attention, channels)});
}

// `state_values` values in the state's own precision, and the convolution's inputs.
constexpr double state_bytes(integer state_values, precision state, integer channels,
                             integer conv_kernel, const block_context& e) noexcept {
  const auto inputs = static_cast<double>(channels * (conv_kernel - 1));
  return static_cast<double>(state_values) * element_bytes(state) +
         inputs * element_bytes(e.activations);
}

constexpr void emit_recurrence(integer flops_per_token, integer values_per_token, double kept_bytes,
                               const block_context& e, shape_sink& sink) {
  sink(sequence_cache{0.0, 0, false, kept_bytes});
  for (const phase p : both_phases) {
    sink(recurrence_shape{p, query_split(e, p), flops_per_token, values_per_token, kept_bytes,
                          e.activations});
  }
}

}  // namespace shardline::detail
