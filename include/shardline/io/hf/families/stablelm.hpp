// SPDX-License-Identifier: BSL-1.0
/// StableLM: Llama with LayerNorms, biases of queries, keys and values where a key says so; Orion:
/// Llama with LayerNorms.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

inline layer_stack read_stablelm_layers(const fields& f, const family& known, integer hidden,
                                        precision own) {
  family formed = known;
  if (f.flag("use_parallel_residual", false)) formed.form = layer_form::parallel;
  grouped_query_attention a = read_grouped_attention(f, formed, hidden);
  a.qkv_bias = f.flag("use_qkv_bias", false);
  if (f.flag("qk_layernorm", false)) a.qk_norm = head_norm::each_head;
  return seeing_layers(f, formed, own, a);
}

}  // namespace detail

namespace families {

inline constexpr family stablelm{.model_type = "stablelm",
                                 .architecture = "StableLmForCausalLM",
                                 .layers = detail::read_stablelm_layers,
                                 .feed_forwards = detail::read_dense,
                                 .kv_heads = 32,
                                 .norm_bias = true};
inline constexpr family stablelm_epoch =
    renamed(stablelm, "stablelm_epoch", "StableLMEpochForCausalLM");
inline constexpr family orion{.model_type = "orion",
                              .architecture = "OrionForCausalLM",
                              .layers = detail::read_seeing_layers,
                              .feed_forwards = detail::read_dense,
                              .norm_bias = true};

}  // namespace families

}  // namespace shardline::hf
