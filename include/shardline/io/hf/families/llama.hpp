/// Llama.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf::families {

inline constexpr family llama{.model_type = "llama",
                              .architecture = "LlamaForCausalLM",
                              .layers = detail::read_seeing_layers,
                              .feed_forwards = detail::read_dense,
                              .bias = bias_rule::stated,
                              .mlp_bias = true};

}  // namespace shardline::hf::families
