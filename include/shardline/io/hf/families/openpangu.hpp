// SPDX-License-Identifier: BSL-1.0
/// openPangu-Ultra-MoE: DeepSeek-V3's blocks, under names of its own in the first release and
/// DeepSeek's in the second, with a norm behind each block too.
/// Source: vllm/model_executor/models/openpangu.py, and modeling_openpangu_moe.py beside the
/// checkpoint (openPangu-Ultra-MoE-718B).
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

inline latent_attention read_pangu_latents(const fields& f) {
  if (f.flag("attention_bias", false)) {
    f.refuse("attention_bias", "false: biases of latent attention are not priced");
  }
  latent_attention a{};
  a.heads = f.whole("num_attention_heads", any_heads);
  a.q_lora_rank =
      f.whole_or(f.name_of({"attention_q_lora_dim", "q_lora_rank"}), 0, field::q_lora_rank);
  a.kv_lora_rank =
      f.whole(f.name_of({"attention_kv_lora_dim", "kv_lora_rank"}), field::kv_lora_rank);
  a.qk_nope_head_dim = f.whole(f.name_of({"attention_qk_dim", "qk_nope_head_dim"}), any_heads);
  a.qk_rope_head_dim = f.whole(f.name_of({"attention_qk_rope_dim", "qk_rope_head_dim"}), any_heads);
  a.v_head_dim = f.whole(f.name_of({"attention_v_dim", "v_head_dim"}), any_heads);
  return a;
}

inline feed_forwards read_pangu_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result;
  mixture_of_experts& moe = result.experts;
  moe = read_experts(f, f.name_of({"num_routed_experts", "n_routed_experts"}),
                     "moe_intermediate_size");
  moe.shared_experts =
      f.whole_or(f.name_of({"num_shared_experts", "n_shared_experts"}), 1, field::shared_experts);
  moe.shared_width = moe.shared_experts > 0 ? moe.width : 0;
  moe.correction_bias = f.flag("router_enable_expert_bias", false);
  const integer dense =
      f.whole_or(f.name_of({"num_dense_layers", "first_k_dense_replace"}), 3, any_index);
  for (integer i = 0; i < layers; ++i) result.sparse.push_back(i >= dense);
  if (result.any_dense()) result.dense.width = f.whole("intermediate_size", any_width);
  return result;
}

inline layer_stack read_pangu_layers(const fields& f, const family& known, integer, precision) {
  const integer layers = read_equal_layers(f);
  const bool behind = f.flag("sandwich_norm", false);
  return equal_layers(f, known, layers, read_pangu_latents(f),
                      behind ? layer_form::sandwich : layer_form::sequential);
}

}  // namespace detail

namespace families {

inline constexpr family pangu_ultra_moe{.model_type = "pangu_ultra_moe",
                                        .architecture = "PanguUltraMoEForCausalLM",
                                        .layers = detail::read_pangu_layers,
                                        .feed_forwards = detail::read_pangu_blocks};

}  // namespace families

}  // namespace shardline::hf
