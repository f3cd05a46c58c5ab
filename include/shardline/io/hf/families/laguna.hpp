// SPDX-License-Identifier: BSL-1.0
/// Poolside's Laguna: heads of their own number in each layer, a gate per head or per value,
/// experts with a score correction beside a shared one.
/// Source: configuration_laguna.py and modular_laguna.py of huggingface/transformers (5).
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

inline feed_forwards read_laguna_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result;
  mixture_of_experts& moe = result.experts;
  moe = read_experts(f, "num_experts", "moe_intermediate_size");
  moe.shared_experts = 1;
  moe.shared_width = f.whole("shared_expert_intermediate_size", any_width);
  moe.correction_bias = true;
  result.sparse = read_sparse_types(f, 1, layers);
  if (result.any_dense()) result.dense.width = f.whole("intermediate_size", any_width);
  return result;
}

/// `gating`: true or "per-head", "per-element", or false.
inline void read_gating(const fields& f, grouped_query_attention& a) {
  constexpr const char* key = "gating";
  const json* value = f.find(key);
  if (value != nullptr && value->is_string()) {
    a.output_gate = f.choice(key, {"per-head", "per-element"}) == "per-element";
    a.head_gate = !a.output_gate;
  } else {
    a.head_gate = f.flag(key, true);
  }
}

/// Heads of each layer, all multiples of the key-value heads.
inline std::vector<integer> read_layer_heads(const fields& f, const grouped_query_attention& a,
                                             integer layers) {
  constexpr const char* key = "num_attention_heads_per_layer";
  const std::string allowed = "a multiple of num_key_value_heads (" + std::to_string(a.kv_heads) +
                              ") for each layer (" + std::to_string(layers) + ")";
  std::vector<integer> heads =
      f.whole_list(key, any_heads, allowed).value_or(std::vector<integer>{});
  if (f.find(key) == nullptr) heads.assign(static_cast<std::size_t>(layers), a.heads);
  bool sound = static_cast<integer>(heads.size()) == layers;
  for (const integer n : heads) sound = sound && n % a.kv_heads == 0;
  if (!sound) f.refuse(key, allowed);
  heads.resize(static_cast<std::size_t>(layers), a.heads);
  return heads;
}

inline layer_stack read_laguna_layers(const fields& f, const family& known, integer hidden,
                                      precision) {
  const integer layers = f.whole(layers_key(f), any_layers);
  grouped_query_attention a = read_grouped_attention(f, known, hidden);
  read_gating(f, a);
  const std::vector<integer> heads = read_layer_heads(f, a, layers);
  const std::vector<sight> sights = read_sights(f, known, layers);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    a.heads = heads[static_cast<std::size_t>(i)];
    a.window = sights[static_cast<std::size_t>(i)].window;
    stack.append(1, {a, blocks.of(i)});
  }
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family laguna{.model_type = "laguna",
                               .architecture = "LagunaForCausalLM",
                               .layers = detail::read_laguna_layers,
                               .feed_forwards = detail::read_laguna_blocks,
                               .kv_heads = 8,
                               .head_dim = 128,
                               .bias = bias_rule::stated,
                               .qk_norm = qk_norm_rule::per_head,
                               .window = 512};

}  // namespace families

}  // namespace shardline::hf
