// SPDX-License-Identifier: BSL-1.0
/// Llama 3.2 Vision: among Llama's layers others that attend to images, each block of which adds as
/// much as a learned gate says.
/// Source: modeling_mllama.py of huggingface/transformers (4.57).
#pragma once

#include <string>

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

/// A layer that attends to images keeps nothing of the text. Its products are priced as if an image
/// were there, and its attention as to the tokens of the text, in place of the image's.
inline layer_stack read_mllama_layers(const fields& f, const family& known, integer hidden,
                                      precision) {
  constexpr const char* key = "cross_attention_layers";
  const integer layers = f.whole(layers_key(f), any_layers);
  const grouped_query_attention own = read_grouped_attention(f, known, hidden);
  grouped_query_attention seeing = own;
  seeing.qk_norm = head_norm::per_head;
  seeing.reads_cache_of_another = seeing.idle_projections = true;
  std::vector<bool> sees(static_cast<std::size_t>(layers));
  mark_layers(f, key, true, sees);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    if (sees[static_cast<std::size_t>(i)]) {
      stack.append(1, {seeing, blocks.of(i), layer_form::gated_blocks});
    } else {
      stack.append(1, {own, blocks.of(i)});
    }
  }
  f.note(key,
         "layers that attend to images are priced as if one were there, of the text's length; "
         "keys and values of images are not counted");
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family mllama_text_model{.model_type = "mllama_text_model",
                                          .architecture = "MllamaForCausalLM",
                                          .layers = detail::read_mllama_layers,
                                          .feed_forwards = detail::read_dense,
                                          .extra_rows = 8,
                                          .priced = {"cross_attention_layers"}};
inline constexpr wrapper mllama{"mllama", "MllamaForConditionalGeneration", "mllama_text_model"};

}  // namespace families

}  // namespace shardline::hf
