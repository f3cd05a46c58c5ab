// SPDX-License-Identifier: BSL-1.0
/// Kimi K2 (Moonshot AI, 2025): DeepSeek-V3's kinds of layer with half the heads and more experts.
#pragma once

#include "shardline/model/model.hpp"

namespace shardline::catalog {

namespace detail {

inline constexpr latent_attention kimi_k2_attention{.heads = 64,
                                                    .q_lora_rank = 1536,
                                                    .kv_lora_rank = 512,
                                                    .qk_nope_head_dim = 128,
                                                    .qk_rope_head_dim = 64,
                                                    .v_head_dim = 128};

inline constexpr mixture_of_experts kimi_k2_experts{.experts = 384,
                                                    .experts_per_token = 8,
                                                    .width = 2048,
                                                    .shared_experts = 1,
                                                    .shared_width = 2048,
                                                    .correction_bias = true};

}  // namespace detail

/// As published: matrices in fp8 with 128 x 128 blocks; embedding, head, norms and router in bf16.
/// Source: config.json of huggingface.co/moonshotai/Kimi-K2-Instruct.
inline constexpr model kimi_k2{
    .name = "kimi-k2",
    .hidden_size = 7168,
    .vocab_size = 163840,
    .layers = {{1, {detail::kimi_k2_attention, dense_feed_forward{.width = 18432}}},
               {60, {detail::kimi_k2_attention, detail::kimi_k2_experts}}},
    .max_context = 131072,
    .weights = quantised(uniform(formats::bf16), formats::fp8_block)};

}  // namespace shardline::catalog
