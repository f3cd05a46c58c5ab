// SPDX-License-Identifier: BSL-1.0
/// What every kind of block is emitted from, and the pieces that several of them share.
#pragma once

#include "shardline/describe/engine.hpp"
#include "shardline/describe/layout.hpp"
#include "shardline/describe/weights.hpp"
#include "shardline/work/shape_sink.hpp"

namespace shardline {

/// What a block of a model is told of its surroundings: the layout, the formats of its matrices
/// (the model's, or those in one of its layers), what all layers of the model have in common, the
/// rank's coordinates, how the engine pads, how it runs layers with experts, and whether its weights
/// are stored where it runs (and not with an earlier layer, which has the same).
///   hidden_size   values of a token between layers
struct block_context {
  const shardline::layout& layout;
  layer_formats formats;
  integer hidden_size = 0;
  integer norm_values = 0;  // of one norm around a block: gains, and biases
  precision activations = precision::bf16;
  cache_format kv_cache{};
  shardline::rank_coordinates rank{};
  shard_padding padding{};
  expert_execution experts{};
  bool stored = true;

  /// The same within a layer that makes these exceptions.
  [[nodiscard]] constexpr block_context within(const format_exceptions& exceptions) const noexcept {
    return {layout,      {formats.of_model, exceptions},
            hidden_size, norm_values,
            activations, kv_cache,
            rank,        padding,
            experts,     stored};
  }
  /// Values outside the large matrices (gains, biases, convolutions): never quantised.
  [[nodiscard]] constexpr weight vector(weight_class c, integer n,
                                        integer vectors = 1) const noexcept {
    return {c, formats.of_model[weight_class::norm], 1, n, vectors, stored};
  }
  /// A k x n matrix of a class, in the format that it has in this layer.
  [[nodiscard]] constexpr weight matrix(weight_class c, integer k, integer n, integer matrices = 1,
                                        matrix_role role = matrix_role::input) const noexcept {
    return {c, formats(c, role), k, n, matrices, stored};
  }
  [[nodiscard]] constexpr weight matrix(weight_class c, matrix_role role, integer k,
                                        integer n) const noexcept {
    return matrix(c, k, n, 1, role);
  }
  /// The multiplication of all tokens by a matrix.
  [[nodiscard]] constexpr gemm_shape project(term t, const weight& w) const noexcept {
    return {t, w, step_extent::tokens, activations};
  }
  /// Bytes of `values` activations.
  [[nodiscard]] constexpr double values_bytes(integer values) const noexcept {
    return static_cast<double>(values) * element_bytes(activations);
  }
  /// A collective of `values` activations per token of this rank.
  [[nodiscard]] constexpr collective_shape send(collective_kind kind, const rank_group& group,
                                                integer values) const noexcept {
    return {kind, group, step_extent::tokens, values_bytes(values)};
  }
  /// Residual add and norm: reads the residual and the block's output, writes both sums.
  [[nodiscard]] constexpr vector_shape norm() const noexcept {
    return {term::norms, vector(weight_class::norm, norm_values), values_bytes(4 * hidden_size),
            vector_kind::norm, hidden_size};
  }
  /// The ranks that share out attention.
  [[nodiscard]] constexpr rank_group tensor_group() const noexcept {
    return {layout.attention.tp, 1};
  }
};

namespace detail {

// Sums the partial outputs of a tensor-parallel block.
constexpr void emit_tensor_reduction(const block_context& e, shape_sink& sink) {
  if (e.layout.attention.tp == 1) return;
  sink(e.send(collective_kind::all_reduce, e.tensor_group(), e.hidden_size));
}

}  // namespace detail

/// Key-value heads (or state-space groups) of one tensor-parallel rank, 0 <= index < tp:
/// items_in_part(kv_heads, tp, index), or one copy each of fewer heads than ranks. Source:
/// get_num_kv_heads() of vllm/config/model.py.
///   8 heads on 4 ranks: 2; on 16 ranks: 1   (tests/work/block_context.cpp)
[[nodiscard]] constexpr integer kv_heads_of_rank(integer kv_heads, integer tp,
                                                 integer index) noexcept {
  return kv_heads < tp ? 1 : items_in_part(kv_heads, tp, index);
}

}  // namespace shardline
