// SPDX-License-Identifier: BSL-1.0
/// Grok-2: experts beside a dense block of its own width, norms on both sides of every block.
/// Source: python/sglang/srt/models/grok.py, and the config.json of huggingface.co/xai-org/grok-2.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"
#include "shardline/io/hf/families/mistral.hpp"

namespace shardline::hf {

namespace detail {

inline feed_forwards read_grok_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result = all_alike(layers, true);
  result.experts = read_experts(f, "num_local_experts", "moe_intermediate_size");
  if (!f.flag("residual_moe", false)) return result;
  result.experts.shared_experts = 1;
  result.experts.shared_width = f.whole("intermediate_size", any_width);
  return result;
}

constexpr checkpoint_names make_grok_names() noexcept {
  checkpoint_names n = mixtral_names;
  n.norms = {"pre_attn_norm", "post_attn_norm", "pre_moe_norm", "post_moe_norm", ""};
  n.shared = "mlp.";
  return n;
}
inline constexpr checkpoint_names grok_names = make_grok_names();

}  // namespace detail

namespace families {

inline constexpr family grok{.model_type = "grok",
                             .architecture = "Grok1ForCausalLM",
                             .layers = detail::read_seeing_layers,
                             .feed_forwards = detail::read_grok_blocks,
                             .activation = activation_rule::any,
                             .form = layer_form::sandwich,
                             .names = &detail::grok_names};

}  // namespace families

}  // namespace shardline::hf
