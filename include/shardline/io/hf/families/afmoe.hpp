// SPDX-License-Identifier: BSL-1.0
/// Arcee's Trinity: gated outputs of heads that see a window in three layers of four, norms on both
/// sides of each block, and experts with a score correction beside shared ones.
/// Source: configuration_afmoe.py and modeling_afmoe.py of huggingface/transformers (5).
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_afmoe_names() noexcept {
  checkpoint_names n = llama_names;
  n.norms = {"input_layernorm", "post_attention_layernorm", "pre_mlp_layernorm",
             "post_mlp_layernorm", ""};
  n.router = "mlp.router.gate";
  return n;
}
inline constexpr checkpoint_names afmoe_names = make_afmoe_names();

inline feed_forwards read_afmoe_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result;
  mixture_of_experts& moe = result.experts;
  moe = read_experts(f, "num_experts", "moe_intermediate_size");
  moe.shared_experts = f.whole_or("num_shared_experts", 2, field::shared_experts);
  moe.shared_width = moe.shared_experts > 0 ? moe.width : 0;
  moe.correction_bias = true;
  const integer dense = f.whole_or("num_dense_layers", 1, any_index);
  for (integer i = 0; i < layers; ++i) result.sparse.push_back(i >= dense);
  if (result.any_dense()) result.dense.width = f.whole("intermediate_size", any_width);
  return result;
}

inline layer_stack read_afmoe_layers(const fields& f, const family& known, integer hidden,
                                     precision own) {
  grouped_query_attention a = read_grouped_attention(f, known, hidden);
  a.output_gate = true;
  (void)f.find("global_attn_every_n_layers");  // says no more than layer_types beside it
  return seeing_layers(f, known, own, a);
}

}  // namespace detail

namespace families {

inline constexpr family afmoe{.model_type = "afmoe",
                              .architecture = "AfmoeForCausalLM",
                              .layers = detail::read_afmoe_layers,
                              .feed_forwards = detail::read_afmoe_blocks,
                              .head_dim = 128,
                              .qk_norm = qk_norm_rule::per_head,
                              .windows = window_rule::but_every_nth,
                              .window = 1024,
                              .window_period = 4,
                              .form = layer_form::sandwich,
                              .names = &detail::afmoe_names};

}  // namespace families

}  // namespace shardline::hf
