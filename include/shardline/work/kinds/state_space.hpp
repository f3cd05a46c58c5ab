// SPDX-License-Identifier: BSL-1.0
/// State-space mixers: a recurrence with a state per channel.
#pragma once

#include "shardline/work/kind.hpp"
#include "shardline/work/recurrent.hpp"

namespace shardline {

/// State-space mixer (Mamba-2, arXiv 2405.21060, section 7), as Nemotron-H uses it.
///   groups           heads of one group share their input and output vectors (B and C)
///   state_size       values of state per channel
///   conv_bias        bias of the convolution; projection_bias of both projections
///   state            element of the recurrent state
///   gated_norm       a norm of what the recurrence returns, times the gate (Falcon-H1 has none)
/// Per sequence and layer it keeps heads head_dim state_size values of state and conv_kernel - 1
/// inputs of the convolution.
struct state_space {
  static constexpr std::string_view kind_name{"state_space"};

  integer heads = 0;
  integer head_dim = 0;
  integer groups = 1;
  integer state_size = 0;
  integer conv_kernel = 0;
  bool conv_bias = true;
  bool projection_bias = false;
  precision state = precision::fp32;
  bool gated_norm = true;

  friend constexpr bool operator==(const state_space&, const state_space&) noexcept = default;

  template <class List>
  static constexpr void fields(List&& list) {
    using self = state_space;
    list("heads", as<field::heads>, &self::heads);
    list("head_dim", as<field::head_dim>, &self::head_dim);
    list("groups", as<field::groups>, &self::groups);
    list("state_size", as<field::state_size>, &self::state_size);
    list("conv_kernel", as<field::conv_kernel>, &self::conv_kernel);
    list("conv_bias", &self::conv_bias);
    list("projection_bias", &self::projection_bias);
    list("state", &self::state);
    list("gated_norm", &self::gated_norm);
  }
  // Heads share input and output vectors in equal groups.
  template <class Listener>
  constexpr void conditions(Listener&& asked) const {
    asked.divides_heads(as<field::groups>, groups, heads);
  }
  template <class Listener>
  constexpr void sharding(Listener&& rules) const {
    rules.heads(heads);
    rules.kv_heads(groups);
    rules.inner(weight_class::attention, heads * head_dim);
    rules.copies_kv_heads(groups, 1);
  }
  // There is no growing cache to share out.
  [[nodiscard]] constexpr integer cache_copies(integer tp) const noexcept { return tp; }
  template <class List>
  constexpr void matrices(List&& list) const {
    list(weight_class::attention);
  }
  template <class List>
  constexpr void modules(List&& list) const {
    list.recurrence();
  }
  constexpr void emit(const block_context& e, shape_sink& sink) const;
};

/// One input projection (gate, x, B, C, dt), convolution over x, B and C, the recurrence, gated
/// norm, output. Per token, channel and state value the recurrence costs 5 operations: decay 1,
/// update 2, read 2. Fewer groups than ranks are replicated, as key-value heads are.
constexpr void state_space::emit(const block_context& e, shape_sink& sink) const {
  const integer own_heads = items_in_part(heads, e.layout.attention.tp, e.rank.tp);
  const integer own_groups = kv_heads_of_rank(groups, e.layout.attention.tp, e.rank.tp);
  const integer hidden = e.hidden_size;
  const integer inner = own_heads * head_dim;
  const integer channels = inner + 2 * own_groups * state_size;
  const integer kept = inner * state_size;
  const integer projected = inner + channels + own_heads;
  constexpr auto in_class = weight_class::attention;
  constexpr auto projections = term::attention_projections;

  sink(e.project(projections, e.matrix(in_class, hidden, projected)));
  if (projection_bias) sink(fused_shape{projections, e.vector(in_class, projected)});
  detail::emit_convolution(channels, conv_kernel, conv_bias, e, sink);
  sink(fused_shape{term::attention, e.vector(in_class, 3 * own_heads)});  // A_log, D, dt_bias
  const double kept_bytes = detail::state_bytes(kept, state);
  sink(sequence_cache{.state_bytes = kept_bytes + detail::input_bytes(channels, conv_kernel, e)});
  detail::emit_in_phases({.kind = recurrence_kind::state_space,
                          .flops_per_token = 5 * kept,
                          .values_per_token = channels + inner,
                          .state_values = kept,
                          .state_bytes = kept_bytes},
                         e, sink);
  const integer gains = gated_norm ? inner : 0;
  sink(vector_shape{projections, e.vector(weight_class::norm, gains), e.values_bytes(3 * inner),
                    vector_kind::norm, inner});
  sink(e.project(projections, e.matrix(in_class, matrix_role::output, inner, hidden)));
  if (projection_bias) sink(fused_shape{projections, e.vector(in_class, hidden)});
}

}  // namespace shardline
