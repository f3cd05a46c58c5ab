// SPDX-License-Identifier: BSL-1.0
/// Mistral, Ministral 3 and Mixtral.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

inline feed_forwards read_mixtral(const fields& f, const family&, integer layers) {
  feed_forwards result = all_alike(layers, true);
  result.experts = read_experts(f, "num_local_experts", "intermediate_size");
  return result;
}

constexpr checkpoint_names make_mixtral_names() noexcept {
  checkpoint_names n = llama_names;
  n.router = "block_sparse_moe.gate";
  n.experts = "block_sparse_moe.experts.";
  n.expert = {"w1", "w3", "w2"};
  return n;
}
inline constexpr checkpoint_names mixtral_names = make_mixtral_names();

}  // namespace detail

namespace families {

inline constexpr family mistral{.model_type = "mistral",
                                .architecture = "MistralForCausalLM",
                                .layers = detail::read_seeing_layers,
                                .feed_forwards = detail::read_dense,
                                .kv_heads = 8,
                                .windows = window_rule::every_layer,
                                .window = 4096};
// Mistral without a window of its own, and heads of 128 where nothing else is said.
constexpr family make_ministral3() noexcept {
  family f = renamed(mistral, "ministral3", "Ministral3ForCausalLM");
  f.head_dim = 128;
  f.window = 0;
  return f;
}
inline constexpr family ministral3 = make_ministral3();
// Windows where layer_types says so.
inline constexpr family ministral = renamed(mistral, "ministral", "MinistralForCausalLM");
inline constexpr family mixtral{.model_type = "mixtral",
                                .architecture = "MixtralForCausalLM",
                                .layers = detail::read_seeing_layers,
                                .feed_forwards = detail::read_mixtral,
                                .kv_heads = 8,
                                .windows = window_rule::every_layer,
                                .names = &detail::mixtral_names};
inline constexpr wrapper mistral3{
    "mistral3", "Mistral3ForConditionalGeneration", "mistral", {"ministral3", "mistral4"}};

}  // namespace families

}  // namespace shardline::hf
