// SPDX-License-Identifier: BSL-1.0
/// GLM-4.5 (Z.ai, 2025): grouped-query attention with biased projections, three dense layers, then
/// mixture of experts.
#pragma once

#include "shardline/model/model.hpp"

namespace shardline::catalog {

namespace detail {

inline constexpr grouped_query_attention glm_4_5_attention{
    .heads = 96, .kv_heads = 8, .head_dim = 128, .qkv_bias = true, .qk_norm = head_norm::per_head};

inline constexpr mixture_of_experts glm_4_5_experts{.experts = 160,
                                                    .experts_per_token = 8,
                                                    .width = 1536,
                                                    .shared_experts = 1,
                                                    .shared_width = 1536,
                                                    .correction_bias = true};

}  // namespace detail

/// Source: config.json of huggingface.co/zai-org/GLM-4.5. GLM-4.6 and 4.7 have the same layers and
/// a context of 202752.
inline constexpr model glm_4_5{
    .name = "glm-4.5",
    .hidden_size = 5120,
    .vocab_size = 151552,
    .layers = {{3, {detail::glm_4_5_attention, dense_feed_forward{.width = 12288}}},
               {89, {detail::glm_4_5_attention, detail::glm_4_5_experts}}},
    .mtp_layers = 1,
    .max_context = 131072};

}  // namespace shardline::catalog
