/// Llama 3.1 (Meta, 2024): dense, grouped-query attention.
#pragma once

#include "shardline/describe/model.hpp"

namespace shardline::catalog {

/// Source: config.json of huggingface.co/meta-llama/Llama-3.1-8B.
inline constexpr model llama_3_1_8b{
    .name = "llama-3.1-8b",
    .hidden_size = 4096,
    .vocab_size = 128256,
    .layers = {{32,
                {grouped_query_attention{.heads = 32, .kv_heads = 8, .head_dim = 128},
                 dense_feed_forward{.width = 14336}}}},
    .max_context = 131072};

/// Source: config.json of huggingface.co/meta-llama/Llama-3.1-70B; Llama 3.3 70B has the same
/// shape.
inline constexpr model llama_3_1_70b{
    .name = "llama-3.1-70b",
    .hidden_size = 8192,
    .vocab_size = 128256,
    .layers = {{80,
                {grouped_query_attention{.heads = 64, .kv_heads = 8, .head_dim = 128},
                 dense_feed_forward{.width = 28672}}}},
    .max_context = 131072};

/// Source: config.json of huggingface.co/meta-llama/Llama-3.1-405B.
inline constexpr model llama_3_1_405b{
    .name = "llama-3.1-405b",
    .hidden_size = 16384,
    .vocab_size = 128256,
    .layers = {{126,
                {grouped_query_attention{.heads = 128, .kv_heads = 8, .head_dim = 128},
                 dense_feed_forward{.width = 53248}}}},
    .max_context = 131072};

}  // namespace shardline::catalog
