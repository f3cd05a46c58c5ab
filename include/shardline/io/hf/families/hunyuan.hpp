// SPDX-License-Identifier: BSL-1.0
/// Hunyuan: Qwen3's attention; experts of which one more is shared (Hunyuan-A13B); Hy3, whose
/// experts have a score correction and whose prediction layer follows the others.
/// Source: modeling_hunyuan_v1_moe.py (4.57) and modeling_hy_v3.py (5) of huggingface/transformers.
#pragma once

#include <string>

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_hunyuan_names() noexcept {
  checkpoint_names n = llama_names;
  n.norms = {"input_layernorm", "post_attention_layernorm", "self_attn.query_layernorm",
             "self_attn.key_layernorm", ""};
  n.router = "mlp.gate.wg";
  n.shared = "mlp.shared_mlp.";
  return n;
}
inline constexpr checkpoint_names hunyuan_names = make_hunyuan_names();

/// A number, or a list that says the same of every layer.
inline integer read_alike(const fields& f, const char* key, range r, integer layers) {
  const json* value = f.find(key);
  if (value == nullptr || !value->is_array()) return f.whole(key, r);
  const std::string allowed = r.text("the same whole number for each layer,");
  const auto list = f.whole_list(key, r, allowed);
  bool sound = list && static_cast<integer>(list->size()) == layers;
  for (std::size_t i = 0; sound && i < list->size(); ++i) sound = (*list)[i] == list->front();
  if (sound) return list->front();
  f.refuse(key, allowed);
  return r.least;
}

inline feed_forwards read_hunyuan_experts(const fields& f, const family&, integer layers) {
  feed_forwards result = all_alike(layers, true);
  mixture_of_experts& moe = result.experts;
  moe.experts = read_alike(f, "num_experts", field::experts, layers);
  moe.experts_per_token = read_alike(f, "moe_topk", {1, moe.experts}, layers);
  const char* width =
      f.find("moe_intermediate_size") == nullptr ? "intermediate_size" : "moe_intermediate_size";
  moe.width = read_alike(f, width, any_width, layers);
  moe.shared_experts = f.flag("use_mixed_mlp_moe", true)
                           ? read_alike(f, "num_shared_expert", field::shared_experts, layers)
                           : 0;
  moe.shared_width = moe.shared_experts > 0 ? f.whole("intermediate_size", any_width) : 0;
  return result;
}

inline feed_forwards read_hy3_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result;
  mixture_of_experts& moe = result.experts;
  moe = read_experts(f, experts_key(f), "moe_intermediate_size");
  moe.shared_experts = f.whole_or("num_shared_experts", 1, field::shared_experts);
  moe.shared_width = moe.shared_experts > 0 ? moe.width : 0;
  moe.correction_bias = true;
  result.sparse = read_sparse_types(f, f.whole_or("first_k_dense_replace", 1, any_index), layers);
  if (result.any_dense()) result.dense.width = f.whole("intermediate_size", any_width);
  return result;
}

inline layer_stack read_hunyuan_layers(const fields& f, const family& known, integer hidden,
                                       precision own) {
  if (f.flag("use_cla", false)) f.refuse("use_cla", "false: layers that share keys and values");
  grouped_query_attention a = read_grouped_attention(f, known, hidden);
  a.qk_norm = f.flag("use_qk_norm", true) ? head_norm::per_head : head_norm::none;
  return seeing_layers(f, known, own, a);
}

}  // namespace detail

namespace families {

inline constexpr family hunyuan_v1_dense{.model_type = "hunyuan_v1_dense",
                                         .architecture = "HunYuanDenseV1ForCausalLM",
                                         .layers = detail::read_hunyuan_layers,
                                         .feed_forwards = detail::read_dense,
                                         .bias = bias_rule::stated,
                                         .mlp_bias = true,
                                         .names = &detail::hunyuan_names};
inline constexpr family hunyuan_v1_moe{.model_type = "hunyuan_v1_moe",
                                       .architecture = "HunYuanMoEV1ForCausalLM",
                                       .layers = detail::read_hunyuan_layers,
                                       .feed_forwards = detail::read_hunyuan_experts,
                                       .bias = bias_rule::stated,
                                       .names = &detail::hunyuan_names};
inline constexpr family hunyuan = renamed(hunyuan_v1_moe, "hunyuan", "HunYuanMoEV1ForCausalLM");
inline constexpr family hunyuan_vl =
    renamed(hunyuan_v1_dense, "hunyuan_vl", "HunYuanVLForConditionalGeneration");
inline constexpr family hunyuan_vl_text =
    renamed(hunyuan_v1_dense, "hunyuan_vl_text", "HunYuanVLForConditionalGeneration");
inline constexpr wrapper hunyuan_vl_wrapper{"hunyuan_vl", "HunYuanVLForConditionalGeneration",
                                            "hunyuan_vl_text"};
inline constexpr family hy_v3{.model_type = "hy_v3",
                              .architecture = "HYV3ForCausalLM",
                              .layers = detail::read_seeing_layers,
                              .feed_forwards = detail::read_hy3_blocks,
                              .head_dim = 128,
                              .bias = bias_rule::stated,
                              .qk_norm = qk_norm_rule::per_head};

}  // namespace families

}  // namespace shardline::hf
