// SPDX-License-Identifier: BSL-1.0
/// Gemma (Google, 2024 and 2025): norms before and after each block, windowed layers between full
/// ones, the head tied to a large embedding.
#pragma once

#include "shardline/model/model.hpp"

namespace shardline::catalog {

namespace detail {

constexpr layer gemma_2_layer(integer window) noexcept {
  return {grouped_query_attention{.heads = 32, .kv_heads = 16, .head_dim = 128, .window = window},
          dense_feed_forward{.width = 36864}, layer_form::sandwich};
}

constexpr layer gemma_3_layer(integer window) noexcept {
  return {grouped_query_attention{.heads = 32,
                                  .kv_heads = 16,
                                  .head_dim = 128,
                                  .window = window,
                                  .qk_norm = head_norm::per_head},
          dense_feed_forward{.width = 21504}, layer_form::sandwich};
}

// Five windowed layers, then a full one; the last two of the 62 are windowed.
constexpr layer_stack gemma_3_27b_layers() noexcept {
  layer_stack layers = layer_stack::repeat(10, {{5, gemma_3_layer(1024)}, {1, gemma_3_layer(0)}});
  layers.append(2, gemma_3_layer(1024));
  return layers;
}

}  // namespace detail

/// Windowed and full layers alternate, windowed first.
/// Source: config.json of huggingface.co/google/gemma-2-27b-it.
inline constexpr model gemma_2_27b{
    .name = "gemma-2-27b",
    .hidden_size = 4608,
    .vocab_size = 256000,
    .tied_embeddings = true,
    .layers =
        layer_stack::repeat(23, {{1, detail::gemma_2_layer(4096)}, {1, detail::gemma_2_layer(0)}}),
    .max_context = 8192};

/// The text model; the checkpoint's vision tower and projector are not part of it.
/// Source: config.json of huggingface.co/google/gemma-3-27b-it.
inline constexpr model gemma_3_27b{.name = "gemma-3-27b",
                                   .hidden_size = 5376,
                                   .vocab_size = 262208,
                                   .tied_embeddings = true,
                                   .layers = detail::gemma_3_27b_layers(),
                                   .max_context = 131072};

}  // namespace shardline::catalog
