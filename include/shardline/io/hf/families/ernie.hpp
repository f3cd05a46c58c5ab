// SPDX-License-Identifier: BSL-1.0
/// ERNIE 4.5: Llama, with experts in all but the first layers.
/// Source: configuration_ernie4_5_moe.py of huggingface/transformers (4.57).
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

inline feed_forwards read_ernie_dense(const fields& f, const family&, integer layers) {
  feed_forwards result = all_alike(layers, false);
  result.dense.width = f.whole("intermediate_size", any_width);
  result.dense.bias = f.flag("use_bias", false);
  return result;
}

/// Layer i has experts from moe_layer_start_index to moe_layer_end_index, each
/// moe_layer_interval-th of them; a start or end of their own for images is not priced.
inline feed_forwards read_ernie_experts(const fields& f, const family&, integer layers) {
  if (f.flag("use_bias", false)) f.refuse("use_bias", "false: biases of experts are not priced");
  feed_forwards result;
  mixture_of_experts& moe = result.experts;
  moe.experts = f.whole("moe_num_experts", field::experts);
  moe.experts_per_token = f.whole("moe_k", {1, moe.experts});
  moe.width = f.whole("moe_intermediate_size", any_width);
  moe.shared_experts = f.whole_or("moe_num_shared_experts", 0, field::shared_experts);
  moe.shared_width = moe.shared_experts > 0 ? moe.width : 0;
  moe.correction_bias = f.flag("moe_use_aux_free", true);
  const integer first = f.whole_or("moe_layer_start_index", 0, any_index);
  const integer stated = f.whole_or("moe_layer_end_index", layers - 1, {-1, any_index.most});
  const integer last = stated < 0 ? layers - 1 : stated;
  const integer step = f.whole_or("moe_layer_interval", 1, any_layers);
  for (integer i = 0; i < layers; ++i) {
    result.sparse.push_back(i >= first && i <= last && (i + 1) % step == 0);
  }
  if (result.any_dense()) result.dense.width = f.whole("intermediate_size", any_width);
  return result;
}

constexpr checkpoint_names make_ernie_names() noexcept {
  checkpoint_names n = llama_names;
  n.shared = "mlp.shared_experts.";
  return n;
}
inline constexpr checkpoint_names ernie_names = make_ernie_names();

}  // namespace detail

namespace families {

inline constexpr family ernie4_5{.model_type = "ernie4_5",
                                 .architecture = "Ernie4_5ForCausalLM",
                                 .layers = detail::read_seeing_layers,
                                 .feed_forwards = detail::read_ernie_dense,
                                 .bias = bias_rule::named,
                                 .tied = true};
inline constexpr family paddleocr_vl =
    renamed(ernie4_5, "paddleocr_vl", "PaddleOCRVLForConditionalGeneration");
inline constexpr family paddleocr_vl_text =
    renamed(ernie4_5, "paddleocr_vl_text", "PaddleOCRVLForConditionalGeneration");
inline constexpr wrapper paddleocr_vl_wrapper{"paddleocr_vl", "PaddleOCRVLForConditionalGeneration",
                                              "paddleocr_vl_text"};
inline constexpr family ernie4_5_moe{.model_type = "ernie4_5_moe",
                                     .architecture = "Ernie4_5_MoeForCausalLM",
                                     .layers = detail::read_seeing_layers,
                                     .feed_forwards = detail::read_ernie_experts,
                                     .kv_heads = 4,
                                     .bias = bias_rule::named,
                                     .tied = true,
                                     .names = &detail::ernie_names};

}  // namespace families

}  // namespace shardline::hf
