// SPDX-License-Identifier: BSL-1.0
/// config.json to softmax attention: heads, biases and norms of each family.
#pragma once

#include <string>

#include "shardline/io/hf/family.hpp"
#include "shardline/model/model.hpp"

namespace shardline::hf::detail {

inline constexpr range any_heads = field::heads;
inline constexpr range any_layers = field::layers;
inline constexpr range any_length = above_0(field::max_context);
inline constexpr range any_width = field::feed_forward_width;
inline constexpr range any_kernel = field::conv_kernel;
inline constexpr range any_index{0, 1000000};  // of a layer: one beyond the last means none

inline integer read_hidden_size(const fields& f) {
  return f.whole(f.name_of({"hidden_size", "n_embd", "n_embed", "d_model"}), field::hidden_size);
}

inline const char* heads_key(const fields& f) {
  return f.name_of({"num_attention_heads", "n_head", "n_heads", "num_heads"});
}

inline integer even_head_dim(const fields& f, integer hidden, integer heads) {
  if (hidden % heads == 0) return hidden / heads;
  f.refuse(f.name_of({"hidden_size", "n_embd", "n_embed", "d_model"}),
           "a multiple of " + std::string(heads_key(f)) + " (" + std::to_string(heads) +
               "), since head_dim is missing");
  return 1;
}

inline integer read_head_dim(const fields& f, const family& known, integer hidden, integer heads) {
  const char* key = f.name_of({"head_dim", "attention_head_dim"});
  if (f.find(key) != nullptr) return f.whole(key, any_heads);
  if (f.absent(key) && known.head_dim > 0) return f.whole_or_noted(key, known.head_dim);
  return even_head_dim(f, hidden, heads);
}

inline integer read_kv_heads(const fields& f, const family& known, integer heads) {
  constexpr const char* key = "num_key_value_heads";
  if (f.absent(key) && known.kv_heads > 0)
    f.note(key, "missing; read as " + std::to_string(known.kv_heads));
  const integer kv_heads =
      f.whole_or(key, known.kv_heads == 0 ? heads : known.kv_heads, heads, any_heads);
  if (heads % kv_heads != 0) {
    f.refuse(key, "a divisor of num_attention_heads (" + std::to_string(heads) + ")");
  }
  return kv_heads;
}

inline void read_biases(const fields& f, const family& known, grouped_query_attention& a) {
  const bool stated = f.flag("attention_bias", known.attention_bias);
  switch (known.bias) {
    case bias_rule::none:
      if (stated) f.refuse("attention_bias", "false: this family has no such biases");
      break;
    case bias_rule::qkv:
      a.qkv_bias = true;
      break;
    case bias_rule::stated:
      a.qkv_bias = a.output_bias = stated;
      break;
    case bias_rule::stated_qkv:
      a.qkv_bias = stated;
      break;
    case bias_rule::stated_apart:
      a.qkv_bias = stated;
      a.output_bias = f.flag("attention_out_bias", false);
      break;
    case bias_rule::switched:
      a.qkv_bias = f.flag("qkv_bias", true);
      break;
    case bias_rule::named:
      a.qkv_bias = a.output_bias = f.flag(f.name_of({"use_bias", "bias"}), known.attention_bias);
      break;
  }
}

inline head_norm read_qk_norm(const fields& f, const family& known) {
  switch (known.qk_norm) {
    case qk_norm_rule::none:
      return head_norm::none;
    case qk_norm_rule::per_head:
      return head_norm::per_head;
    case qk_norm_rule::stated:
      return f.flag("use_qk_norm", false) ? head_norm::per_head : head_norm::none;
    case qk_norm_rule::each_head:
      return f.flag("use_qk_norm", false) ? head_norm::each_head : head_norm::none;
    case qk_norm_rule::all_heads:
      (void)f.choice("qk_norm_type", {"per_layer"});
      return f.flag("use_qk_norm", true) ? head_norm::all_heads : head_norm::none;
  }
  return head_norm::none;
}

/// num_attention_heads and its kin, without a window.
inline grouped_query_attention read_grouped_attention(const fields& f, const family& known,
                                                      integer hidden) {
  grouped_query_attention a{};
  if (known.heads > 0) {
    a.heads = f.whole_or_noted("num_attention_heads", known.heads, any_heads);
  } else {
    a.heads = f.whole(heads_key(f), any_heads);
  }
  a.kv_heads = read_kv_heads(f, known, a.heads);
  a.head_dim = read_head_dim(f, known, hidden, a.heads);
  read_biases(f, known, a);
  a.qk_norm = read_qk_norm(f, known);
  a.sinks = known.sinks;
  a.output_gate = known.output_gate && f.flag("attn_output_gate", true);
  return a;
}

/// As many key-value heads as heads, and biases everywhere.
inline grouped_query_attention read_multi_head_attention(const fields& f, integer hidden) {
  grouped_query_attention a{};
  a.heads = a.kv_heads = f.whole(heads_key(f), any_heads);
  a.head_dim = even_head_dim(f, hidden, a.heads);
  a.qkv_bias = a.output_bias = true;
  return a;
}

/// `q_lora_rank` is what a missing key stands for: DeepSeek's classes differ; so is `v_head_dim`,
/// 0: the key is required. `least_rotated` values of a head are rotated at least.
inline latent_attention read_latent_attention(const fields& f, integer q_lora_rank = 1536,
                                              integer v_head_dim = 0, integer least_rotated = 1) {
  if (f.flag("attention_bias", false)) {
    f.refuse("attention_bias", "false: biases of latent attention are not priced");
  }
  latent_attention a{};
  a.heads = f.whole("num_attention_heads", any_heads);
  a.q_lora_rank = f.whole_or("q_lora_rank", q_lora_rank, 0, field::q_lora_rank);
  a.kv_lora_rank = f.whole("kv_lora_rank", field::kv_lora_rank);
  a.qk_nope_head_dim = f.whole("qk_nope_head_dim", any_heads);
  a.qk_rope_head_dim = f.whole("qk_rope_head_dim", {least_rotated, any_heads.most});
  a.v_head_dim = v_head_dim > 0 ? v_head_dim : f.whole("v_head_dim", any_heads);
  return a;
}

}  // namespace shardline::hf::detail
