// SPDX-License-Identifier: BSL-1.0
/// GPT-2 and GPT-3 (OpenAI, 2019 and 2020): multi-head attention, feed-forward blocks of two
/// matrices, biases everywhere, learned positions, the head tied to the embedding.
/// In fp16, as engines serve them; GPT-2's checkpoints are in fp32.
#pragma once

#include "shardline/model/model.hpp"

namespace shardline::catalog {

namespace detail {

constexpr layer_stack gpt_layers(integer layers, integer heads, integer head_dim) noexcept {
  return {{layers,
           {grouped_query_attention{.heads = heads,
                                    .kv_heads = heads,
                                    .head_dim = head_dim,
                                    .qkv_bias = true,
                                    .output_bias = true},
            dense_feed_forward{.width = 4 * heads * head_dim, .gated = false, .bias = true}}}};
}

}  // namespace detail

/// Source: config.json of huggingface.co/openai-community/gpt2.
inline constexpr model gpt_2{.name = "gpt-2",
                             .hidden_size = 768,
                             .vocab_size = 50257,
                             .tied_embeddings = true,
                             .norm_bias = true,
                             .positions = 1024,
                             .layers = detail::gpt_layers(12, 12, 64),
                             .max_context = 1024,
                             .weights = uniform(formats::fp16),
                             .activations = precision::fp16,
                             .kv_cache = precision::fp16};

/// Source: config.json of huggingface.co/openai-community/gpt2-xl.
inline constexpr model gpt_2_xl{.name = "gpt-2-xl",
                                .hidden_size = 1600,
                                .vocab_size = 50257,
                                .tied_embeddings = true,
                                .norm_bias = true,
                                .positions = 1024,
                                .layers = detail::gpt_layers(48, 25, 64),
                                .max_context = 1024,
                                .weights = uniform(formats::fp16),
                                .activations = precision::fp16,
                                .kv_cache = precision::fp16};

/// Shape of "GPT-3 175B": 96 layers, 96 heads of 128, 2048 positions. Its locally banded sparse
/// layers are taken as full ones: the paper states no bandwidth.
/// Source: arXiv 2005.14165, table 2.1; vocabulary and biases as GPT-2.
inline constexpr model gpt_3_175b{.name = "gpt-3-175b",
                                  .hidden_size = 12288,
                                  .vocab_size = 50257,
                                  .tied_embeddings = true,
                                  .norm_bias = true,
                                  .positions = 2048,
                                  .layers = detail::gpt_layers(96, 96, 128),
                                  .max_context = 2048,
                                  .weights = uniform(formats::fp16),
                                  .activations = precision::fp16,
                                  .kv_cache = precision::fp16};

}  // namespace shardline::catalog
