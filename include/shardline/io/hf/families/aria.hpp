// SPDX-License-Identifier: BSL-1.0
/// Aria: experts in every layer, and two that all tokens take, as one block.
/// Source: modeling_aria.py and configuration_aria.py of huggingface/transformers (4.57).
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_aria_names() noexcept {
  checkpoint_names n = llama_names;
  n.router = "mlp.router";
  n.numbered = false;
  n.expert = {"fc1", "fc2", ""};
  return n;
}
inline constexpr checkpoint_names aria_names = make_aria_names();

inline feed_forwards read_aria_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result = all_alike(layers, true);
  mixture_of_experts& moe = result.experts;
  moe.experts = f.whole_or("moe_num_experts", 8, field::experts);
  moe.experts_per_token = f.whole_or("moe_topk", 2, {1, moe.experts});
  moe.width = f.whole_or("intermediate_size", 4096, any_width);
  moe.shared_experts = f.whole_or("moe_num_shared_experts", 2, field::shared_experts);
  moe.shared_width = moe.shared_experts > 0 ? moe.width : 0;
  return result;
}

}  // namespace detail

namespace families {

inline constexpr family aria_text{.model_type = "aria_text",
                                  .architecture = "AriaTextForCausalLM",
                                  .layers = detail::read_seeing_layers,
                                  .feed_forwards = detail::read_aria_blocks,
                                  .bias = bias_rule::stated,
                                  .mlp_bias = true,
                                  .names = &detail::aria_names};
inline constexpr wrapper aria{"aria", "AriaForConditionalGeneration", "aria_text", {"aria_moe_lm"}};

}  // namespace families

}  // namespace shardline::hf
