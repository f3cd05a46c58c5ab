// SPDX-License-Identifier: BSL-1.0
/// Qwen, Qwen2, Qwen3 and their mixtures of experts, of which Mellum 2 is one.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

inline void read_gated_shared_expert(const fields& f, mixture_of_experts& moe) {
  moe.shared_width = f.whole("shared_expert_intermediate_size", {0, any_width.most});
  moe.shared_experts = moe.shared_width > 0 ? 1 : 0;
  moe.shared_gate = moe.shared_width > 0;
}

/// Layer i has experts if (i + 1) mod decoder_sparse_step is 0 and mlp_only_layers does not list
/// it.
inline feed_forwards read_qwen_moe(const fields& f, const family&, integer layers) {
  feed_forwards result;
  result.experts =
      read_experts(f, f.name_of({"num_experts", "num_local_experts"}), "moe_intermediate_size");
  const integer step = f.whole_or("decoder_sparse_step", 1, any_layers);
  for (integer i = 0; i < layers; ++i) result.sparse.push_back((i + 1) % step == 0);
  mark_layers(f, "mlp_only_layers", false, result.sparse);
  if (result.any_dense()) result.dense.width = f.whole("intermediate_size", any_width);
  return result;
}

inline feed_forwards read_mellum_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result;
  result.experts = read_experts(f, experts_key(f), "moe_intermediate_size");
  result.sparse = read_sparse_types(f, 0, layers);
  if (result.any_dense()) result.dense.width = f.whole("intermediate_size", any_width);
  return result;
}

/// The same with a shared expert.
inline feed_forwards read_qwen_shared(const fields& f, const family& known, integer layers) {
  feed_forwards result = read_qwen_moe(f, known, layers);
  read_gated_shared_expert(f, result.experts);
  return result;
}

constexpr checkpoint_names make_qwen_names() noexcept {
  checkpoint_names n = llama_names;
  n.outside = {"transformer.wte", "", "transformer.ln_f", "lm_head"};
  n.layers = "transformer.h.";
  n.norms = {"ln_1", "ln_2", "", "", ""};
  n.attention = "attn.";
  n.projections = {"c_attn", "c_proj", "", ""};
  n.matrices = {"w1", "w2", "c_proj"};
  return n;
}
inline constexpr checkpoint_names qwen_names = make_qwen_names();

/// The first Qwen counts both halves of a gated block as its width.
inline feed_forwards read_qwen_blocks(const fields& f, const family&, integer layers) {
  if (!f.flag("no_bias", true)) f.refuse("no_bias", "true");
  feed_forwards result = all_alike(layers, false);
  const integer both = f.whole("intermediate_size", {2, any_width.most});
  if (both % 2 != 0) f.refuse("intermediate_size", "an even number");
  result.dense.width = both / 2;
  return result;
}

}  // namespace detail

namespace families {

inline constexpr family qwen{.model_type = "qwen",
                             .architecture = "QWenLMHeadModel",
                             .layers = detail::read_seeing_layers,
                             .feed_forwards = detail::read_qwen_blocks,
                             .bias = bias_rule::qkv,
                             .names = &detail::qwen_names};

inline constexpr family qwen2{.model_type = "qwen2",
                              .architecture = "Qwen2ForCausalLM",
                              .layers = detail::read_seeing_layers,
                              .feed_forwards = detail::read_dense,
                              .kv_heads = 32,
                              .bias = bias_rule::qkv,
                              .windows = window_rule::later_layers,
                              .window = 4096,
                              .max_window_layers = 28};
inline constexpr family qwen2_moe{.model_type = "qwen2_moe",
                                  .architecture = "Qwen2MoeForCausalLM",
                                  .layers = detail::read_seeing_layers,
                                  .feed_forwards = detail::read_qwen_shared,
                                  .kv_heads = 16,
                                  .bias = bias_rule::switched,
                                  .windows = window_rule::contested,
                                  .window = 4096};
inline constexpr family qwen3{.model_type = "qwen3",
                              .architecture = "Qwen3ForCausalLM",
                              .layers = detail::read_seeing_layers,
                              .feed_forwards = detail::read_dense,
                              .kv_heads = 32,
                              .head_dim = 128,
                              .bias = bias_rule::stated,
                              .qk_norm = qk_norm_rule::per_head,
                              .windows = window_rule::later_layers,
                              .window = 4096,
                              .max_window_layers = 28};
// Experts where mlp_layer_types says so, windows where layer_types does.
inline constexpr family mellum{.model_type = "mellum",
                               .architecture = "MellumForCausalLM",
                               .layers = detail::read_seeing_layers,
                               .feed_forwards = detail::read_mellum_blocks,
                               .kv_heads = 4,
                               .head_dim = 128,
                               .bias = bias_rule::stated,
                               .qk_norm = qk_norm_rule::per_head,
                               .window = 1024};
inline constexpr family qwen3_moe{.model_type = "qwen3_moe",
                                  .architecture = "Qwen3MoeForCausalLM",
                                  .layers = detail::read_seeing_layers,
                                  .feed_forwards = detail::read_qwen_moe,
                                  .kv_heads = 4,
                                  .bias = bias_rule::stated,
                                  .qk_norm = qk_norm_rule::per_head,
                                  .windows = window_rule::later_layers,
                                  .window = 4096};

}  // namespace families

}  // namespace shardline::hf
