// SPDX-License-Identifier: BSL-1.0
/// Gemma, Gemma 2 and 3.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf::families {

inline constexpr family gemma{.model_type = "gemma",
                              .architecture = "GemmaForCausalLM",
                              .layers = detail::read_seeing_layers,
                              .feed_forwards = detail::read_dense,
                              .kv_heads = 16,
                              .head_dim = 256,
                              .bias = bias_rule::stated,
                              .activation = activation_rule::gated_gelu,
                              .tied = true};
inline constexpr family gemma2{.model_type = "gemma2",
                               .architecture = "Gemma2ForCausalLM",
                               .layers = detail::read_seeing_layers,
                               .feed_forwards = detail::read_dense,
                               .kv_heads = 4,
                               .head_dim = 256,
                               .bias = bias_rule::stated,
                               .windows = window_rule::even_layers,
                               .window = 4096,
                               .activation = activation_rule::gelu_tanh,
                               .form = layer_form::sandwich,
                               .tied = true};
/// Gemma 2 without norms behind its blocks.
/// Source: modeling_vaultgemma.py of huggingface/transformers (4.57).
constexpr family make_vaultgemma() noexcept {
  family f = renamed(gemma2, "vaultgemma", "VaultGemmaForCausalLM");
  f.form = layer_form::sequential;
  return f;
}
inline constexpr family vaultgemma = make_vaultgemma();
inline constexpr family gemma3_text{.model_type = "gemma3_text",
                                    .architecture = "Gemma3ForCausalLM",
                                    .layers = detail::read_seeing_layers,
                                    .feed_forwards = detail::read_dense,
                                    .vocab_size = 262208,
                                    .heads = 8,
                                    .kv_heads = 4,
                                    .head_dim = 256,
                                    .context = 131072,
                                    .bias = bias_rule::stated,
                                    .qk_norm = qk_norm_rule::per_head,
                                    .windows = window_rule::but_every_nth,
                                    .window = 4096,
                                    .activation = activation_rule::gelu_tanh,
                                    .form = layer_form::sandwich,
                                    .tied = true};
inline constexpr wrapper gemma3{"gemma3", "Gemma3ForConditionalGeneration", "gemma3_text"};

}  // namespace shardline::hf::families
