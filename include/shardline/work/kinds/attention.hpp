/// Softmax attention of one layer on one rank, as shapes. The only place that knows how each
/// kind is built and sharded. The norm before it and the sum after it belong to the layer.
#pragma once

#include "shardline/work/context_parallel.hpp"
#include "shardline/work/mixing.hpp"

namespace shardline {

/// q k v (and gate), rotary and head norms, attention per part, output.
template <class Sink>
constexpr void emit_attention(const grouped_query_attention& a, const emission& e, Sink& sink) {
  const count heads = share(a.heads, e.layout.attention.tp, e.rank.tp);
  const count kv_heads = kv_heads_of_rank(a.kv_heads, e.layout.attention.tp, e.rank.tp);
  const count hidden = e.model.hidden_size;
  const count query_heads = (a.output_gate ? 2 : 1) * heads;
  const count projected = (query_heads + 2 * kv_heads) * a.head_dim;
  constexpr auto in_class = weight_class::attention;
  constexpr auto projections = term::attention_projections;

  sink(e.project(projections, e.matrix(in_class, hidden, projected)));
  if (a.qkv_bias) sink(fused_shape{projections, e.vector(in_class, projected)});
  if (a.qk_norm != head_norm::none) {
    const count gains = a.qk_norm == head_norm::per_head ? 2 : heads + kv_heads;
    sink(fused_shape{projections, e.vector(weight_class::norm, gains * a.head_dim)});
  }
  // Norms over the heads of all ranks need the sums of squares of all: one for queries, one for keys.
  if (a.qk_norm == head_norm::all_heads && e.layout.attention.tp > 1) {
    constexpr double two_sums = 2.0 * element_bytes(precision::fp32);
    sink(collective_shape{collective_kind::all_reduce, e.tensor_group(), extent::tokens, two_sums});
  }
  // Rotary embedding (and head norms) read and write queries and keys.
  const count rotated = (heads + kv_heads) * a.head_dim;
  sink(vector_shape{projections, {}, e.values_bytes(2 * rotated), vector_kind::rotary, rotated});
  if (a.sinks) sink(fused_shape{term::attention, e.vector(in_class, heads)});
  const double per_token = static_cast<double>(2 * kv_heads) * e.model.kv_cache.bytes(a.head_dim);
  sink(sequence_cache{per_token, a.window, a.chunked, 0.0, e.layout.dcp});
  for (const phase p : both_phases) {
    const count split = detail::cache_split(e, p);
    detail::emit_context_gather(e, p, per_token, sink);
    detail::emit_query_gather(e, p, heads, a.head_dim, sink);
    sink(attention_shape{p, detail::query_split(e, p), split, split * heads, kv_heads, a.head_dim,
                         a.head_dim, a.window, per_token, e.model.activations});
    detail::emit_output_scatter(e, p, heads, a.head_dim, sink);
  }
  if (a.output_gate) {
    const count gated = heads * a.head_dim;
    sink(vector_shape{projections, {}, e.values_bytes(3 * gated), vector_kind::activation, gated});
  }
  sink(e.project(projections, e.matrix(in_class, heads * a.head_dim, hidden)));
  if (a.output_bias) sink(fused_shape{projections, e.vector(in_class, hidden)});
}

namespace detail {

// A prompt expands its latent cache into per-head keys and values (context included, so chunks pay
// for it again) and runs ordinary attention. A decode step absorbs the expansion into queries and
// outputs (the same multiplications, of new tokens only) and attends to the latents directly, as
// one key-value head shared by all heads. Each part runs its own kernels, so each reads the matrix.
constexpr gemm_shape latent_expansion(const latent_attention& a, const emission& e,
                                      count heads) noexcept {
  return {term::attention_projections,
          e.matrix(weight_class::attention, a.kv_lora_rank,
                   heads * (a.qk_nope_head_dim + a.v_head_dim)),
          extent::expanded_tokens, e.model.activations, true};
}

constexpr attention_shape latent_core(const latent_attention& a, const emission& e, phase p,
                                      count heads, double per_token) noexcept {
  const bool expanded = p == phase::prefill;
  const count split = cache_split(e, p);
  const count nope = expanded ? a.qk_nope_head_dim : a.kv_lora_rank;
  return {.phase = p,
          .query_split = query_split(e, p),
          .cache_split = split,
          .heads = split * heads,
          .kv_heads = expanded ? heads : 1,
          .qk_dim = nope + a.qk_rope_head_dim,
          .v_dim = expanded ? a.v_head_dim : a.kv_lora_rank,
          .window = 0,
          .bytes_per_token = per_token,
          .activation = e.model.activations,
          .latent = true,
          .latent_width = a.kv_lora_rank + a.qk_rope_head_dim};
}

}  // namespace detail

/// Query and latent projections with their norms, expansion and attention per part, output. The
/// latent projections are replicated over tp, and so is the cache, but for the tokens that dcp
/// ranks share out.
template <class Sink>
constexpr void emit_attention(const latent_attention& a, const emission& e, Sink& sink) {
  const count heads = share(a.heads, e.layout.attention.tp, e.rank.tp);
  const count hidden = e.model.hidden_size;
  const count latent = a.kv_lora_rank + a.qk_rope_head_dim;
  const count queries = heads * (a.qk_nope_head_dim + a.qk_rope_head_dim);
  constexpr auto in_class = weight_class::attention;
  constexpr auto projections = term::attention_projections;

  if (a.q_lora_rank > 0) {
    sink(e.project(projections, e.matrix(in_class, hidden, a.q_lora_rank)));
    sink(vector_shape{projections, e.vector(weight_class::norm, a.q_lora_rank),
                      e.values_bytes(2 * a.q_lora_rank), vector_kind::norm, a.q_lora_rank});
    sink(e.project(projections, e.matrix(in_class, a.q_lora_rank, queries)));
  } else {
    sink(e.project(projections, e.matrix(in_class, hidden, queries)));
  }
  sink(e.project(projections, e.matrix(in_class, hidden, latent)));
  sink(vector_shape{projections, e.vector(weight_class::norm, a.kv_lora_rank),
                    e.values_bytes(2 * latent), vector_kind::norm, latent});
  sink(detail::latent_expansion(a, e, heads));
  const double per_token = e.model.kv_cache.bytes(latent);
  sink(sequence_cache{per_token, 0, false, 0.0, e.layout.dcp});
  for (const phase p : both_phases) {
    detail::emit_context_gather(e, p, per_token, sink);
    detail::emit_query_gather(e, p, heads, latent, sink);
    sink(detail::latent_core(a, e, p, heads, per_token));
    detail::emit_output_scatter(e, p, heads, a.kv_lora_rank, sink);
  }
  sink(e.project(projections, e.matrix(in_class, heads * a.v_head_dim, hidden)));
}

/// A layer without attention does nothing here.
template <class Sink>
constexpr void emit_attention(const no_attention&, const emission&, Sink&) noexcept {}

}  // namespace shardline
