// SPDX-License-Identifier: BSL-1.0
/// Molmo, whose settings are OLMo's or Qwen's beside those of an encoder: a width that counts gate
/// and up together, and 128 rows of the embedding for images.
/// Source: vllm/model_executor/models/molmo.py.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

inline constexpr checkpoint_names molmo_names{
    .outside = {"model.transformer.wte", "", "model.transformer.ln_f", "model.transformer.ff_out"},
    .layers = "model.transformer.blocks.",
    .norms = {"attn_norm", "ff_norm", "", "", ""},
    .projections = {"att_proj", "attn_out", "", ""},
    .matrices = {"ff_proj", "ff_out", ""}};

inline feed_forwards read_molmo_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result = all_alike(layers, false);
  const integer both = f.whole("intermediate_size", any_width);
  if (both % 2 != 0) f.refuse("intermediate_size", "an even number, of gate and up together");
  result.dense.width = both / 2;
  return result;
}

inline layer_stack read_molmo_layers(const fields& f, const family& known, integer hidden,
                                     precision) {
  const integer layers = read_equal_layers(f);
  (void)f.choice("layer_norm_type", {"rms"});
  if (f.flag("weight_tying", false)) f.refuse("weight_tying", "false");
  grouped_query_attention a = read_grouped_attention(f, known, hidden);
  if (f.flag("attention_layer_norm", false)) a.qk_norm = head_norm::all_heads;
  return equal_layers(f, known, layers, a, known.form);
}

inline layer_stack read_molmo2_layers(const fields& f, const family& known, integer hidden,
                                      precision) {
  const integer layers = read_equal_layers(f);
  (void)f.whole_or("additional_vocab_size", known.extra_rows, {known.extra_rows, known.extra_rows});
  grouped_query_attention a = read_grouped_attention(f, known, hidden);
  if (f.flag("use_qk_norm", true)) {
    const std::string type = f.choice("qk_norm_type", {"qwen3", "olmo"});
    a.qk_norm = type == "olmo" ? head_norm::all_heads : head_norm::per_head;
  }
  return equal_layers(f, known, layers, a, known.form);
}

}  // namespace detail

namespace families {

inline constexpr family molmo{.model_type = "molmo",
                              .architecture = "MolmoForCausalLM",
                              .layers = detail::read_molmo_layers,
                              .feed_forwards = detail::read_molmo_blocks,
                              .bias = bias_rule::switched,
                              .activation = activation_rule::any,
                              .extra_rows = 128,
                              .names = &detail::molmo_names};

/// Molmo 2's text model: Qwen3's or, with norms over all heads and behind the blocks, OLMo 3's, of
/// which neither the place of the norms nor windows change a size.
/// Source: configuration_molmo2.py of huggingface/transformers (5).
inline constexpr family molmo2_text{.model_type = "molmo2_text",
                                    .architecture = "Molmo2ForCausalLM",
                                    .layers = detail::read_molmo2_layers,
                                    .feed_forwards = detail::read_dense,
                                    .bias = bias_rule::switched,
                                    .extra_rows = 128,
                                    .names = &detail::molmo_names};
inline constexpr wrapper molmo2{"molmo2", "Molmo2ForConditionalGeneration", "molmo2_text"};

}  // namespace families

}  // namespace shardline::hf
