// SPDX-License-Identifier: BSL-1.0
/// GPT-NeoX and Pythia: blocks side by side with a norm each, biases everywhere.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

inline constexpr checkpoint_names gpt_neox_names{
    .outside = {"gpt_neox.embed_in", "", "gpt_neox.final_layer_norm", "embed_out"},
    .layers = "gpt_neox.layers.",
    .norms = {"input_layernorm", "post_attention_layernorm", "", "", ""},
    .attention = "attention.",
    .projections = {"query_key_value", "dense", "", ""},
    .dense = "mlp.",
    .matrices = {"dense_h_to_4h", "dense_4h_to_h", ""}};

inline feed_forwards read_gpt_neox_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result = all_alike(layers, false);
  result.dense.width = f.whole("intermediate_size", any_width);
  result.dense.gated = false;
  result.dense.bias = true;
  return result;
}

inline layer_stack read_gpt_neox_layers(const fields& f, const family& known, integer hidden,
                                        precision) {
  const integer layers = read_equal_layers(f);
  grouped_query_attention attention = read_multi_head_attention(f, hidden);
  attention.qkv_bias = attention.output_bias = f.flag("attention_bias", true);
  const bool side_by_side = f.flag("use_parallel_residual", true);
  return equal_layers(f, known, layers, attention,
                      side_by_side ? layer_form::parallel_two_norms : layer_form::sequential);
}

}  // namespace detail

namespace families {

inline constexpr family gpt_neox{.model_type = "gpt_neox",
                                 .architecture = "GPTNeoXForCausalLM",
                                 .layers = detail::read_gpt_neox_layers,
                                 .feed_forwards = detail::read_gpt_neox_blocks,
                                 .activation = activation_rule::gelu,
                                 .norm_bias = true,
                                 .names = &detail::gpt_neox_names};

}  // namespace families

}  // namespace shardline::hf
