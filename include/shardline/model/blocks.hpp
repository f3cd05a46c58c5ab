// SPDX-License-Identifier: BSL-1.0
/// A rank's work in blocks: embedding, each kind of layer, head, hand-over. A pipeline stage is so
/// many of each, so a fold prices a block once and multiplies; the operator list walks the same
/// way.
#pragma once

#include <array>
#include <cstddef>

#include "shardline/base/alternative.hpp"
#include "shardline/model/alternating_updates.hpp"
#include "shardline/model/model_context.hpp"

namespace shardline {

/// Block numbers, in the order in which a rank runs them.
namespace block {
inline constexpr std::size_t embedding = 0;
inline constexpr std::size_t first_layer = 1;  // layer kind i is block first_layer + i
inline constexpr std::size_t head = first_layer + max_layer_kinds;
inline constexpr std::size_t hand_over = head + 1;
inline constexpr std::size_t prediction = hand_over + 1;
inline constexpr std::size_t number = prediction + 1;
}  // namespace block

/// How many of each block.
using block_counts = std::array<integer, block::number>;

namespace detail {

constexpr block_counts with_layers(const kind_counts& layers) noexcept {
  block_counts blocks{};
  for (std::size_t kind = 0; kind < max_layer_kinds; ++kind) {
    blocks[block::first_layer + kind] = layers[kind];
  }
  return blocks;
}

}  // namespace detail

/// How many of each block stage `stage` of the layout has, 0 <= stage < pp, by layers_of_stage(); a
/// model without a vocabulary has neither embedding nor head.
///   Llama-3.1-8B on one stage: 1 embedding, 32 layers of its one kind, 1 head
///   (tests/model/blocks.cpp)
[[nodiscard]] constexpr block_counts blocks_of_stage(const model& m, const layout& l,
                                                     integer stage) noexcept {
  const item_range own = layers_of_stage(l, m.layers.size(), stage);
  block_counts blocks = detail::with_layers(m.layers.counts(own.first, own.number));
  const bool has_vocabulary = m.vocab_size > 0;
  blocks[block::embedding] = has_vocabulary && stage == 0 ? 1 : 0;
  blocks[block::head] = has_vocabulary && stage == l.pp - 1 ? 1 : 0;
  blocks[block::hand_over] = stage < l.pp - 1 ? 1 : 0;
  return blocks;
}

/// How many of each all pp >= 1 stages have together: the sum of blocks_of_stage().
///   Llama-3.1-8B, pp 4: the same, and 3 hand-overs   (tests/model/blocks.cpp)
[[nodiscard]] constexpr block_counts blocks_of_pipeline(const model& m, integer pp) noexcept {
  block_counts blocks = detail::with_layers(m.layers.counts(0, m.layers.size()));
  blocks[block::embedding] = m.vocab_size > 0 ? 1 : 0;
  blocks[block::head] = blocks[block::embedding];
  blocks[block::hand_over] = pp - 1;
  return blocks;
}

namespace detail {

// The rows of all layers at once: looked up, and added to a projection of the residual stream that
// is normed layer by layer. Ranks share the table's rows and the projection's columns.
// Source: class Gemma4SelfDecoderLayers of vllm/model_executor/models/gemma4.py.
constexpr void emit_layer_embedding(const model_context& e, shape_sink& sink) {
  const layer_inputs& own = e.model.per_layer;
  const integer all = own.width * e.model.layers.size();
  const integer tp = e.layout.attention.tp;
  constexpr auto in_class = weight_class::embedding;
  sink(vector_shape{term::embedding, e.matrix(in_class, e.table_rows(own.vocab_size), all),
                    e.values_bytes(2 * all), vector_kind::lookup, all});
  if (tp > 1) sink(e.send(collective_kind::all_reduce, e.tensor_group(), all));
  sink(e.project(term::embedding,
                 e.matrix(in_class, e.hidden_size, items_in_part(all, tp, e.rank.tp))));
  if (tp > 1) sink(e.send(collective_kind::all_gather, e.tensor_group(), all));
  sink(vector_shape{term::embedding, e.vector(weight_class::norm, own.width),
                    e.values_bytes(3 * all), vector_kind::norm, all});
}

// Values of a row of embedding and head.
[[nodiscard]] constexpr integer row_width(const model& m) noexcept {
  return m.embedding_width > 0 ? m.embedding_width : m.hidden_size;
}

// Vocabulary-parallel lookup; ranks sum their partial rows, which every rank projects where they
// are narrower than the model. Learned positions are replicated and added to them, and a norm may
// follow.
constexpr void emit_embedding(const model_context& e, shape_sink& sink) {
  const integer hidden = e.model.hidden_size;
  const integer width = row_width(e.model);
  const integer rows = e.table_rows(e.model.vocab_size + e.model.extra_rows);
  sink(vector_shape{term::embedding, e.matrix(weight_class::embedding, rows, width),
                    e.values_bytes(2 * width), vector_kind::lookup, width});
  if (e.layout.attention.tp > 1) {
    sink(e.send(collective_kind::all_reduce, e.tensor_group(), width));
  }
  if (e.model.embedding_width > 0) {
    sink(e.project(term::embedding, e.matrix(weight_class::embedding, width, hidden)));
  }
  if (e.model.positions > 0) {
    sink(vector_shape{term::embedding, e.matrix(weight_class::embedding, e.model.positions, hidden),
                      e.values_bytes(3 * hidden)});
  }
  if (e.model.embedding_norm) sink(e.norm());
  if (e.model.per_layer.width > 0) emit_layer_embedding(e, sink);
  emit_versions_end(e, step_extent::tokens, sink);
}

// Hands a block of a layer its surroundings.
struct block_emitter {
  const block_context& e;
  shape_sink& sink;
  template <class Kind>
  constexpr void operator()(const Kind& kind) const {
    kind.emit(e, sink);
  }
};

constexpr bool attends(const layer& l) noexcept {
  return !std::holds_alternative<no_attention>(l.attention);
}
constexpr bool feeds(const layer& l) noexcept {
  return !std::holds_alternative<no_feed_forward>(l.feed_forward);
}
// Of parallel blocks only the second sums over tp where it can: it holds both partial outputs.
constexpr bool summed_later(const layer& l) noexcept {
  if (!is_parallel(l.form)) return false;
  bool later = false;
  visit_alternative(l.feed_forward,
                    [&later]<class Kind>(const Kind&) { later = Kind::sums_at_end; });
  return later;
}

// Attention of the stream to the blocks before it: a norm's gains and a query of one row. Of them
// there are half as many as at the end, on average; what they add up to is written.
// Source: modeling_kimi_linear.py of huggingface.co/moonshotai/Kimi-K3.
constexpr void emit_block_residuals(const model_context& e, shape_sink& sink) {
  const integer layers = e.model.residual_blocks;
  if (layers == 0) return;
  const integer read = 1 + e.model.layers.size() / (2 * layers);
  sink(vector_shape{term::norms, e.vector(weight_class::norm, 2 * e.hidden_size),
                    e.values_bytes((read + 1) * e.hidden_size), vector_kind::norm, e.hidden_size});
}

// Of what mixes streams: stored in fp32, multiplied like activations.
constexpr weight_format mixing_format(const model_context& e) noexcept {
  weight_format f = formats::fp32;
  f.math = e.activations;
  return f;
}

// Hyper-connections whose streams are normed, each by gains of its own, and then gated value by
// value: by a path of `streams_rank` values from all of them to all of them. What the block returns
// is injected into each stream by a weight made of all. On every rank, in the format of norms.
// Source: Qwen4ExpGatedResidualSimple of modeling_qwen4_exp.py, huggingface/transformers (5).
constexpr void emit_gated_mixing(const model_context& e, step_extent rows, bool injects,
                                 shape_sink& sink) {
  const integer n = e.model.streams;
  const integer all = n * e.hidden_size;
  const integer rank = e.model.streams_rank;
  sink(vector_shape{term::norms, e.vector(weight_class::norm, all), e.values_bytes(2 * all),
                    vector_kind::norm, all});
  sink(gemm_shape{term::norms, unquantised(e, all, rank + (injects ? n : 0)), rows, e.activations});
  sink(gemm_shape{term::norms, unquantised(e, rank, all), rows, e.activations});
  const integer injected = injects ? 2 * all + e.hidden_size : 0;
  sink(vector_shape{
      term::norms, {}, e.values_bytes(2 * all + e.hidden_size + injected), vector_kind::norm, all});
}

// The norm before a block, or before the head; streams that are gated were normed already.
constexpr void emit_norm_before(const model_context& outside, const block_context& e,
                                shape_sink& sink) {
  if (outside.model.streams == 1 || outside.model.streams_rank == 0) sink(e.norm());
}

// Hyper-connections around a block: from all of a token's streams come the weights by which they
// are mixed to what the block reads, and by which what it returns is added to each and they to each
// other. The projection, its bias and a scale for each of these three kinds of weight are in fp32,
// and on every rank. Streams that stay apart have none by which they are added to each other.
// Source: DeepseekV4HyperConnection of modeling_deepseek_v4.py, HYV4HyperConnection of
// modeling_hy_v4.py, huggingface/transformers (5).
constexpr void emit_stream_mixing(const model_context& e, shape_sink& sink) {
  emit_block_residuals(e, sink);
  const integer n = e.model.streams;
  if (n == 1) return;
  if (e.model.streams_rank > 0) return emit_gated_mixing(e, step_extent::tokens, true, sink);
  const integer mixed = n * e.hidden_size;
  const integer weights = (e.model.streams_apart ? 2 : 2 + n) * n;
  const integer scales = e.model.streams_apart ? 2 : 3;
  const weight projection{weight_class::norm, mixing_format(e), mixed, weights};
  sink(gemm_shape{term::norms, projection, step_extent::tokens, e.activations});
  sink(fused_shape{term::norms, {weight_class::norm, formats::fp32, 1, weights + scales}});
  const integer moved = (mixed + e.hidden_size) + (2 * mixed + e.hidden_size);
  sink(vector_shape{term::norms, {}, e.values_bytes(moved), vector_kind::norm, mixed});
}

// Before the head: streams are mixed to one.
constexpr void emit_stream_end(const model_context& e, shape_sink& sink) {
  emit_block_residuals(e, sink);
  const integer n = e.model.streams;
  if (n == 1 || e.model.streams_averaged) return;
  if (e.model.streams_rank > 0) return emit_gated_mixing(e, step_extent::logit_rows, false, sink);
  const integer mixed = n * e.hidden_size;
  sink(gemm_shape{term::norms,
                  {weight_class::norm, mixing_format(e), mixed, n},
                  step_extent::logit_rows,
                  e.activations});
  sink(fused_shape{term::norms, {weight_class::norm, formats::fp32, 1, n + 1}});
}

// Behind both halves: the stream gates the layer's own row, which is projected to it and normed.
// Both matrices lie on every rank.
constexpr void emit_layer_input(const layer_inputs& own, const block_context& e, shape_sink& sink) {
  constexpr auto in_class = weight_class::dense_feed_forward;
  constexpr auto t = term::dense_feed_forward;
  sink(e.project(t, e.matrix(in_class, e.hidden_size, own.width)));
  sink(vector_shape{t, {}, e.values_bytes(3 * own.width), vector_kind::activation, own.width});
  sink(e.project(t, e.matrix(in_class, own.width, e.hidden_size)));
  sink(e.norm());
}

// The first half of a layer: norm, token mixing and its sum, in the order of the layer's form.
constexpr void emit_mixing_half(const layer& l, const model_context& outside, shape_sink& sink) {
  if (!attends(l)) return;
  const block_context e = outside.in_layer(l);
  if (is_apart(l)) return visit_alternative(l.attention, block_emitter{e, sink});
  emit_stream_mixing(outside, sink);
  emit_versions_before(outside, sink);
  emit_norm_before(outside, e, sink);
  visit_alternative(l.attention, block_emitter{e, sink});
  if (!summed_later(l)) emit_tensor_reduction(e, sink);
  if (is_sandwich(l.form)) sink(e.norm());
}

// The second half: norm, unless it shares the first one's, and feed-forward block.
constexpr void emit_feed_forward_half(const layer& l, const model_context& outside,
                                      shape_sink& sink) {
  if (!feeds(l)) return;
  const block_context e = outside.in_layer(l);
  emit_stream_mixing(outside, sink);
  if (!(attends(l) && l.form == layer_form::parallel)) emit_norm_before(outside, e, sink);
  visit_alternative(l.feed_forward, block_emitter{e, sink});
  if (is_sandwich(l.form) || l.form == layer_form::three_norms) sink(e.norm());
  emit_versions_behind(outside, sink);
  if (outside.model.per_layer.width > 0) emit_layer_input(outside.model.per_layer, e, sink);
  if (l.form == layer_form::scaled_sandwich) {
    sink(fused_shape{term::norms, e.vector(weight_class::norm, 1)});
  }
  if (l.form == layer_form::gated_blocks) {
    sink(fused_shape{term::norms, e.vector(weight_class::norm, 2)});
  }
}

// A layer: one half after the other.
constexpr void emit_layer(const layer& l, const model_context& outside, shape_sink& sink) {
  emit_mixing_half(l, outside, sink);
  emit_feed_forward_half(l, outside, sink);
}

// Final norm, one row of logits per sequence, gathered over tp for the sampler. A tied head reads
// the embedding; it stores its own copy only on a stage that has no embedding.
constexpr void emit_head(const model_context& e, bool stage_has_embedding, shape_sink& sink) {
  const integer tp = e.layout.attention.tp;
  const bool tied = e.model.tied_embeddings;
  const integer width = row_width(e.model);
  weight w =
      e.matrix(tied ? weight_class::embedding : weight_class::head, width, e.vocabulary_rows());
  w.resident = !(tied && stage_has_embedding);
  emit_stream_end(e, sink);
  emit_versions_end(e, step_extent::logit_rows, sink);
  if (!e.model.no_last_norm) emit_norm_before(e, e, sink);
  if (e.model.embedding_width > 0) {
    sink(gemm_shape{term::head, e.matrix(weight_class::head, e.model.hidden_size, width),
                    step_extent::logit_rows, e.model.activations});
  }
  sink(gemm_shape{term::head, w, step_extent::logit_rows, e.model.activations});
  if (e.model.head_bias) {
    sink(fused_shape{term::head, e.vector(weight_class::head, e.vocabulary_rows())});
  }
  if (tp > 1) {
    sink(collective_shape{collective_kind::all_gather, e.tensor_group(), step_extent::logit_rows,
                          e.values_bytes(e.model.vocab_size)});
  }
  sink(logits_shape{e.model.vocab_size});
}

// Around the layer of a multi-token-prediction layer: two residual streams, each normed, projected
// to one, and a norm at its end. The projection is replicated.
constexpr void emit_prediction_ends(const model_context& e, shape_sink& sink) {
  const model& m = e.model;
  sink(e.project(term::head, e.matrix(weight_class::head, 2 * m.hidden_size, m.hidden_size)));
  for (int norm = 0; norm < 3; ++norm) sink(e.norm());
}

// A multi-token-prediction layer: its ends, and between them a layer like the model's last. The
// head is the model's own. Source: DeepSeek-V3, arXiv 2412.19437, section 2.2.
constexpr void emit_prediction_layer(const model_context& e, shape_sink& sink) {
  const model& m = e.model;
  emit_layer(m.layers.kinds[m.layers.runs[m.layers.runs.size() - 1].kind], e, sink);
  emit_prediction_ends(e, sink);
}

// The blocks that a stage holds: its own, and the prediction layers behind the last stage's head
// where the deployment speculates. A step runs them apart from the others: draft_time().
[[nodiscard]] constexpr block_counts blocks_held(const model& m, const layout& l, integer stage,
                                                 bool speculates) noexcept {
  block_counts blocks = blocks_of_stage(m, l, stage);
  if (speculates && stage == l.pp - 1) blocks[block::prediction] = m.mtp_layers;
  return blocks;
}

// Values of a token that are carried from layer to layer: the residual streams or versions of one,
// and the blocks that the last layers attend to.
[[nodiscard]] constexpr integer carried_values(const model& m) noexcept {
  const integer blocks = m.residual_blocks == 0 ? 0 : ceil_div(m.layers.size(), m.residual_blocks);
  return (m.streams + m.updates.versions - 1 + blocks) * m.hidden_size;
}

// What is carried to the next stage.
constexpr void emit_hand_over(const model_context& e, shape_sink& sink) {
  sink(e.send(collective_kind::send_recv, {2, e.layout.attention.size()}, carried_values(e.model)));
}

// Emits one block.
constexpr void emit_block(const model_context& e, std::size_t b, shape_sink& sink) {
  if (b == block::embedding) return emit_embedding(e, sink);
  if (b == block::head) return emit_head(e, e.layout.pp == 1, sink);
  if (b == block::hand_over) return emit_hand_over(e, sink);
  if (b == block::prediction) return emit_prediction_layer(e, sink);
  emit_layer(e.model.layers.kinds[b - block::first_layer], e, sink);
}

}  // namespace detail

/// Runs a fold over each block that occurs: fold.start(block, times), fold(shape) for each of its
/// shapes in order, fold.finish(block). `times` is the number of times that the block occurs, 1 or
/// more. Assumes a model and layout that check() accepts. Sources of the operators stand at the
/// kinds that emit() them, work/kinds/.
///   Llama-3.1-8B: 3 blocks   (tests/model/blocks.cpp)
template <class Fold>
constexpr void for_each_block(const model_context& e, const block_counts& blocks, Fold& fold) {
  sink_for sink(fold);
  for (std::size_t b = 0; b < block::number; ++b) {
    if (blocks[b] == 0) continue;
    fold.start(b, blocks[b]);
    detail::emit_block(e, b, sink);
    fold.finish(b);
  }
}

/// The same with the operators of a step, in FLOP and bytes: operator_of() of the shapes.
///   Llama-3.1-8B: 3 blocks   (tests/model/blocks.cpp)
template <class T, class Fold>
constexpr void for_each_block(const model_context& e, const rank_step<T>& s,
                              const block_counts& blocks, Fold& fold) {
  at_step<T, Fold> operators{s, fold};
  for_each_block(e, blocks, operators);
}

namespace detail {

// The fold that hands each operator on, with how often it runs.
template <class Sink>
struct listing {
  Sink& sink;
  integer times = 0;

  constexpr void start(std::size_t, integer n) noexcept { times = n; }
  constexpr void finish(std::size_t) noexcept {}
  template <class Operator>
  constexpr void operator()(const Operator& o) {
    sink(o, times);
  }
};

}  // namespace detail

/// The operators of rank `r` of stage `stage` in one step, in order: sink(operator, times), in FLOP
/// and bytes. `times` is the number of layers of the stage that run it, 1 or more. Derived from
/// for_each_block() for a model and layout that check() accepts.
///   Llama-3.1-8B, a decode step on one GPU: 14 calls, 324 operators with caches and logits
///   (tests/model/blocks.cpp)
template <class T, class Sink>
constexpr void for_each_operator(const model& m, const layout& l, const basic_step<T>& s,
                                 integer stage, const rank_coordinates& r, Sink&& sink,
                                 const shard_padding& padding = {}) {
  const model_context e{m, l, r, padding};
  detail::listing<Sink> list{sink};
  for_each_block(e, rank_step_of(s, l), blocks_of_stage(m, l, stage), list);
}

}  // namespace shardline
