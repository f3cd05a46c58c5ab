// SPDX-License-Identifier: BSL-1.0
/// Bloom (BigScience, 2022): multi-head attention with ALiBi, biases everywhere, a norm after the
/// embedding, to which the head is tied.
#pragma once

#include "shardline/model/model.hpp"

namespace shardline::catalog {

/// Trained on sequences of 2048 tokens. Source: config.json of huggingface.co/bigscience/bloom.
inline constexpr model bloom_176b{
    .name = "bloom-176b",
    .hidden_size = 14336,
    .vocab_size = 250880,
    .tied_embeddings = true,
    .norm_bias = true,
    .embedding_norm = true,
    .layers = {{70,
                {grouped_query_attention{.heads = 112,
                                         .kv_heads = 112,
                                         .head_dim = 128,
                                         .qkv_bias = true,
                                         .output_bias = true},
                 dense_feed_forward{.width = 57344, .gated = false, .bias = true}}}},
    .max_context = 2048};

}  // namespace shardline::catalog
