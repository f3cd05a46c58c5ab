/// What every emitter of shapes needs, and the pieces that several of them share.
#pragma once

#include "shardline/describe/engine.hpp"
#include "shardline/describe/layout.hpp"
#include "shardline/work/shapes.hpp"

namespace shardline {

/// The model and layout, the rank's coordinates, how the engine pads, the storage formats of the
/// matrices (the model's, or those in one of its layers), and how the engine runs layers with
/// experts.
struct emission {
  const shardline::model& model;
  const shardline::layout& layout;
  shardline::rank rank{};
  shard_padding padding{};
  layer_formats formats{model.weights, no_exception};
  expert_execution experts{};

  /// The same within layer `l`.
  [[nodiscard]] constexpr emission in_layer(const layer& l) const noexcept {
    return {model, layout, rank, padding, formats_in(model, l), experts};
  }
  /// Values outside the large matrices (gains, biases, convolutions): never quantised.
  [[nodiscard]] constexpr weight vector(weight_class c, count n, count vectors = 1) const noexcept {
    return {c, model.weights[weight_class::norm], 1, n, vectors};
  }
  [[nodiscard]] constexpr weight matrix(weight_class c, count k, count n,
                                        count matrices = 1) const noexcept {
    return {c, formats[c], k, n, matrices};
  }
  [[nodiscard]] constexpr gemm_shape project(term t, const weight& w) const noexcept {
    return {t, w, extent::tokens, model.activations};
  }
  /// Bytes of `values` activations.
  [[nodiscard]] constexpr double values_bytes(count values) const noexcept {
    return static_cast<double>(values) * element_bytes(model.activations);
  }
  /// A collective of `values` activations per token of this rank.
  [[nodiscard]] constexpr collective_shape send(collective_kind kind, const rank_group& group,
                                                count values) const noexcept {
    return {kind, group, extent::tokens, values_bytes(values)};
  }
  /// Residual add and norm: reads the residual and the block's output, writes both sums.
  [[nodiscard]] constexpr vector_shape norm() const noexcept {
    const count values = (model.norm_bias ? 2 : 1) * model.hidden_size;
    return {term::norms, vector(weight_class::norm, values), values_bytes(4 * model.hidden_size),
            vector_kind::norm, model.hidden_size};
  }
  [[nodiscard]] constexpr rank_group tensor_group() const noexcept {
    return {layout.attention.tp, 1};
  }
  /// Rows of embedding and head on this rank, the vocabulary padded as the engine does.
  [[nodiscard]] constexpr count vocabulary_rows() const noexcept {
    const count padded = ceil_div(model.vocab_size, padding.vocabulary) * padding.vocabulary;
    return share(padded, layout.attention.tp, rank.tp);
  }
};

/// The emission of a rank as the engine runs it.
template <class T>
[[nodiscard]] constexpr emission emission_under(const basic_runtime<T>& engine, const model& m,
                                                const layout& l) noexcept {
  return {m, l, {}, engine.padding, layer_formats{m.weights, no_exception}, engine.experts};
}

namespace detail {

// Sums the partial outputs of a tensor-parallel block.
template <class Sink>
constexpr void emit_tensor_reduction(const emission& e, Sink& sink) {
  if (e.layout.attention.tp == 1) return;
  sink(e.send(collective_kind::all_reduce, e.tensor_group(), e.model.hidden_size));
}

}  // namespace detail

/// Key-value heads (or state-space groups) of one tensor-parallel rank: a share of them, or one
/// copy each of fewer heads than ranks.
[[nodiscard]] constexpr count kv_heads_of_rank(count kv_heads, count tp, count index) noexcept {
  return kv_heads < tp ? 1 : share(kv_heads, tp, index);
}

}  // namespace shardline
