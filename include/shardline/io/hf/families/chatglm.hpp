// SPDX-License-Identifier: BSL-1.0
/// ChatGLM3 and GLM-4-9B by their older code; GLM-4-0414 and its text model within GLM-4.1V.
/// Source: configuration_chatglm.py of huggingface.co/THUDM/glm-4-9b-chat; configuration_glm4.py of
/// huggingface/transformers (4.57).
#pragma once

#include <string>

#include "shardline/io/hf/families/glm.hpp"
#include "shardline/io/hf/families/phi.hpp"

namespace shardline::hf {

namespace detail {

inline constexpr checkpoint_names chatglm_names{
    .outside = {"transformer.embedding.word_embeddings", "", "transformer.encoder.final_layernorm",
                "transformer.output_layer"},
    .layers = "transformer.encoder.layers.",
    .norms = {"input_layernorm", "post_attention_layernorm", "", "", ""},
    .attention = "self_attention.",
    .projections = {"query_key_value", "dense", "", ""},
    .dense = "mlp.",
    .matrices = {"dense_h_to_4h", "dense_4h_to_h", ""}};

inline layer_stack read_chatglm_layers(const fields& f, const family& known, integer hidden,
                                       precision) {
  const integer layers = read_equal_layers(f);
  grouped_query_attention a{};
  a.heads = f.whole(heads_key(f), any_heads);
  a.head_dim = f.whole_or("kv_channels", 128, any_heads);
  a.kv_heads = f.flag("multi_query_attention", false) ? f.whole("multi_query_group_num", any_heads)
                                                      : a.heads;
  if (a.heads % a.kv_heads != 0) {
    f.refuse("multi_query_group_num",
             "a divisor of num_attention_heads (" + std::to_string(a.heads) + ")");
  }
  if (a.heads * a.head_dim != hidden) {
    f.refuse("kv_channels", "hidden_size / num_attention_heads");
  }
  const integer rows = f.whole_or("vocab_size", 0, field::vocab_size);
  (void)f.whole_or("padded_vocab_size", rows, {rows, rows});
  const bool everywhere = f.flag("add_bias_linear", false);
  a.qkv_bias = everywhere || f.flag("add_qkv_bias", false);
  a.output_bias = everywhere;
  if (!f.flag("rmsnorm", true)) f.refuse("rmsnorm", "true");
  if (!f.flag("post_layer_norm", true)) f.refuse("post_layer_norm", "true");
  return equal_layers(f, known, layers, a, known.form);
}

inline feed_forwards read_chatglm_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result = all_alike(layers, false);
  result.dense.width = f.whole("ffn_hidden_size", any_width);
  result.dense.bias = f.flag("add_bias_linear", false);
  return result;
}

}  // namespace detail

namespace families {

inline constexpr family chatglm{.model_type = "chatglm",
                                .architecture = "ChatGLMModel",
                                .other_architecture = "ChatGLMForConditionalGeneration",
                                .layers = detail::read_chatglm_layers,
                                .feed_forwards = detail::read_chatglm_blocks,
                                .names = &detail::chatglm_names};
inline constexpr family glm{.model_type = "glm",
                            .architecture = "GlmForCausalLM",
                            .layers = detail::read_seeing_layers,
                            .feed_forwards = detail::read_dense,
                            .kv_heads = 2,
                            .head_dim = 128,
                            .bias = bias_rule::stated_qkv,
                            .attention_bias = true,
                            .names = &detail::phi3_names};
inline constexpr family glm4{.model_type = "glm4",
                             .architecture = "Glm4ForCausalLM",
                             .layers = detail::read_seeing_layers,
                             .feed_forwards = detail::read_dense,
                             .kv_heads = 2,
                             .head_dim = 128,
                             .bias = bias_rule::stated_qkv,
                             .attention_bias = true,
                             .form = layer_form::sandwich,
                             .names = &detail::phi3_names};
inline constexpr family glm4v_text = renamed(glm4, "glm4v_text", "Glm4vForConditionalGeneration");
inline constexpr family glm4v_moe_text =
    renamed(glm4_moe, "glm4v_moe_text", "Glm4vMoeForConditionalGeneration");
/// Source: modeling_glm_ocr.py of huggingface/transformers (5.1).
constexpr family make_glm_ocr() noexcept {
  family f = renamed(glm4, "glm_ocr_text", "GlmOcrForConditionalGeneration");
  f.kv_heads = 8;
  f.head_dim = 0;
  f.attention_bias = false;
  return f;
}
inline constexpr family glm_ocr_text = make_glm_ocr();
inline constexpr wrapper glm_ocr{"glm_ocr", "GlmOcrForConditionalGeneration", "glm_ocr_text"};
inline constexpr wrapper glm4v{"glm4v", "Glm4vForConditionalGeneration", "glm4v_text"};
inline constexpr wrapper glm4v_moe{"glm4v_moe", "Glm4vMoeForConditionalGeneration",
                                   "glm4v_moe_text"};

}  // namespace families

}  // namespace shardline::hf
