// SPDX-License-Identifier: BSL-1.0
/// Linear attention whose state decays by a rate that each head is given.
#pragma once

#include "shardline/work/kind.hpp"
#include "shardline/work/recurrent.hpp"

namespace shardline {

/// Lightning attention (arXiv 2401.04658), as MiniMax-01 and Ling 2.5 use it: queries, keys and
/// values of all heads, a state per head that fades by a fixed rate, a norm of what is read, and a
/// gate of it.
///   qk_norm   gains of a norm on each head's queries and keys, shared by all heads (Ling)
///   state     element of the recurrent state
/// Per sequence and layer it keeps heads head_dim^2 values of state, however long the sequence is.
/// Source: class MiniMaxText01LinearAttention of vllm/model_executor/models/minimax_text_01.py.
struct lightning_attention {
  static constexpr std::string_view kind_name{"lightning"};

  integer heads = 0;
  integer head_dim = 0;
  bool qk_norm = false;
  precision state = precision::fp32;

  friend constexpr bool operator==(const lightning_attention&,
                                   const lightning_attention&) noexcept = default;

  template <class List>
  static constexpr void fields(List&& list) {
    using self = lightning_attention;
    list("heads", as<field::heads>, &self::heads);
    list("head_dim", as<field::head_dim>, &self::head_dim);
    list("qk_norm", &self::qk_norm);
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
    list.recurrence();
  }
  /// q k v, gate, the recurrence, norm, output. Per token and head the recurrence costs 5
  /// head_dim^2 operations: decay 1, outer product 2, read by the query 2.
  constexpr void emit(const block_context& e, shape_sink& sink) const {
    const integer values = items_in_part(heads, e.layout.attention.tp, e.rank.tp) * head_dim;
    const integer kept = values * head_dim;
    constexpr auto in_class = weight_class::attention;
    constexpr auto projections = term::attention_projections;
    sink(e.project(projections, e.matrix(in_class, e.hidden_size, 3 * values)));
    if (qk_norm) sink(fused_shape{projections, e.vector(weight_class::norm, 2 * head_dim)});
    sink(e.project(projections, e.matrix(in_class, e.hidden_size, values)));
    const double kept_bytes = detail::state_bytes(kept, state);
    sink(sequence_cache{.state_bytes = kept_bytes});
    detail::emit_in_phases({.kind = recurrence_kind::state_space,
                            .flops_per_token = 5 * kept,
                            .values_per_token = 4 * values,
                            .state_values = kept,
                            .state_bytes = kept_bytes},
                           e, sink);
    sink(vector_shape{projections, e.vector(weight_class::norm, values), e.values_bytes(3 * values),
                      vector_kind::norm, values});
    sink(e.project(projections, e.matrix(in_class, matrix_role::output, values, e.hidden_size)));
  }
};

}  // namespace shardline
