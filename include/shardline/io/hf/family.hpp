// SPDX-License-Identifier: BSL-1.0
/// What the importer knows of a family of configurations: what each key of config.json means for a
/// model's shape, and what a missing key stands for. A family is a file of families/ and a line of
/// its index.
///
/// Defaults are those of the configuration classes of huggingface/transformers (4.57; 5.0 for
/// Qwen3.5 and Nemotron-H): configuration_<model_type>.py and modeling_<model_type>.py, unless a
/// file says otherwise. Keys whose class default is only that of one particular model (hidden_size,
/// num_hidden_layers, ...) are required, but for Gemma 3: its published files leave them out.
#pragma once

#include <array>
#include <string_view>

#include "shardline/io/hf/names.hpp"
#include "shardline/io/hf/reader.hpp"
#include "shardline/model/model.hpp"

namespace shardline::hf {

struct family;
struct feed_forwards;

/// Reads the layers of a model `hidden` wide whose activations are in `own`, or the feed-forward
/// blocks of so many layers.
using layer_reader = layer_stack (*)(const fields&, const family&, integer hidden, precision own);
using feed_forward_reader = feed_forwards (*)(const fields&, const family&, integer layers);
/// Changes the formats of a model whose quantisation settings were read already.
using format_reader = void (*)(const fields&, model&);

/// Biases of the attention projections.
///   none        none; `attention_bias` must not ask for any
///   qkv         always on the three inputs
///   stated      `attention_bias`, on all four
///   stated_qkv  `attention_bias`, on the three inputs (GLM-4.5)
///   stated_apart   the same, and `attention_out_bias` on the output (Seed-OSS)
///   switched    `qkv_bias`, on the three inputs (Qwen2-MoE)
///   named       `use_bias` or `bias`, on all four
enum class bias_rule : unsigned char {
  none,
  qkv,
  stated,
  stated_qkv,
  stated_apart,
  switched,
  named
};

/// Norms on queries and keys. stated: per head if `use_qk_norm`; Llama 4's norm has no gains.
/// each_head: gains of each head's own, if `use_qk_norm` (Command R+).
enum class qk_norm_rule : unsigned char { none, per_head, stated, each_head, all_heads };

/// Which layers see less than everything, where `layer_types` does not say. The second kind of
/// layer, beside full attention, is a sliding window unless said otherwise.
///   every_layer    Mistral, Mixtral, Phi-3
///   later_layers   Qwen: from max_window_layers on, if use_sliding_window
///   contested      Qwen2-MoE: releases of the library disagree, so layer_types must say
///   even_layers    gpt-oss, Gemma 2: the first, the third, ...
///   but_every_nth  Gemma 3, OLMo 3, Command R7B: all but every sliding_window_pattern-th
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

/// Multi-token-prediction layers of published checkpoints.
///   stated      as many as a key says
///   patterned   they follow a pattern of their own, which a model cannot hold (Nemotron-H)
///   unpublished a key says how many there were, and checkpoints hold none (MiniMax-M2)
enum class prediction_rule : unsigned char { stated, patterned, unpublished };

/// The activation function, which with the family says whether a block is gated.
/// any: gated whatever it is.
enum class activation_rule : unsigned char {
  silu,
  gelu_tanh,
  gelu,
  gated_gelu,
  relu,
  relu2,
  squared_relu,
  xielu,
  any
};

/// One supported model_type.
///   other_architecture   a second name of its class
///   layers           reads its layers; feed_forwards reads their blocks, where these are read
///                    apart
///   own_formats      what keys outside the quantisation settings say of formats
///   vocab_size, heads, kv_heads, head_dim, context, window, max_window_layers   if the key is
///                    missing; 0: required, as many as heads, hidden_size / heads, unknown, none,
///                    the first layer
///   window_period    sliding_window_pattern, if missing
///   attention_bias   if that key is missing
///   output_gate      the family has a key `attn_output_gate`
///   mlp_bias         the family has a key `mlp_bias`
///   dense_layers     first_k_dense_replace, if missing
///   shared_experts   n_shared_experts, if missing; -1: required
///   topk_method      if missing; "noaux_tc" has a correction bias per expert
///   head_bias        the head has a bias
///   tied             tie_word_embeddings, if missing
///   learned_positions   n_positions is the size of an embedding, less position_offset
///   narrow_rows      word_embed_proj_dim is the width of embedding and head, and keys say whether
///                    a norm is before the head (OPT)
///   extra_rows       of the embedding, for tokens that stand for images
///   mtp_layers       prediction layers, if no key says
///   updates          layers update versions of the stream in turn (Gemma 3n)
///   layer_inputs     hidden_size_per_layer_input, if missing
///   streams          residual streams, if hc_mult or hc_count is missing
///   streams_apart, streams_averaged   of the model, where it has several
///   streams_rank     hc_lowrank, if missing; 0: the family has no such key
///   priced           keys that others must not have: see check_unpriced
struct family {
  std::string_view model_type{};
  std::string_view architecture{};
  std::string_view other_architecture{};
  layer_reader layers = nullptr;
  feed_forward_reader feed_forwards = nullptr;
  format_reader own_formats = nullptr;
  integer vocab_size = 0;
  integer heads = 0;
  integer kv_heads = 0;
  integer head_dim = 0;
  integer context = 0;
  bias_rule bias = bias_rule::none;
  bool attention_bias = false;
  qk_norm_rule qk_norm = qk_norm_rule::none;
  bool sinks = false;
  bool output_gate = false;
  window_rule windows = window_rule::none;
  integer window = 0;
  integer window_period = 6;
  integer max_window_layers = 0;
  bool mlp_bias = false;
  integer dense_layers = 0;
  integer shared_experts = 0;
  std::string_view topk_method{};
  activation_rule activation = activation_rule::silu;
  layer_form form = layer_form::sequential;
  bool tied = false;
  bool head_bias = false;
  bool norm_bias = false;
  bool bare_norms = false;
  bool updates = false;
  bool embedding_norm = false;
  bool learned_positions = false;
  integer position_offset = 0;
  bool narrow_rows = false;
  integer extra_rows = 0;
  integer streams = 1;
  bool streams_apart = false;
  bool streams_averaged = false;
  integer streams_rank = 0;
  prediction_rule prediction = prediction_rule::stated;
  integer mtp_layers = 0;
  integer layer_inputs = 0;
  const checkpoint_names* names = &llama_names;
  std::array<std::string_view, 8> priced{};
};

/// The same mathematics, defaults and names by another model_type.
[[nodiscard]] constexpr family renamed(family known, std::string_view model_type,
                                       std::string_view architecture) noexcept {
  known.model_type = model_type;
  known.architecture = architecture;
  return known;
}

/// A model_type whose text model stands in `text_config`, beside an encoder for images or sound.
struct wrapper {
  std::string_view model_type{};
  std::string_view architecture{};
  std::string_view text_type{};  // the text model's model_type, if its own is missing
  std::array<std::string_view, 2> other_types{};  // others that it may have
  bool misnamed = false;  // the first of which is then another family's, and means this one
  std::string_view other_architecture{};

  [[nodiscard]] constexpr bool holds(std::string_view type) const noexcept {
    return type == text_type ||
           (!type.empty() && (type == other_types[0] || type == other_types[1]));
  }
};

}  // namespace shardline::hf
