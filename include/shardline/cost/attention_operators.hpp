/// The attention block of one layer on one rank, as operators. The only place that knows how each
/// kind of attention is built and sharded.
#pragma once

#include "shardline/cost/operators.hpp"
#include "shardline/describe/layout.hpp"

namespace shardline {

/// What every emitter needs: the model and layout, the rank's coordinates, its share of the step.
template <class T>
struct emission {
  const shardline::model& model;
  const shardline::layout& layout;
  shardline::rank rank{};
  rank_step<T> step{};

  [[nodiscard]] constexpr weight vector(weight_class c, count n, count vectors = 1) const noexcept {
    return {c, model.weights[weight_class::norm], 1, n, vectors};
  }
  [[nodiscard]] constexpr weight matrix(weight_class c, count k, count n,
                                        count matrices = 1) const noexcept {
    return {c, model.weights[c], k, n, matrices};
  }
  [[nodiscard]] constexpr gemm<T> project(term t, const weight& w) const noexcept {
    return {t, w, step.tokens, T(1.0), model.activations};
  }
  /// `values` activations per token of this rank, as traffic.
  [[nodiscard]] constexpr bytes<T> traffic(count values) const noexcept {
    return bytes<T>::from_value(step.tokens * values_bytes(values));
  }
  [[nodiscard]] constexpr T values_bytes(count values) const noexcept {
    return T(static_cast<double>(values) * element_bytes(model.activations));
  }
  /// Residual add and norm: reads the residual and the block's output, writes both sums.
  [[nodiscard]] constexpr elementwise<T> norm() const noexcept {
    return {term::norms, vector(weight_class::norm, model.hidden_size),
            traffic(4 * model.hidden_size)};
  }
  [[nodiscard]] constexpr rank_group tensor_group() const noexcept {
    return {layout.attention.tp, 1};
  }
};

namespace detail {

// Sums the partial outputs of a tensor-parallel block.
template <class T, class Sink>
constexpr void emit_tensor_reduction(const emission<T>& e, Sink& sink) {
  if (e.layout.attention.tp == 1) return;
  sink(
      collective<T>{collective_kind::all_reduce, e.tensor_group(), e.traffic(e.model.hidden_size)});
}

// A prompt split over cp ranks: each gathers the others' new keys and values.
template <class T, class Sink>
constexpr void emit_context_gather(const emission<T>& e, const step_part<T>& part,
                                   double bytes_per_token, Sink& sink) {
  const attention_mesh& mesh = e.layout.attention;
  if (mesh.cp == 1 || part.phase == phase::decode) return;
  sink(collective<T>{collective_kind::all_gather,
                     {mesh.cp, mesh.tp},
                     bytes<T>::from_value(part.sequences * part.new_tokens * T(bytes_per_token))});
}

template <class T>
constexpr count context_split(const emission<T>& e, const step_part<T>& part) noexcept {
  return part.phase == phase::prefill ? e.layout.attention.cp : 1;
}

}  // namespace detail

/// Key-value heads of one tensor-parallel rank: a share of them, or one copy each of fewer heads
/// than ranks.
[[nodiscard]] constexpr count kv_heads_of_rank(count kv_heads, count tp, count index) noexcept {
  return kv_heads < tp ? 1 : share(kv_heads, tp, index);
}

/// norm, q k v, rotary and head norms, attention per part, output, all-reduce.
template <class T, class Sink>
constexpr void emit_attention(const grouped_query_attention& a, const emission<T>& e, Sink& sink) {
  const count heads = share(a.heads, e.layout.attention.tp, e.rank.tp);
  const count kv_heads = kv_heads_of_rank(a.kv_heads, e.layout.attention.tp, e.rank.tp);
  const count hidden = e.model.hidden_size;
  const count projected = (heads + 2 * kv_heads) * a.head_dim;
  constexpr auto in_class = weight_class::attention;
  constexpr auto projections = term::attention_projections;

  sink(e.norm());
  sink(e.project(projections, e.matrix(in_class, hidden, projected)));
  if (a.qkv_bias) sink(fused_vector<T>{projections, e.vector(in_class, projected)});
  if (a.qk_norm) sink(fused_vector<T>{projections, e.vector(weight_class::norm, 2 * a.head_dim)});
  // Rotary embedding (and head norms) read and write queries and keys.
  sink(elementwise<T>{projections, {}, e.traffic(2 * (heads + kv_heads) * a.head_dim)});
  if (a.sinks) sink(fused_vector<T>{term::attention, e.vector(in_class, heads)});
  const double per_token =
      static_cast<double>(2 * kv_heads * a.head_dim) * element_bytes(e.model.kv_cache);
  for (std::size_t i = 0; i < e.step.part_count; ++i) {
    const step_part<T>& part = e.step.parts[i];
    detail::emit_context_gather(e, part, per_token, sink);
    sink(attention_core<T>{part.phase, part.sequences, part.new_tokens, part.context,
                           detail::context_split(e, part), heads, kv_heads, a.head_dim, a.head_dim,
                           a.window, per_token, e.model.activations});
  }
  sink(e.project(projections, e.matrix(in_class, heads * a.head_dim, hidden)));
  if (a.output_bias) sink(fused_vector<T>{projections, e.vector(in_class, hidden)});
  detail::emit_tensor_reduction(e, sink);
}

namespace detail {

// A prompt expands its latent cache into per-head keys and values (context included, so chunks pay
// for it again) and runs ordinary attention. A decode step absorbs the expansion into queries and
// outputs (the same multiplications, of new tokens only) and attends to the latents directly, as
// one key-value head shared by all heads. Each part runs its own kernels, so each reads the matrix.
template <class T>
constexpr gemm<T> latent_expansion(const latent_attention& a, const emission<T>& e,
                                   count heads) noexcept {
  T rows = T(0.0);
  for (std::size_t i = 0; i < e.step.part_count; ++i) {
    const step_part<T>& part = e.step.parts[i];
    const T expanded =
        part.phase == phase::prefill ? part.context + part.new_tokens : part.new_tokens;
    rows = rows + part.sequences * expanded;
  }
  return {term::attention_projections,
          e.matrix(weight_class::attention, a.kv_lora_rank,
                   heads * (a.qk_nope_head_dim + a.v_head_dim)),
          rows, T(static_cast<double>(e.step.part_count)), e.model.activations};
}

template <class T>
constexpr attention_core<T> latent_core(const latent_attention& a, const emission<T>& e,
                                        const step_part<T>& part, count heads,
                                        double per_token) noexcept {
  const bool expanded = part.phase == phase::prefill;
  const count nope = expanded ? a.qk_nope_head_dim : a.kv_lora_rank;
  const count value = expanded ? a.v_head_dim : a.kv_lora_rank;
  return {part.phase,
          part.sequences,
          part.new_tokens,
          part.context,
          context_split(e, part),
          heads,
          expanded ? heads : 1,
          nope + a.qk_rope_head_dim,
          value,
          0,
          per_token,
          e.model.activations};
}

}  // namespace detail

/// norm, query and latent projections with their norms, expansion and attention per part, output,
/// all-reduce. The latent projections and the cache are replicated over tp.
template <class T, class Sink>
constexpr void emit_attention(const latent_attention& a, const emission<T>& e, Sink& sink) {
  const count heads = share(a.heads, e.layout.attention.tp, e.rank.tp);
  const count hidden = e.model.hidden_size;
  const count latent = a.kv_lora_rank + a.qk_rope_head_dim;
  const count queries = heads * (a.qk_nope_head_dim + a.qk_rope_head_dim);
  constexpr auto in_class = weight_class::attention;
  constexpr auto projections = term::attention_projections;

  sink(e.norm());
  if (a.q_lora_rank > 0) {
    sink(e.project(projections, e.matrix(in_class, hidden, a.q_lora_rank)));
    sink(elementwise<T>{projections, e.vector(weight_class::norm, a.q_lora_rank),
                        e.traffic(2 * a.q_lora_rank)});
    sink(e.project(projections, e.matrix(in_class, a.q_lora_rank, queries)));
  } else {
    sink(e.project(projections, e.matrix(in_class, hidden, queries)));
  }
  sink(e.project(projections, e.matrix(in_class, hidden, latent)));
  sink(elementwise<T>{projections, e.vector(weight_class::norm, a.kv_lora_rank),
                      e.traffic(2 * latent)});
  sink(detail::latent_expansion(a, e, heads));
  const double per_token = static_cast<double>(latent) * element_bytes(e.model.kv_cache);
  for (std::size_t i = 0; i < e.step.part_count; ++i) {
    const step_part<T>& part = e.step.parts[i];
    detail::emit_context_gather(e, part, per_token, sink);
    sink(detail::latent_core(a, e, part, heads, per_token));
  }
  sink(e.project(projections, e.matrix(in_class, heads * a.v_head_dim, hidden)));
  detail::emit_tensor_reduction(e, sink);
}

}  // namespace shardline
