// SPDX-License-Identifier: BSL-1.0
/// InternLM 1 to 3: Llama by other names, with biases where a key says so.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_internlm2_names() noexcept {
  checkpoint_names n = llama_names;
  n.outside = {"model.tok_embeddings", "", "model.norm", "output"};
  n.norms = {"attention_norm", "ffn_norm", "", "", ""};
  n.attention = "attention.";
  n.projections = {"wqkv", "wo", "", ""};
  n.dense = "feed_forward.";
  n.matrices = {"w1", "w3", "w2"};
  return n;
}
inline constexpr checkpoint_names internlm2_names = make_internlm2_names();

/// InternLM 3 has a key for biases of queries, keys and values, and another for all else.
inline layer_stack read_internlm3_layers(const fields& f, const family& known, integer hidden,
                                         precision own) {
  grouped_query_attention a = read_grouped_attention(f, known, hidden);
  a.qkv_bias = f.flag("qkv_bias", false);
  a.output_bias = f.flag("bias", false);
  return seeing_layers(f, known, own, a);
}

inline feed_forwards read_internlm3_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result = all_alike(layers, false);
  result.dense.width = f.whole("intermediate_size", any_width);
  result.dense.bias = f.flag("bias", false);
  return result;
}

}  // namespace detail

namespace families {

inline constexpr family internlm{.model_type = "internlm",
                                 .architecture = "InternLMForCausalLM",
                                 .layers = detail::read_seeing_layers,
                                 .feed_forwards = detail::read_dense,
                                 .bias = bias_rule::named,
                                 .attention_bias = true};
inline constexpr family internlm2{.model_type = "internlm2",
                                  .architecture = "InternLM2ForCausalLM",
                                  .layers = detail::read_seeing_layers,
                                  .feed_forwards = detail::read_dense,
                                  .bias = bias_rule::named,
                                  .names = &detail::internlm2_names};
inline constexpr family internlm3{.model_type = "internlm3",
                                  .architecture = "InternLM3ForCausalLM",
                                  .layers = detail::read_internlm3_layers,
                                  .feed_forwards = detail::read_internlm3_blocks};

}  // namespace families

}  // namespace shardline::hf
