// SPDX-License-Identifier: BSL-1.0
/// DeepSeek-V2 and V3 (DeepSeek-AI, 2024): latent attention, a few dense layers, then mixture of
/// experts.
#pragma once

#include "shardline/model/model.hpp"

namespace shardline::catalog {

namespace detail {

inline constexpr latent_attention deepseek_attention{.heads = 128,
                                                     .q_lora_rank = 1536,
                                                     .kv_lora_rank = 512,
                                                     .qk_nope_head_dim = 128,
                                                     .qk_rope_head_dim = 64,
                                                     .v_head_dim = 128};

inline constexpr mixture_of_experts deepseek_v2_experts{.experts = 160,
                                                        .experts_per_token = 6,
                                                        .width = 1536,
                                                        .shared_experts = 2,
                                                        .shared_width = 1536};

inline constexpr mixture_of_experts deepseek_v3_experts{.experts = 256,
                                                        .experts_per_token = 8,
                                                        .width = 2048,
                                                        .shared_experts = 1,
                                                        .shared_width = 2048,
                                                        .correction_bias = true};

}  // namespace detail

/// Source: config.json of huggingface.co/deepseek-ai/DeepSeek-V2; arXiv 2405.04434.
inline constexpr model deepseek_v2{
    .name = "deepseek-v2",
    .hidden_size = 5120,
    .vocab_size = 102400,
    .layers = {{1, {detail::deepseek_attention, dense_feed_forward{.width = 12288}}},
               {59, {detail::deepseek_attention, detail::deepseek_v2_experts}}},
    .max_context = 163840};

/// As published: matrices in fp8 with 128 x 128 blocks; embedding, head, norms and router in bf16.
/// DeepSeek-R1 has the same shape. Source: config.json of huggingface.co/deepseek-ai/DeepSeek-V3;
/// arXiv 2412.19437.
inline constexpr model deepseek_v3{
    .name = "deepseek-v3",
    .hidden_size = 7168,
    .vocab_size = 129280,
    .layers = {{3, {detail::deepseek_attention, dense_feed_forward{.width = 18432}}},
               {58, {detail::deepseek_attention, detail::deepseek_v3_experts}}},
    .mtp_layers = 1,
    .max_context = 163840,
    .weights = quantised(uniform(formats::bf16), formats::fp8_block)};

}  // namespace shardline::catalog
