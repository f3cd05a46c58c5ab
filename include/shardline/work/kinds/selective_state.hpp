// SPDX-License-Identifier: BSL-1.0
/// State-space mixers whose step, input and output vectors are made from each token.
#pragma once

#include "shardline/work/kind.hpp"
#include "shardline/work/recurrent.hpp"

namespace shardline {

/// Selective state space (Mamba, arXiv 2312.00752, section 3), as Jamba and Falcon-Mamba use it.
///   width            channels, each with a step of its own, or heads of them
///   state_size       values of state per channel
///   step_rank        inner width of the projection that steps are made by
///   conv_bias        of the convolution; projection_bias of the outer projections
///   inner_norms      gains of norms on step, input and output vectors (Jamba)
///   state            element of the recurrent state
///   head_dim         channels of a head, which have one step, decay and direct path (PLaMo 2); 1:
///                    each channel has its own, and a decay for each value of its state
/// Per sequence and layer it keeps width head_dim state_size values of state and conv_kernel - 1 inputs of
/// the convolution.
struct selective_state {
  static constexpr std::string_view kind_name{"selective_state"};

  integer width = 0;
  integer state_size = 0;
  integer step_rank = 1;
  integer conv_kernel = 0;
  bool conv_bias = true;
  bool projection_bias = false;
  bool inner_norms = false;
  precision state = precision::fp32;
  integer head_dim = 1;

  static constexpr field_range width_range{{},  "attention.width", figure_unit::none, 1.0, 1e7,
                                           true};
  static constexpr field_range step_range{{},  "attention.step_rank", figure_unit::none, 1.0, 1e6,
                                          true};

  /// Channels of all heads.
  [[nodiscard]] constexpr integer channels() const noexcept { return width * head_dim; }

  friend constexpr bool operator==(const selective_state&,
                                   const selective_state&) noexcept = default;

  template <class List>
  static constexpr void fields(List&& list) {
    using self = selective_state;
    list("width", as_own<width_range>, &self::width);
    list("state_size", as<field::state_size>, &self::state_size);
    list("step_rank", as_own<step_range>, &self::step_rank);
    list("conv_kernel", as<field::conv_kernel>, &self::conv_kernel);
    list("conv_bias", &self::conv_bias);
    list("projection_bias", &self::projection_bias);
    list("inner_norms", &self::inner_norms);
    list("state", &self::state);
    list("head_dim", as<field::head_dim>, &self::head_dim);
  }
  template <class Listener>
  constexpr void conditions(Listener&&) const {}
  template <class Listener>
  constexpr void sharding(Listener&& rules) const {
    rules.heads(width);
    rules.inner(weight_class::attention, channels());
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

/// Gate and channels, convolution, step, input and output vectors (each rank's part of them is
/// summed over tp: all channels make them), steps of the channels, the recurrence, output. Per
/// token, channel and state value the recurrence costs 7 operations: decay 2, input 1, update 2,
/// read 2.
/// Source: class MambaMixer of vllm/model_executor/layers/mamba/mamba_mixer.py.
constexpr void selective_state::emit(const block_context& e, shape_sink& sink) const {
  const integer own_heads = items_in_part(width, e.layout.attention.tp, e.rank.tp);
  const integer own = own_heads * head_dim;
  const integer made = step_rank + 2 * state_size;
  const integer kept = own * state_size;
  constexpr auto in_class = weight_class::attention;
  constexpr auto projections = term::attention_projections;
  sink(e.project(projections, e.matrix(in_class, e.hidden_size, 2 * own)));
  if (projection_bias) sink(fused_shape{projections, e.vector(in_class, 2 * own)});
  detail::emit_convolution(own, conv_kernel, conv_bias, e, sink);
  sink(e.project(projections, e.matrix(in_class, own, made)));
  if (e.layout.attention.tp > 1) {
    sink(e.send(collective_kind::all_reduce, e.tensor_group(), made));
  }
  if (inner_norms) {
    sink(vector_shape{projections, e.vector(weight_class::norm, made), e.values_bytes(2 * made),
                      vector_kind::norm, made});
  }
  sink(e.project(projections, e.matrix(in_class, step_rank, own_heads)));
  const integer decays = head_dim == 1 ? kept : own_heads;
  sink(fused_shape{term::attention,  // step biases, decays, direct paths
                   e.vector(in_class, own_heads + decays + own_heads)});
  const double kept_bytes = detail::state_bytes(kept, state);
  sink(sequence_cache{.state_bytes = kept_bytes + detail::input_bytes(own, conv_kernel, e)});
  detail::emit_in_phases({.kind = recurrence_kind::state_space,
                          .flops_per_token = 7 * kept,
                          .values_per_token = 3 * own + 2 * state_size,
                          .state_values = kept,
                          .state_bytes = kept_bytes},
                         e, sink);
  sink(e.project(projections, e.matrix(in_class, matrix_role::output, own, e.hidden_size)));
  if (projection_bias) sink(fused_shape{projections, e.vector(in_class, e.hidden_size)});
}

}  // namespace shardline
