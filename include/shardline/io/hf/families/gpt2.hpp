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

inline feed_forwards read_gpt2_blocks(const fields& f, const family&, integer layers) {
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

inline layer_stack read_gptj_layers(const fields& f, const family& known, integer hidden,
                                    precision) {
  const integer layers = read_equal_layers(f);
  grouped_query_attention a = read_multi_head_attention(f, hidden);
  a.qkv_bias = a.output_bias = false;
  return equal_layers(f, known, layers, a, known.form);
}

constexpr checkpoint_names make_codegen_names() noexcept {
  checkpoint_names n = gptj_names;
  n.projections = {"qkv_proj", "out_proj", "", ""};
  return n;
}
inline constexpr checkpoint_names codegen_names = make_codegen_names();

constexpr checkpoint_names make_gpt_neo_names() noexcept {
  checkpoint_names n = gpt2_names;
  n.attention = "attn.attention.";
  n.projections = {"q_proj", "k_proj", "v_proj", "out_proj"};
  return n;
}
inline constexpr checkpoint_names gpt_neo_names = make_gpt_neo_names();

constexpr checkpoint_names make_jais_names() noexcept {
  checkpoint_names n = gpt2_names;
  n.matrices = {"c_fc", "c_fc2", "c_proj"};
  return n;
}
inline constexpr checkpoint_names jais_names = make_jais_names();

inline feed_forwards read_gpt_neo_blocks(const fields& f, const family&, integer layers) {
  return read_four_wide(f, layers, "intermediate_size", true);
}

/// attention_layers says of each layer whether it sees everything: "global" or "local".
inline layer_stack read_gpt_neo_layers(const fields& f, const family& known, integer hidden,
                                       precision) {
  const integer layers = f.whole(layers_key(f), any_layers);
  grouped_query_attention a = read_multi_head_attention(f, hidden);
  a.qkv_bias = false;
  const std::vector<std::string> types = f.words("attention_layers");
  if (static_cast<integer>(types.size()) != layers) {
    f.refuse("attention_layers", "one for each layer (" + std::to_string(layers) + ")");
    return {};
  }
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  const integer window = f.whole_or("window_size", 256, any_length);
  layer_stack stack;
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (types[i] != "global" && types[i] != "local") {
      f.refuse("attention_layers", quoted({"global", "local"}));
    }
    a.window = types[i] == "local" ? window : 0;
    stack.append(1, {a, blocks.of(static_cast<integer>(i)), known.form});
  }
  return stack;
}

/// Gated where the activation function says so; positions are not learned, but slopes (ALiBi).
inline feed_forwards read_jais_blocks(const fields& f, const family&, integer layers) {
  (void)f.choice("position_embedding_type", {"alibi"});
  feed_forwards result = read_four_wide(f, layers, "n_inner", true);
  result.dense.gated = f.word("activation_function", "gelu") == "swiglu";
  return result;
}

}  // namespace detail

namespace families {

/// Source: modeling_codegen.py of huggingface/transformers.
inline constexpr family codegen{.model_type = "codegen",
                                .architecture = "CodeGenForCausalLM",
                                .layers = detail::read_gptj_layers,
                                .feed_forwards = detail::read_gpt2_blocks,
                                .activation = activation_rule::gelu,
                                .form = layer_form::parallel,
                                .head_bias = true,
                                .norm_bias = true,
                                .names = &detail::codegen_names};
/// Source: modeling_gpt_neo.py of huggingface/transformers.
inline constexpr family gpt_neo{.model_type = "gpt_neo",
                                .architecture = "GPTNeoForCausalLM",
                                .layers = detail::read_gpt_neo_layers,
                                .feed_forwards = detail::read_gpt_neo_blocks,
                                .activation = activation_rule::gelu,
                                .tied = true,
                                .norm_bias = true,
                                .learned_positions = true,
                                .names = &detail::gpt_neo_names};
/// Source: vllm/model_executor/models/jais.py.
inline constexpr family jais{.model_type = "jais",
                             .architecture = "JAISLMHeadModel",
                             .layers = detail::read_multi_head_layers,
                             .feed_forwards = detail::read_jais_blocks,
                             .activation = activation_rule::any,
                             .tied = true,
                             .norm_bias = true,
                             .names = &detail::jais_names};
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
