/// The kinds of token mixing a layer can have, as plain numbers of its configuration: softmax
/// attention with a growing cache, or a recurrence with a state of fixed size.
#pragma once

#include <variant>

#include "shardline/base/integer.hpp"
#include "shardline/base/precision.hpp"

namespace shardline {

/// Gains of the norm on queries and keys, if there is one.
///   per_head   head_dim each for queries and keys, shared by all heads (Qwen3)
///   all_heads  one gain per value of all heads (MiniMax-M2, OLMo 2); split with the heads
enum class head_norm : unsigned char { none, per_head, all_heads };

/// Multi-head (kv_heads = heads), grouped-query or multi-query (kv_heads = 1) attention.
///   window       tokens a query sees, itself included; 0 sees all
///   chunked      the window does not slide: tokens see their own chunk of `window` (Llama 4)
///   qkv_bias     biases on the three input projections; output_bias on the fourth
///   qk_norm      gains of the norm on queries and keys
///   sinks        one learned logit per head (gpt-oss)
///   output_gate  a second query-wide projection that gates the output (Qwen3-Next)
/// Per token and layer it caches 2 kv_heads head_dim values.
struct grouped_query_attention {
  count heads = 0;
  count kv_heads = 0;
  count head_dim = 0;
  count window = 0;
  bool chunked = false;
  bool qkv_bias = false;
  bool output_bias = false;
  head_norm qk_norm = head_norm::none;
  bool sinks = false;
  bool output_gate = false;

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

/// Gated delta rule (Gated DeltaNet, arXiv 2412.06464), as Qwen3-Next and Qwen3.5 use it.
///   conv_kernel   taps of the causal convolution over queries, keys and values
///   state         element of the recurrent state
/// Per sequence and layer it keeps value_heads key_head_dim value_head_dim values of state and
/// conv_kernel - 1 inputs of the convolution, however long the sequence is.
struct linear_attention {
  count key_heads = 0;
  count value_heads = 0;
  count key_head_dim = 0;
  count value_head_dim = 0;
  count conv_kernel = 0;
  precision state = precision::fp32;

  friend constexpr bool operator==(const linear_attention&,
                                   const linear_attention&) noexcept = default;
};

/// State-space mixer (Mamba-2, arXiv 2405.21060, section 7), as Nemotron-H uses it.
///   groups           heads of one group share their input and output vectors (B and C)
///   state_size       values of state per channel
///   conv_bias        bias of the convolution; projection_bias of both projections
///   state            element of the recurrent state
/// Per sequence and layer it keeps heads head_dim state_size values of state and conv_kernel - 1
/// inputs of the convolution.
struct state_space {
  count heads = 0;
  count head_dim = 0;
  count groups = 1;
  count state_size = 0;
  count conv_kernel = 0;
  bool conv_bias = true;
  bool projection_bias = false;
  precision state = precision::fp32;

  friend constexpr bool operator==(const state_space&, const state_space&) noexcept = default;
};

/// A layer that only has a feed-forward block (Nemotron-H counts such layers).
struct no_attention {
  friend constexpr bool operator==(const no_attention&, const no_attention&) noexcept = default;
};

using attention_kind = std::variant<grouped_query_attention, latent_attention, linear_attention,
                                    state_space, no_attention>;

}  // namespace shardline
