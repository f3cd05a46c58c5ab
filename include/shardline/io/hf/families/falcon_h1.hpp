// SPDX-License-Identifier: BSL-1.0
/// Falcon-H1: attention and a Mamba-2 mixer side by side in every layer.
/// Source: configuration_falcon_h1.py and modeling_falcon_h1.py of huggingface/transformers (4.57).
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"
#include "shardline/io/hf/families/granite.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_falcon_h1_names() noexcept {
  checkpoint_names n = bamba_names;
  n.outside = {"model.embed_tokens", "", "model.final_layernorm", "lm_head"};
  return n;
}
inline constexpr checkpoint_names falcon_h1_names = make_falcon_h1_names();

inline layer_stack read_falcon_h1_layers(const fields& f, const family& known, integer hidden,
                                         precision own) {
  const integer layers = f.whole(layers_key(f), any_layers);
  const grouped_query_attention a = read_grouped_attention(f, known, hidden);
  const integer expanded = f.whole_or("mamba_expand", 2, any_kernel) * hidden;
  const state_space s = read_mixer_of(f, f.whole_or("mamba_d_ssm", expanded, any_width), own);
  const hybrid_heads both{.heads = a.heads,
                          .kv_heads = a.kv_heads,
                          .head_dim = a.head_dim,
                          .mixer_heads = s.heads,
                          .mixer_head_dim = s.head_dim,
                          .groups = s.groups,
                          .state_size = s.state_size,
                          .conv_kernel = s.conv_kernel,
                          .attention_bias = a.qkv_bias,
                          .conv_bias = s.conv_bias,
                          .projection_bias = s.projection_bias,
                          .gated_norm = f.flag("mamba_rms_norm", false),
                          .state = s.state};
  return equal_layers(f, known, layers, both, known.form);
}

}  // namespace detail

namespace families {

inline constexpr family falcon_h1{.model_type = "falcon_h1",
                                  .architecture = "FalconH1ForCausalLM",
                                  .layers = detail::read_falcon_h1_layers,
                                  .feed_forwards = detail::read_dense,
                                  .kv_heads = 8,
                                  .bias = bias_rule::stated,
                                  .mlp_bias = true,
                                  .names = &detail::falcon_h1_names};

}  // namespace families

}  // namespace shardline::hf
