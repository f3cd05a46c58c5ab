// SPDX-License-Identifier: BSL-1.0
/// OLMo 1 to 3, OLMoE and FlexOlmo; OLMo Hybrid, a gated delta rule in three layers of four. Their
/// norms stand behind the attention and the feed-forward block, not before them: as many, of the
/// same size, so a layer is priced as any other.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

inline feed_forwards read_olmoe(const fields& f, const family&, integer layers) {
  feed_forwards result = all_alike(layers, true);
  result.experts = read_experts(f, "num_experts", "intermediate_size");
  return result;
}

/// As many heads of keys and values in linear layers as in the others, three quarters of the model
/// wide, where no key says; values twice as wide as keys.
/// Source: configuration_olmo_hybrid.py of huggingface/transformers (5).
inline layer_stack read_olmo_hybrid_layers(const fields& f, const family& known, integer hidden,
                                           precision own) {
  const integer layers = f.whole(layers_key(f), any_layers);
  const grouped_query_attention attention = read_grouped_attention(f, known, hidden);
  linear_attention linear{};
  linear.key_heads = f.whole_or("linear_num_key_heads", attention.heads, any_heads);
  linear.value_heads = f.whole_or("linear_num_value_heads", attention.heads, any_heads);
  const integer keys = (3 * hidden / 4) / linear.key_heads;
  linear.key_head_dim = f.whole_or("linear_key_head_dim", keys < 1 ? 1 : keys, any_heads);
  linear.value_head_dim = f.whole_or("linear_value_head_dim", 2 * linear.key_head_dim, any_heads);
  linear.conv_kernel = f.whole_or("linear_conv_kernel_dim", 4, any_kernel);
  linear.state = read_state_type(f, precision::fp32, own);
  check_value_heads(f, linear);
  const std::vector<sight> sights = read_sights(f, known, layers);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    const bool state = sights[static_cast<std::size_t>(i)].linear;
    stack.append(1, {state ? attention_kind(linear) : attention_kind(attention), blocks.of(i)});
  }
  return stack;
}

}  // namespace detail

namespace families {

// Norms without gains, which stand before the blocks.
inline constexpr family olmo{.model_type = "olmo",
                             .architecture = "OlmoForCausalLM",
                             .layers = detail::read_seeing_layers,
                             .feed_forwards = detail::read_dense,
                             .bias = bias_rule::stated,
                             .bare_norms = true};
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
inline constexpr family flex_olmo = renamed(olmoe, "flex_olmo", "FlexOlmoForCausalLM");
inline constexpr family olmo3{.model_type = "olmo3",
                              .architecture = "Olmo3ForCausalLM",
                              .layers = detail::read_seeing_layers,
                              .feed_forwards = detail::read_dense,
                              .bias = bias_rule::stated,
                              .qk_norm = qk_norm_rule::all_heads,
                              .windows = window_rule::but_every_nth,
                              .window = 4096,
                              .window_period = 4};

inline constexpr family olmo_hybrid{.model_type = "olmo_hybrid",
                                    .architecture = "OlmoHybridForCausalLM",
                                    .layers = detail::read_olmo_hybrid_layers,
                                    .feed_forwards = detail::read_dense,
                                    .bias = bias_rule::stated,
                                    .qk_norm = qk_norm_rule::all_heads,
                                    .windows = window_rule::linear};

}  // namespace families

}  // namespace shardline::hf
