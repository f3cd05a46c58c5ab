// SPDX-License-Identifier: BSL-1.0
/// Ling and Ring with lightning attention in all but the last layer of each group: beside grouped
/// queries (Ring-linear 2.0) or latents (2.5).
/// Source: vllm/model_executor/models/bailing_moe_linear.py.
#pragma once

#include <vector>

#include "shardline/io/hf/families/bailing.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_bailing_hybrid_names() noexcept {
  checkpoint_names n = bailing_names;
  n.recurrence = "attention.";
  n.recurrent = {"query_key_value", "g_proj", "dense"};
  return n;
}
inline constexpr checkpoint_names bailing_hybrid_names = make_bailing_hybrid_names();

/// Layers of each group but the last keep a state, which sees as many heads as queries have.
inline layer_stack lightning_but_every(const fields& f, const family& known, integer hidden,
                                       const attention_kind& every) {
  const integer layers = f.whole(layers_key(f), any_layers);
  lightning_attention state{.heads = f.whole(heads_key(f), any_heads)};
  state.head_dim = read_head_dim(f, known, hidden, state.heads);
  state.qk_norm = f.flag("use_qk_norm", false);
  const integer group = f.whole_or("layer_group_size", 1, any_layers);
  const std::vector<bool> keeps = but_every(group, layers);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    const bool lightning = keeps[static_cast<std::size_t>(i)];
    stack.append(1, {lightning ? attention_kind(state) : every, blocks.of(i)});
  }
  return stack;
}

inline void check_bailing_biases(const fields& f) {
  for (const char* key : {"use_qkv_bias", "use_bias"}) {
    if (f.flag(key, false)) f.refuse(key, "false: biases beside lightning attention");
  }
}

inline layer_stack read_bailing_linear_layers(const fields& f, const family& known, integer hidden,
                                              precision) {
  check_bailing_biases(f);
  return lightning_but_every(f, known, hidden, read_grouped_attention(f, known, hidden));
}
inline layer_stack read_bailing_latent_layers(const fields& f, const family& known, integer hidden,
                                              precision) {
  check_bailing_biases(f);
  return lightning_but_every(f, known, hidden, read_latent_attention(f, 0));
}

}  // namespace detail

namespace families {

inline constexpr family bailing_moe_linear{.model_type = "bailing_moe_linear",
                                           .architecture = "BailingMoeLinearForCausalLM",
                                           .other_architecture = "BailingMoeLinearV2ForCausalLM",
                                           .layers = detail::read_bailing_linear_layers,
                                           .feed_forwards = detail::read_bailing_blocks,
                                           .qk_norm = qk_norm_rule::stated,
                                           .names = &detail::bailing_hybrid_names};
inline constexpr family bailing_hybrid{.model_type = "bailing_hybrid",
                                       .architecture = "BailingMoeV2_5ForCausalLM",
                                       .layers = detail::read_bailing_latent_layers,
                                       .feed_forwards = detail::read_bailing_blocks,
                                       .names = &detail::bailing_hybrid_names};

}  // namespace families

}  // namespace shardline::hf
