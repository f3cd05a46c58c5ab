// SPDX-License-Identifier: BSL-1.0
/// Command R, R7B and A: both blocks read one norm, which has a gain and no bias. Command R+ norms
/// each head of queries and keys by gains of its own; Command A+ has experts in all but the first
/// layers.
/// Source: configuration_cohere2_moe.py and modeling_cohere2_moe.py of huggingface/transformers
/// (5).
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

inline feed_forwards read_cohere_experts(const fields& f, const family&, integer layers) {
  feed_forwards result;
  result.experts = read_experts(f, "num_experts", "intermediate_size");
  result.experts.shared_experts = f.whole_or("num_shared_experts", 0, field::shared_experts);
  if (result.experts.shared_experts > 0) result.experts.shared_width = result.experts.width;
  result.sparse = read_sparse_types(f, f.whole_or("first_k_dense_replace", 0, any_index), layers);
  if (result.any_dense()) {
    result.dense.width =
        f.whole_or("prefix_dense_intermediate_size", result.experts.width, any_width);
  }
  return result;
}

/// Without layer_types the first dense layers have a period of their own.
inline layer_stack read_cohere_moe_layers(const fields& f, const family& known, integer hidden,
                                          precision own) {
  if (f.find("layer_types") == nullptr && f.whole_or("first_k_dense_replace", 0, any_index) > 0) {
    f.refuse("layer_types", "one for each layer, since first_k_dense_replace is above 0");
  }
  return read_seeing_layers(f, known, hidden, own);
}

}  // namespace detail

namespace families {

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
inline constexpr family cohere2_moe{.model_type = "cohere2_moe",
                                    .architecture = "Cohere2MoeForCausalLM",
                                    .layers = detail::read_cohere_moe_layers,
                                    .feed_forwards = detail::read_cohere_experts,
                                    .head_dim = 128,
                                    .bias = bias_rule::stated,
                                    .windows = window_rule::but_every_nth,
                                    .window = 4096,
                                    .window_period = 4,
                                    .form = layer_form::parallel,
                                    .tied = true};

}  // namespace families

}  // namespace shardline::hf
