// SPDX-License-Identifier: BSL-1.0
/// PaLM (Google, 2022): one key-value head, attention and a gated feed-forward block in parallel on
/// one norm without bias, the head tied to the embedding.
/// Source of all: arXiv 2204.02311, table 1 and section 2.
#pragma once

#include "shardline/model/model.hpp"

namespace shardline::catalog {

namespace detail {

// Heads of 256, a feed-forward width of four times the model's.
constexpr layer_stack palm_layers(integer layers, integer hidden, integer heads) noexcept {
  return {{layers,
           {grouped_query_attention{.heads = heads, .kv_heads = 1, .head_dim = 256},
            dense_feed_forward{.width = 4 * hidden}, layer_form::parallel}}};
}

}  // namespace detail

inline constexpr model palm_8b{.name = "palm-8b",
                               .hidden_size = 4096,
                               .vocab_size = 256000,
                               .tied_embeddings = true,
                               .layers = detail::palm_layers(32, 4096, 16),
                               .max_context = 2048};

inline constexpr model palm_62b{.name = "palm-62b",
                                .hidden_size = 8192,
                                .vocab_size = 256000,
                                .tied_embeddings = true,
                                .layers = detail::palm_layers(64, 8192, 32),
                                .max_context = 2048};

inline constexpr model palm_540b{.name = "palm-540b",
                                 .hidden_size = 18432,
                                 .vocab_size = 256000,
                                 .tied_embeddings = true,
                                 .layers = detail::palm_layers(118, 18432, 48),
                                 .max_context = 2048};

}  // namespace shardline::catalog
