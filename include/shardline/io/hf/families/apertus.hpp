// SPDX-License-Identifier: BSL-1.0
/// Apertus: Llama with norms of heads, and blocks of two matrices whose activation function learns
/// four values.
/// Source: configuration_apertus.py, and XIELUActivation of activations.py, of
/// huggingface/transformers (4.57).
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_apertus_names() noexcept {
  checkpoint_names n = llama_names;
  n.norms = {"attention_layernorm", "feedforward_layernorm", "", "", ""};
  n.matrices = {"up_proj", "down_proj", ""};
  return n;
}
inline constexpr checkpoint_names apertus_names = make_apertus_names();

inline feed_forwards read_apertus_blocks(const fields& f, const family& known, integer layers) {
  feed_forwards result = read_dense(f, known, layers);
  result.dense.gated = false;
  result.dense.activation_values = 4;  // alpha_p, alpha_n, beta, eps
  return result;
}

}  // namespace detail

namespace families {

inline constexpr family apertus{.model_type = "apertus",
                                .architecture = "ApertusForCausalLM",
                                .layers = detail::read_seeing_layers,
                                .feed_forwards = detail::read_apertus_blocks,
                                .bias = bias_rule::stated,
                                .qk_norm = qk_norm_rule::per_head,
                                .activation = activation_rule::xielu,
                                .names = &detail::apertus_names};

}  // namespace families

}  // namespace shardline::hf
