// SPDX-License-Identifier: BSL-1.0
/// gpt-oss (OpenAI, 2025): mixture of experts, every other layer sees a window of 128 tokens.
#pragma once

#include "shardline/model/model.hpp"

namespace shardline::catalog {

namespace detail {

constexpr grouped_query_attention gpt_oss_attention(integer window) noexcept {
  return {.heads = 64,
          .kv_heads = 8,
          .head_dim = 64,
          .window = window,
          .qkv_bias = true,
          .output_bias = true,
          .sinks = true};
}

// Sliding layers come first: config.json lists them so in `layer_types`.
constexpr layer_stack gpt_oss_layers(integer layers, integer experts) noexcept {
  const mixture_of_experts feed_forward{.experts = experts,
                                        .experts_per_token = 4,
                                        .width = 2880,
                                        .expert_bias = true,
                                        .router_bias = true};
  return layer_stack::repeat(layers / 2, {{1, {gpt_oss_attention(128), feed_forward}},
                                          {1, {gpt_oss_attention(0), feed_forward}}});
}

// Only the routed experts are quantised (`modules_to_not_convert` in config.json).
constexpr weight_formats gpt_oss_weights() noexcept {
  weight_formats formats = uniform(formats::bf16);
  formats[weight_class::routed_expert] = formats::mxfp4;
  return formats;
}

}  // namespace detail

/// Source: config.json of huggingface.co/openai/gpt-oss-20b.
inline constexpr model gpt_oss_20b{.name = "gpt-oss-20b",
                                   .hidden_size = 2880,
                                   .vocab_size = 201088,
                                   .layers = detail::gpt_oss_layers(24, 32),
                                   .max_context = 131072,
                                   .weights = detail::gpt_oss_weights()};

/// Source: config.json of huggingface.co/openai/gpt-oss-120b.
inline constexpr model gpt_oss_120b{.name = "gpt-oss-120b",
                                    .hidden_size = 2880,
                                    .vocab_size = 201088,
                                    .layers = detail::gpt_oss_layers(36, 128),
                                    .max_context = 131072,
                                    .weights = detail::gpt_oss_weights()};

}  // namespace shardline::catalog
