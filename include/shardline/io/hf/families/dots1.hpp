// SPDX-License-Identifier: BSL-1.0
/// dots.llm1: Qwen3's attention, DeepSeek-V3's experts.
#pragma once

#include "shardline/io/hf/blocks/deepseek_experts.hpp"
#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf::families {

inline constexpr family dots1{.model_type = "dots1",
                              .architecture = "Dots1ForCausalLM",
                              .layers = detail::read_seeing_layers,
                              .feed_forwards = detail::read_deepseek,
                              .bias = bias_rule::stated,
                              .qk_norm = qk_norm_rule::per_head,
                              .windows = window_rule::contested,
                              .shared_experts = -1,
                              .topk_method = "noaux_tc"};

}  // namespace shardline::hf::families
