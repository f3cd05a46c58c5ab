// SPDX-License-Identifier: BSL-1.0
/// Softmax attention over latents that keys and values of all heads share.
#pragma once

#include "shardline/work/context_parallel.hpp"
#include "shardline/work/kind.hpp"

namespace shardline {

/// Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434, section 2.1).
///   q_lora_rank    width of the query's latent; 0: queries are projected directly
///   kv_lora_rank   width of the latent shared by keys and values
///   qk_nope_head_dim, qk_rope_head_dim, v_head_dim   per head: without and with rotary, value
///   output_gate    a projection of the stream that gates the output, value by value (Kimi K3)
///   head_gate      a projection to one value per head that gates it (Ling 3)
///   window         tokens a query sees, itself included; 0 sees all (dots.3)
///   rope_norm      the rotated part of keys has a norm of its own (dots.3)
///   heads          query heads, of all ranks
/// Per token and layer it caches kv_lora_rank + qk_rope_head_dim values, whatever the head count,
/// and every tensor-parallel rank needs all of them.
struct latent_attention {
  static constexpr std::string_view kind_name{"latent"};

  integer heads = 0;
  integer q_lora_rank = 0;
  integer kv_lora_rank = 0;
  integer qk_nope_head_dim = 0;
  integer qk_rope_head_dim = 0;
  integer v_head_dim = 0;
  bool output_gate = false;
  bool head_gate = false;
  integer window = 0;
  bool rope_norm = false;

  friend constexpr bool operator==(const latent_attention&,
                                   const latent_attention&) noexcept = default;

  /// Values that a token keeps.
  [[nodiscard]] constexpr integer width() const noexcept { return kv_lora_rank + qk_rope_head_dim; }

  template <class List>
  static constexpr void fields(List&& list) {
    using self = latent_attention;
    list("heads", as<field::heads>, &self::heads);
    list("q_lora_rank", as<field::q_lora_rank>, &self::q_lora_rank);
    list("kv_lora_rank", as<field::kv_lora_rank>, &self::kv_lora_rank);
    list("qk_nope_head_dim", as<field::head_dim>, &self::qk_nope_head_dim);
    list("qk_rope_head_dim", as<field::head_dim>, &self::qk_rope_head_dim);
    list("v_head_dim", as<field::head_dim>, &self::v_head_dim);
    list("output_gate", &self::output_gate);
    list("head_gate", &self::head_gate);
    list("window", as<field::window>, &self::window);
    list("rope_norm", &self::rope_norm);
  }
  template <class Listener>
  constexpr void conditions(Listener&&) const {}
  template <class Listener>
  constexpr void sharding(Listener&& rules) const {
    constexpr auto in_class = weight_class::attention;
    rules.heads(heads);
    rules.shares_cache(cache_copies(rules.layout.attention.tp));
    rules.output(in_class, heads * (qk_nope_head_dim + qk_rope_head_dim), matrix_role::query);
    rules.output(in_class, heads * (qk_nope_head_dim + v_head_dim), matrix_role::key_value);
    rules.inner(in_class, heads * v_head_dim);
  }
  // Engines share no windows.
  [[nodiscard]] constexpr integer cache_copies(integer tp) const noexcept {
    return window == 0 ? tp : 1;
  }
  template <class List>
  constexpr void matrices(List&& list) const {
    list(weight_class::attention);
  }
  template <class List>
  constexpr void modules(List&& list) const {
    if (q_lora_rank > 0) {
      list.attention("q_a_proj", matrix_role::query_latent);
      list.attention("q_b_proj", matrix_role::query);
    } else {
      list.attention("q_proj", matrix_role::query);
    }
    list.attention("kv_a_proj_with_mqa", matrix_role::kv_latent);
    list.attention("kv_b_proj", matrix_role::key_value);
    list.attention("o_proj", matrix_role::output);
    if (output_gate || head_gate) list.attention("g_proj");
    for (const char* name : {"q_a_layernorm", "kv_a_layernorm"}) list.attention_norm(name);
    if (rope_norm) list.attention_norm("k_rope_only_layernorm");
  }
  constexpr void emit(const block_context& e, shape_sink& sink) const;

  /// Its parts, for kinds that attend to latents in their own way: the projections of queries and
  /// of latents, with their norms.
  constexpr void emit_projections(const block_context& e, shape_sink& sink) const;
  /// The matrix that expands latents to keys and values of this rank's heads.
  [[nodiscard]] constexpr weight expansion(const block_context& e) const noexcept {
    return e.matrix(weight_class::attention, matrix_role::key_value, kv_lora_rank,
                    heads_of_rank(e) * (qk_nope_head_dim + v_head_dim));
  }
  /// Attention of one phase to latents expanded per head, or to the latents themselves as one head
  /// that all share.
  [[nodiscard]] constexpr attention_shape attending(const block_context& e, phase p, bool expanded,
                                                    double per_token) const noexcept;
  constexpr void emit_output(const block_context& e, shape_sink& sink) const;
  /// Heads of this rank.
  [[nodiscard]] constexpr integer heads_of_rank(const block_context& e) const noexcept {
    return items_in_part(heads, e.layout.attention.tp, e.rank.tp);
  }
};

constexpr void latent_attention::emit_projections(const block_context& e, shape_sink& sink) const {
  const integer queries = heads_of_rank(e) * (qk_nope_head_dim + qk_rope_head_dim);
  constexpr auto in_class = weight_class::attention;
  constexpr auto projections = term::attention_projections;
  if (q_lora_rank > 0) {
    sink(e.project(projections,
                   e.matrix(in_class, matrix_role::query_latent, e.hidden_size, q_lora_rank)));
    sink(vector_shape{projections, e.vector(weight_class::norm, q_lora_rank),
                      e.values_bytes(2 * q_lora_rank), vector_kind::norm, q_lora_rank});
    sink(e.project(projections, e.matrix(in_class, matrix_role::query, q_lora_rank, queries)));
  } else {
    sink(e.project(projections, e.matrix(in_class, matrix_role::query, e.hidden_size, queries)));
  }
  sink(e.project(projections, e.matrix(in_class, matrix_role::kv_latent, e.hidden_size, width())));
  const integer gains = kv_lora_rank + (rope_norm ? qk_rope_head_dim : 0);
  sink(vector_shape{projections, e.vector(weight_class::norm, gains), e.values_bytes(2 * width()),
                    vector_kind::norm, width()});
}

constexpr void latent_attention::emit_output(const block_context& e, shape_sink& sink) const {
  constexpr auto in_class = weight_class::attention;
  constexpr auto projections = term::attention_projections;
  const integer values = heads_of_rank(e) * v_head_dim;
  const integer gates = (output_gate ? values : 0) + (head_gate ? heads_of_rank(e) : 0);
  if (gates > 0) {
    sink(e.project(projections, e.matrix(in_class, e.hidden_size, gates)));
    sink(vector_shape{
        projections, {}, e.values_bytes(2 * values + gates), vector_kind::activation, values});
  }
  sink(e.project(projections, e.matrix(in_class, matrix_role::output, values, e.hidden_size)));
}

constexpr attention_shape latent_attention::attending(const block_context& e, phase p,
                                                      bool expanded,
                                                      double per_token) const noexcept {
  const integer own_heads = heads_of_rank(e);
  const integer split = detail::cache_split(e, p);
  const integer nope = expanded ? qk_nope_head_dim : kv_lora_rank;
  return {.phase = p,
          .query_split = detail::query_split(e, p),
          .cache_split = split,
          .heads = split * own_heads,
          .kv_heads = expanded ? own_heads : 1,
          .qk_dim = nope + qk_rope_head_dim,
          .v_dim = expanded ? v_head_dim : kv_lora_rank,
          .window = window,
          .bytes_per_token = per_token,
          .activation = e.activations,
          .latent = true,
          .latent_width = width()};
}

/// Query and latent projections with their norms, expansion and attention per part, output. The
/// latent projections are replicated over tp, and so is the cache, but for the tokens that dcp
/// ranks share out.
///
/// A prompt expands its latent cache into per-head keys and values (context included, so chunks pay
/// for it again) and runs ordinary attention. A decode step absorbs the expansion into queries and
/// outputs (the same multiplications, of new tokens only) and attends to the latents directly, as
/// one key-value head shared by all heads. Each part runs its own kernels, so each reads the
/// matrix. Of the context a window leaves so little that its expansion is left out.
constexpr void latent_attention::emit(const block_context& e, shape_sink& sink) const {
  emit_projections(e, sink);
  const step_extent rows = window == 0 ? step_extent::expanded_tokens : step_extent::tokens;
  sink(gemm_shape{term::attention_projections, expansion(e), rows, e.activations, true});
  const double per_token = e.kv_cache.bytes(width());
  sink(sequence_cache{per_token, window, false, 0.0, e.layout.dcp});
  for (const phase p : both_phases) {
    detail::emit_context_gather(e, p, per_token, sink);
    detail::emit_query_gather(e, p, heads_of_rank(e), width(), sink);
    sink(attending(e, p, p == phase::prefill, per_token));
    detail::emit_output_scatter(e, p, heads_of_rank(e), kv_lora_rank, sink);
  }
  emit_output(e, sink);
}

}  // namespace shardline
