/// Llama.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace families {

inline constexpr family llama{.model_type = "llama",
                              .architecture = "LlamaForCausalLM",
                              .layers = detail::read_seeing_layers,
                              .feed_forwards = detail::read_dense,
                              .bias = bias_rule::stated,
                              .mlp_bias = true};

}  // namespace families

}  // namespace shardline::hf
