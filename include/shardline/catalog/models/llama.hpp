// SPDX-License-Identifier: BSL-1.0
/// Llama (Meta): dense with grouped-query attention since 2023; a mixture of experts in Llama 4.
#pragma once

#include "shardline/model/model.hpp"

namespace shardline::catalog {

/// Source: config.json of huggingface.co/meta-llama/Llama-2-7b-hf. The published total holds 64
/// rotary frequencies per layer more, buffers of the checkpoint; so do those of 13B and 70B.
inline constexpr model llama_2_7b{
    .name = "llama-2-7b",
    .hidden_size = 4096,
    .vocab_size = 32000,
    .layers = {{32,
                {grouped_query_attention{.heads = 32, .kv_heads = 32, .head_dim = 128},
                 dense_feed_forward{.width = 11008}}}},
    .max_context = 4096,
    .weights = uniform(formats::fp16),
    .activations = precision::fp16,
    .kv_cache = precision::fp16};

/// Source: config.json of huggingface.co/meta-llama/Llama-2-13b-hf.
inline constexpr model llama_2_13b{
    .name = "llama-2-13b",
    .hidden_size = 5120,
    .vocab_size = 32000,
    .layers = {{40,
                {grouped_query_attention{.heads = 40, .kv_heads = 40, .head_dim = 128},
                 dense_feed_forward{.width = 13824}}}},
    .max_context = 4096,
    .weights = uniform(formats::fp16),
    .activations = precision::fp16,
    .kv_cache = precision::fp16};

/// Source: config.json of huggingface.co/meta-llama/Llama-2-70b-hf.
inline constexpr model llama_2_70b{
    .name = "llama-2-70b",
    .hidden_size = 8192,
    .vocab_size = 32000,
    .layers = {{80,
                {grouped_query_attention{.heads = 64, .kv_heads = 8, .head_dim = 128},
                 dense_feed_forward{.width = 28672}}}},
    .max_context = 4096,
    .weights = uniform(formats::fp16),
    .activations = precision::fp16,
    .kv_cache = precision::fp16};

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

namespace detail {

// Three layers see their chunk of 8192 tokens, the fourth everything and has no rotary embedding.
// The norm of queries and keys has no gains.
constexpr layer_stack llama_4_layers(integer layers, integer experts) noexcept {
  constexpr grouped_query_attention full{.heads = 40, .kv_heads = 8, .head_dim = 128};
  grouped_query_attention chunked = full;
  chunked.window = 8192;
  chunked.chunked = true;
  const mixture_of_experts feed_forward{.experts = experts,
                                        .experts_per_token = 1,
                                        .width = 8192,
                                        .shared_experts = 1,
                                        .shared_width = 8192};
  return layer_stack::repeat(layers / 4, {{3, {chunked, feed_forward}}, {1, {full, feed_forward}}});
}

}  // namespace detail

/// The text model; the checkpoint's vision tower and projector are not part of it.
/// Source: config.json of huggingface.co/meta-llama/Llama-4-Scout-17B-16E-Instruct.
inline constexpr model llama_4_scout{.name = "llama-4-scout",
                                     .hidden_size = 5120,
                                     .vocab_size = 202048,
                                     .layers = detail::llama_4_layers(48, 16),
                                     .max_context = 10485760};

}  // namespace shardline::catalog
