// SPDX-License-Identifier: BSL-1.0
/// Ling and Ring with a state in all but the last layer of each group: that of lightning attention
/// beside grouped queries (Ring-linear 2.0) or latents (2.5), of delta attention beside latents
/// whose output is gated (3).
/// Source: vllm/model_executor/models/bailing_moe_linear.py and bailing_moe_v3.py.
#pragma once

#include <string>
#include <string_view>
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

inline constexpr std::string_view bailing_v3_class = "BailingMoeV3ForCausalLM";

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
/// Decays and gates by a projection each, or through one as narrow as a head.
inline delta_attention read_bailing_delta(const fields& f, integer hidden, const family& known) {
  delta_attention a{};
  a.heads = f.whole(heads_key(f), any_heads);
  a.head_dim = read_head_dim(f, known, hidden, a.heads);
  a.conv_kernel = f.whole_or("short_conv_kernel_size", 4, any_kernel);
  const bool through_ranks = !f.flag("no_kda_lora", false);
  a.decay_rank = a.gate_rank = through_ranks ? a.head_dim : 0;
  return a;
}

/// Of the third version, which goes by the second one's model_type. Layers behind the last whole
/// group attend.
inline layer_stack read_bailing_v3_layers(const fields& f, const family& known, integer hidden) {
  const integer layers = f.whole(layers_key(f), any_layers);
  const delta_attention delta = read_bailing_delta(f, hidden, known);
  latent_attention latents = read_latent_attention(f, 0);
  const integer qk_dim = latents.qk_nope_head_dim + latents.qk_rope_head_dim;
  (void)f.whole_or("qk_head_dim", qk_dim, {qk_dim, qk_dim});
  if (f.flag("use_mla_nope", false)) f.refuse("use_mla_nope", "false: rotary embedding");
  const std::string gate =
      f.choice("gated_attention_proj_granularity_type", {"", "head_wise", "element_wise"});
  latents.head_gate = gate == "head_wise";
  latents.output_gate = gate == "element_wise";
  const integer group = f.whole_or("layer_group_size", 1, any_layers);
  const std::vector<bool> keeps = but_every(group, layers);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    const bool state = keeps[static_cast<std::size_t>(i)] && i < layers / group * group;
    stack.append(1, {state ? attention_kind(delta) : attention_kind(latents), blocks.of(i)});
  }
  return stack;
}

inline layer_stack read_bailing_latent_layers(const fields& f, const family& known, integer hidden,
                                              precision) {
  check_bailing_biases(f);
  const std::vector<std::string> classes = f.words("architectures");
  const bool third = !classes.empty() && classes.front() == bailing_v3_class;
  if (third || f.find("no_kda_lora") != nullptr) return read_bailing_v3_layers(f, known, hidden);
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
                                       .other_architecture = detail::bailing_v3_class,
                                       .layers = detail::read_bailing_latent_layers,
                                       .feed_forwards = detail::read_bailing_blocks,
                                       .names = &detail::bailing_hybrid_names};

}  // namespace families

}  // namespace shardline::hf
