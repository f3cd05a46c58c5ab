// SPDX-License-Identifier: BSL-1.0
/// Mistral and Mixtral (Mistral AI): grouped-query attention, dense or a mixture of experts; and
/// Codestral Mamba, state-space mixers alone.
#pragma once

#include "shardline/model/model.hpp"

namespace shardline::catalog {

/// Source: config.json of huggingface.co/mistralai/Mistral-7B-v0.1.
inline constexpr model mistral_7b_v0_1{
    .name = "mistral-7b-v0.1",
    .hidden_size = 4096,
    .vocab_size = 32000,
    .layers = {{32,
                {grouped_query_attention{
                     .heads = 32, .kv_heads = 8, .head_dim = 128, .window = 4096},
                 dense_feed_forward{.width = 14336}}}},
    .max_context = 32768};

/// No window any more. Source: config.json of huggingface.co/mistralai/Mistral-7B-Instruct-v0.3.
inline constexpr model mistral_7b_v0_3{
    .name = "mistral-7b-v0.3",
    .hidden_size = 4096,
    .vocab_size = 32768,
    .layers = {{32,
                {grouped_query_attention{.heads = 32, .kv_heads = 8, .head_dim = 128},
                 dense_feed_forward{.width = 14336}}}},
    .max_context = 32768};

/// The text model; the checkpoint's vision tower and projector are not part of it.
/// Source: config.json of huggingface.co/mistralai/Mistral-Small-3.2-24B-Instruct-2506.
inline constexpr model mistral_small_3_2_24b{
    .name = "mistral-small-3.2-24b",
    .hidden_size = 5120,
    .vocab_size = 131072,
    .layers = {{40,
                {grouped_query_attention{.heads = 32, .kv_heads = 8, .head_dim = 128},
                 dense_feed_forward{.width = 32768}}}},
    .max_context = 131072};

/// Source: config.json of huggingface.co/mistralai/Mixtral-8x7B-v0.1.
inline constexpr model mixtral_8x7b{
    .name = "mixtral-8x7b",
    .hidden_size = 4096,
    .vocab_size = 32000,
    .layers = {{32,
                {grouped_query_attention{.heads = 32, .kv_heads = 8, .head_dim = 128},
                 mixture_of_experts{.experts = 8, .experts_per_token = 2, .width = 14336}}}},
    .max_context = 32768};

/// Source: config.json of huggingface.co/mistralai/Mixtral-8x22B-Instruct-v0.1; the base model has
/// a vocabulary of 32000.
inline constexpr model mixtral_8x22b{
    .name = "mixtral-8x22b",
    .hidden_size = 6144,
    .vocab_size = 32768,
    .layers = {{56,
                {grouped_query_attention{.heads = 48, .kv_heads = 8, .head_dim = 128},
                 mixture_of_experts{.experts = 8, .experts_per_token = 2, .width = 16384}}}},
    .max_context = 65536};

/// Mamba-2 throughout: no attention, no feed-forward blocks. Its configuration names neither a
/// context limit nor the precision of the state, here fp32.
/// Source: config.json of huggingface.co/mistralai/Mamba-Codestral-7B-v0.1.
inline constexpr model mamba_codestral_7b{
    .name = "mamba-codestral-7b",
    .hidden_size = 4096,
    .vocab_size = 32768,
    .layers = {
        {64,
         {state_space{
              .heads = 128, .head_dim = 64, .groups = 8, .state_size = 128, .conv_kernel = 4},
          no_feed_forward{}}}}};

}  // namespace shardline::catalog
