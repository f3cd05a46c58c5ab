// SPDX-License-Identifier: BSL-1.0
/// Persimmon, whose text model Fuyu is: biases everywhere, of the norms of heads too.
/// Source: modeling_persimmon.py of huggingface/transformers (4.57).
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_persimmon_names() noexcept {
  checkpoint_names n = llama_names;
  n.outside = {"model.embed_tokens", "", "model.final_layernorm", "lm_head"};
  n.projections = {"query_key_value", "dense", "", ""};
  n.matrices = {"dense_h_to_4h", "dense_4h_to_h", ""};
  return n;
}
inline constexpr checkpoint_names persimmon_names = make_persimmon_names();

inline feed_forwards read_persimmon_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result = all_alike(layers, false);
  result.dense.width = f.whole("intermediate_size", any_width);
  result.dense.gated = false;
  result.dense.bias = true;
  return result;
}

inline layer_stack read_persimmon_layers(const fields& f, const family& known, integer hidden,
                                         precision) {
  const integer layers = read_equal_layers(f);
  grouped_query_attention a = read_multi_head_attention(f, hidden);
  if (f.flag("qk_layernorm", true)) a.qk_norm = head_norm::per_head_biased;
  return equal_layers(f, known, layers, a, known.form);
}

}  // namespace detail

namespace families {

inline constexpr family persimmon{.model_type = "persimmon",
                                  .architecture = "PersimmonForCausalLM",
                                  .layers = detail::read_persimmon_layers,
                                  .feed_forwards = detail::read_persimmon_blocks,
                                  .activation = activation_rule::squared_relu,
                                  .norm_bias = true,
                                  .names = &detail::persimmon_names};
inline constexpr wrapper fuyu{"fuyu", "FuyuForCausalLM", "persimmon"};

}  // namespace families

}  // namespace shardline::hf
