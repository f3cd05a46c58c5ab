// SPDX-License-Identifier: BSL-1.0
/// config.json to the layers of a model in order.
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/blocks/feed_forward.hpp"
#include "shardline/io/hf/blocks/recurrence.hpp"
#include "shardline/io/hf/blocks/windows.hpp"

namespace shardline::hf::detail {

inline const char* layers_key(const fields& f) {
  return f.name_of({"num_hidden_layers", "n_layer", "n_layers", "num_layers"});
}

/// Layers whose mixers differ in what they see, and attend so.
inline layer_stack seeing_layers(const fields& f, const family& known, precision own,
                                 grouped_query_attention attention) {
  const integer layers = f.whole(layers_key(f), any_layers);
  linear_attention linear{};
  if (known.windows == window_rule::linear) linear = read_linear_attention(f, own);
  const std::vector<sight> sights = read_sights(f, known, layers);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    const sight& seen = sights[static_cast<std::size_t>(i)];
    attention.window = seen.window;
    attention.chunked = seen.chunked;
    stack.append(1, {seen.linear ? attention_kind(linear) : attention_kind(attention), blocks.of(i),
                     known.form});
  }
  return stack;
}
inline layer_stack read_seeing_layers(const fields& f, const family& known, integer hidden,
                                      precision own) {
  return seeing_layers(f, known, own, read_grouped_attention(f, known, hidden));
}

/// How many layers there are, of a family whose layers all have the same mixer.
inline integer read_equal_layers(const fields& f) {
  const integer layers = f.whole(layers_key(f), any_layers);
  for (const std::string& type : f.words("layer_types")) {
    if (type != "full_attention") f.refuse("layer_types", quoted({"full_attention"}) + " alone");
  }
  return layers;
}
inline layer_stack equal_layers(const fields& f, const family& known, integer layers,
                                const attention_kind& attention, layer_form form) {
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) stack.append(1, {attention, blocks.of(i), form});
  return stack;
}

// Layers of one mixer, those that are narrow behind a window.
inline layer_stack windowed_layers(grouped_query_attention a, const std::vector<bool>& narrow,
                                   integer window, const feed_forwards& blocks,
                                   layer_form form = layer_form::sequential) {
  layer_stack stack;
  for (std::size_t i = 0; i < narrow.size(); ++i) {
    a.window = narrow[i] ? window : 0;
    stack.append(1, {a, blocks.of(static_cast<integer>(i)), form});
  }
  return stack;
}
inline layer_stack read_latent_layers(const fields& f, const family& known, integer, precision) {
  const integer layers = read_equal_layers(f);
  return equal_layers(f, known, layers, read_latent_attention(f), known.form);
}
inline layer_stack read_multi_head_layers(const fields& f, const family& known, integer hidden,
                                          precision) {
  const integer layers = read_equal_layers(f);
  return equal_layers(f, known, layers, read_multi_head_attention(f, hidden), known.form);
}

}  // namespace shardline::hf::detail
