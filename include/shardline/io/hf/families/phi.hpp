// SPDX-License-Identifier: BSL-1.0
/// Phi-3, whose text model Phi-4-multimodal is; Phi-3-small, with biases everywhere; Phi-2, both of
/// whose blocks read one norm, likewise; Phi-3.5-MoE.
/// Source: modeling_phi.py and modeling_phimoe.py of huggingface/transformers (4.57), and
/// modeling_phi3_small.py of huggingface.co/microsoft/Phi-3-small-8k-instruct.
#pragma once

#include "shardline/io/hf/families/mistral.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_phi3_names() noexcept {
  checkpoint_names n = llama_names;
  n.projections = {"qkv_proj", "o_proj", "", ""};
  n.matrices = {"gate_up_proj", "down_proj", ""};
  return n;
}
inline constexpr checkpoint_names phi3_names = make_phi3_names();

constexpr checkpoint_names make_phi_names() noexcept {
  checkpoint_names n = llama_names;
  n.outside = {"model.embed_tokens", "", "model.final_layernorm", "lm_head"};
  n.projections = {"q_proj", "k_proj", "v_proj", "dense"};
  n.matrices = {"fc1", "fc2", ""};
  return n;
}
inline constexpr checkpoint_names phi_names = make_phi_names();

constexpr checkpoint_names make_phi3_small_names() noexcept {
  checkpoint_names n = llama_names;
  n.outside = {"model.embed_tokens", "", "model.final_layernorm", "lm_head"};
  n.projections = {"query_key_value", "dense", "", ""};
  n.matrices = {"up_proj", "down_proj", ""};
  return n;
}
inline constexpr checkpoint_names phi3_small_names = make_phi3_small_names();

inline feed_forwards read_phi3_small_blocks(const fields& f, const family&, integer layers) {
  (void)f.choice("hidden_act", {"gegelu"});
  if (f.find("ff_dim_multiplier") != nullptr) {
    f.refuse("ff_dim_multiplier", "null: ff_intermediate_size says the width");
  }
  feed_forwards result = all_alike(layers, false);
  result.dense.width = f.whole("ff_intermediate_size", any_width);
  result.dense.bias = true;
  return result;
}

/// Biases are there whatever attention_bias says. Most layers attend to a few blocks of the cache,
/// all of which they keep; which ones differs from head to head.
inline layer_stack read_phi3_small_layers(const fields& f, const family& known, integer hidden,
                                          precision own) {
  constexpr const char* sparse = "dense_attention_every_n_layers";
  grouped_query_attention a = read_grouped_attention(f, known, hidden);
  a.qkv_bias = a.output_bias = true;
  if (f.find(sparse) != nullptr && f.whole(sparse, any_layers) > 1) {
    f.note(sparse, "the blocks that other layers attend to are not told apart: all are read");
  }
  return seeing_layers(f, known, own, a);
}

inline feed_forwards read_phi_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result = all_alike(layers, false);
  result.dense.width = f.whole("intermediate_size", any_width);
  result.dense.gated = false;
  result.dense.bias = true;
  return result;
}

inline layer_stack read_phi_layers(const fields& f, const family& known, integer hidden,
                                   precision own) {
  grouped_query_attention a = read_grouped_attention(f, known, hidden);
  a.qkv_bias = a.output_bias = true;
  if (f.flag("qk_layernorm", false)) a.qk_norm = head_norm::per_head_biased;
  return seeing_layers(f, known, own, a);
}

}  // namespace detail

namespace families {

inline constexpr family phi3{.model_type = "phi3",
                             .architecture = "Phi3ForCausalLM",
                             .layers = detail::read_seeing_layers,
                             .feed_forwards = detail::read_dense,
                             .windows = window_rule::every_layer,
                             .names = &detail::phi3_names};

inline constexpr family phi3small{.model_type = "phi3small",
                                  .architecture = "Phi3SmallForCausalLM",
                                  .layers = detail::read_phi3_small_layers,
                                  .feed_forwards = detail::read_phi3_small_blocks,
                                  .kv_heads = 8,
                                  .bias = bias_rule::stated,
                                  .activation = activation_rule::any,
                                  .tied = true,
                                  .norm_bias = true,
                                  .names = &detail::phi3_small_names};
inline constexpr family phi4mm = renamed(phi3, "phi4mm", "Phi4MMForCausalLM");
inline constexpr family phi4_multimodal =
    renamed(phi3, "phi4_multimodal", "Phi4MultimodalForCausalLM");
inline constexpr family phi3_v = renamed(phi3, "phi3_v", "Phi3VForCausalLM");
inline constexpr family phi{.model_type = "phi",
                            .architecture = "PhiForCausalLM",
                            .layers = detail::read_phi_layers,
                            .feed_forwards = detail::read_phi_blocks,
                            .activation = activation_rule::gelu,
                            .form = layer_form::parallel,
                            .head_bias = true,
                            .norm_bias = true,
                            .names = &detail::phi_names};
inline constexpr family phimoe{.model_type = "phimoe",
                               .architecture = "PhiMoEForCausalLM",
                               .other_architecture = "PhimoeForCausalLM",
                               .layers = detail::read_seeing_layers,
                               .feed_forwards = detail::read_mixtral,
                               .kv_heads = 8,
                               .bias = bias_rule::stated,
                               .windows = window_rule::every_layer,
                               .head_bias = true,
                               .norm_bias = true,
                               .names = &detail::mixtral_names};

}  // namespace families

}  // namespace shardline::hf
