/// A rank's work in blocks: embedding, layers, head, hand-over. A pipeline stage is some of each.
/// Folds price a block once and multiply; the operator list walks the same blocks.
#pragma once

#include <array>
#include <cstddef>
#include <variant>

#include "shardline/cost/feed_forward_operators.hpp"

namespace shardline {

/// What one pipeline stage consists of.
struct stage_blocks {
  kind_counts layers{};
  bool embedding = false;
  bool head = false;
  bool hands_over = false;
  friend constexpr bool operator==(const stage_blocks&, const stage_blocks&) noexcept = default;
};

/// Stage `stage` of `pp`; a model without a vocabulary has neither embedding nor head.
[[nodiscard]] constexpr stage_blocks blocks_of_stage(const model& m, count pp,
                                                     count stage) noexcept {
  const stage_layers own = layers_of_stage(m.layers.size(), pp, stage);
  const bool has_vocabulary = m.vocab_size > 0;
  return {m.layers.counts(own.first, own.number), has_vocabulary && stage == 0,
          has_vocabulary && stage == pp - 1, stage < pp - 1};
}

/// Vocabulary-parallel lookup; ranks sum their partial rows.
template <class T, class Sink>
constexpr void emit_embedding(const emission<T>& e, Sink& sink) {
  const count rows = share(e.model.vocab_size, e.layout.attention.tp, e.rank.tp);
  sink(elementwise<T>{term::embedding,
                      e.matrix(weight_class::embedding, rows, e.model.hidden_size),
                      e.traffic(2 * e.model.hidden_size)});
  detail::emit_tensor_reduction(e, sink);
}

template <class T, class Sink>
constexpr void emit_layer(const layer& l, const emission<T>& e, Sink& sink) {
  if (const auto* grouped = std::get_if<grouped_query_attention>(&l.attention)) {
    emit_attention(*grouped, e, sink);
  } else if (const auto* latent = std::get_if<latent_attention>(&l.attention)) {
    emit_attention(*latent, e, sink);
  }
  if (const auto* dense = std::get_if<dense_feed_forward>(&l.feed_forward)) {
    emit_feed_forward(*dense, e, sink);
  } else if (const auto* experts = std::get_if<mixture_of_experts>(&l.feed_forward)) {
    emit_feed_forward(*experts, e, sink);
  }
}

/// Final norm, one row of logits per sequence, gathered over tp. A tied head reads the embedding;
/// it stores its own copy only on a stage that has no embedding.
template <class T, class Sink>
constexpr void emit_head(const emission<T>& e, bool stage_has_embedding, Sink& sink) {
  const count tp = e.layout.attention.tp;
  const bool tied = e.model.tied_embeddings;
  weight w = e.matrix(tied ? weight_class::embedding : weight_class::head, e.model.hidden_size,
                      share(e.model.vocab_size, tp, e.rank.tp));
  w.resident = !(tied && stage_has_embedding);
  sink(e.norm());
  sink(gemm<T>{term::head, w, e.step.logit_rows, T(1.0), e.model.activations});
  if (tp > 1) {
    sink(collective<T>{
        collective_kind::all_gather, e.tensor_group(),
        bytes<T>::from_value(e.step.logit_rows * e.values_bytes(e.model.vocab_size))});
  }
}

/// The residual stream to the next stage.
template <class T, class Sink>
constexpr void emit_hand_over(const emission<T>& e, Sink& sink) {
  sink(collective<T>{collective_kind::send_recv,
                     {2, e.layout.attention.size()},
                     e.traffic(e.model.hidden_size)});
}

/// What a fold made of each block of a rank's work, priced once however many layers repeat it.
template <class Fold>
struct per_block {
  std::array<Fold, max_layer_kinds> layers{};
  Fold embedding{};
  Fold head{};
  Fold hand_over{};

  /// add(fold, times) for each block of a stage, in the order of the operator list.
  template <class Add>
  constexpr void for_each(const stage_blocks& stage, Add&& add) const {
    if (stage.embedding) add(embedding, count{1});
    for (std::size_t kind = 0; kind < max_layer_kinds; ++kind) {
      if (stage.layers[kind] > 0) add(layers[kind], stage.layers[kind]);
    }
    if (stage.head) add(head, count{1});
    if (stage.hands_over) add(hand_over, count{1});
  }
};

/// Runs a copy of `empty`, a sink, over each block.
template <class T, class Fold>
[[nodiscard]] constexpr per_block<Fold> fold_blocks(const emission<T>& e, const Fold& empty) {
  per_block<Fold> result{{empty, empty, empty, empty, empty, empty, empty, empty}, empty, empty,
                         empty};
  static_assert(max_layer_kinds == 8);
  for (std::size_t kind = 0; kind < e.model.layers.kinds.size(); ++kind) {
    emit_layer(e.model.layers.kinds[kind], e, result.layers[kind]);
  }
  if (e.model.vocab_size > 0) {
    emit_embedding(e, result.embedding);
    emit_head(e, e.layout.pp == 1, result.head);
  }
  if (e.layout.pp > 1) emit_hand_over(e, result.hand_over);
  return result;
}

/// The operators of rank `r` of stage `stage` in one step, in order: sink(operator, times).
/// `times` is how many layers of the stage run it. Assumes a model and layout that check() accepts.
template <class T, class Sink>
constexpr void for_each_operator(const model& m, const layout& l, const basic_step<T>& s,
                                 count stage, const rank& r, Sink&& sink) {
  const emission<T> e{m, l, r, localise(s, l)};
  const stage_blocks blocks = blocks_of_stage(m, l.pp, stage);
  const auto times = [&sink](count n) {
    return [&sink, n](const auto& op) { sink(op, n); };
  };
  auto once = times(1);
  if (blocks.embedding) emit_embedding(e, once);
  for (std::size_t kind = 0; kind < m.layers.kinds.size(); ++kind) {
    if (blocks.layers[kind] == 0) continue;
    auto layers = times(blocks.layers[kind]);
    emit_layer(m.layers.kinds[kind], e, layers);
  }
  if (blocks.head) emit_head(e, blocks.embedding, once);
  if (blocks.hands_over) emit_hand_over(e, once);
}

}  // namespace shardline
