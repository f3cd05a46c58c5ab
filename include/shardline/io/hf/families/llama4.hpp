// SPDX-License-Identifier: BSL-1.0
/// Llama 4.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

/// The last of every interleave_moe_layer_step layers has experts, or those that moe_layers lists.
/// intermediate_size is the width of an expert, routed or shared; intermediate_size_mlp of a dense
/// block.
inline feed_forwards read_llama4(const fields& f, const family&, integer layers) {
  feed_forwards result = all_alike(layers, false);
  result.experts = read_experts(f, experts_key(f), "intermediate_size");
  result.experts.shared_experts = 1;
  result.experts.shared_width = result.experts.width;
  const integer step = f.whole_or("interleave_moe_layer_step", 1, any_layers);
  if (f.find("moe_layers") != nullptr) {
    mark_layers(f, "moe_layers", true, result.sparse);
  } else {
    for (integer i = step - 1; i < layers; i += step)
      result.sparse[static_cast<std::size_t>(i)] = true;
  }
  if (result.any_dense()) result.dense.width = f.whole("intermediate_size_mlp", any_width);
  return result;
}

constexpr checkpoint_names make_llama4_names() noexcept {
  checkpoint_names n = with_fused_experts(llama_names);
  n.dense = "feed_forward.";
  n.router = "feed_forward.router";
  n.experts = "feed_forward.experts.";
  n.shared = "feed_forward.shared_expert.";
  return n;
}
inline constexpr checkpoint_names llama4_names = make_llama4_names();

}  // namespace detail

namespace families {

inline constexpr family llama4_text{.model_type = "llama4_text",
                                    .architecture = "Llama4ForCausalLM",
                                    .layers = detail::read_seeing_layers,
                                    .feed_forwards = detail::read_llama4,
                                    .kv_heads = 8,
                                    .head_dim = 128,
                                    .bias = bias_rule::stated,
                                    .windows = window_rule::chunked,
                                    .window = 8192,
                                    .names = &detail::llama4_names};
inline constexpr wrapper llama4{"llama4", "Llama4ForConditionalGeneration", "llama4_text"};

}  // namespace families

}  // namespace shardline::hf
