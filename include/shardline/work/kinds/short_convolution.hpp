// SPDX-License-Identifier: BSL-1.0
/// Token mixing by a short convolution alone.
#pragma once

#include "shardline/work/kind.hpp"
#include "shardline/work/recurrent.hpp"

namespace shardline {

/// A gated causal convolution over few tokens (LFM2).
///   width         channels, each with taps of its own
///   conv_kernel   taps
///   bias          of both projections and of the convolution
/// Per sequence and layer it keeps conv_kernel - 1 inputs of the convolution.
/// Source: Lfm2ShortConv of modeling_lfm2.py, huggingface/transformers (4.57).
struct short_convolution {
  static constexpr std::string_view kind_name{"short_convolution"};

  integer width = 0;
  integer conv_kernel = 0;
  bool bias = false;

  static constexpr field_range width_range{{},  "attention.width", figure_unit::none, 1.0, 1e7,
                                           true};

  friend constexpr bool operator==(const short_convolution&,
                                   const short_convolution&) noexcept = default;

  template <class List>
  static constexpr void fields(List&& list) {
    using self = short_convolution;
    list("width", as_own<width_range>, &self::width);
    list("conv_kernel", as<field::conv_kernel>, &self::conv_kernel);
    list("bias", &self::bias);
  }
  template <class Listener>
  constexpr void conditions(Listener&&) const {}
  template <class Listener>
  constexpr void sharding(Listener&& rules) const {
    rules.heads(width);
    rules.inner(weight_class::attention, width);
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
  /// One projection to what is convolved and to the gates before and after it, the convolution,
  /// output.
  constexpr void emit(const block_context& e, shape_sink& sink) const {
    const integer own = items_in_part(width, e.layout.attention.tp, e.rank.tp);
    constexpr auto in_class = weight_class::attention;
    constexpr auto projections = term::attention_projections;
    sink(e.project(projections, e.matrix(in_class, e.hidden_size, 3 * own)));
    if (bias) sink(fused_shape{projections, e.vector(in_class, 3 * own)});
    sink(vector_shape{projections, {}, e.values_bytes(3 * own)});  // a gate before it
    sink(sequence_cache{.state_bytes = detail::input_bytes(own, conv_kernel, e)});
    detail::emit_convolution(own, conv_kernel, bias, e, sink);
    sink(vector_shape{projections, {}, e.values_bytes(3 * own)});  // and one behind
    sink(e.project(projections, e.matrix(in_class, matrix_role::output, own, e.hidden_size)));
    if (bias) sink(fused_shape{projections, e.vector(in_class, e.hidden_size)});
  }
};

}  // namespace shardline
