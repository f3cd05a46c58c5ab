// SPDX-License-Identifier: BSL-1.0
/// MiniMax-M2 (MiniMax, 2025 and 2026): grouped-query attention, queries and keys normalised over
/// all heads together, a mixture of experts in every layer.
#pragma once

#include "shardline/model/model.hpp"

namespace shardline::catalog {

/// As published: matrices in fp8 with 128 x 128 blocks; embedding, head, norms and router in bf16.
/// config.json names three multi-token-prediction modules; the checkpoint holds none. M2, M2.1 and
/// M2.7 have the same layers. Source: config.json of huggingface.co/MiniMaxAI/MiniMax-M2.5.
inline constexpr model minimax_m2_5{
    .name = "minimax-m2.5",
    .hidden_size = 3072,
    .vocab_size = 200064,
    .layers =
        {{62,
          {grouped_query_attention{
               .heads = 48, .kv_heads = 8, .head_dim = 128, .qk_norm = head_norm::all_heads},
           mixture_of_experts{
               .experts = 256, .experts_per_token = 8, .width = 1536, .correction_bias = true}}}},
    .max_context = 196608,
    .weights = quantised(uniform(formats::bf16), formats::fp8_block)};

}  // namespace shardline::catalog
