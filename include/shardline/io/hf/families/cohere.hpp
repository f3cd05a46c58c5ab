// SPDX-License-Identifier: BSL-1.0
/// Command R, R7B and A: both blocks read one norm, which has a gain and no bias. Command R+ norms
/// each head of queries and keys by gains of its own.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf::families {

inline constexpr family cohere{.model_type = "cohere",
                               .architecture = "CohereForCausalLM",
                               .layers = detail::read_seeing_layers,
                               .feed_forwards = detail::read_dense,
                               .bias = bias_rule::stated,
                               .qk_norm = qk_norm_rule::each_head,
                               .form = layer_form::parallel,
                               .tied = true};
inline constexpr family cohere2{.model_type = "cohere2",
                                .architecture = "Cohere2ForCausalLM",
                                .layers = detail::read_seeing_layers,
                                .feed_forwards = detail::read_dense,
                                .bias = bias_rule::stated,
                                .windows = window_rule::but_every_nth,
                                .window = 4096,
                                .window_period = 4,
                                .form = layer_form::parallel,
                                .tied = true};

}  // namespace shardline::hf::families
