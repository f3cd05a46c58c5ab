// SPDX-License-Identifier: BSL-1.0
/// What the blocks of a model are emitted from: the model, and what its layers are told of it.
#pragma once

#include "shardline/describe/cluster.hpp"
#include "shardline/model/model.hpp"
#include "shardline/work/block_context.hpp"

namespace shardline {

/// A model on one rank of a layout, padded and run as the engine does.
struct model_context : block_context {
  const shardline::model& model;

  constexpr model_context(const shardline::model& of_model, const shardline::layout& under_layout,
                          const shardline::rank_coordinates& on_rank = {},
                          const shard_padding& padded_by = {},
                          const expert_execution& run_by = {}) noexcept
      : block_context{under_layout,
                      {of_model.weights, no_exceptions},
                      of_model.hidden_size,
                      values_of_norm(of_model),
                      of_model.activations,
                      of_model.kv_cache,
                      on_rank,
                      padded_by,
                      run_by},
        model(of_model) {}

  /// Values of one norm of the model: gains, biases with them, or none where norms are bare.
  [[nodiscard]] static constexpr integer values_of_norm(const shardline::model& m) noexcept {
    return m.bare_norms ? 0 : (m.norm_bias ? 2 : 1) * m.hidden_size;
  }
  /// What layer `l` is told.
  [[nodiscard]] constexpr block_context in_layer(const layer& l) const noexcept {
    block_context inner = within(l.exceptions);
    inner.stored = !l.weights_of_another;
    return inner;
  }
  /// Rows of embedding and head on this rank, the vocabulary padded as the engine does.
  [[nodiscard]] constexpr integer vocabulary_rows() const noexcept {
    return table_rows(model.vocab_size);
  }
  /// The same of another table.
  [[nodiscard]] constexpr integer table_rows(integer rows) const noexcept {
    const integer padded = ceil_div(rows, padding.vocabulary) * padding.vocabulary;
    return items_in_part(padded, layout.attention.tp, rank.tp);
  }
};

/// The context of a model on a rank as the engine runs it: model and layout, and the engine's
/// `padding`, in rows and bytes, and `experts`.
///   under engines::vllm: vocabularies padded to 64   (tests/model/model_context.cpp)
template <class T>
[[nodiscard]] constexpr model_context model_context_under(const basic_runtime<T>& engine,
                                                          const model& m,
                                                          const layout& l) noexcept {
  return {m, l, {}, engine.padding, engine.experts};
}

}  // namespace shardline
