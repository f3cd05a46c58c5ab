// SPDX-License-Identifier: BSL-1.0
/// Phi (Microsoft, 2024): dense, as many key-value heads as heads.
#pragma once

#include "shardline/model/model.hpp"

namespace shardline::catalog {

/// Source: config.json of huggingface.co/microsoft/Phi-3-mini-4k-instruct.
inline constexpr model phi_3_mini_4k{
    .name = "phi-3-mini-4k",
    .hidden_size = 3072,
    .vocab_size = 32064,
    .layers = {{32,
                {grouped_query_attention{
                     .heads = 32, .kv_heads = 32, .head_dim = 96, .window = 2047},
                 dense_feed_forward{.width = 8192}}}},
    .max_context = 4096};

}  // namespace shardline::catalog
