// SPDX-License-Identifier: BSL-1.0
/// Ling and Ring: experts with shared ones; in the second version norms on queries and keys, a
/// score correction, and a dense block in the first layer. Sarvam: the same, or over latents.
/// Param2: the same, where nothing says otherwise.
/// Source: modeling_bailing_moe_v2.py of huggingface.co/inclusionAI/Ling-mini-2.0, and
/// vllm/model_executor/models/sarvam.py and param2moe.py.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_bailing_names() noexcept {
  checkpoint_names n = llama_names;
  n.outside = {"model.word_embeddings", "", "model.norm", "lm_head"};
  n.norms = {"input_layernorm", "post_attention_layernorm", "attention.query_layernorm",
             "attention.key_layernorm", ""};
  n.attention = "attention.";
  n.projections = {"query_key_value", "dense", "", ""};
  return n;
}
inline constexpr checkpoint_names bailing_names = make_bailing_names();

inline feed_forwards read_bailing_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result;
  result.experts = read_experts(f, "num_experts", "moe_intermediate_size");
  result.experts.shared_experts = f.whole_or("num_shared_experts", 0, field::shared_experts);
  if (result.experts.shared_experts > 0) {
    result.experts.shared_width =
        f.whole_or("moe_shared_expert_intermediate_size", result.experts.width, any_width);
  }
  result.experts.correction_bias = f.flag("moe_router_enable_expert_bias", false);
  const integer dense = f.whole_or("first_k_dense_replace", 0, any_index);
  for (integer i = 0; i < layers; ++i) result.sparse.push_back(i >= dense);
  if (result.any_dense()) result.dense.width = f.whole("intermediate_size", any_width);
  return result;
}

/// The width of the shared experts is that of all together.
inline feed_forwards read_param2_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result;
  result.experts = read_experts(f, "num_experts", "moe_intermediate_size");
  const integer shared = f.whole_or("num_shared_experts", 1, field::shared_experts);
  if (shared > 0) {
    result.experts.shared_experts = 1;
    result.experts.shared_width =
        f.whole_or("moe_shared_expert_intermediate_size", shared * result.experts.width, any_width);
  }
  result.experts.correction_bias = f.flag("moe_router_enable_expert_bias", true);
  const integer dense = f.whole_or("first_k_dense_replace", 1, any_index);
  for (integer i = 0; i < layers; ++i) result.sparse.push_back(i >= dense);
  if (result.any_dense()) result.dense.width = f.whole("intermediate_size", any_width);
  return result;
}

inline layer_stack read_bailing_layers(const fields& f, const family& known, integer hidden,
                                       precision own) {
  grouped_query_attention a = read_grouped_attention(f, known, hidden);
  a.qkv_bias = f.flag("use_qkv_bias", false);
  a.output_bias = f.flag("use_bias", false);
  return seeing_layers(f, known, own, a);
}

/// Queries without a latent of their own where no key says; a dense first layer.
inline layer_stack read_sarvam_latents(const fields& f, const family& known, integer, precision) {
  const integer layers = read_equal_layers(f);
  return equal_layers(f, known, layers, read_latent_attention(f, 0), known.form);
}

}  // namespace detail

namespace families {

inline constexpr family bailing_moe{.model_type = "bailing_moe",
                                    .architecture = "BailingMoeForCausalLM",
                                    .layers = detail::read_bailing_layers,
                                    .feed_forwards = detail::read_bailing_blocks,
                                    .qk_norm = qk_norm_rule::stated,
                                    .names = &detail::bailing_names};
inline constexpr family bailing_moe_v2 =
    renamed(bailing_moe, "bailing_moe_v2", "BailingMoeV2ForCausalLM");
inline constexpr family sarvam_moe = renamed(bailing_moe, "sarvam_moe", "SarvamMoEForCausalLM");
inline constexpr family param2moe{.model_type = "param2moe",
                                  .architecture = "Param2MoEForCausalLM",
                                  .layers = detail::read_bailing_layers,
                                  .feed_forwards = detail::read_param2_blocks,
                                  .qk_norm = qk_norm_rule::stated,
                                  .names = &detail::bailing_names};
inline constexpr family sarvam_mla{.model_type = "sarvam_mla",
                                   .architecture = "SarvamMLAForCausalLM",
                                   .layers = detail::read_sarvam_latents,
                                   .feed_forwards = detail::read_bailing_blocks};

}  // namespace families

}  // namespace shardline::hf
