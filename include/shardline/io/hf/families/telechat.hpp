// SPDX-License-Identifier: BSL-1.0
/// TeleChat: Llama with biases on the last matrix of each block.
/// Source: vllm/model_executor/models/telechat2.py.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_telechat_names() noexcept {
  checkpoint_names n = llama_names;
  n.outside = {"transformer.word_embeddings", "", "transformer.ln_f", "lm_head"};
  n.layers = "transformer.h.";
  n.attention = "self_attention.";
  n.projections = {"query", "key_value", "dense", ""};
  return n;
}
inline constexpr checkpoint_names telechat_names = make_telechat_names();

inline feed_forwards read_telechat_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result = all_alike(layers, false);
  result.dense.width = f.whole(f.name_of({"ffn_hidden_size", "intermediate_size"}), any_width);
  result.dense.output_bias = true;
  return result;
}

inline layer_stack read_telechat_layers(const fields& f, const family& known, integer hidden,
                                        precision) {
  const integer layers = read_equal_layers(f);
  if (f.flag("embed_layernorm", false)) f.refuse("embed_layernorm", "false");
  grouped_query_attention a = read_multi_head_attention(f, hidden);
  a.kv_heads = f.whole_or("num_key_value_heads", a.heads, {a.heads, a.heads});
  a.qkv_bias = false;
  return equal_layers(f, known, layers, a, known.form);
}

}  // namespace detail

namespace families {

inline constexpr family telechat{.model_type = "telechat",
                                 .architecture = "TeleChat2ForCausalLM",
                                 .other_architecture = "TelechatForCausalLM",
                                 .layers = detail::read_telechat_layers,
                                 .feed_forwards = detail::read_telechat_blocks,
                                 .names = &detail::telechat_names};

}  // namespace families

}  // namespace shardline::hf
