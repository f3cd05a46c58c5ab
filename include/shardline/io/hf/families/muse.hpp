// SPDX-License-Identifier: BSL-1.0
/// Muse Glimmer: grouped-query attention whose output is gated value by value, norms without gains
/// on queries, keys and the embedding's rows, norms behind the blocks too; windows in all layers
/// but every fourth, counted backward from the last.
/// Source: modeling_muse_glimmer.py and configuration_muse_glimmer.py of huggingface/transformers
/// (5).
#pragma once

#include <vector>

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

inline std::vector<bool> read_muse_windows(const fields& f, const family& known, integer layers) {
  if (f.find("layer_types") != nullptr) return stated_layers(f, known, layers);
  std::vector<bool> narrow;
  for (integer i = 0; i < layers; ++i) narrow.push_back((layers - 1 - i) % 4 != 0);
  return narrow;
}

inline layer_stack read_muse_layers(const fields& f, const family& known, integer hidden,
                                    precision) {
  (void)f.choice("hidden_activation", {"silu"});
  for (const char* key : {"use_qk_norm", "use_attn_output_gate", "normalize_tok_embeddings"}) {
    if (!f.flag(key, true)) f.refuse(key, "true");
  }
  const integer layers = f.whole(layers_key(f), any_layers);
  grouped_query_attention a = read_grouped_attention(f, known, hidden);
  a.output_gate = true;
  const integer window = f.whole_or("sliding_window", known.window, any_length);
  const std::vector<bool> narrow = read_muse_windows(f, known, layers);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  return windowed_layers(a, narrow, window, blocks, known.form);
}

}  // namespace detail

namespace families {

inline constexpr family muse_glimmer_text{.model_type = "muse_glimmer_text",
                                          .architecture = "MuseGlimmerForCausalLM",
                                          .layers = detail::read_muse_layers,
                                          .feed_forwards = detail::read_dense,
                                          .kv_heads = 2,
                                          .head_dim = 128,
                                          .window = 2048,
                                          .form = layer_form::sandwich};
/// Of an early converter, whose files hold the text model's settings among all others.
inline constexpr family muse_glimmer =
    renamed(muse_glimmer_text, "muse_glimmer", "MuseGlimmerForCausalLM");
inline constexpr wrapper muse_glimmer_wrapper{
    "muse_glimmer",          "MuseGlimmerForConditionalGeneration", "muse_glimmer_text", {}, false,
    "MuseGlimmerForCausalLM"};

}  // namespace families

}  // namespace shardline::hf
