// SPDX-License-Identifier: BSL-1.0
/// MosaicML's DBRX and MPT, whose settings stand in objects within.
#pragma once

#include <string>

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

inline constexpr checkpoint_names dbrx_names{
    .outside = {"transformer.wte", "", "transformer.norm_f", "lm_head"},
    .layers = "transformer.blocks.",
    .norms = {"norm_attn_norm.norm_1", "norm_attn_norm.norm_2", "", "", ""},
    .attention = "norm_attn_norm.attn.",
    .projections = {"Wqkv", "out_proj", "", ""},
    .router = "ffn.router.layer",
    .experts = "ffn.experts.mlp.",
    .numbered = false,
    .expert = {"w1", "v1", "w2"}};

inline constexpr checkpoint_names mpt_names{
    .outside = {"transformer.wte", "", "transformer.norm_f", "lm_head"},
    .layers = "transformer.blocks.",
    .norms = {"norm_1", "norm_2", "", "", ""},
    .attention = "attn.",
    .projections = {"Wqkv", "out_proj", "", ""},
    .dense = "ffn.",
    .matrices = {"up_proj", "down_proj", ""}};

/// Settings within; an empty object where there are none.
inline fields settings_within(const fields& f, const char* key) {
  static const json none = json::object();
  const json* found = f.object(key);
  return {found == nullptr ? none : *found, f.path_of(key), f.report()};
}

inline grouped_query_attention read_mosaic_heads(const fields& f, const fields& attention,
                                                 integer hidden) {
  grouped_query_attention a{};
  a.heads = f.whole(heads_key(f), any_heads);
  a.head_dim = even_head_dim(f, hidden, a.heads);
  a.kv_heads = attention.whole_or("kv_n_heads", a.heads, any_heads);
  if (attention.word("attn_type", "") == "multiquery_attention") a.kv_heads = 1;
  if (a.heads % a.kv_heads != 0) {
    attention.refuse("kv_n_heads", "a divisor of n_heads (" + std::to_string(a.heads) + ")");
  }
  if (attention.flag("qk_ln", false)) attention.refuse("qk_ln", "false");
  return a;
}

inline layer_stack read_dbrx_layers(const fields& f, const family& known, integer hidden,
                                    precision) {
  const fields attention = settings_within(f, "attn_config");
  const fields blocks = settings_within(f, "ffn_config");
  const integer layers = read_equal_layers(f);
  mixture_of_experts moe{};
  moe.experts = blocks.whole("moe_num_experts", field::experts);
  moe.experts_per_token = blocks.whole("moe_top_k", {1, moe.experts});
  moe.width = blocks.whole("ffn_hidden_size", any_width);
  layer_stack stack;
  stack.append(layers, {read_mosaic_heads(f, attention, hidden), moe, known.form});
  return stack;
}

inline layer_stack read_mpt_layers(const fields& f, const family& known, integer hidden,
                                   precision) {
  const fields attention = settings_within(f, "attn_config");
  const integer layers = read_equal_layers(f);
  if (!f.flag("no_bias", false)) f.refuse("no_bias", "true: biases of MPT are not priced");
  if (!attention.flag("alibi", false) && f.flag("learned_pos_emb", true)) {
    f.refuse("learned_pos_emb", "false, or attn_config.alibi: learned positions are not priced");
  }
  const integer ratio = f.whole_or("expansion_ratio", 4, any_kernel);
  layer_stack stack;
  stack.append(layers, {read_mosaic_heads(f, attention, hidden),
                        dense_feed_forward{.width = ratio * hidden, .gated = false}, known.form});
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family dbrx{.model_type = "dbrx",
                             .architecture = "DbrxForCausalLM",
                             .layers = detail::read_dbrx_layers,
                             .names = &detail::dbrx_names};
inline constexpr family mpt{.model_type = "mpt",
                            .architecture = "MPTForCausalLM",
                            .other_architecture = "MptForCausalLM",
                            .layers = detail::read_mpt_layers,
                            .tied = true,
                            .names = &detail::mpt_names};

}  // namespace families

}  // namespace shardline::hf
