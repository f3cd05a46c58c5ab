// SPDX-License-Identifier: BSL-1.0
/// A memory of the last few tokens: rows of tables that hashes of n-grams choose, added to the
/// residual stream.
#pragma once

#include "shardline/work/kind.hpp"
#include "shardline/work/recurrent.hpp"

namespace shardline {

/// Tables of hashed n-grams (Qwen4, DeepSeek-V4.1, LongCat-Flash-Lite). It is no half of a
/// transformer's layer: it reads all residual streams and adds to each, and has neither norm before
/// it nor partial sums behind it. As a layer of its own it stands before the layer to whose input
/// it adds.
///   rows          of all tables together, which ranks share out as they do the vocabulary
///   row_width     values of a row
///   lookups       rows of a token: one for each hash of each n-gram
///   streams       residual streams that it adds to
///   conv_kernel   taps of a convolution over what is added; each stream then gates the rows by a
///                 key that is made of them (Qwen4). 0: the rows are projected and added as they
///                 are (LongCat-Flash-Lite)
///   reach         tokens from one tap to the next
///   in_fp8        tables are stored in 8 bits under one scale, whatever the embedding is in
///   engram        each stream gates the rows without a convolution; tables are in 8 bits with a
///                 scale of 8 for each 32 values, projections as attention's matrices are stored
///                 (DeepSeek-V4.1)
/// Per sequence it keeps (conv_kernel - 1) reach inputs of the convolution, of every stream.
/// Source: Qwen4ExpPLELayer of modeling_qwen4_exp.py, huggingface/transformers (5);
/// vllm/model_executor/models/longcat_flash_ngram.py; vllm/models/deepseek_v41/common/engram.py.
struct ngram_memory {
  static constexpr std::string_view kind_name{"ngram_memory"};
  static constexpr bool stands_alone = true;

  integer rows = 0;
  integer row_width = 0;
  integer lookups = 1;
  integer streams = 1;
  integer conv_kernel = 0;
  integer reach = 1;
  bool in_fp8 = false;
  bool engram = false;

  static constexpr field_range rows_range{{}, "attention.rows", figure_unit::none, 1.0, 1e12, true};
  static constexpr field_range row_range{{},  "attention.row_width", figure_unit::none, 1.0, 1e6,
                                         true};
  static constexpr field_range lookups_range{{},  "attention.lookups", figure_unit::none, 1.0, 1e4,
                                             true};
  static constexpr field_range streams_range{
      {}, "attention.streams", figure_unit::none, 1.0, 100.0, true};
  static constexpr field_range taps_range{
      {}, "attention.conv_kernel", figure_unit::tokens, 0.0, 1e3, true};
  static constexpr field_range reach_range{{},  "attention.reach", figure_unit::tokens, 1.0, 1e3,
                                           true};

  /// Values of all rows of a token.
  [[nodiscard]] constexpr integer width() const noexcept { return lookups * row_width; }

  /// Values of tables that a token does not look up.
  [[nodiscard]] constexpr integer unread_values() const noexcept {
    return (rows > lookups ? rows - lookups : 0) * row_width;
  }

  friend constexpr bool operator==(const ngram_memory&, const ngram_memory&) noexcept = default;

  template <class List>
  static constexpr void fields(List&& list) {
    using self = ngram_memory;
    list("rows", as_own<rows_range>, &self::rows);
    list("row_width", as_own<row_range>, &self::row_width);
    list("lookups", as_own<lookups_range>, &self::lookups);
    list("streams", as_own<streams_range>, &self::streams);
    list("conv_kernel", as_own<taps_range>, &self::conv_kernel);
    list("reach", as_own<reach_range>, &self::reach);
    list("in_fp8", &self::in_fp8);
    list("engram", &self::engram);
  }
  template <class Listener>
  constexpr void conditions(Listener&&) const {}
  // A rank may hold a row more than another; projections and norms lie on every rank.
  template <class Listener>
  constexpr void sharding(Listener&&) const {}
  // There is no growing cache to share out.
  [[nodiscard]] constexpr integer cache_copies(integer tp) const noexcept { return tp; }
  template <class List>
  constexpr void matrices(List&& list) const {
    list(weight_class::embedding);
    if (engram) list(weight_class::attention);
  }
  // Tables are stored as the embedding is, which lists of exceptions do not name.
  template <class Listener>
  constexpr void modules(Listener&& list) const {
    if (engram) list.attention("engram");
  }
  constexpr void emit(const block_context& e, shape_sink& sink) const;

 private:
  constexpr void emit_rows(const block_context& e, shape_sink& sink) const;
  constexpr void emit_gated(const block_context& e, shape_sink& sink) const;
  constexpr void emit_convolution(const block_context& e, shape_sink& sink) const;
  [[nodiscard]] constexpr weight projection(const block_context& e, integer width_out) const {
    return e.matrix(engram ? weight_class::attention : weight_class::embedding, width(), width_out);
  }
};

namespace detail {
inline constexpr weight_format rows_of_8_bits{precision::fp8, precision::fp8, 1, 32, 8};
}  // namespace detail

// Each rank looks up what it holds; the sum is what all do.
constexpr void ngram_memory::emit_rows(const block_context& e, shape_sink& sink) const {
  const integer own = items_in_part(rows, e.layout.attention.tp, e.rank.tp);
  weight tables = e.matrix(weight_class::embedding, own, row_width);
  if (in_fp8) tables.format = formats::fp8;
  if (engram) tables.format = detail::rows_of_8_bits;
  sink(vector_shape{term::embedding, tables, e.values_bytes(2 * width()), vector_kind::lookup,
                    width()});
  if (e.layout.attention.tp > 1) {
    sink(e.send(collective_kind::all_reduce, e.tensor_group(), width()));
  }
}

// A key for each stream, normed as the stream is, whose product with it gates the value. Where they
// are convolved the gated values are normed too.
constexpr void ngram_memory::emit_gated(const block_context& e, shape_sink& sink) const {
  const integer all = streams * e.hidden_size;
  const integer gains = conv_kernel > 0 ? 3 * all : 2 * all;
  sink(e.project(term::embedding, projection(e, all)));
  sink(vector_shape{term::embedding, e.vector(weight_class::norm, gains),
                    e.values_bytes(4 * all + e.hidden_size), vector_kind::norm, all});
  if (conv_kernel > 0) emit_convolution(e, sink);
}

// A product and a sum for each tap.
constexpr void ngram_memory::emit_convolution(const block_context& e, shape_sink& sink) const {
  const integer all = streams * e.hidden_size;
  sink(fused_shape{term::embedding, e.vector(weight_class::norm, all * conv_kernel)});
  const integer kept = all * (conv_kernel - 1) * reach;
  const double kept_bytes = detail::state_bytes(kept, e.activations);
  sink(sequence_cache{.state_bytes = kept_bytes});
  detail::emit_in_phases({.kind = recurrence_kind::convolution,
                          .flops_per_token = 2 * all * conv_kernel,
                          .values_per_token = 2 * all,
                          .state_values = kept,
                          .state_bytes = kept_bytes},
                         e, sink);
}

/// Lookup and its sum over tp, value, and where there is a convolution keys, gates and taps.
constexpr void ngram_memory::emit(const block_context& e, shape_sink& sink) const {
  emit_rows(e, sink);
  sink(e.project(term::embedding, projection(e, e.hidden_size)));
  if (conv_kernel > 0 || engram) return emit_gated(e, sink);
  sink(vector_shape{term::embedding, {}, e.values_bytes(3 * e.hidden_size)});
}

}  // namespace shardline
