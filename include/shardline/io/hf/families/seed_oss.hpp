// SPDX-License-Identifier: BSL-1.0
/// Seed-OSS: Llama with biases on queries, keys and values, and a key of its own for the output's.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf::families {

inline constexpr family seed_oss{.model_type = "seed_oss",
                                 .architecture = "SeedOssForCausalLM",
                                 .layers = detail::read_seeing_layers,
                                 .feed_forwards = detail::read_dense,
                                 .kv_heads = 8,
                                 .head_dim = 128,
                                 .bias = bias_rule::stated_apart,
                                 .attention_bias = true,
                                 .mlp_bias = true};

}  // namespace shardline::hf::families
