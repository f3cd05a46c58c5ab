/// The kinds of attention a layer can have, as plain numbers of its configuration.
#pragma once

#include <variant>

#include "shardline/base/integer.hpp"

namespace shardline {

/// Multi-head (kv_heads = heads), grouped-query or multi-query (kv_heads = 1) attention.
///   window      tokens a query sees, itself included; 0 sees all
///   qkv_bias    biases on the three input projections; output_bias on the fourth
///   qk_norm     one gain of head_dim each for queries and keys, shared by the heads (Qwen3)
///   sinks       one learned logit per head (gpt-oss)
/// Per token and layer it caches 2 kv_heads head_dim values.
struct grouped_query_attention {
  count heads = 0;
  count kv_heads = 0;
  count head_dim = 0;
  count window = 0;
  bool qkv_bias = false;
  bool output_bias = false;
  bool qk_norm = false;
  bool sinks = false;

  friend constexpr bool operator==(const grouped_query_attention&,
                                   const grouped_query_attention&) noexcept = default;
};

/// Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434, section 2.1).
///   q_lora_rank    width of the query's latent; 0: queries are projected directly
///   kv_lora_rank   width of the latent shared by keys and values
///   qk_nope_head_dim, qk_rope_head_dim, v_head_dim   per head: without and with rotary, value
/// Per token and layer it caches kv_lora_rank + qk_rope_head_dim values, whatever the head count,
/// and every tensor-parallel rank needs all of them.
struct latent_attention {
  count heads = 0;
  count q_lora_rank = 0;
  count kv_lora_rank = 0;
  count qk_nope_head_dim = 0;
  count qk_rope_head_dim = 0;
  count v_head_dim = 0;

  friend constexpr bool operator==(const latent_attention&,
                                   const latent_attention&) noexcept = default;
};

using attention_kind = std::variant<grouped_query_attention, latent_attention>;

}  // namespace shardline
