/// GPT-2.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

inline constexpr checkpoint_names gpt2_names{
    .outside = {"transformer.wte", "transformer.wpe", "transformer.ln_f", "lm_head"},
    .layers = "transformer.h.",
    .norms = {"ln_1", "ln_2", "", "", ""},
    .attention = "attn.",
    .projections = {"c_attn", "c_proj", "", ""},
    .dense = "mlp.",
    .matrices = {"c_fc", "c_proj", ""}};

inline feed_forwards read_gpt2_blocks(const fields& f, const family&, count layers) {
  return read_four_wide(f, layers, "n_inner", true);
}

}  // namespace detail

namespace families {

inline constexpr family gpt2{.model_type = "gpt2",
                             .architecture = "GPT2LMHeadModel",
                             .layers = detail::read_multi_head_layers,
                             .feed_forwards = detail::read_gpt2_blocks,
                             .activation = activation_rule::gelu,
                             .tied = true,
                             .norm_bias = true,
                             .learned_positions = true,
                             .names = &detail::gpt2_names};

}  // namespace families

}  // namespace shardline::hf
