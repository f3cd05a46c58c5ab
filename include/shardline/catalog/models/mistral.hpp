/// Mixtral (Mistral AI, 2023): mixture of experts, grouped-query attention.
#pragma once

#include "shardline/describe/model.hpp"

namespace shardline::catalog {

/// Source: config.json of huggingface.co/mistralai/Mixtral-8x7B-v0.1.
inline constexpr model mixtral_8x7b{
    .name = "mixtral-8x7b",
    .hidden_size = 4096,
    .vocab_size = 32000,
    .layers = {{32,
                {grouped_query_attention{.heads = 32, .kv_heads = 8, .head_dim = 128},
                 mixture_of_experts{.experts = 8, .experts_per_token = 2, .width = 14336}}}},
    .max_context = 32768};

}  // namespace shardline::catalog
