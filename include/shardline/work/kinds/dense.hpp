// SPDX-License-Identifier: BSL-1.0
/// A feed-forward block that every token takes.
#pragma once

#include "shardline/work/dense_matrices.hpp"
#include "shardline/work/kind.hpp"

namespace shardline {

/// Two matrices (up, down), or three (gate, up, down) when gated; optional biases on each.
///   activation_values   that the activation function learns (4 of xIELU, Apertus)
///   output_bias         a bias on the last matrix alone (TeleChat), where `bias` is false
///   width               inner values of a token, those of all ranks
struct dense_feed_forward {
  static constexpr std::string_view kind_name{"dense"};

  integer width = 0;
  bool gated = true;
  bool bias = false;
  integer activation_values = 0;
  bool output_bias = false;

  static constexpr field_range activation_range{
      {}, "feed_forward.activation_values", figure_unit::none, 0.0, 1e6, true};
  static constexpr bool sums_at_end = true;

  friend constexpr bool operator==(const dense_feed_forward&,
                                   const dense_feed_forward&) noexcept = default;

  template <class List>
  static constexpr void fields(List&& list) {
    list("width", as<field::feed_forward_width>, &dense_feed_forward::width);
    list("gated", &dense_feed_forward::gated);
    list("bias", &dense_feed_forward::bias);
    list("activation_values", as_own<activation_range>, &dense_feed_forward::activation_values);
    list("output_bias", &dense_feed_forward::output_bias);
  }
  template <class Listener>
  constexpr void conditions(Listener&&) const {}
  template <class Listener>
  constexpr void sharding(Listener&& rules) const {
    rules.width(width);
    rules.inner(weight_class::dense_feed_forward, width);
  }
  [[nodiscard]] constexpr integer cache_copies(integer tp) const noexcept { return tp; }
  template <class List>
  constexpr void matrices(List&& list) const {
    list(weight_class::dense_feed_forward);
  }
  template <class List>
  constexpr void modules(List&& list) const {
    list.dense();
  }
  /// up, activation, down, all-reduce.
  constexpr void emit(const block_context& e, shape_sink& sink) const {
    detail::emit_dense(term::dense_feed_forward, weight_class::dense_feed_forward,
                       items_in_part(width, e.layout.attention.tp, e.rank.tp), gated, bias, e,
                       sink);
    constexpr auto in_class = weight_class::dense_feed_forward;
    if (output_bias && !bias) {
      sink(fused_shape{term::dense_feed_forward, e.vector(in_class, e.hidden_size)});
    }
    if (activation_values > 0) {
      sink(fused_shape{term::dense_feed_forward, e.vector(in_class, activation_values)});
    }
    detail::emit_tensor_reduction(e, sink);
  }
};

}  // namespace shardline
