// SPDX-License-Identifier: BSL-1.0
/// Gemma 3n: versions of the stream that layers update in turn, a narrow path beside attention, an
/// embedding for each layer; the last layers read the caches of earlier ones, though their own
/// projections of keys and values are there and run.
/// Source: configuration_gemma3n.py and modeling_gemma3n.py of huggingface/transformers (4.57).
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

/// One width, or one for each layer.
inline std::vector<integer> read_widths(const fields& f, integer layers) {
  constexpr const char* key = "intermediate_size";
  const json* value = f.find(key);
  const auto all = static_cast<std::size_t>(layers);
  if (value == nullptr || !value->is_array()) {
    return std::vector<integer>(all, f.whole_or(key, 16384, any_width));
  }
  const std::string allowed =
      any_width.text("one whole number for each layer (" + std::to_string(layers) + "),");
  std::vector<integer> widths =
      f.whole_list(key, any_width, allowed).value_or(std::vector<integer>{});
  if (widths.size() != all) f.refuse(key, allowed);
  widths.resize(all, 1);
  return widths;
}

inline layer_stack read_gemma3n_layers(const fields& f, const family& known, integer hidden,
                                       precision) {
  const integer layers = f.whole_or_noted("num_hidden_layers", 35, any_layers);
  grouped_query_attention a = read_grouped_attention(f, known, hidden);
  const std::vector<sight> sights = read_sights(f, known, layers);
  const std::vector<integer> widths = read_widths(f, layers);
  const integer sharing = f.whole_or("num_kv_shared_layers", 15, {0, layers - 1});
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    a.window = sights[static_cast<std::size_t>(i)].window;
    a.reads_cache_of_another = a.idle_projections = i >= layers - sharing;
    const dense_feed_forward block{widths[static_cast<std::size_t>(i)]};
    stack.append(1, {a, block, known.form});
  }
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family gemma3n_text{
    .model_type = "gemma3n_text",
    .architecture = "Gemma3nForCausalLM",
    .layers = detail::read_gemma3n_layers,
    .vocab_size = 262400,
    .heads = 8,
    .kv_heads = 2,
    .head_dim = 256,
    .context = 32768,
    .bias = bias_rule::stated,
    .qk_norm = qk_norm_rule::per_head,
    .windows = window_rule::but_every_nth,
    .window = 512,
    .window_period = 5,
    .activation = activation_rule::gelu_tanh,
    .form = layer_form::sandwich,
    .tied = true,
    .updates = true,
    .layer_inputs = 256,
    .priced = {"num_kv_shared_layers", "hidden_size_per_layer_input", "vocab_size_per_layer_input",
               "laurel_rank", "altup_num_inputs"}};
inline constexpr wrapper gemma3n{"gemma3n", "Gemma3nForConditionalGeneration", "gemma3n_text"};

}  // namespace families

}  // namespace shardline::hf
