// SPDX-License-Identifier: BSL-1.0
/// OPT: two matrices a block, biases everywhere, and two positions more than it has, since they are
/// counted from two.
#pragma once

#include <string>

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

inline constexpr checkpoint_names opt_names{
    .outside = {"model.decoder.embed_tokens", "model.decoder.embed_positions",
                "model.decoder.final_layer_norm", "lm_head"},
    .layers = "model.decoder.layers.",
    .norms = {"self_attn_layer_norm", "final_layer_norm", "", "", ""},
    .attention = "self_attn.",
    .projections = {"q_proj", "k_proj", "v_proj", "out_proj"},
    .dense = "",
    .matrices = {"fc1", "fc2", ""}};

inline feed_forwards read_opt_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result = all_alike(layers, false);
  result.dense.width = f.whole("ffn_dim", any_width);
  result.dense.gated = false;
  result.dense.bias = true;
  return result;
}

inline void require_flag(const fields& f, const char* key, bool needed) {
  if (f.flag(key, needed) == needed) return;
  f.refuse(key, std::string(needed ? "true" : "false") + ": other forms of OPT are not priced");
}

/// Galactica has no biases.
inline layer_stack read_opt_layers(const fields& f, const family& known, integer hidden,
                                   precision own) {
  require_flag(f, "enable_bias", true);
  require_flag(f, "layer_norm_elementwise_affine", true);
  return read_multi_head_layers(f, known, hidden, own);
}

}  // namespace detail

namespace families {

inline constexpr family opt{.model_type = "opt",
                            .architecture = "OPTForCausalLM",
                            .layers = detail::read_opt_layers,
                            .feed_forwards = detail::read_opt_blocks,
                            .activation = activation_rule::relu,
                            .tied = true,
                            .norm_bias = true,
                            .learned_positions = true,
                            .position_offset = 2,
                            .narrow_rows = true,
                            .names = &detail::opt_names};

}  // namespace families

}  // namespace shardline::hf
