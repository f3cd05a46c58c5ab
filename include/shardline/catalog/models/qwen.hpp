/// Qwen3 (Alibaba, 2025): dense and mixture of experts, normalised queries and keys.
/// 40960 positions is what config.json states without YaRN.
#pragma once

#include "shardline/describe/model.hpp"

namespace shardline::catalog {

/// Source: config.json of huggingface.co/Qwen/Qwen3-32B.
inline constexpr model qwen3_32b{
    .name = "qwen3-32b",
    .hidden_size = 5120,
    .vocab_size = 151936,
    .layers = {{64,
                {grouped_query_attention{
                     .heads = 64, .kv_heads = 8, .head_dim = 128, .qk_norm = true},
                 dense_feed_forward{.width = 25600}}}},
    .max_context = 40960};

/// Source: config.json of huggingface.co/Qwen/Qwen3-30B-A3B.
inline constexpr model qwen3_30b_a3b{
    .name = "qwen3-30b-a3b",
    .hidden_size = 2048,
    .vocab_size = 151936,
    .layers = {{48,
                {grouped_query_attention{
                     .heads = 32, .kv_heads = 4, .head_dim = 128, .qk_norm = true},
                 mixture_of_experts{.experts = 128, .experts_per_token = 8, .width = 768}}}},
    .max_context = 40960};

/// Source: config.json of huggingface.co/Qwen/Qwen3-235B-A22B.
inline constexpr model qwen3_235b_a22b{
    .name = "qwen3-235b-a22b",
    .hidden_size = 4096,
    .vocab_size = 151936,
    .layers = {{94,
                {grouped_query_attention{
                     .heads = 64, .kv_heads = 4, .head_dim = 128, .qk_norm = true},
                 mixture_of_experts{.experts = 128, .experts_per_token = 8, .width = 1536}}}},
    .max_context = 40960};

}  // namespace shardline::catalog
