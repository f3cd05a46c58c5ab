// SPDX-License-Identifier: BSL-1.0
/// Linear attention: a recurrence with a state per value head.
#pragma once

#include "shardline/work/kind.hpp"
#include "shardline/work/recurrent.hpp"

namespace shardline {

/// Gated delta rule (Gated DeltaNet, arXiv 2412.06464), as Qwen3-Next and Qwen3.5 use it.
///   conv_kernel   taps of the causal convolution over queries, keys and values
///   state         element of the recurrent state
/// Per sequence and layer it keeps value_heads key_head_dim value_head_dim values of state and
/// conv_kernel - 1 inputs of the convolution, however long the sequence is.
struct linear_attention {
  static constexpr std::string_view kind_name{"gated_delta_rule"};

  integer key_heads = 0;
  integer value_heads = 0;
  integer key_head_dim = 0;
  integer value_head_dim = 0;
  integer conv_kernel = 0;
  precision state = precision::fp32;

  friend constexpr bool operator==(const linear_attention&,
                                   const linear_attention&) noexcept = default;

  template <class List>
  static constexpr void fields(List&& list) {
    using self = linear_attention;
    list("key_heads", as<field::heads>, &self::key_heads);
    list("value_heads", as<field::heads>, &self::value_heads);
    list("key_head_dim", as<field::head_dim>, &self::key_head_dim);
    list("value_head_dim", as<field::head_dim>, &self::value_head_dim);
    list("conv_kernel", as<field::conv_kernel>, &self::conv_kernel);
    list("state", &self::state);
  }
  // Value heads share keys in equal groups.
  template <class Listener>
  constexpr void conditions(Listener&& asked) const {
    asked.divides_value_heads(as<field::heads>, key_heads, value_heads);
  }
  template <class Listener>
  constexpr void sharding(Listener&& rules) const {
    rules.heads(key_heads);
    rules.output(weight_class::attention, key_heads * key_head_dim);
    rules.inner(weight_class::attention, value_heads * value_head_dim);
  }
  // Without a growing cache there is none to share out: SGLang's dcp leaves such layers as they are
  // (vLLM refuses such models).
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

/// q k v and gate, decay and write strength, convolution, gated delta rule, gated norm, output.
/// Per token and value head the rule costs 7 key_head_dim value_head_dim operations: decay 1, read
/// by the key 2, rank-one update 2, read by the query 2.
constexpr void linear_attention::emit(const block_context& e, shape_sink& sink) const {
  const integer own_key_heads = items_in_part(key_heads, e.layout.attention.tp, e.rank.tp);
  const integer own_value_heads = items_in_part(value_heads, e.layout.attention.tp, e.rank.tp);
  const integer hidden = e.hidden_size;
  const integer values = own_value_heads * value_head_dim;
  const integer channels = 2 * own_key_heads * key_head_dim + values;
  const integer kept = own_value_heads * key_head_dim * value_head_dim;
  constexpr auto in_class = weight_class::attention;
  constexpr auto projections = term::attention_projections;

  sink(e.project(projections, e.matrix(in_class, hidden, channels + values)));
  sink(e.project(projections, e.matrix(in_class, hidden, 2 * own_value_heads)));
  detail::emit_convolution(channels, conv_kernel, false, e, sink);
  sink(fused_shape{term::attention, e.vector(in_class, 2 * own_value_heads)});  // A_log, dt_bias
  const double kept_bytes = detail::state_bytes(kept, state);
  sink(sequence_cache{.state_bytes = kept_bytes + detail::input_bytes(channels, conv_kernel, e)});
  detail::emit_in_phases({.kind = recurrence_kind::delta_rule,
                          .flops_per_token = 7 * kept,
                          .values_per_token = channels + values,
                          .state_values = kept,
                          .state_bytes = kept_bytes},
                         e, sink);
  sink(vector_shape{projections, e.vector(weight_class::norm, value_head_dim),
                    e.values_bytes(3 * values), vector_kind::norm, values});
  sink(e.project(projections, e.matrix(in_class, matrix_role::output, values, hidden)));
}

}  // namespace shardline
