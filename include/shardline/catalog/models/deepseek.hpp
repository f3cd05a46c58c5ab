/// DeepSeek-V3 (DeepSeek-AI, 2024): latent attention, three dense layers, then mixture of experts.
#pragma once

#include "shardline/describe/model.hpp"

namespace shardline::catalog {

namespace detail {

inline constexpr latent_attention deepseek_v3_attention{.heads = 128,
                                                        .q_lora_rank = 1536,
                                                        .kv_lora_rank = 512,
                                                        .qk_nope_head_dim = 128,
                                                        .qk_rope_head_dim = 64,
                                                        .v_head_dim = 128};

inline constexpr mixture_of_experts deepseek_v3_experts{.experts = 256,
                                                        .experts_per_token = 8,
                                                        .width = 2048,
                                                        .shared_experts = 1,
                                                        .shared_width = 2048,
                                                        .correction_bias = true};

}  // namespace detail

/// As published: matrices in fp8 with 128 x 128 blocks; embedding, head, norms and router in bf16.
/// The multi-token-prediction layer of the checkpoint is not part of it. DeepSeek-R1 has the same
/// shape. Source: config.json of huggingface.co/deepseek-ai/DeepSeek-V3; arXiv 2412.19437.
inline constexpr model deepseek_v3{
    .name = "deepseek-v3",
    .hidden_size = 7168,
    .vocab_size = 129280,
    .layers = {{3, {detail::deepseek_v3_attention, dense_feed_forward{.width = 18432}}},
               {58, {detail::deepseek_v3_attention, detail::deepseek_v3_experts}}},
    .max_context = 163840,
    .weights = quantised(uniform(formats::bf16), formats::fp8_block)};

}  // namespace shardline::catalog
