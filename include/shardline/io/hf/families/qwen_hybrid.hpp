// SPDX-License-Identifier: BSL-1.0
/// Qwen3-Next and Qwen3.5: gated grouped attention beside linear attention. Checkpoints of
/// Qwen3-Next hold a prediction layer that no key of theirs names.
#pragma once

#include "shardline/io/hf/families/qwen.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_qwen_next_names() noexcept {
  checkpoint_names n = llama_names;
  n.recurrence = "linear_attn.";
  n.recurrent = {"in_proj_qkvz", "out_proj", ""};
  n.minor = {"in_proj_ba", "conv1d", ""};
  n.shared = "mlp.shared_expert.";
  return n;
}
inline constexpr checkpoint_names qwen_next_names = make_qwen_next_names();

constexpr checkpoint_names make_qwen3_5_names() noexcept {
  checkpoint_names n = qwen_next_names;
  n.recurrent = {"in_proj_qkv", "in_proj_z", "out_proj"};
  n.minor = {"in_proj_a", "in_proj_b", "conv1d"};
  return n;
}
inline constexpr checkpoint_names qwen3_5_names = make_qwen3_5_names();

}  // namespace detail

namespace families {

inline constexpr family qwen3_next{.model_type = "qwen3_next",
                                   .architecture = "Qwen3NextForCausalLM",
                                   .layers = detail::read_seeing_layers,
                                   .feed_forwards = detail::read_qwen_shared,
                                   .kv_heads = 2,
                                   .head_dim = 256,
                                   .bias = bias_rule::stated,
                                   .qk_norm = qk_norm_rule::per_head,
                                   .output_gate = true,
                                   .windows = window_rule::linear,
                                   .mtp_layers = 1,
                                   .names = &detail::qwen_next_names};
inline constexpr family qwen3_5_text{.model_type = "qwen3_5_text",
                                     .architecture = "Qwen3_5ForCausalLM",
                                     .layers = detail::read_seeing_layers,
                                     .feed_forwards = detail::read_dense,
                                     .kv_heads = 4,
                                     .head_dim = 256,
                                     .bias = bias_rule::stated,
                                     .qk_norm = qk_norm_rule::per_head,
                                     .output_gate = true,
                                     .windows = window_rule::linear,
                                     .names = &detail::qwen3_5_names};
inline constexpr family qwen3_5_moe_text{.model_type = "qwen3_5_moe_text",
                                         .architecture = "Qwen3_5MoeForCausalLM",
                                         .layers = detail::read_seeing_layers,
                                         .feed_forwards = detail::read_qwen_shared,
                                         .kv_heads = 2,
                                         .head_dim = 256,
                                         .bias = bias_rule::stated,
                                         .qk_norm = qk_norm_rule::per_head,
                                         .output_gate = true,
                                         .windows = window_rule::linear,
                                         .names = &detail::qwen3_5_names};
inline constexpr wrapper qwen3_5{"qwen3_5", "Qwen3_5ForConditionalGeneration", "qwen3_5_text"};
inline constexpr wrapper qwen3_5_moe{"qwen3_5_moe", "Qwen3_5MoeForConditionalGeneration",
                                     "qwen3_5_moe_text"};

}  // namespace families

}  // namespace shardline::hf
