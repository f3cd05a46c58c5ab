// SPDX-License-Identifier: BSL-1.0
/// GPT-2; GPT-J, both of whose blocks read one norm.
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

inline constexpr checkpoint_names gptj_names{
    .outside = {"transformer.wte", "", "transformer.ln_f", "lm_head"},
    .layers = "transformer.h.",
    .norms = {"ln_1", "", "", "", ""},
    .attention = "attn.",
    .projections = {"q_proj", "k_proj", "v_proj", "out_proj"},
    .dense = "mlp.",
    .matrices = {"fc_in", "fc_out", ""}};

inline layer_stack read_gptj_layers(const fields& f, const family& known, count hidden, precision) {
  const count layers = read_equal_layers(f);
  grouped_query_attention a = read_multi_head_attention(f, hidden);
  a.qkv_bias = a.output_bias = false;
  return equal_layers(f, known, layers, a, known.form);
}

}  // namespace detail

namespace families {

inline constexpr family gptj{.model_type = "gptj",
                             .architecture = "GPTJForCausalLM",
                             .layers = detail::read_gptj_layers,
                             .feed_forwards = detail::read_gpt2_blocks,
                             .activation = activation_rule::gelu,
                             .form = layer_form::parallel,
                             .head_bias = true,
                             .norm_bias = true,
                             .names = &detail::gptj_names};

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
