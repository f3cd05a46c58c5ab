// SPDX-License-Identifier: BSL-1.0
/// Attention and a state-space mixer side by side.
#pragma once

#include "shardline/work/kinds/grouped_query.hpp"
#include "shardline/work/kinds/state_space.hpp"

namespace shardline {

/// Hybrid heads (Falcon-H1, arXiv 2507.22448, section 2.1): both read the same norm, and what they
/// return is added.
///   heads, kv_heads, head_dim   of attention
///   mixer_heads ... state       heads, head_dim and the rest of state_space
///   attention_bias              biases on the projections of attention
///   conv_bias, projection_bias, gated_norm   as state_space has them
/// It keeps what both keep.
struct hybrid_heads {
  static constexpr std::string_view kind_name{"hybrid_heads"};

  integer heads = 0;
  integer kv_heads = 0;
  integer head_dim = 0;
  integer mixer_heads = 0;
  integer mixer_head_dim = 0;
  integer groups = 1;
  integer state_size = 0;
  integer conv_kernel = 0;
  bool attention_bias = false;
  bool conv_bias = true;
  bool projection_bias = false;
  bool gated_norm = false;
  precision state = precision::fp32;

  friend constexpr bool operator==(const hybrid_heads&, const hybrid_heads&) noexcept = default;

  /// The half that attends.
  [[nodiscard]] constexpr grouped_query_attention attention() const noexcept {
    grouped_query_attention a{.heads = heads, .kv_heads = kv_heads, .head_dim = head_dim};
    a.qkv_bias = a.output_bias = attention_bias;
    return a;
  }
  /// The half that keeps a state.
  [[nodiscard]] constexpr state_space mixer() const noexcept {
    return {mixer_heads, mixer_head_dim,  groups, state_size, conv_kernel,
            conv_bias,   projection_bias, state,  gated_norm};
  }

  template <class List>
  static constexpr void fields(List&& list) {
    using self = hybrid_heads;
    list("heads", as<field::heads>, &self::heads);
    list("kv_heads", as<field::kv_heads>, &self::kv_heads);
    list("head_dim", as<field::head_dim>, &self::head_dim);
    list("mixer_heads", as<field::heads>, &self::mixer_heads);
    list("mixer_head_dim", as<field::head_dim>, &self::mixer_head_dim);
    list("groups", as<field::groups>, &self::groups);
    list("state_size", as<field::state_size>, &self::state_size);
    list("conv_kernel", as<field::conv_kernel>, &self::conv_kernel);
    list("attention_bias", &self::attention_bias);
    list("conv_bias", &self::conv_bias);
    list("projection_bias", &self::projection_bias);
    list("gated_norm", &self::gated_norm);
    list("state", &self::state);
  }
  template <class Listener>
  constexpr void conditions(Listener&& asked) const {
    attention().conditions(asked);
    mixer().conditions(asked);
  }
  template <class Listener>
  constexpr void sharding(Listener&& rules) const {
    attention().sharding(rules);
    mixer().sharding(rules);
  }
  [[nodiscard]] constexpr integer cache_copies(integer tp) const noexcept {
    return attention().cache_copies(tp);
  }
  template <class List>
  constexpr void matrices(List&& list) const {
    list(weight_class::attention);
  }
  template <class List>
  constexpr void modules(List&& list) const {
    list.projections();
    list.recurrence();
  }
  /// One block after the other; each sums its outputs over tp.
  constexpr void emit(const block_context& e, shape_sink& sink) const {
    mixer().emit(e, sink);
    detail::emit_tensor_reduction(e, sink);
    attention().emit(e, sink);
  }
};

}  // namespace shardline
