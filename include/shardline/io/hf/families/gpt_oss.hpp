// SPDX-License-Identifier: BSL-1.0
/// gpt-oss.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

inline feed_forwards read_gpt_oss(const fields& f, const family&, integer layers) {
  feed_forwards result = all_alike(layers, true);
  result.experts = read_experts(f, experts_key(f), "intermediate_size");
  result.experts.expert_bias = true;
  result.experts.router_bias = true;
  return result;
}

inline constexpr checkpoint_names gpt_oss_names = [] {
  checkpoint_names n = with_fused_experts(llama_names);
  n.router = "mlp.router";
  return n;
}();

}  // namespace detail

namespace families {

inline constexpr family gpt_oss{.model_type = "gpt_oss",
                                .architecture = "GptOssForCausalLM",
                                .layers = detail::read_seeing_layers,
                                .feed_forwards = detail::read_gpt_oss,
                                .kv_heads = 8,
                                .head_dim = 64,
                                .bias = bias_rule::stated,
                                .attention_bias = true,
                                .sinks = true,
                                .windows = window_rule::even_layers,
                                .window = 128,
                                .names = &detail::gpt_oss_names};

}  // namespace families

}  // namespace shardline::hf
