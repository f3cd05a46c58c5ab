// SPDX-License-Identifier: BSL-1.0
/// Softmax attention to a window of tokens and, beyond it, to entries that each stand for several.
#pragma once

#include "shardline/work/context_parallel.hpp"
#include "shardline/work/kind.hpp"

namespace shardline {

/// Compressed attention (DeepSeek-V4, V4.1): one head of keys, which are values too, shared by all
/// query heads; queries through a latent, the output in groups of heads through another; a sink per
/// head.
///   head_dim, q_lora_rank   of a head of queries and of the one of keys; of the queries' latent
///   output_groups, output_rank   heads of a group are projected to output_rank values together
///   window           tokens that a query sees as they are, itself included
///   tokens_per_key   tokens that are compressed to one entry; 0: there are none, and a query sees
///                    the window alone
///   overlapping      an entry is made of twice as many tokens, the next one's among them
///   index_topk       entries that a query attends to, those that an indexer scores highest; 0:
///                    all, and there is no indexer
///   index_heads      of the indexer, each of index_head_dim values, over keys compressed likewise
///   plain_entries    entries are made without a bias by position, of one token without a gate too,
///                    and the indexer's keys of them (V4.1)
///   reads_entries_of_another   of a layer before it: it makes and caches none, though an indexer
///                              of
///                    its own may choose among them (V4.1)
///   chosen_by_another   the entries that an indexer before it chose; it has none itself (V4.1)
/// Per layer it caches head_dim values for each token of the window and for each entry, an indexer
/// its key (index_head_dim values in fp8, and a scale of 4 bytes for each 128 of them), and the
/// tokens that are not compressed yet, with their gates, in fp32.
/// Source: modeling_deepseek_v4.py of huggingface/transformers (5);
/// vllm/model_executor/models/deepseek_v4.py, vllm/models/deepseek_v41.
///   head_dim 512 in bf16, window 128, 4 tokens a key, an indexer of 128: 1,024 bytes a token
///   within the window and 289 for every token   (tests/work/kinds/compressed.cpp)
struct compressed_attention {
  static constexpr std::string_view kind_name{"compressed"};

  integer heads = 0;
  integer head_dim = 0;
  integer q_lora_rank = 0;
  integer output_groups = 1;
  integer output_rank = 0;
  integer window = 0;
  integer tokens_per_key = 0;
  bool overlapping = false;
  integer index_topk = 0;
  integer index_heads = 1;
  integer index_head_dim = 1;
  bool plain_entries = false;
  bool reads_entries_of_another = false;
  bool chosen_by_another = false;

  static constexpr field_range query_range{
      {}, "attention.q_lora_rank", figure_unit::none, 1.0, 1e6, true};
  static constexpr field_range output_range{
      {}, "attention.output_rank", figure_unit::none, 1.0, 1e6, true};
  static constexpr field_range window_range{{},  "attention.window", figure_unit::tokens, 1.0, 1e9,
                                            true};
  static constexpr field_range key_range{
      {}, "attention.tokens_per_key", figure_unit::tokens, 0.0, 1e6, true};
  static constexpr field_range topk_range{{},  "attention.index_topk", figure_unit::none, 0.0, 1e9,
                                          true};

  friend constexpr bool operator==(const compressed_attention&,
                                   const compressed_attention&) noexcept = default;

  /// Whether it has compressed entries beside the window.
  [[nodiscard]] constexpr bool compresses() const noexcept { return tokens_per_key > 0; }
  /// Whether it makes and caches them.
  [[nodiscard]] constexpr bool keeps_entries() const noexcept {
    return compresses() && !reads_entries_of_another;
  }
  /// Whether an indexer of its own chooses among them.
  [[nodiscard]] constexpr bool indexed() const noexcept {
    return compresses() && index_topk > 0 && !chosen_by_another;
  }
  /// Bytes of a token that the indexer reads.
  [[nodiscard]] constexpr double index_bytes() const noexcept {
    constexpr integer values_per_scale = 128;
    const integer scales = ceil_div(index_head_dim, values_per_scale);
    return indexed() ? real<double>(index_head_dim + 4 * scales) / real<double>(tokens_per_key)
                     : 0.0;
  }
  /// Bytes of a token that it keeps for its indexer and those behind it.
  [[nodiscard]] constexpr double kept_index_bytes() const noexcept {
    return keeps_entries() ? index_bytes() : 0.0;
  }

  template <class List>
  static constexpr void fields(List&& list) {
    using self = compressed_attention;
    list("heads", as<field::heads>, &self::heads);
    list("head_dim", as<field::head_dim>, &self::head_dim);
    list("q_lora_rank", as_own<query_range>, &self::q_lora_rank);
    list("output_groups", as<field::groups>, &self::output_groups);
    list("output_rank", as_own<output_range>, &self::output_rank);
    list("window", as_own<window_range>, &self::window);
    list("tokens_per_key", as_own<key_range>, &self::tokens_per_key);
    list("overlapping", &self::overlapping);
    list("index_topk", as_own<topk_range>, &self::index_topk);
    list("index_heads", as<field::heads>, &self::index_heads);
    list("index_head_dim", as<field::head_dim>, &self::index_head_dim);
    list("plain_entries", &self::plain_entries);
    list("reads_entries_of_another", &self::reads_entries_of_another);
    list("chosen_by_another", &self::chosen_by_another);
  }
  template <class Listener>
  constexpr void conditions(Listener&& asked) const {
    asked.divides_heads(as<field::groups>, output_groups, heads);
  }
  // Keys, compressors and the indexer are the same on every rank.
  template <class Listener>
  constexpr void sharding(Listener&& rules) const {
    constexpr auto in_class = weight_class::attention;
    rules.heads(heads);
    rules.heads(output_groups);
    rules.shares_cache(cache_copies(rules.layout.attention.tp));
    rules.inner(in_class, heads * head_dim);
    rules.inner(in_class, output_groups * output_rank);
  }
  // Engines do not share out what an indexer looks through, nor windows.
  [[nodiscard]] constexpr integer cache_copies(integer) const noexcept { return 1; }
  template <class List>
  constexpr void matrices(List&& list) const {
    list(weight_class::attention);
    if (compresses()) list(weight_class::norm);  // compressors are stored as norms are
  }
  template <class List>
  constexpr void modules(List&& list) const {
    list.attention("wq_a", matrix_role::query_latent);
    list.attention("wq_b", matrix_role::query);
    list.attention("wkv", matrix_role::kv_latent);
    for (const char* name : {"wo_a", "wo_b"}) list.attention(name, matrix_role::output);
    for (const char* name : {"q_norm", "kv_norm"}) list.attention_norm(name);
    if (keeps_entries()) emit_compressor_modules(list, "compressor.wkv", "compressor.wgate");
    if (!indexed()) return;
    list.attention("indexer.wq_b", matrix_role::index);
    list.small_attention("indexer.weights_proj");
    if (!keeps_entries()) return;
    if (plain_entries) return list.small_attention("indexer.wk");
    emit_compressor_modules(list, "indexer.compressor.wkv", "indexer.compressor.wgate");
  }
  constexpr void emit(const block_context& e, shape_sink& sink) const;

 private:
  template <class List>
  static constexpr void emit_compressor_modules(List&& list, const char* keys, const char* gates) {
    list.small_attention(keys);
    list.small_attention(gates);
  }
  constexpr void emit_projections(const block_context& e, integer own_heads,
                                  shape_sink& sink) const;
  constexpr void emit_compressor(const block_context& e, integer width, shape_sink& sink) const;
  constexpr void emit_indexer(const block_context& e, shape_sink& sink) const;
  constexpr void emit_caches(const block_context& e, shape_sink& sink) const;
  [[nodiscard]] constexpr double waiting_bytes() const noexcept;
  [[nodiscard]] constexpr attention_shape attending(const block_context& e, phase p,
                                                    integer heads_in, integer width,
                                                    double per_token) const noexcept;
};

/// Queries through their latent, one key; both normed, the query without gains, and rotated.
constexpr void compressed_attention::emit_projections(const block_context& e, integer own_heads,
                                                      shape_sink& sink) const {
  constexpr auto in_class = weight_class::attention;
  constexpr auto projections = term::attention_projections;
  const integer rotated = (own_heads + 1) * head_dim;
  sink(e.project(projections,
                 e.matrix(in_class, matrix_role::query_latent, e.hidden_size, q_lora_rank)));
  sink(vector_shape{projections, e.vector(weight_class::norm, q_lora_rank),
                    e.values_bytes(2 * q_lora_rank), vector_kind::norm, q_lora_rank});
  sink(e.project(projections,
                 e.matrix(in_class, matrix_role::query, q_lora_rank, own_heads * head_dim)));
  sink(e.project(projections, e.matrix(in_class, matrix_role::kv_latent, e.hidden_size, head_dim)));
  sink(vector_shape{projections, e.vector(weight_class::norm, head_dim),
                    e.values_bytes(2 * rotated), vector_kind::rotary, rotated});
}

// A token's part of an entry and its gate, each once or, overlapping, for two entries; a bias by
// position in fp32, a norm of the entry. The matrices are never quantised. A plain entry has no
// such bias, and one that is a token's alone no gate.
constexpr void compressed_attention::emit_compressor(const block_context& e, integer width,
                                                     shape_sink& sink) const {
  constexpr auto projections = term::attention_projections;
  const integer parts = (overlapping ? 2 : 1) * width;
  const integer gates = plain_entries && tokens_per_key == 1 ? 0 : parts;
  weight both = e.matrix(weight_class::attention, e.hidden_size, parts + gates);
  both.format = e.formats.of_model[weight_class::norm];
  sink(e.project(projections, both));
  if (!plain_entries) {
    sink(fused_shape{
        projections,
        {weight_class::attention, formats::fp32, 1, tokens_per_key * parts, 1, e.stored}});
  }
  sink(vector_shape{projections, e.vector(weight_class::norm, width), e.values_bytes(2 * parts),
                    vector_kind::norm, 2 * parts});
}

constexpr void compressed_attention::emit_indexer(const block_context& e, shape_sink& sink) const {
  constexpr auto in_class = weight_class::attention;
  constexpr auto projections = term::attention_projections;
  weight of_heads = e.matrix(in_class, matrix_role::index, e.hidden_size, index_heads);
  of_heads.format = e.formats.of_model[weight_class::norm];
  sink(e.project(projections, e.matrix(in_class, matrix_role::index, q_lora_rank,
                                       index_heads * index_head_dim)));
  sink(e.project(projections, of_heads));
  if (!keeps_entries()) return;
  if (!plain_entries) return emit_compressor(e, index_head_dim, sink);
  weight of_entries = e.matrix(in_class, matrix_role::index, head_dim, index_head_dim);
  of_entries.format = e.formats.of_model[weight_class::norm];
  sink(e.project(projections, of_entries));
  sink(vector_shape{projections, e.vector(weight_class::norm, index_head_dim),
                    e.values_bytes(2 * index_head_dim), vector_kind::norm, index_head_dim});
}

// Tokens that wait to be compressed, in fp32: their parts and gates, of as many as an entry is made
// of. The indexer has such tokens too, unless its keys are made of entries.
constexpr double compressed_attention::waiting_bytes() const noexcept {
  if (!compresses() || (plain_entries && tokens_per_key == 1)) return 0.0;
  const integer overlap = overlapping ? 2 : 1;
  const integer width = head_dim + (indexed() && !plain_entries ? index_head_dim : 0);
  return element_bytes(precision::fp32) *
         real<double>(overlap * tokens_per_key * 2 * overlap * width);
}

constexpr void compressed_attention::emit_caches(const block_context& e, shape_sink& sink) const {
  const double entry = e.kv_cache.bytes(head_dim);
  sink(sequence_cache{entry, window});
  if (!keeps_entries()) return;
  sink(sequence_cache{entry / real<double>(tokens_per_key) + kept_index_bytes(), 0, false,
                      waiting_bytes()});
}

constexpr attention_shape compressed_attention::attending(const block_context& e, phase p,
                                                          integer heads_in, integer width,
                                                          double per_token) const noexcept {
  return {.phase = p,
          .query_split = detail::query_split(e, p),
          .heads = heads_in,
          .kv_heads = 1,
          .qk_dim = width,
          .v_dim = width,
          .bytes_per_token = per_token,
          .activation = e.activations,
          .latent = true,
          .latent_width = width};
}

/// Projections, compressor and indexer, scores of entries, attention to the window and to entries
/// per part, the output by groups. Of a group's output with fewer groups than ranks, each rank has
/// the part of its own heads.
constexpr void compressed_attention::emit(const block_context& e, shape_sink& sink) const {
  const integer own_heads = items_in_part(heads, e.layout.attention.tp, e.rank.tp);
  const integer own_groups = kv_heads_of_rank(output_groups, e.layout.attention.tp, e.rank.tp);
  constexpr auto in_class = weight_class::attention;
  constexpr auto projections = term::attention_projections;
  const double entry = e.kv_cache.bytes(head_dim);
  const double per_token = compresses() ? entry / real<double>(tokens_per_key) : 0.0;
  emit_projections(e, own_heads, sink);
  if (keeps_entries()) emit_compressor(e, head_dim, sink);
  if (indexed()) emit_indexer(e, sink);
  sink(
      fused_shape{term::attention, {in_class, formats::fp32, 1, own_heads, 1, e.stored}});  // sinks
  emit_caches(e, sink);
  for (const phase p : both_phases) {
    const double made = keeps_entries() ? per_token + kept_index_bytes() : 0.0;
    detail::emit_context_gather(e, p, entry + made, sink);
    attention_shape near = attending(e, p, own_heads, head_dim, entry);
    near.window = window;
    sink(near);
    if (!compresses()) continue;
    attention_shape far = attending(e, p, own_heads, head_dim, per_token);
    far.tokens_per_key = tokens_per_key;
    far.window = index_topk * tokens_per_key;
    if (indexed()) {
      attention_shape scored = attending(e, p, index_heads, index_head_dim, index_bytes());
      scored.tokens_per_key = tokens_per_key;
      scored.v_dim = 0;
      scored.activation = precision::fp8;
      scored.latent = false;
      sink(scored);
    }
    sink(far);
  }
  sink(e.project(projections,
                 e.matrix(in_class, matrix_role::output, own_heads * head_dim, output_rank)));
  sink(e.project(projections,
                 e.matrix(in_class, matrix_role::output, own_groups * output_rank, e.hidden_size)));
}

}  // namespace shardline
