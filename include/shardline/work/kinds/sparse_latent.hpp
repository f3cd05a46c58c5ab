// SPDX-License-Identifier: BSL-1.0
/// Softmax attention to the latents of a few tokens, which an indexer chooses from all.
#pragma once

#include "shardline/work/kinds/latent.hpp"

namespace shardline {

/// Sparse latent attention with an indexer (DeepSeek-V3.2, arXiv 2512.02556, section 2.1; GLM-5).
///   heads ... v_head_dim   as latent_attention; qk_rope_head_dim 0: nothing is rotated (GLM-5.3)
///   index_heads            of the indexer, each of index_head_dim values, over keys that all share
///   index_topk             tokens that a query attends to, those that the indexer scores highest
///   indexed                false: the layer takes what the last indexer before it has chosen, and
///                          has none of its own
///   index_pool             tokens whose keys an indexer keeps as one, their mean by learned
///                          weights (GLM-5.3: 4)
///   output_gate, sinks     as latent_attention, and grouped_query_attention (Hy4)
/// Per token and layer it caches kv_lora_rank + qk_rope_head_dim values, and an indexer its key, or
/// one for each index_pool of them: index_head_dim values in fp8, and a scale of 4 bytes for each
/// 128 of them.
///   index_head_dim 128: 132 bytes   (tests/work/kinds/sparse_latent.cpp)
struct sparse_latent_attention {
  static constexpr std::string_view kind_name{"sparse_latent"};

  integer heads = 0;
  integer q_lora_rank = 0;
  integer kv_lora_rank = 0;
  integer qk_nope_head_dim = 0;
  integer qk_rope_head_dim = 0;
  integer v_head_dim = 0;
  integer index_heads = 0;
  integer index_head_dim = 0;
  integer index_topk = 0;
  integer index_pool = 1;
  bool indexed = true;
  bool output_gate = false;
  bool sinks = false;
  bool head_gate = false;
  bool rope_norm = false;

  static constexpr field_range rope_range{
      {}, "attention.qk_rope_head_dim", figure_unit::none, 0.0, 1e5, true};
  static constexpr field_range pool_range{
      {}, "attention.index_pool", figure_unit::tokens, 1.0, 1e9, true};
  static constexpr field_range topk_range{
      {}, "attention.index_topk", figure_unit::tokens, 1.0, 1e9, true};

  friend constexpr bool operator==(const sparse_latent_attention&,
                                   const sparse_latent_attention&) noexcept = default;

  /// The attention that it would be without an indexer.
  [[nodiscard]] constexpr latent_attention latents() const noexcept {
    return {.heads = heads,
            .q_lora_rank = q_lora_rank,
            .kv_lora_rank = kv_lora_rank,
            .qk_nope_head_dim = qk_nope_head_dim,
            .qk_rope_head_dim = qk_rope_head_dim,
            .v_head_dim = v_head_dim,
            .output_gate = output_gate,
            .head_gate = head_gate,
            .rope_norm = rope_norm};
  }
  /// Bytes that the indexer keeps of a token.
  [[nodiscard]] constexpr double index_bytes() const noexcept {
    constexpr integer values_per_scale = 128;
    const integer scales = ceil_div(index_head_dim, values_per_scale);
    return indexed ? real<double>(index_head_dim + 4 * scales) / real<double>(index_pool) : 0.0;
  }

  template <class List>
  static constexpr void fields(List&& list) {
    using self = sparse_latent_attention;
    list("heads", as<field::heads>, &self::heads);
    list("q_lora_rank", as<field::q_lora_rank>, &self::q_lora_rank);
    list("kv_lora_rank", as<field::kv_lora_rank>, &self::kv_lora_rank);
    list("qk_nope_head_dim", as<field::head_dim>, &self::qk_nope_head_dim);
    list("qk_rope_head_dim", as_own<rope_range>, &self::qk_rope_head_dim);
    list("v_head_dim", as<field::head_dim>, &self::v_head_dim);
    list("index_heads", as<field::heads>, &self::index_heads);
    list("index_head_dim", as<field::head_dim>, &self::index_head_dim);
    list("index_topk", as_own<topk_range>, &self::index_topk);
    list("index_pool", as_own<pool_range>, &self::index_pool);
    list("indexed", &self::indexed);
    list("output_gate", &self::output_gate);
    list("sinks", &self::sinks);
    list("head_gate", &self::head_gate);
    list("rope_norm", &self::rope_norm);
  }
  template <class Listener>
  constexpr void conditions(Listener&&) const {}
  // The indexer is the same on every rank.
  template <class Listener>
  constexpr void sharding(Listener&& rules) const {
    constexpr auto in_class = weight_class::attention;
    rules.heads(heads);
    rules.shares_cache(cache_copies(rules.layout.attention.tp));
    rules.output(in_class, heads * (qk_nope_head_dim + qk_rope_head_dim), matrix_role::query);
    rules.output(in_class, heads * (qk_nope_head_dim + v_head_dim), matrix_role::key_value);
    rules.inner(in_class, heads * v_head_dim);
  }
  // Engines do not share out a cache that an indexer looks through (vLLM, SGLang).
  [[nodiscard]] constexpr integer cache_copies(integer) const noexcept { return 1; }
  template <class List>
  constexpr void matrices(List&& list) const {
    list(weight_class::attention);
    if (indexed) list(weight_class::norm);  // weights_proj is stored as norms are
  }
  template <class List>
  constexpr void modules(List&& list) const {
    latents().modules(list);
    if (!indexed) return;
    list.attention("indexer.wq_b", matrix_role::index);
    list.attention("indexer.wk", matrix_role::index);
    list.small_attention("indexer.weights_proj");
    list.attention_norm("indexer.k_norm");
    if (index_pool > 1) list.small_attention("indexer.index_kpool_compress_gate");
  }
  constexpr void emit(const block_context& e, shape_sink& sink) const;

 private:
  constexpr void emit_indexer(const block_context& e, shape_sink& sink) const;
  constexpr void emit_pooling(const block_context& e, shape_sink& sink) const;
  [[nodiscard]] constexpr attention_shape scoring(const block_context& e, phase p) const noexcept;
};

// The weights of a pool's keys: a projection of the stream, stored as norms are, and one for each
// place in the pool. Source: the class Glm5NextTextIndexer of huggingface/transformers (5).
constexpr void sparse_latent_attention::emit_pooling(const block_context& e,
                                                     shape_sink& sink) const {
  constexpr auto projections = term::attention_projections;
  weight gates =
      e.matrix(weight_class::attention, matrix_role::index, e.hidden_size, index_head_dim);
  gates.format = e.formats.of_model[weight_class::norm];
  sink(e.project(projections, gates));
  sink(fused_shape{projections, e.vector(weight_class::norm, index_pool * index_head_dim)});
}

// Queries from the latent of attention's, keys and a weight for each head from the residual stream;
// keys are normed (with a bias), both rotated and quantised. The weights' projection is never
// quantised. Source: the class Indexer of vllm/model_executor/models/deepseek_v2.py.
constexpr void sparse_latent_attention::emit_indexer(const block_context& e,
                                                     shape_sink& sink) const {
  constexpr auto in_class = weight_class::attention;
  constexpr auto projections = term::attention_projections;
  const integer queries = index_heads * index_head_dim;
  const integer query_input = q_lora_rank > 0 ? q_lora_rank : e.hidden_size;
  weight of_heads = e.matrix(in_class, matrix_role::index, e.hidden_size, index_heads);
  of_heads.format = e.formats.of_model[weight_class::norm];
  sink(e.project(projections, e.matrix(in_class, matrix_role::index, query_input, queries)));
  sink(e.project(projections,
                 e.matrix(in_class, matrix_role::index, e.hidden_size, index_head_dim)));
  sink(e.project(projections, of_heads));
  if (index_pool > 1) emit_pooling(e, sink);
  sink(vector_shape{projections, e.vector(weight_class::norm, 2 * index_head_dim),
                    e.values_bytes(2 * index_head_dim), vector_kind::norm, index_head_dim});
  const integer rotated = queries + index_head_dim;
  sink(vector_shape{projections,
                    {},
                    e.values_bytes(rotated) + real<double>(rotated),
                    vector_kind::rotary,
                    rotated});
}

// Scores of all cached tokens in fp8, without values to be weighted: of pools by as many heads
// fewer as a pool has tokens. The choice of the highest is not priced.
constexpr attention_shape sparse_latent_attention::scoring(const block_context& e,
                                                           phase p) const noexcept {
  return {.phase = p,
          .query_split = detail::query_split(e, p),
          .cache_split = detail::cache_split(e, p),
          .heads = ceil_div(index_heads, index_pool),
          .kv_heads = 1,
          .qk_dim = index_head_dim,
          .v_dim = 0,
          .bytes_per_token = index_bytes(),
          .activation = precision::fp8};
}

/// Query and latent projections, indexer, absorbed expansion, scores and attention per part,
/// output. Prompts and decode steps alike attend to the latents as one head that all share, so both
/// absorb the expansion; a query reads index_topk of them at most. Queries of one prompt choose
/// different tokens: that more than one query's come from memory is not priced.
constexpr void sparse_latent_attention::emit(const block_context& e, shape_sink& sink) const {
  const latent_attention own = latents();
  own.emit_projections(e, sink);
  if (indexed) emit_indexer(e, sink);
  if (sinks) {
    sink(fused_shape{term::attention, e.vector(weight_class::attention, own.heads_of_rank(e))});
  }
  sink(e.project(term::attention_projections, own.expansion(e)));
  const double per_token = e.kv_cache.bytes(own.width());
  const double kept = per_token + index_bytes();
  sink(sequence_cache{kept, 0, false, 0.0, e.layout.dcp});
  for (const phase p : both_phases) {
    detail::emit_context_gather(e, p, kept, sink);
    detail::emit_query_gather(e, p, own.heads_of_rank(e), own.width(), sink);
    if (indexed) sink(scoring(e, p));
    attention_shape attended = own.attending(e, p, false, per_token);
    attended.window = index_topk;
    attended.chosen = true;
    sink(attended);
    detail::emit_output_scatter(e, p, own.heads_of_rank(e), kv_lora_rank, sink);
  }
  own.emit_output(e, sink);
}

}  // namespace shardline
