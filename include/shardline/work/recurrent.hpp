// SPDX-License-Identifier: BSL-1.0
/// What kinds with a recurrence have in common: a short convolution before it, and a state of fixed
/// size, which is all that a sequence keeps.
#pragma once

#include "shardline/work/context_parallel.hpp"

namespace shardline::detail {

// Of one sequence: `state_values` values in the state's own precision.
constexpr double state_bytes(integer state_values, precision state) noexcept {
  return static_cast<double>(state_values) * element_bytes(state);
}

// The last inputs of a convolution over `channels`.
constexpr integer kept_inputs(integer channels, integer conv_kernel) noexcept {
  return channels * (conv_kernel - 1);
}
constexpr double input_bytes(integer channels, integer conv_kernel,
                             const block_context& e) noexcept {
  return state_bytes(kept_inputs(channels, conv_kernel), e.activations);
}

// In both phases, of whichever a step has.
constexpr void emit_in_phases(recurrence_shape of, const block_context& e, shape_sink& sink) {
  of.activation = e.activations;
  for (const phase p : both_phases) {
    of.phase = p;
    of.query_split = query_split(e, p);
    sink(of);
  }
}

// The causal convolution over `channels`, its last conv_kernel - 1 inputs kept per sequence.
constexpr void emit_convolution(integer channels, integer conv_kernel, bool bias,
                                const block_context& e, shape_sink& sink) {
  sink(fused_shape{term::attention, e.vector(weight_class::attention, channels * conv_kernel)});
  if (bias) sink(fused_shape{term::attention, e.vector(weight_class::attention, channels)});
  emit_in_phases({.kind = recurrence_kind::convolution,
                  .flops_per_token = 2 * channels * conv_kernel,
                  .values_per_token = 2 * channels,
                  .state_values = kept_inputs(channels, conv_kernel),
                  .state_bytes = input_bytes(channels, conv_kernel, e)},
                 e, sink);
}

}  // namespace shardline::detail
