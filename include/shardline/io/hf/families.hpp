/// The transformer families that the importer knows: what each key of config.json means for a
/// model's shape, and what a missing key stands for.
///
/// Defaults are those of the configuration classes of huggingface/transformers (4.57; 5.0 for
/// Qwen3.5 and Nemotron-H), cited per row of the table below. Keys whose class default is only that
/// of one particular model (hidden_size, num_hidden_layers, ...) are required, but for Gemma 3: its
/// published files leave them out.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "shardline/io/hf/reader.hpp"
#include "shardline/model/model.hpp"

namespace shardline::hf {

/// How the token mixers are described.
///   grouped      num_attention_heads, num_key_value_heads, head_dim
///   latent       DeepSeek: q_lora_rank, kv_lora_rank and the head dimensions
///   hybrid       Qwen3-Next: gated grouped attention beside linear attention
///   falcon       multi_query, new_decoder_architecture, num_kv_heads
///   multi_head   GPT-2, Bloom: as many key-value heads as heads, biases everywhere
///   pattern      Nemotron-H: one letter per layer
///   mamba        Mamba-2: nothing but state-space mixers
enum class mixer_rule : unsigned char {
  grouped,
  latent,
  hybrid,
  falcon,
  multi_head,
  pattern,
  mamba
};

/// Biases of the attention projections.
///   none        none; `attention_bias` must not ask for any
///   qkv         always on the three inputs
///   stated      `attention_bias`, on all four
///   stated_qkv  `attention_bias`, on the three inputs (GLM-4.5)
///   switched    `qkv_bias`, on the three inputs (Qwen2-MoE)
enum class bias_rule : unsigned char { none, qkv, stated, stated_qkv, switched };

/// Norms on queries and keys. stated: per head if `use_qk_norm`; Llama 4's norm has no gains.
enum class qk_norm_rule : unsigned char { none, per_head, stated, all_heads };

/// Which layers see less than everything, where `layer_types` does not say. The second kind of
/// layer, beside full attention, is a sliding window unless said otherwise.
///   every_layer    Mistral, Mixtral, Phi-3
///   later_layers   Qwen: from max_window_layers on, if use_sliding_window
///   contested      Qwen2-MoE: releases of the library disagree, so layer_types must say
///   even_layers    gpt-oss, Gemma 2: the first, the third, ...
///   but_every_nth  Gemma 3: all but every sliding_window_pattern-th
///   chunked        Llama 4: chunks in all but every no_rope_layer_interval-th
///   linear         Qwen3-Next: linear attention in all but every full_attention_interval-th
enum class window_rule : unsigned char {
  none,
  every_layer,
  later_layers,
  contested,
  even_layers,
  but_every_nth,
  chunked,
  linear
};

/// Dense blocks, or which layers have experts and under which keys.
///   four_wide   GPT-2, Bloom, Falcon: two matrices, 4 hidden_size wide
enum class feed_forward_rule : unsigned char {
  dense,
  four_wide,
  mixtral,
  qwen_moe,
  qwen_shared,
  deepseek,
  gpt_oss,
  llama4,
  minimax,
  by_pattern
};

/// The activation function, which with the family says whether a block is gated.
enum class activation_rule : unsigned char { silu, gelu_tanh, gelu, relu2 };

/// Module names of the published checkpoints; see names.hpp.
enum class naming : unsigned char {
  llama,
  mixtral,
  gpt_oss,
  phi3,
  qwen_next,
  qwen3_5,
  llama4,
  falcon,
  gpt2,
  nemotron
};

/// One supported model_type.
///   vocab_size, heads, kv_heads, head_dim, context, window, max_window_layers   if the key is
///                    missing; 0: required, as many as heads, hidden_size / heads, unknown, none,
///                    the first layer
///   attention_bias   if that key is missing
///   mlp_bias         the family has a key `mlp_bias`
///   dense_layers     first_k_dense_replace, if missing
///   shared_experts   n_shared_experts, if missing; -1: required
///   topk_method      if missing; "noaux_tc" has a correction bias per expert
///   tied             tie_word_embeddings, if missing
struct family {
  std::string_view model_type{};
  std::string_view architecture{};
  mixer_rule mixer = mixer_rule::grouped;
  count vocab_size = 0;
  count heads = 0;
  count kv_heads = 0;
  count head_dim = 0;
  count context = 0;
  bias_rule bias = bias_rule::none;
  bool attention_bias = false;
  qk_norm_rule qk_norm = qk_norm_rule::none;
  bool sinks = false;
  window_rule windows = window_rule::none;
  count window = 0;
  count max_window_layers = 0;
  feed_forward_rule feed_forward = feed_forward_rule::dense;
  bool mlp_bias = false;
  count dense_layers = 0;
  count shared_experts = 0;
  std::string_view topk_method{};
  activation_rule activation = activation_rule::silu;
  layer_form form = layer_form::sequential;
  bool tied = false;
  bool norm_bias = false;
  bool embedding_norm = false;
  naming names = naming::llama;
};

// clang-format off
/// Source: configuration_<model_type>.py and modeling_<model_type>.py in huggingface/transformers;
/// kimi_k2: configuration_deepseek.py of huggingface.co/moonshotai/Kimi-K2-Instruct.
inline constexpr std::array families{
    family{.model_type = "llama", .architecture = "LlamaForCausalLM",
           .bias = bias_rule::stated, .mlp_bias = true},
    family{.model_type = "mistral", .architecture = "MistralForCausalLM", .kv_heads = 8,
           .windows = window_rule::every_layer, .window = 4096},
    family{.model_type = "mixtral", .architecture = "MixtralForCausalLM", .kv_heads = 8,
           .windows = window_rule::every_layer,
           .feed_forward = feed_forward_rule::mixtral, .names = naming::mixtral},
    family{.model_type = "qwen2", .architecture = "Qwen2ForCausalLM", .kv_heads = 32,
           .bias = bias_rule::qkv,
           .windows = window_rule::later_layers, .window = 4096, .max_window_layers = 28},
    family{.model_type = "qwen2_moe", .architecture = "Qwen2MoeForCausalLM", .kv_heads = 16,
           .bias = bias_rule::switched, .windows = window_rule::contested, .window = 4096,
           .feed_forward = feed_forward_rule::qwen_shared},
    family{.model_type = "qwen3", .architecture = "Qwen3ForCausalLM", .kv_heads = 32,
           .head_dim = 128, .bias = bias_rule::stated, .qk_norm = qk_norm_rule::per_head,
           .windows = window_rule::later_layers, .window = 4096, .max_window_layers = 28},
    family{.model_type = "qwen3_moe", .architecture = "Qwen3MoeForCausalLM", .kv_heads = 4,
           .bias = bias_rule::stated, .qk_norm = qk_norm_rule::per_head,
           .windows = window_rule::later_layers, .window = 4096,
           .feed_forward = feed_forward_rule::qwen_moe},
    family{.model_type = "qwen3_next", .architecture = "Qwen3NextForCausalLM",
           .mixer = mixer_rule::hybrid, .kv_heads = 2, .head_dim = 256,
           .bias = bias_rule::stated, .qk_norm = qk_norm_rule::per_head,
           .windows = window_rule::linear,
           .feed_forward = feed_forward_rule::qwen_shared, .names = naming::qwen_next},
    family{.model_type = "qwen3_5_text", .architecture = "Qwen3_5ForCausalLM",
           .mixer = mixer_rule::hybrid, .kv_heads = 4, .head_dim = 256,
           .bias = bias_rule::stated, .qk_norm = qk_norm_rule::per_head,
           .windows = window_rule::linear, .names = naming::qwen3_5},
    family{.model_type = "qwen3_5_moe_text", .architecture = "Qwen3_5MoeForCausalLM",
           .mixer = mixer_rule::hybrid, .kv_heads = 2, .head_dim = 256,
           .bias = bias_rule::stated, .qk_norm = qk_norm_rule::per_head,
           .windows = window_rule::linear,
           .feed_forward = feed_forward_rule::qwen_shared, .names = naming::qwen3_5},
    family{.model_type = "deepseek_v2", .architecture = "DeepseekV2ForCausalLM",
           .mixer = mixer_rule::latent, .feed_forward = feed_forward_rule::deepseek,
           .shared_experts = -1, .topk_method = "greedy"},
    family{.model_type = "deepseek_v3", .architecture = "DeepseekV3ForCausalLM",
           .mixer = mixer_rule::latent, .feed_forward = feed_forward_rule::deepseek,
           .dense_layers = 3, .shared_experts = 1, .topk_method = "noaux_tc"},
    family{.model_type = "kimi_k2", .architecture = "DeepseekV3ForCausalLM",
           .mixer = mixer_rule::latent, .feed_forward = feed_forward_rule::deepseek,
           .dense_layers = 3, .shared_experts = 1, .topk_method = "noaux_tc"},
    family{.model_type = "glm4_moe", .architecture = "Glm4MoeForCausalLM", .kv_heads = 8,
           .bias = bias_rule::stated_qkv, .qk_norm = qk_norm_rule::stated,
           .feed_forward = feed_forward_rule::deepseek,
           .dense_layers = 1, .shared_experts = 1, .topk_method = "noaux_tc"},
    family{.model_type = "minimax_m2", .architecture = "MiniMaxM2ForCausalLM", .kv_heads = 8,
           .head_dim = 128, .qk_norm = qk_norm_rule::all_heads,
           .feed_forward = feed_forward_rule::minimax, .names = naming::mixtral},
    family{.model_type = "gpt_oss", .architecture = "GptOssForCausalLM", .kv_heads = 8,
           .head_dim = 64, .bias = bias_rule::stated, .attention_bias = true, .sinks = true,
           .windows = window_rule::even_layers, .window = 128,
           .feed_forward = feed_forward_rule::gpt_oss, .names = naming::gpt_oss},
    family{.model_type = "gemma2", .architecture = "Gemma2ForCausalLM", .kv_heads = 4,
           .head_dim = 256, .bias = bias_rule::stated,
           .windows = window_rule::even_layers, .window = 4096,
           .activation = activation_rule::gelu_tanh, .form = layer_form::sandwich, .tied = true},
    family{.model_type = "gemma3_text", .architecture = "Gemma3ForCausalLM",
           .vocab_size = 262208, .heads = 8, .kv_heads = 4, .head_dim = 256, .context = 131072,
           .bias = bias_rule::stated, .qk_norm = qk_norm_rule::per_head,
           .windows = window_rule::but_every_nth, .window = 4096,
           .activation = activation_rule::gelu_tanh, .form = layer_form::sandwich, .tied = true},
    family{.model_type = "phi3", .architecture = "Phi3ForCausalLM",
           .windows = window_rule::every_layer, .names = naming::phi3},
    family{.model_type = "llama4_text", .architecture = "Llama4ForCausalLM", .kv_heads = 8,
           .head_dim = 128, .bias = bias_rule::stated,
           .windows = window_rule::chunked, .window = 8192,
           .feed_forward = feed_forward_rule::llama4, .names = naming::llama4},
    family{.model_type = "falcon", .architecture = "FalconForCausalLM",
           .mixer = mixer_rule::falcon, .feed_forward = feed_forward_rule::four_wide,
           .activation = activation_rule::gelu, .tied = true, .norm_bias = true,
           .names = naming::falcon},
    family{.model_type = "bloom", .architecture = "BloomForCausalLM",
           .mixer = mixer_rule::multi_head, .feed_forward = feed_forward_rule::four_wide,
           .activation = activation_rule::gelu, .tied = true, .norm_bias = true,
           .embedding_norm = true, .names = naming::falcon},
    family{.model_type = "gpt2", .architecture = "GPT2LMHeadModel",
           .mixer = mixer_rule::multi_head, .feed_forward = feed_forward_rule::four_wide,
           .activation = activation_rule::gelu, .tied = true, .norm_bias = true,
           .names = naming::gpt2},
    family{.model_type = "nemotron_h", .architecture = "NemotronHForCausalLM",
           .mixer = mixer_rule::pattern, .kv_heads = 8, .head_dim = 128, .bias = bias_rule::stated,
           .feed_forward = feed_forward_rule::by_pattern, .mlp_bias = true,
           .activation = activation_rule::relu2, .names = naming::nemotron},
    family{.model_type = "mamba2", .architecture = "Mamba2ForCausalLM",
           .mixer = mixer_rule::mamba, .feed_forward = feed_forward_rule::by_pattern,
           .names = naming::nemotron},
};
// clang-format on

/// A model_type whose text model stands in `text_config`, beside an encoder for images or sound.
struct wrapper {
  std::string_view model_type{};
  std::string_view architecture{};
  std::string_view text_type{};  // the text model's model_type, if its own is missing
};

/// Source: as above.
inline constexpr std::array wrappers{
    wrapper{"gemma3", "Gemma3ForConditionalGeneration", "gemma3_text"},
    wrapper{"llama4", "Llama4ForConditionalGeneration", "llama4_text"},
    wrapper{"mistral3", "Mistral3ForConditionalGeneration", "mistral"},
    wrapper{"qwen3_5", "Qwen3_5ForConditionalGeneration", "qwen3_5_text"},
    wrapper{"qwen3_5_moe", "Qwen3_5MoeForConditionalGeneration", "qwen3_5_moe_text"}};

namespace detail {

template <class Row, std::size_t N>
constexpr const Row* row_of(const std::array<Row, N>& rows, std::string_view model_type) noexcept {
  for (const Row& row : rows) {
    if (row.model_type == model_type) return &row;
  }
  return nullptr;
}

inline std::string supported_types() {
  std::string list;
  for (const family& known : families) list.append(known.model_type).append(", ");
  for (const wrapper& known : wrappers) list.append(known.model_type).append(", ");
  list.resize(list.size() - 2);
  return list;
}

}  // namespace detail

/// The family of that model_type, null if it is not supported.
[[nodiscard]] constexpr const family* family_of(std::string_view model_type) noexcept {
  return detail::row_of(families, model_type);
}
/// The wrapper of that model_type, null if it is none or not known.
[[nodiscard]] constexpr const wrapper* wrapper_of(std::string_view model_type) noexcept {
  return detail::row_of(wrappers, model_type);
}

}  // namespace shardline::hf
