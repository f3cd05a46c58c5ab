// SPDX-License-Identifier: BSL-1.0
/// Falcon (TII, 2023): attention and a feed-forward block of two matrices in parallel, no biases
/// but those of the norms. Transformers and vLLM tie the head to the embedding; the checkpoints
/// store both.
#pragma once

#include "shardline/model/model.hpp"

namespace shardline::catalog {

/// One key-value head, one norm per layer. Source: config.json of huggingface.co/tiiuae/falcon-7b.
inline constexpr model falcon_7b{
    .name = "falcon-7b",
    .hidden_size = 4544,
    .vocab_size = 65024,
    .tied_embeddings = true,
    .norm_bias = true,
    .layers = {{32,
                {grouped_query_attention{.heads = 71, .kv_heads = 1, .head_dim = 64},
                 dense_feed_forward{.width = 18176, .gated = false}, layer_form::parallel}}},
    .max_context = 2048};

/// Eight key-value heads, a norm for each block. Source: config.json of
/// huggingface.co/tiiuae/falcon-40b (new_decoder_architecture).
inline constexpr model falcon_40b{
    .name = "falcon-40b",
    .hidden_size = 8192,
    .vocab_size = 65024,
    .tied_embeddings = true,
    .norm_bias = true,
    .layers = {{60,
                {grouped_query_attention{.heads = 128, .kv_heads = 8, .head_dim = 64},
                 dense_feed_forward{.width = 32768, .gated = false},
                 layer_form::parallel_two_norms}}},
    .max_context = 2048};

}  // namespace shardline::catalog
