// SPDX-License-Identifier: BSL-1.0
/// SmolLM3: Llama, some of its layers without rotary embedding.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf::families {

inline constexpr family smollm3{.model_type = "smollm3",
                                .architecture = "SmolLM3ForCausalLM",
                                .layers = detail::read_seeing_layers,
                                .feed_forwards = detail::read_dense,
                                .kv_heads = 4,
                                .bias = bias_rule::stated,
                                .windows = window_rule::contested,
                                .mlp_bias = true,
                                .tied = true};

}  // namespace shardline::hf::families
