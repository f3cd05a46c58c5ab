// SPDX-License-Identifier: BSL-1.0
/// Bloom.
#pragma once

#include "shardline/io/hf/families/falcon.hpp"

namespace shardline::hf {

namespace detail {

inline feed_forwards read_bloom_blocks(const fields& f, const family&, integer layers) {
  return read_four_wide(f, layers, "n_inner", true);
}

}  // namespace detail

namespace families {

inline constexpr family bloom{.model_type = "bloom",
                              .architecture = "BloomForCausalLM",
                              .layers = detail::read_multi_head_layers,
                              .feed_forwards = detail::read_bloom_blocks,
                              .activation = activation_rule::gelu,
                              .tied = true,
                              .norm_bias = true,
                              .embedding_norm = true,
                              .names = &detail::falcon_names};

}  // namespace families

}  // namespace shardline::hf
