// SPDX-License-Identifier: BSL-1.0
/// Falcon.
#pragma once

#include <string>

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

inline constexpr checkpoint_names falcon_names{
    .outside = {"transformer.word_embeddings", "", "transformer.ln_f", "lm_head"},
    .layers = "transformer.h.",
    .norms = {"input_layernorm", "post_attention_layernorm", "ln_attn", "ln_mlp", ""},
    .attention = "self_attention.",
    .projections = {"query_key_value", "dense", "", ""},
    .dense = "mlp.",
    .matrices = {"dense_h_to_4h", "dense_4h_to_h", ""}};

/// One key-value head (Falcon-7B), some (Falcon-40B), or as many as heads (Falcon-RW).
inline grouped_query_attention read_falcon_attention(const fields& f, integer hidden) {
  grouped_query_attention a{};
  a.heads = f.whole(heads_key(f), any_heads);
  a.head_dim = even_head_dim(f, hidden, a.heads);
  const bool grouped = f.flag("new_decoder_architecture", false);
  const bool one_kv_head = f.flag("multi_query", true) && !grouped;
  const char* key = f.name_of({"num_kv_heads", "n_head_kv"});
  a.kv_heads = one_kv_head ? 1 : f.whole_or(key, a.heads, any_heads);
  if (a.heads % a.kv_heads != 0 || (!grouped && !one_kv_head && a.kv_heads != a.heads)) {
    f.refuse(key, (grouped ? "a divisor of " : "") + std::string(heads_key(f)) + " (" +
                      std::to_string(a.heads) + ")");
  }
  a.qkv_bias = a.output_bias = f.flag("bias", false);
  return a;
}

/// Transformers 4.40 and later: one norm unless new_decoder_architecture has two.
inline layer_form read_falcon_form(const fields& f) {
  if (!f.flag("parallel_attn", true)) return layer_form::sequential;
  const integer two = f.flag("new_decoder_architecture", false) ? 2 : 1;
  return f.whole_or("num_ln_in_parallel_attn", two, {1, 2}) == 2 ? layer_form::parallel_two_norms
                                                                 : layer_form::parallel;
}

inline feed_forwards read_falcon_blocks(const fields& f, const family&, integer layers) {
  return read_four_wide(f, layers, "ffn_hidden_size", f.flag("bias", false));
}

inline layer_stack read_falcon_layers(const fields& f, const family& known, integer hidden,
                                      precision) {
  const integer layers = read_equal_layers(f);
  const grouped_query_attention attention = read_falcon_attention(f, hidden);
  return equal_layers(f, known, layers, attention, read_falcon_form(f));
}

}  // namespace detail

namespace families {

inline constexpr family falcon{.model_type = "falcon",
                               .architecture = "FalconForCausalLM",
                               .layers = detail::read_falcon_layers,
                               .feed_forwards = detail::read_falcon_blocks,
                               .activation = activation_rule::gelu,
                               .tied = true,
                               .norm_bias = true,
                               .names = &detail::falcon_names};

}  // namespace families

}  // namespace shardline::hf
