// SPDX-License-Identifier: BSL-1.0
/// Nemotron-H (NVIDIA, 2025): Mamba-2 mixers, feed-forward blocks and a few attention blocks, each
/// counted as a layer of its own.
#pragma once

#include <string_view>

#include "shardline/model/model.hpp"

namespace shardline::catalog {

namespace detail {

constexpr layer nemotron_h_8b_layer(char kind) noexcept {
  if (kind == 'M') {
    return {
        state_space{.heads = 128, .head_dim = 64, .groups = 8, .state_size = 128, .conv_kernel = 4},
        no_feed_forward{}};
  }
  if (kind == '*') {
    return {grouped_query_attention{.heads = 32, .kv_heads = 8, .head_dim = 128},
            no_feed_forward{}};
  }
  return {no_attention{}, dense_feed_forward{.width = 21504, .gated = false}};
}

// `hybrid_override_pattern` of config.json: M a mixer, * attention, - a feed-forward block.
constexpr layer_stack nemotron_h_8b_layers() noexcept {
  layer_stack layers;
  for (const char kind : std::string_view("M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M-")) {
    layers.append(1, nemotron_h_8b_layer(kind));
  }
  return layers;
}

}  // namespace detail

/// The state is kept in fp32, as vLLM does for this family.
/// Source: config.json of huggingface.co/nvidia/Nemotron-H-8B-Base-8K; arXiv 2504.03624.
inline constexpr model nemotron_h_8b{.name = "nemotron-h-8b",
                                     .hidden_size = 4096,
                                     .vocab_size = 131072,
                                     .layers = detail::nemotron_h_8b_layers(),
                                     .max_context = 8192};

}  // namespace shardline::catalog
