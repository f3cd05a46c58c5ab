// SPDX-License-Identifier: BSL-1.0
/// Kimi Linear and Kimi K3: delta attention, and latent attention without rotary embedding in some
/// layers; Kimi K2.5, whose text model is DeepSeek-V3's.
/// Source: configuration_kimi_k3.py and modeling_kimi_linear.py of
/// huggingface.co/moonshotai/Kimi-K3.
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/blocks/layers.hpp"
#include "shardline/io/hf/families/deepseek.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_kimi_names() noexcept {
  checkpoint_names n = llama_names;
  n.router = "block_sparse_moe.gate";
  n.experts = "block_sparse_moe.experts.";
  n.expert = {"w1", "w3", "w2"};
  n.shared = "block_sparse_moe.shared_experts.";
  n.latent = "block_sparse_moe.";
  n.latents = {"routed_expert_down_proj", "routed_expert_up_proj"};
  return n;
}
inline constexpr checkpoint_names kimi_names = make_kimi_names();

inline delta_attention read_delta_attention(const fields& f) {
  delta_attention a{};
  a.heads = f.whole("num_heads", any_heads);
  a.head_dim = f.whole("head_dim", any_heads);
  a.conv_kernel = f.whole_or("short_conv_kernel_size", 4, any_kernel);
  a.decay_rank = a.head_dim;
  a.gate_rank = f.flag("use_full_rank_gate", false) ? 0 : a.head_dim;
  return a;
}

/// Which layers have a state, by their numbers from 1; the others, which have lists of their own,
/// attend to latents.
inline std::vector<bool> read_delta_layers(const fields& f, integer layers) {
  const std::string allowed = "numbers of layers, 1 to " + std::to_string(layers);
  std::vector<bool> linear(static_cast<std::size_t>(layers));
  const auto listed = f.whole_list("kda_layers", {1, layers}, allowed);
  if (!listed) {
    f.refuse("kda_layers", allowed);
    return linear;
  }
  for (const integer i : *listed) {
    linear[static_cast<std::size_t>(i - 1)] = true;
  }
  const auto full = f.whole_list("full_attn_layers", {1, layers}, allowed);
  if (!full) return linear;
  for (const integer i : *full) {
    if (linear[static_cast<std::size_t>(i - 1)]) {
      f.refuse("full_attn_layers", "numbers that kda_layers does not list");
    }
  }
  return linear;
}

inline feed_forwards read_kimi_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result;
  mixture_of_experts& moe = result.experts;
  moe.experts = f.whole("num_experts", field::experts);
  moe.experts_per_token =
      f.whole(f.name_of({"num_experts_per_token", "num_experts_per_tok"}), {1, moe.experts});
  moe.width = f.whole("moe_intermediate_size", any_width);
  moe.shared_experts = f.whole_or("num_shared_experts", 0, field::shared_experts);
  moe.shared_width = moe.shared_experts > 0 ? moe.width : 0;
  moe.correction_bias = true;
  moe.latent_width = f.whole_or("routed_expert_hidden_size", 0, {0, any_width.most});
  moe.latent_norm = moe.latent_width > 0 && f.flag("latent_moe_use_norm", false);
  const integer first_sparse = f.whole_or("first_k_dense_replace", 0, any_index);
  const integer step = f.whole_or("moe_layer_freq", 1, any_layers);
  for (integer i = 0; i < layers; ++i) result.sparse.push_back(i >= first_sparse && i % step == 0);
  if (result.any_dense()) result.dense.width = f.whole("intermediate_size", any_width);
  return result;
}

inline layer_stack read_kimi_layers(const fields& f, const family& known, integer, precision) {
  const integer layers = f.whole(layers_key(f), any_layers);
  latent_attention latents = read_latent_attention(f, 0);
  latents.output_gate = f.flag("mla_use_output_gate", false);
  constexpr const char* key = "linear_attn_config";
  const json* settings = f.object(key);
  if (settings == nullptr) {
    f.refuse(key, "an object");
    return {};
  }
  const fields linear(*settings, f.path_of(key), f.report());
  const delta_attention delta = read_delta_attention(linear);
  const std::vector<bool> keeps_state = read_delta_layers(linear, layers);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    const bool state = keeps_state[static_cast<std::size_t>(i)];
    stack.append(1, {state ? attention_kind(delta) : attention_kind(latents), blocks.of(i)});
  }
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family kimi_linear{.model_type = "kimi_linear",
                                    .architecture = "KimiLinearForCausalLM",
                                    .layers = detail::read_kimi_layers,
                                    .feed_forwards = detail::read_kimi_blocks,
                                    .names = &detail::kimi_names};
inline constexpr wrapper kimi_k3{"kimi_k3", "KimiK3ForConditionalGeneration", "kimi_linear"};
inline constexpr wrapper kimi_k25{
    "kimi_k25", "KimiK25ForConditionalGeneration", "kimi_k2", {"deepseek_v3"}};
inline constexpr wrapper kimi_vl{
    "kimi_vl", "KimiVLForConditionalGeneration", "deepseek_v3", {"kimi_k2"}};

}  // namespace families

}  // namespace shardline::hf
