// SPDX-License-Identifier: BSL-1.0
/// DeepSeekMoE; DeepSeek-V2, DeepSeek-V3, Mistral Large 3, Mistral Small 4 and Kimi K2
/// (configuration_deepseek.py of huggingface.co/moonshotai/Kimi-K2-Instruct): latent attention;
/// Youtu-LLM, without experts.
#pragma once

#include "shardline/io/hf/blocks/deepseek_experts.hpp"
#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

/// Latents, or heads of their own keys and values where use_mla is false (DeepSeek-OCR, VL2).
inline layer_stack read_deepseek_v2_layers(const fields& f, const family& known, integer hidden,
                                           precision own) {
  if (f.flag("use_mla", true)) return read_latent_layers(f, known, hidden, own);
  return read_seeing_layers(f, known, hidden, own);
}

}  // namespace detail

namespace families {

inline constexpr family deepseek{.model_type = "deepseek",
                                 .architecture = "DeepseekForCausalLM",
                                 .layers = detail::read_seeing_layers,
                                 .feed_forwards = detail::read_deepseek,
                                 .bias = bias_rule::stated,
                                 .shared_experts = -1,
                                 .topk_method = "greedy"};
inline constexpr family deepseek_v2{.model_type = "deepseek_v2",
                                    .architecture = "DeepseekV2ForCausalLM",
                                    .layers = detail::read_deepseek_v2_layers,
                                    .feed_forwards = detail::read_deepseek,
                                    .bias = bias_rule::stated,
                                    .shared_experts = -1,
                                    .topk_method = "greedy"};
inline constexpr family deepseek_v3{.model_type = "deepseek_v3",
                                    .architecture = "DeepseekV3ForCausalLM",
                                    .layers = detail::read_latent_layers,
                                    .feed_forwards = detail::read_deepseek,
                                    .dense_layers = 3,
                                    .shared_experts = 1,
                                    .topk_method = "noaux_tc"};
inline constexpr family mistral4{.model_type = "mistral4",
                                 .architecture = "Mistral4ForCausalLM",
                                 .layers = detail::read_latent_layers,
                                 .feed_forwards = detail::read_deepseek,
                                 .shared_experts = 1,
                                 .topk_method = "greedy"};
inline constexpr family youtu{.model_type = "youtu",
                              .architecture = "YoutuForCausalLM",
                              .layers = detail::read_latent_layers,
                              .feed_forwards = detail::read_dense,
                              .tied = true};
inline constexpr family mistral_large_3 =
    renamed(deepseek_v3, "mistral_large_3", "MistralLarge3ForCausalLM");
/// A norm behind experts; the one dense layer holds it too.
/// Source: vllm/model_executor/models/AXK1.py.
constexpr family make_axk1() noexcept {
  family f = renamed(deepseek_v3, "AXK1", "AXK1ForCausalLM");
  f.form = layer_form::three_norms;
  return f;
}
inline constexpr family axk1 = make_axk1();
inline constexpr family kimi_k2{.model_type = "kimi_k2",
                                .architecture = "DeepseekV3ForCausalLM",
                                .layers = detail::read_latent_layers,
                                .feed_forwards = detail::read_deepseek,
                                .dense_layers = 3,
                                .shared_experts = 1,
                                .topk_method = "noaux_tc"};

}  // namespace families

}  // namespace shardline::hf
