// SPDX-License-Identifier: BSL-1.0
/// Softmax attention with keys and values of their own for each group of query heads.
#pragma once

#include "shardline/work/context_parallel.hpp"
#include "shardline/work/kind.hpp"
#include "shardline/work/recurrent.hpp"

namespace shardline {

/// Gains of the norm on queries and keys, if there is one.
///   per_head   head_dim each for queries and keys, shared by all heads (Qwen3)
///   each_head  head_dim each for every head, which is normed alone (Command R+)
///   all_heads  one gain per value of all heads (MiniMax-M2, OLMo 2); split with the heads
///   per_head_biased   per_head, with as many biases (Persimmon)
enum class head_norm : unsigned char { none, per_head, all_heads, each_head, per_head_biased };

/// Multi-head (kv_heads = heads), grouped-query or multi-query (kv_heads = 1) attention.
///   window       tokens a query sees, itself included; 0 sees all
///   chunked      the window does not slide: tokens see their own chunk of `window` (Llama 4)
///   qkv_bias     biases on the three input projections; output_bias on the fourth
///   qk_norm      gains of the norm on queries and keys
///   sinks        one learned logit per head (gpt-oss)
///   output_gate  a second query-wide projection that gates the output (Qwen3-Next)
///   v_head_dim   of a value, where it is not as wide as a key (MiMo-V2); 0: head_dim
///   head_gate    a projection to one value per head that gates it (Step-3.5)
///   values_from_keys   the projection of keys gives values too (Gemma 4); both are cached
///   reads_cache_of_another   keys and values are those of an earlier layer: this one has no
///                projections of its own for them, and caches nothing (Gemma 4)
///   idle_projections   of such a layer are there all the same, and their products computed, though
///                nothing reads them (Gemma 3n)
///   q_lora_rank  queries go through a latent of so many values, normed (Step-3), which every rank
///                works out whole, and keys and values beside it; 0: one matrix
///   conv_kernel  taps of short convolutions behind keys, values, and what both blocks of the layer
///                return, whose last inputs are kept (Inkling); 0: there are none
///   relative_rank, relative_reach   values of a head that a table turns to a bias for each of so
///                many distances (Inkling); its products are not priced
/// Per token and layer it caches kv_heads (head_dim + v_head_dim) values.
struct grouped_query_attention {
  static constexpr std::string_view kind_name{"grouped_query"};

  integer heads = 0;
  integer kv_heads = 0;
  integer head_dim = 0;
  integer window = 0;
  bool chunked = false;
  bool qkv_bias = false;
  bool output_bias = false;
  head_norm qk_norm = head_norm::none;
  bool sinks = false;
  bool output_gate = false;
  integer v_head_dim = 0;
  bool head_gate = false;
  bool values_from_keys = false;
  bool reads_cache_of_another = false;
  bool idle_projections = false;
  integer q_lora_rank = 0;
  integer conv_kernel = 0;
  integer relative_rank = 0;
  integer relative_reach = 0;

  static constexpr field_range taps_range{
      {}, "attention.conv_kernel", figure_unit::tokens, 0.0, 1e3, true};
  static constexpr field_range rank_range{
      {}, "attention.relative_rank", figure_unit::none, 0.0, 1e5, true};
  static constexpr field_range reach_range{
      {}, "attention.relative_reach", figure_unit::tokens, 0.0, 1e9, true};
  static constexpr field_range v_head_dim_range{
      {}, "attention.v_head_dim", figure_unit::none, 0.0, 1e5, true};

  /// Values of one head.
  [[nodiscard]] constexpr integer value_width() const noexcept {
    return v_head_dim == 0 ? head_dim : v_head_dim;
  }

  friend constexpr bool operator==(const grouped_query_attention&,
                                   const grouped_query_attention&) noexcept = default;

  template <class List>
  static constexpr void fields(List&& list) {
    using self = grouped_query_attention;
    list("heads", as<field::heads>, &self::heads);
    list("kv_heads", as<field::kv_heads>, &self::kv_heads);
    list("head_dim", as<field::head_dim>, &self::head_dim);
    list("window", as<field::window>, &self::window);
    list("chunked", &self::chunked);
    list("qkv_bias", &self::qkv_bias);
    list("output_bias", &self::output_bias);
    list("qk_norm", &self::qk_norm);
    list("sinks", &self::sinks);
    list("output_gate", &self::output_gate);
    list("v_head_dim", as_own<v_head_dim_range>, &self::v_head_dim);
    list("head_gate", &self::head_gate);
    list("values_from_keys", &self::values_from_keys);
    list("reads_cache_of_another", &self::reads_cache_of_another);
    list("idle_projections", &self::idle_projections);
    list("q_lora_rank", as<field::q_lora_rank>, &self::q_lora_rank);
    list("conv_kernel", as_own<taps_range>, &self::conv_kernel);
    list("relative_rank", as_own<rank_range>, &self::relative_rank);
    list("relative_reach", as_own<reach_range>, &self::relative_reach);
  }
  // Queries share key-value heads in equal groups.
  template <class Listener>
  constexpr void conditions(Listener&& asked) const {
    asked.divides_heads(as<field::kv_heads>, kv_heads, heads);
  }
  template <class Listener>
  constexpr void sharding(Listener&& rules) const {
    const layout& l = rules.layout;
    const integer tp = l.attention.tp;
    rules.heads(heads);
    rules.kv_heads(kv_heads);
    rules.shares_cache(cache_copies(tp));
    constexpr auto in_class = weight_class::attention;
    const integer own_kv_heads = kv_heads_of_rank(kv_heads, tp, 0);
    rules.inner(in_class, heads * value_width());
    rules.output(in_class, heads * head_dim);
    rules.output_of_rank(in_class, own_kv_heads * head_dim);
    rules.output_of_rank(in_class, own_kv_heads * value_width());
    rules.copies_kv_heads(kv_heads, l.dcp);
  }
  // Engines share no windows, which hold so few tokens (vLLM refuses such models, as here).
  [[nodiscard]] constexpr integer cache_copies(integer tp) const noexcept {
    return window == 0 && kv_heads < tp ? tp / kv_heads : 1;
  }
  template <class List>
  constexpr void matrices(List&& list) const {
    list(weight_class::attention);
  }
  template <class List>
  constexpr void modules(List&& list) const {
    list.projections();
    if (q_lora_rank > 0) {
      list.attention("wq", matrix_role::query);
      list.attention_norm("inter_norm");
    }
    list.attention_norm("q_norm");
    list.attention_norm("k_norm");
  }
  constexpr void emit(const block_context& e, shape_sink& sink) const;

  /// Its parts, for kinds that attend in their own way.
  constexpr void emit_projections(const block_context& e, integer own_heads, integer own_kv_heads,
                                  shape_sink& sink) const;
  constexpr void emit_output(const block_context& e, integer own_heads, shape_sink& sink) const;

 private:
  constexpr void emit_convolutions(const block_context& e, integer own_kv_heads,
                                   shape_sink& sink) const;
};

namespace detail {

// Norms over the heads of all ranks need the sums of squares of all: one for queries, one for keys.
constexpr void emit_sums_of_squares(const block_context& e, shape_sink& sink) {
  if (e.layout.attention.tp == 1) return;
  constexpr double two_sums = 2.0 * element_bytes(precision::fp32);
  sink(collective_shape{collective_kind::all_reduce, e.tensor_group(), step_extent::tokens,
                        two_sums});
}

}  // namespace detail

/// Queries, keys and values with their gates and biases, norms of heads, rotary embedding.
constexpr void grouped_query_attention::emit_projections(const block_context& e, integer own_heads,
                                                         integer own_kv_heads,
                                                         shape_sink& sink) const {
  constexpr auto in_class = weight_class::attention;
  constexpr auto projections = term::attention_projections;
  const bool without_keys = reads_cache_of_another && !idle_projections;
  const integer own_keys = without_keys ? 0 : own_kv_heads * head_dim;
  const integer own_values = without_keys || values_from_keys ? 0 : own_kv_heads * value_width();
  const integer queries = (output_gate ? 2 : 1) * own_heads * head_dim;
  const integer projected = (q_lora_rank > 0 ? q_lora_rank : queries) + own_keys + own_values;
  const integer gates = (head_gate ? own_heads : 0) + own_heads * relative_rank;
  sink(e.project(projections, e.matrix(in_class, e.hidden_size, projected + gates)));
  if (qkv_bias) sink(fused_shape{projections, e.vector(in_class, projected)});
  if (q_lora_rank > 0) {
    sink(vector_shape{projections, e.vector(weight_class::norm, q_lora_rank),
                      e.values_bytes(2 * q_lora_rank), vector_kind::norm, q_lora_rank});
    sink(e.project(projections, e.matrix(in_class, matrix_role::query, q_lora_rank, queries)));
  }
  const integer keys_normed = without_keys ? 0 : 1;
  if (qk_norm == head_norm::per_head || qk_norm == head_norm::per_head_biased) {
    const integer each = qk_norm == head_norm::per_head ? head_dim : 2 * head_dim;
    sink(fused_shape{projections, e.vector(weight_class::norm, (1 + keys_normed) * each)});
  }
  if (qk_norm == head_norm::all_heads || qk_norm == head_norm::each_head) {
    const integer gains = own_heads * head_dim + own_keys;
    sink(fused_shape{projections, e.vector(weight_class::norm, gains)});
  }
  if (qk_norm == head_norm::all_heads) detail::emit_sums_of_squares(e, sink);
  // Rotary embedding (and head norms) read and write queries and keys.
  const integer rotated = own_heads * head_dim + own_keys;
  sink(vector_shape{projections, {}, e.values_bytes(2 * rotated), vector_kind::rotary, rotated});
}

/// Gates of the heads' outputs, and their projection.
constexpr void grouped_query_attention::emit_output(const block_context& e, integer own_heads,
                                                    shape_sink& sink) const {
  constexpr auto in_class = weight_class::attention;
  constexpr auto projections = term::attention_projections;
  const integer values = own_heads * value_width();
  if (output_gate || head_gate) {
    const integer gates = output_gate ? values : own_heads;
    sink(vector_shape{
        projections, {}, e.values_bytes(2 * values + gates), vector_kind::activation, values});
  }
  sink(e.project(projections, e.matrix(in_class, matrix_role::output, values, e.hidden_size)));
  if (output_bias) sink(fused_shape{projections, e.vector(in_class, e.hidden_size)});
}

// What both blocks return is whole on every rank, and so are its convolutions.
constexpr void grouped_query_attention::emit_convolutions(const block_context& e,
                                                          integer own_kv_heads,
                                                          shape_sink& sink) const {
  const integer channels = own_kv_heads * (head_dim + value_width()) + 2 * e.hidden_size;
  sink(sequence_cache{.state_bytes = detail::input_bytes(channels, conv_kernel, e)});
  detail::emit_convolution(channels, conv_kernel, false, e, sink);
}

/// q k v (and gates), rotary and head norms, attention per part, output.
constexpr void grouped_query_attention::emit(const block_context& e, shape_sink& sink) const {
  const integer own_heads = items_in_part(heads, e.layout.attention.tp, e.rank.tp);
  const integer own_kv_heads = kv_heads_of_rank(kv_heads, e.layout.attention.tp, e.rank.tp);
  emit_projections(e, own_heads, own_kv_heads, sink);
  if (conv_kernel > 0) emit_convolutions(e, own_kv_heads, sink);
  if (sinks) sink(fused_shape{term::attention, e.vector(weight_class::attention, own_heads)});
  if (relative_rank > 0) {
    sink(fused_shape{term::attention,
                     e.vector(weight_class::attention, relative_rank * relative_reach)});
  }
  const double per_token =
      real<double>(own_kv_heads) * (e.kv_cache.bytes(head_dim) + e.kv_cache.bytes(value_width()));
  if (!reads_cache_of_another) {
    sink(sequence_cache{per_token, window, chunked, 0.0, e.layout.dcp});
  }
  for (const phase p : both_phases) {
    const integer split = detail::cache_split(e, p);
    detail::emit_context_gather(e, p, per_token, sink);
    detail::emit_query_gather(e, p, own_heads, head_dim, sink);
    sink(attention_shape{p, detail::query_split(e, p), split, split * own_heads, own_kv_heads,
                         head_dim, value_width(), window, per_token, e.activations});
    detail::emit_output_scatter(e, p, own_heads, value_width(), sink);
  }
  emit_output(e, own_heads, sink);
}

}  // namespace shardline
