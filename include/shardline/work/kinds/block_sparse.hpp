// SPDX-License-Identifier: BSL-1.0
/// Grouped-query attention to blocks of tokens, which an indexer chooses from all.
#pragma once

#include "shardline/work/kinds/grouped_query.hpp"

namespace shardline {

/// Block-sparse attention (MiniMax-M3, Qwen4).
///   heads, kv_heads, head_dim, qk_norm   as grouped_query_attention
///   index_heads      of the indexer, each of index_head_dim values, over one key that all share
///   block_size       tokens of a block, which are chosen together by the best of their scores
///   topk_blocks      that a query attends to
///   output_gate      as grouped_query_attention
///   index_pool       tokens whose index keys are kept as one, their mean (Qwen4: a block of 4)
/// Per token and layer it caches 2 kv_heads head_dim values, and an index key in the precision of
/// activations, or one for each index_pool of them, which lies on every rank.
/// Source: modular_minimax_m3_vl.py of huggingface/transformers (5);
/// vllm/models/minimax_m3/common/indexer.py; Qwen4ExpQSAIndexer of modeling_qwen4_exp.py and
/// vllm/models/qwen4_exp/common/qsa_cache.py.
struct block_sparse_attention {
  static constexpr std::string_view kind_name{"block_sparse"};

  integer heads = 0;
  integer kv_heads = 0;
  integer head_dim = 0;
  head_norm qk_norm = head_norm::none;
  integer index_heads = 1;
  integer index_head_dim = 0;
  integer block_size = 1;
  integer topk_blocks = 1;
  bool output_gate = false;
  integer index_pool = 1;

  static constexpr field_range block_range{
      {}, "attention.block_size", figure_unit::tokens, 1.0, 1e6, true};
  static constexpr field_range pool_range{
      {}, "attention.index_pool", figure_unit::tokens, 1.0, 1e6, true};
  static constexpr field_range topk_range{{},  "attention.topk_blocks", figure_unit::none, 1.0, 1e6,
                                          true};

  friend constexpr bool operator==(const block_sparse_attention&,
                                   const block_sparse_attention&) noexcept = default;

  /// Bytes of index keys that are kept of a token.
  [[nodiscard]] constexpr double index_bytes(const block_context& e) const noexcept {
    return e.values_bytes(index_head_dim) / real<double>(index_pool);
  }

  /// The attention that it would be without an indexer.
  [[nodiscard]] constexpr grouped_query_attention grouped() const noexcept {
    grouped_query_attention a{.heads = heads, .kv_heads = kv_heads, .head_dim = head_dim};
    a.qk_norm = qk_norm;
    a.output_gate = output_gate;
    return a;
  }

  template <class List>
  static constexpr void fields(List&& list) {
    using self = block_sparse_attention;
    list("heads", as<field::heads>, &self::heads);
    list("kv_heads", as<field::kv_heads>, &self::kv_heads);
    list("head_dim", as<field::head_dim>, &self::head_dim);
    list("qk_norm", &self::qk_norm);
    list("index_heads", as<field::kv_heads>, &self::index_heads);
    list("index_head_dim", as<field::head_dim>, &self::index_head_dim);
    list("block_size", as_own<block_range>, &self::block_size);
    list("topk_blocks", as_own<topk_range>, &self::topk_blocks);
    list("output_gate", &self::output_gate);
    list("index_pool", as_own<pool_range>, &self::index_pool);
  }
  template <class Listener>
  constexpr void conditions(Listener&& asked) const {
    grouped().conditions(asked);
  }
  template <class Listener>
  constexpr void sharding(Listener&& rules) const {
    rules.shares_cache(cache_copies(rules.layout.attention.tp));
    grouped().sharding(rules);
    rules.kv_heads(index_heads);
  }
  // Engines do not share out a cache that an indexer looks through.
  [[nodiscard]] constexpr integer cache_copies(integer) const noexcept { return 1; }
  template <class List>
  constexpr void matrices(List&& list) const {
    list(weight_class::attention);
  }
  template <class List>
  constexpr void modules(List&& list) const {
    grouped().modules(list);
    for (const char* name : {"index_q_proj", "index_k_proj"}) list.small_attention(name);
    for (const char* name : {"index_q_norm", "index_k_norm"}) list.attention_norm(name);
  }
  constexpr void emit(const block_context& e, shape_sink& sink) const;

 private:
  constexpr void emit_indexer(const block_context& e, integer own_index_heads,
                              shape_sink& sink) const;
  [[nodiscard]] constexpr attention_shape scoring(const block_context& e, phase p,
                                                  integer own_index_heads) const noexcept;
};

// Index queries of this rank's heads, the one key on all; a norm each, both rotated.
constexpr void block_sparse_attention::emit_indexer(const block_context& e, integer own_index_heads,
                                                    shape_sink& sink) const {
  constexpr auto in_class = weight_class::attention;
  constexpr auto projections = term::attention_projections;
  const integer rotated = (own_index_heads + 1) * index_head_dim;
  sink(e.project(projections, e.matrix(in_class, e.hidden_size, own_index_heads * index_head_dim)));
  sink(e.project(projections, e.matrix(in_class, e.hidden_size, index_head_dim)));
  sink(vector_shape{projections, e.vector(weight_class::norm, 2 * index_head_dim),
                    e.values_bytes(2 * rotated), vector_kind::rotary, rotated});
}

constexpr attention_shape block_sparse_attention::scoring(const block_context& e, phase p,
                                                          integer own_index_heads) const noexcept {
  return {.phase = p,
          .query_split = detail::query_split(e, p),
          .heads = ceil_div(own_index_heads, index_pool),  // of pools, as if fewer looked at all
          .kv_heads = 1,
          .qk_dim = index_head_dim,
          .v_dim = 0,
          .bytes_per_token = index_bytes(e),
          .activation = e.activations};
}

/// Projections of both, scores of all cached tokens, attention to those of chosen blocks, output.
/// The choice of the highest is not priced.
constexpr void block_sparse_attention::emit(const block_context& e, shape_sink& sink) const {
  const grouped_query_attention own = grouped();
  const integer tp = e.layout.attention.tp;
  const integer own_heads = items_in_part(heads, tp, e.rank.tp);
  const integer own_kv_heads = kv_heads_of_rank(kv_heads, tp, e.rank.tp);
  const integer own_index_heads = kv_heads_of_rank(index_heads, tp, e.rank.tp);
  own.emit_projections(e, own_heads, own_kv_heads, sink);
  emit_indexer(e, own_index_heads, sink);
  const double per_token = real<double>(2 * own_kv_heads) * e.kv_cache.bytes(head_dim);
  const double kept = per_token + index_bytes(e);
  sink(sequence_cache{kept});
  for (const phase p : both_phases) {
    detail::emit_context_gather(e, p, kept, sink);
    sink(scoring(e, p, own_index_heads));
    sink(attention_shape{.phase = p,
                         .query_split = detail::query_split(e, p),
                         .heads = own_heads,
                         .kv_heads = own_kv_heads,
                         .qk_dim = head_dim,
                         .v_dim = head_dim,
                         .window = block_size * topk_blocks,
                         .bytes_per_token = per_token,
                         .activation = e.activations,
                         .chosen = true});
  }
  own.emit_output(e, own_heads, sink);
}

}  // namespace shardline
