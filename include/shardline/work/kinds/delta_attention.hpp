// SPDX-License-Identifier: BSL-1.0
/// Linear attention whose state decays value by value.
#pragma once

#include "shardline/work/kind.hpp"
#include "shardline/work/recurrent.hpp"

namespace shardline {

/// Kimi Delta Attention (arXiv 2510.26692): the gated delta rule with a decay for each value of a
/// key.
///   conv_kernel      taps of the causal convolutions over queries, keys and values
///   decay_rank       inner width of the two projections that the decay is made by; 0: it is one
///                    projection (Ling 3)
///   gate_rank        of those of the output's gate, likewise
///   state            element of the recurrent state
/// Per sequence and layer it keeps heads head_dim^2 values of state and conv_kernel - 1 inputs of
/// the convolutions, however long the sequence is.
struct delta_attention {
  static constexpr std::string_view kind_name{"delta"};

  integer heads = 0;
  integer head_dim = 0;
  integer conv_kernel = 0;
  integer decay_rank = 1;
  integer gate_rank = 0;
  precision state = precision::fp32;

  static constexpr field_range decay_range{{},  "attention.decay_rank", figure_unit::none, 0.0, 1e6,
                                           true};
  static constexpr field_range gate_range{{},  "attention.gate_rank", figure_unit::none, 0.0, 1e6,
                                          true};

  friend constexpr bool operator==(const delta_attention&,
                                   const delta_attention&) noexcept = default;

  template <class List>
  static constexpr void fields(List&& list) {
    using self = delta_attention;
    list("heads", as<field::heads>, &self::heads);
    list("head_dim", as<field::head_dim>, &self::head_dim);
    list("conv_kernel", as<field::conv_kernel>, &self::conv_kernel);
    list("decay_rank", as_own<decay_range>, &self::decay_rank);
    list("gate_rank", as_own<gate_range>, &self::gate_rank);
    list("state", &self::state);
  }
  template <class Listener>
  constexpr void conditions(Listener&&) const {}
  template <class Listener>
  constexpr void sharding(Listener&& rules) const {
    rules.heads(heads);
    rules.inner(weight_class::attention, heads * head_dim);
  }
  // There is no growing cache to share out.
  [[nodiscard]] constexpr integer cache_copies(integer tp) const noexcept { return tp; }
  template <class List>
  constexpr void matrices(List&& list) const {
    list(weight_class::attention);
  }
  template <class List>
  constexpr void modules(List&& list) const {
    for (const char* name : {"q_proj", "k_proj", "v_proj"}) list.attention(name);
    list.attention("o_proj", matrix_role::output);
    list.small_attention("b_proj");
    if (decay_rank == 0) list.attention("f_proj");
    for (const char* name : {"f_a_proj", "f_b_proj"}) {
      if (decay_rank > 0) list.small_attention(name);
    }
    for (const char* name : {"q_conv1d", "k_conv1d", "v_conv1d"}) list.small_attention(name);
    list.attention_norm("o_norm");
    if (gate_rank == 0) return list.attention("g_proj");
    for (const char* name : {"g_a_proj", "g_b_proj"}) list.small_attention(name);
  }
  constexpr void emit(const block_context& e, shape_sink& sink) const;

 private:
  constexpr void emit_through(const block_context& e, integer rank, integer values,
                              shape_sink& sink) const;
};

// The stream to `values` values of this rank, through a narrow product that all ranks have.
constexpr void delta_attention::emit_through(const block_context& e, integer rank, integer values,
                                             shape_sink& sink) const {
  constexpr auto in_class = weight_class::attention;
  constexpr auto projections = term::attention_projections;
  sink(e.project(projections, e.matrix(in_class, e.hidden_size, rank)));
  sink(e.project(projections, e.matrix(in_class, rank, values)));
}

/// q k v (and gate), decay and write strength, convolutions, the rule, gated norm, output.
/// Per token and head the rule costs 8 head_dim^2 operations: decay 1 with 1 for its own product,
/// read by the key 2, rank-one update 2, read by the query 2.
constexpr void delta_attention::emit(const block_context& e, shape_sink& sink) const {
  const integer own_heads = items_in_part(heads, e.layout.attention.tp, e.rank.tp);
  const integer values = own_heads * head_dim;
  const integer channels = 3 * values;
  const integer kept = values * head_dim;
  constexpr auto in_class = weight_class::attention;
  constexpr auto projections = term::attention_projections;

  const integer gates = (gate_rank == 0 ? values : 0) + (decay_rank == 0 ? values : 0);
  sink(e.project(projections, e.matrix(in_class, e.hidden_size, channels + gates)));
  if (gate_rank > 0) emit_through(e, gate_rank, values, sink);
  if (decay_rank > 0) emit_through(e, decay_rank, values, sink);
  sink(e.project(projections, e.matrix(in_class, e.hidden_size, own_heads)));
  detail::emit_convolution(channels, conv_kernel, false, e, sink);
  sink(fused_shape{term::attention, e.vector(in_class, own_heads + values)});  // A_log, dt_bias
  const double kept_bytes = detail::state_bytes(kept, state);
  sink(sequence_cache{.state_bytes = kept_bytes + detail::input_bytes(channels, conv_kernel, e)});
  detail::emit_in_phases({.kind = recurrence_kind::delta_attention,
                          .flops_per_token = 8 * kept,
                          .values_per_token = channels + 2 * values,
                          .state_values = kept,
                          .state_bytes = kept_bytes},
                         e, sink);
  sink(vector_shape{projections, e.vector(weight_class::norm, head_dim), e.values_bytes(3 * values),
                    vector_kind::norm, values});
  sink(e.project(projections, e.matrix(in_class, matrix_role::output, values, e.hidden_size)));
}

}  // namespace shardline
