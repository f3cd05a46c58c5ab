// SPDX-License-Identifier: BSL-1.0
/// Qwen (Alibaba): Qwen2.5, dense with biased projections; Qwen3, dense and mixture of experts,
/// normalised queries and keys; Qwen3-Next and Qwen3.5, three layers of linear attention to one of
/// gated full attention. Contexts are what config.json states without YaRN.
#pragma once

#include "shardline/model/model.hpp"

namespace shardline::catalog {

/// Source: config.json of huggingface.co/Qwen/Qwen2.5-1.5B-Instruct.
inline constexpr model qwen2_5_1_5b{
    .name = "qwen2.5-1.5b",
    .hidden_size = 1536,
    .vocab_size = 151936,
    .tied_embeddings = true,
    .layers = {{28,
                {grouped_query_attention{
                     .heads = 12, .kv_heads = 2, .head_dim = 128, .qkv_bias = true},
                 dense_feed_forward{.width = 8960}}}},
    .max_context = 32768};

/// Source: config.json of huggingface.co/Qwen/Qwen2.5-7B-Instruct.
inline constexpr model qwen2_5_7b{
    .name = "qwen2.5-7b",
    .hidden_size = 3584,
    .vocab_size = 152064,
    .layers = {{28,
                {grouped_query_attention{
                     .heads = 28, .kv_heads = 4, .head_dim = 128, .qkv_bias = true},
                 dense_feed_forward{.width = 18944}}}},
    .max_context = 32768};

/// QwQ-32B has the same shape. Source: config.json of huggingface.co/Qwen/Qwen2.5-32B-Instruct.
inline constexpr model qwen2_5_32b{
    .name = "qwen2.5-32b",
    .hidden_size = 5120,
    .vocab_size = 152064,
    .layers = {{64,
                {grouped_query_attention{
                     .heads = 40, .kv_heads = 8, .head_dim = 128, .qkv_bias = true},
                 dense_feed_forward{.width = 27648}}}},
    .max_context = 32768};

/// Source: config.json of huggingface.co/Qwen/Qwen2.5-72B-Instruct.
inline constexpr model qwen2_5_72b{
    .name = "qwen2.5-72b",
    .hidden_size = 8192,
    .vocab_size = 152064,
    .layers = {{80,
                {grouped_query_attention{
                     .heads = 64, .kv_heads = 8, .head_dim = 128, .qkv_bias = true},
                 dense_feed_forward{.width = 29568}}}},
    .max_context = 32768};

/// Source: config.json of huggingface.co/Qwen/Qwen3-0.6B. The published total counts the tied head
/// once more, as the checkpoint stores it.
inline constexpr model qwen3_0_6b{
    .name = "qwen3-0.6b",
    .hidden_size = 1024,
    .vocab_size = 151936,
    .tied_embeddings = true,
    .layers = {{28,
                {grouped_query_attention{
                     .heads = 16, .kv_heads = 8, .head_dim = 128, .qk_norm = head_norm::per_head},
                 dense_feed_forward{.width = 3072}}}},
    .max_context = 40960};

/// Source: config.json of huggingface.co/Qwen/Qwen3-8B.
inline constexpr model qwen3_8b{
    .name = "qwen3-8b",
    .hidden_size = 4096,
    .vocab_size = 151936,
    .layers = {{36,
                {grouped_query_attention{
                     .heads = 32, .kv_heads = 8, .head_dim = 128, .qk_norm = head_norm::per_head},
                 dense_feed_forward{.width = 12288}}}},
    .max_context = 40960};

/// Source: config.json of huggingface.co/Qwen/Qwen3-32B.
inline constexpr model qwen3_32b{
    .name = "qwen3-32b",
    .hidden_size = 5120,
    .vocab_size = 151936,
    .layers = {{64,
                {grouped_query_attention{
                     .heads = 64, .kv_heads = 8, .head_dim = 128, .qk_norm = head_norm::per_head},
                 dense_feed_forward{.width = 25600}}}},
    .max_context = 40960};

/// Source: config.json of huggingface.co/Qwen/Qwen3-30B-A3B.
inline constexpr model qwen3_30b_a3b{
    .name = "qwen3-30b-a3b",
    .hidden_size = 2048,
    .vocab_size = 151936,
    .layers = {{48,
                {grouped_query_attention{
                     .heads = 32, .kv_heads = 4, .head_dim = 128, .qk_norm = head_norm::per_head},
                 mixture_of_experts{.experts = 128, .experts_per_token = 8, .width = 768}}}},
    .max_context = 40960};

/// Source: config.json of huggingface.co/Qwen/Qwen3-235B-A22B.
inline constexpr model qwen3_235b_a22b{
    .name = "qwen3-235b-a22b",
    .hidden_size = 4096,
    .vocab_size = 151936,
    .layers = {{94,
                {grouped_query_attention{
                     .heads = 64, .kv_heads = 4, .head_dim = 128, .qk_norm = head_norm::per_head},
                 mixture_of_experts{.experts = 128, .experts_per_token = 8, .width = 1536}}}},
    .max_context = 40960};

namespace detail {

// `full_attention_interval` is 4: the fourth of each four layers is the one with a cache.
constexpr layer_stack qwen_hybrid_layers(integer layers, integer experts,
                                         integer experts_per_token) noexcept {
  constexpr linear_attention linear{.key_heads = 16,
                                    .value_heads = 32,
                                    .key_head_dim = 128,
                                    .value_head_dim = 128,
                                    .conv_kernel = 4};
  constexpr grouped_query_attention full{.heads = 16,
                                         .kv_heads = 2,
                                         .head_dim = 256,
                                         .qk_norm = head_norm::per_head,
                                         .output_gate = true};
  const mixture_of_experts feed_forward{.experts = experts,
                                        .experts_per_token = experts_per_token,
                                        .width = 512,
                                        .shared_experts = 1,
                                        .shared_width = 512,
                                        .shared_gate = true};
  return layer_stack::repeat(layers / 4, {{3, {linear, feed_forward}}, {1, {full, feed_forward}}});
}

}  // namespace detail

/// Source: config.json of huggingface.co/Qwen/Qwen3-Next-80B-A3B-Instruct, and its checkpoint for
/// the multi-token-prediction layer, which config.json does not name.
inline constexpr model qwen3_next_80b_a3b{.name = "qwen3-next-80b-a3b",
                                          .hidden_size = 2048,
                                          .vocab_size = 151936,
                                          .layers = detail::qwen_hybrid_layers(48, 512, 10),
                                          .mtp_layers = 1,
                                          .max_context = 262144};

/// The text model; the checkpoint's vision tower is not part of it.
/// Source: config.json of huggingface.co/Qwen/Qwen3.5-35B-A3B.
inline constexpr model qwen3_5_35b_a3b{.name = "qwen3.5-35b-a3b",
                                       .hidden_size = 2048,
                                       .vocab_size = 248320,
                                       .layers = detail::qwen_hybrid_layers(40, 256, 8),
                                       .mtp_layers = 1,
                                       .max_context = 262144};

}  // namespace shardline::catalog
