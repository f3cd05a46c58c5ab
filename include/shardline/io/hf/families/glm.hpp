// SPDX-License-Identifier: BSL-1.0
/// GLM-4.5; GLM-4.7-Flash, which has latent attention; Solar Open, whose first layer has experts
/// too.
#pragma once

#include "shardline/io/hf/blocks/deepseek_experts.hpp"
#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf::families {

inline constexpr family glm4_moe{.model_type = "glm4_moe",
                                 .architecture = "Glm4MoeForCausalLM",
                                 .layers = detail::read_seeing_layers,
                                 .feed_forwards = detail::read_deepseek,
                                 .kv_heads = 8,
                                 .bias = bias_rule::stated_qkv,
                                 .qk_norm = qk_norm_rule::stated,
                                 .dense_layers = 1,
                                 .shared_experts = 1,
                                 .topk_method = "noaux_tc"};
inline constexpr family solar_open{.model_type = "solar_open",
                                   .architecture = "SolarOpenForCausalLM",
                                   .layers = detail::read_seeing_layers,
                                   .feed_forwards = detail::read_deepseek,
                                   .kv_heads = 8,
                                   .head_dim = 128,
                                   .bias = bias_rule::stated_qkv,
                                   .qk_norm = qk_norm_rule::stated,
                                   .shared_experts = 1,
                                   .topk_method = "noaux_tc"};
inline constexpr family glm4_moe_lite{.model_type = "glm4_moe_lite",
                                      .architecture = "Glm4MoeLiteForCausalLM",
                                      .layers = detail::read_latent_layers,
                                      .feed_forwards = detail::read_deepseek,
                                      .dense_layers = 1,
                                      .shared_experts = 1,
                                      .topk_method = "noaux_tc"};

}  // namespace shardline::hf::families
