// SPDX-License-Identifier: BSL-1.0
/// Gemma 4: heads of their own width and number in layers that see everything, whose keys may be
/// values too; the last layers read the caches of earlier ones; an embedding for each layer;
/// experts beside the dense block.
/// Source: configuration_gemma4.py and modeling_gemma4.py of huggingface/transformers (5).
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

/// The heads of the layers that see everything, where they differ.
inline grouped_query_attention read_global_heads(const fields& f, grouped_query_attention a) {
  a.head_dim = f.whole_or("global_head_dim", 512, any_heads);
  a.values_from_keys = f.flag("attention_k_eq_v", false);
  if (!a.values_from_keys) return a;
  constexpr const char* key = "num_global_key_value_heads";
  a.kv_heads = f.whole_or(key, a.kv_heads, any_heads);
  if (a.heads % a.kv_heads != 0) {
    f.refuse(key, "a divisor of num_attention_heads (" + std::to_string(a.heads) + ")");
  }
  return a;
}

/// The dense block of a layer; every layer has it, beside experts as the expert that all take.
inline feed_forward_kind read_gemma4_block(const fields& f, bool reads_another) {
  const bool twice = reads_another && f.flag("use_double_wide_mlp", false);
  const dense_feed_forward dense{.width = (twice ? 2 : 1) *
                                          f.whole("intermediate_size", {1, any_width.most / 2})};
  const bool routed = f.flag("enable_moe_block", false);
  if (!routed) (void)f.find("moe_intermediate_size");  // said of models without experts too
  if (!routed) return dense;
  mixture_of_experts moe{};
  moe.experts = f.whole("num_experts", field::experts);
  moe.experts_per_token = f.whole("top_k_experts", {1, moe.experts});
  moe.width = f.whole(f.name_of({"moe_intermediate_size", "expert_intermediate_size"}), any_width);
  moe.shared_experts = 1;
  moe.shared_width = dense.width;
  moe.scaled_router = true;
  moe.branch_norms = true;
  return moe;
}

inline layer_stack read_gemma4_layers(const fields& f, const family& known, integer hidden,
                                      precision) {
  const integer layers = f.whole(layers_key(f), any_layers);
  (void)f.choice("use_bidirectional_attention", {"vision"});
  const grouped_query_attention narrow = read_grouped_attention(f, known, hidden);
  const grouped_query_attention global = read_global_heads(f, narrow);
  const std::vector<sight> sights = read_sights(f, known, layers);
  const integer sharing = f.whole_or("num_kv_shared_layers", 0, {0, layers - 1});
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    const sight& seen = sights[static_cast<std::size_t>(i)];
    grouped_query_attention a = seen.window > 0 ? narrow : global;
    a.window = seen.window;
    a.reads_cache_of_another = i >= layers - sharing;
    a.values_from_keys = a.values_from_keys && !a.reads_cache_of_another;
    stack.append(1, {a, read_gemma4_block(f, a.reads_cache_of_another), known.form});
  }
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family gemma4_text{
    .model_type = "gemma4_text",
    .architecture = "Gemma4ForCausalLM",
    .layers = detail::read_gemma4_layers,
    .vocab_size = 262144,
    .heads = 8,
    .kv_heads = 4,
    .head_dim = 256,
    .context = 131072,
    .bias = bias_rule::stated,
    .qk_norm = qk_norm_rule::per_head,
    .windows = window_rule::but_every_nth,
    .window = 512,
    .activation = activation_rule::gelu_tanh,
    .form = layer_form::scaled_sandwich,
    .tied = true,
    .layer_inputs = 256,
    .priced = {"global_head_dim", "num_global_key_value_heads", "attention_k_eq_v",
               "num_kv_shared_layers", "hidden_size_per_layer_input", "vocab_size_per_layer_input",
               "use_bidirectional_attention"}};
// Gemma 4 12B, whose images and sound need no tower of their own: no embedding for each layer.
constexpr family make_gemma4_unified() noexcept {
  family f = renamed(gemma4_text, "gemma4_unified_text", "Gemma4UnifiedForCausalLM");
  f.context = 262144;
  f.window = 1024;
  f.layer_inputs = 0;
  return f;
}
inline constexpr family gemma4_unified_text = make_gemma4_unified();
inline constexpr wrapper gemma4_unified{"gemma4_unified", "Gemma4UnifiedForConditionalGeneration",
                                        "gemma4_unified_text"};
inline constexpr wrapper gemma4{"gemma4", "Gemma4ForConditionalGeneration", "gemma4_text"};

}  // namespace families

}  // namespace shardline::hf
