/// Linear attention and state-space mixers of one layer on one rank, as shapes: projections, a
/// short convolution, and a recurrence whose state is all that a sequence keeps.
#pragma once

#include "shardline/describe/attention.hpp"
#include "shardline/work/context_parallel.hpp"
#include "shardline/work/mixing.hpp"

namespace shardline {

namespace detail {

// The causal convolution over `channels`, its last conv_kernel - 1 inputs kept per sequence.
template <class Sink>
constexpr void emit_convolution(count channels, count conv_kernel, bool bias,
                                const block_context& e, Sink& sink) {
  constexpr auto projections = term::attention_projections;
  sink(vector_shape{projections, e.vector(weight_class::attention, channels * conv_kernel),
                    e.values_bytes(2 * channels)});
  if (bias) sink(fused_shape{projections, e.vector(weight_class::attention, channels)});
}

// `state_values` values in the state's own precision, and the convolution's inputs.
constexpr double state_bytes(count state_values, precision state, count channels, count conv_kernel,
                             const block_context& e) noexcept {
  const auto inputs = static_cast<double>(channels * (conv_kernel - 1));
  return static_cast<double>(state_values) * element_bytes(state) +
         inputs * element_bytes(e.activations);
}

template <class Sink>
constexpr void emit_recurrence(count flops_per_token, count values_per_token, double kept_bytes,
                               const block_context& e, Sink& sink) {
  sink(sequence_cache{0.0, 0, false, kept_bytes});
  for (const phase p : both_phases) {
    sink(recurrence_shape{p, query_split(e, p), flops_per_token, values_per_token, kept_bytes,
                          e.activations});
  }
}

}  // namespace detail

/// q k v and gate, decay and write strength, convolution, gated delta rule, gated norm, output.
/// Per token and value head the rule costs 7 key_head_dim value_head_dim operations: decay 1, read
/// by the key 2, rank-one update 2, read by the query 2.
template <class Sink>
constexpr void emit_attention(const linear_attention& a, const block_context& e, Sink& sink) {
  const count key_heads = share(a.key_heads, e.layout.attention.tp, e.rank.tp);
  const count value_heads = share(a.value_heads, e.layout.attention.tp, e.rank.tp);
  const count hidden = e.hidden_size;
  const count values = value_heads * a.value_head_dim;
  const count channels = 2 * key_heads * a.key_head_dim + values;
  const count state = value_heads * a.key_head_dim * a.value_head_dim;
  constexpr auto in_class = weight_class::attention;
  constexpr auto projections = term::attention_projections;

  sink(e.project(projections, e.matrix(in_class, hidden, channels + values)));
  sink(e.project(projections, e.matrix(in_class, hidden, 2 * value_heads)));
  detail::emit_convolution(channels, a.conv_kernel, false, e, sink);
  sink(fused_shape{term::attention, e.vector(in_class, 2 * value_heads)});  // A_log, dt_bias
  detail::emit_recurrence(7 * state, channels + values,
                          detail::state_bytes(state, a.state, channels, a.conv_kernel, e), e, sink);
  sink(vector_shape{projections, e.vector(weight_class::norm, a.value_head_dim),
                    e.values_bytes(3 * values), vector_kind::norm, values});
  sink(e.project(projections, e.matrix(in_class, values, hidden)));
}

/// One input projection (gate, x, B, C, dt), convolution over x, B and C, the recurrence, gated
/// norm, output. Per token, channel and state value the recurrence costs 5 operations: decay 1,
/// update 2, read 2. Fewer groups than ranks are replicated, as key-value heads are.
template <class Sink>
constexpr void emit_attention(const state_space& a, const block_context& e, Sink& sink) {
  const count heads = share(a.heads, e.layout.attention.tp, e.rank.tp);
  const count groups = kv_heads_of_rank(a.groups, e.layout.attention.tp, e.rank.tp);
  const count hidden = e.hidden_size;
  const count inner = heads * a.head_dim;
  const count channels = inner + 2 * groups * a.state_size;
  const count state = inner * a.state_size;
  const count projected = inner + channels + heads;
  constexpr auto in_class = weight_class::attention;
  constexpr auto projections = term::attention_projections;

  sink(e.project(projections, e.matrix(in_class, hidden, projected)));
  if (a.projection_bias) sink(fused_shape{projections, e.vector(in_class, projected)});
  detail::emit_convolution(channels, a.conv_kernel, a.conv_bias, e, sink);
  sink(fused_shape{term::attention, e.vector(in_class, 3 * heads)});  // A_log, D, dt_bias
  detail::emit_recurrence(5 * state, channels + inner,
                          detail::state_bytes(state, a.state, channels, a.conv_kernel, e), e, sink);
  sink(vector_shape{projections, e.vector(weight_class::norm, inner), e.values_bytes(3 * inner),
                    vector_kind::norm, inner});
  sink(e.project(projections, e.matrix(in_class, inner, hidden)));
  if (a.projection_bias) sink(fused_shape{projections, e.vector(in_class, hidden)});
}

}  // namespace shardline
