// SPDX-License-Identifier: BSL-1.0
/// OLMo 2 and 3, and OLMoE. Their norms stand behind the attention and the feed-forward block, not
/// before them: as many, of the same size, so a layer is priced as any other.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

inline feed_forwards read_olmoe(const fields& f, const family&, count layers) {
  feed_forwards result = all_alike(layers, true);
  result.experts = read_experts(f, "num_experts", "intermediate_size");
  return result;
}

}  // namespace detail

namespace families {

inline constexpr family olmo2{.model_type = "olmo2",
                              .architecture = "Olmo2ForCausalLM",
                              .layers = detail::read_seeing_layers,
                              .feed_forwards = detail::read_dense,
                              .bias = bias_rule::stated,
                              .qk_norm = qk_norm_rule::all_heads};
inline constexpr family olmoe{.model_type = "olmoe",
                              .architecture = "OlmoeForCausalLM",
                              .layers = detail::read_seeing_layers,
                              .feed_forwards = detail::read_olmoe,
                              .bias = bias_rule::stated,
                              .qk_norm = qk_norm_rule::all_heads};
inline constexpr family olmo3{.model_type = "olmo3",
                              .architecture = "Olmo3ForCausalLM",
                              .layers = detail::read_seeing_layers,
                              .feed_forwards = detail::read_dense,
                              .bias = bias_rule::stated,
                              .qk_norm = qk_norm_rule::all_heads,
                              .windows = window_rule::but_every_nth,
                              .window = 4096,
                              .window_period = 4};

}  // namespace families

}  // namespace shardline::hf
