// SPDX-License-Identifier: BSL-1.0
/// StarCoder2: two matrices a block, biases everywhere; StarCoder (GPT-BigCode): GPT-2 with one
/// head of keys and values.
#pragma once

#include "shardline/io/hf/families/gpt2.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_starcoder2_names() noexcept {
  checkpoint_names n = llama_names;
  n.matrices = {"c_fc", "c_proj", ""};
  return n;
}
inline constexpr checkpoint_names starcoder2_names = make_starcoder2_names();

inline feed_forwards read_starcoder2_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result = all_alike(layers, false);
  result.dense.width = f.whole("intermediate_size", any_width);
  result.dense.gated = false;
  result.dense.bias = f.flag("use_bias", true);
  return result;
}

inline layer_stack read_bigcode_layers(const fields& f, const family& known, integer hidden,
                                       precision) {
  const integer layers = read_equal_layers(f);
  grouped_query_attention a = read_multi_head_attention(f, hidden);
  if (f.flag("multi_query", true)) a.kv_heads = 1;
  return equal_layers(f, known, layers, a, known.form);
}

}  // namespace detail

namespace families {

inline constexpr family starcoder2{.model_type = "starcoder2",
                                   .architecture = "Starcoder2ForCausalLM",
                                   .layers = detail::read_seeing_layers,
                                   .feed_forwards = detail::read_starcoder2_blocks,
                                   .kv_heads = 2,
                                   .bias = bias_rule::named,
                                   .attention_bias = true,
                                   .windows = window_rule::every_layer,
                                   .activation = activation_rule::gelu,
                                   .tied = true,
                                   .norm_bias = true,
                                   .names = &detail::starcoder2_names};
inline constexpr family gpt_bigcode{.model_type = "gpt_bigcode",
                                    .architecture = "GPTBigCodeForCausalLM",
                                    .layers = detail::read_bigcode_layers,
                                    .feed_forwards = detail::read_gpt2_blocks,
                                    .activation = activation_rule::gelu,
                                    .tied = true,
                                    .norm_bias = true,
                                    .learned_positions = true,
                                    .names = &detail::gpt2_names};

}  // namespace families

}  // namespace shardline::hf
