// SPDX-License-Identifier: BSL-1.0
/// Gemma, Gemma 2 and 3, and Rnj-1, which is Gemma 3 with chunks in place of windows.
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

/// Layers that see their own chunk and the one before it see two chunks at most, and are read as
/// windows of that length.
/// Source: vllm/model_executor/models/rnj1.py.
inline layer_stack read_rnj1_layers(const fields& f, const family& known, integer hidden,
                                    precision) {
  constexpr const char* key = "layer_types";
  const integer layers = f.whole(layers_key(f), any_layers);
  grouped_query_attention a = read_grouped_attention(f, known, hidden);
  const std::vector<std::string> types = f.words(key);
  bool sound = static_cast<integer>(types.size()) == layers;
  bool chunks = false;
  for (const std::string& type : types) {
    sound = sound && (type == "full_attention" || type == "chunked_attention");
    chunks = chunks || type == "chunked_attention";
  }
  if (!sound) f.refuse(key, quoted({"full_attention", "chunked_attention"}) + ", one per layer");
  const integer chunk = chunks ? f.whole("sliding_window", any_length) : 0;
  if (chunks) f.note("sliding_window", "chunks, of which a token sees its own and the one before");
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; sound && i < layers; ++i) {
    a.window = types[static_cast<std::size_t>(i)] == "chunked_attention" ? 2 * chunk : 0;
    stack.append(1, {a, blocks.of(i), known.form});
  }
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family gemma{.model_type = "gemma",
                              .architecture = "GemmaForCausalLM",
                              .layers = detail::read_seeing_layers,
                              .feed_forwards = detail::read_dense,
                              .kv_heads = 16,
                              .head_dim = 256,
                              .bias = bias_rule::stated,
                              .activation = activation_rule::gated_gelu,
                              .tied = true};
inline constexpr family gemma2{.model_type = "gemma2",
                               .architecture = "Gemma2ForCausalLM",
                               .layers = detail::read_seeing_layers,
                               .feed_forwards = detail::read_dense,
                               .kv_heads = 4,
                               .head_dim = 256,
                               .bias = bias_rule::stated,
                               .windows = window_rule::even_layers,
                               .window = 4096,
                               .activation = activation_rule::gelu_tanh,
                               .form = layer_form::sandwich,
                               .tied = true};
/// Gemma 2 without norms behind its blocks.
/// Source: modeling_vaultgemma.py of huggingface/transformers (4.57).
constexpr family make_vaultgemma() noexcept {
  family f = renamed(gemma2, "vaultgemma", "VaultGemmaForCausalLM");
  f.form = layer_form::sequential;
  return f;
}
inline constexpr family vaultgemma = make_vaultgemma();
inline constexpr family gemma3_text{.model_type = "gemma3_text",
                                    .architecture = "Gemma3ForCausalLM",
                                    .layers = detail::read_seeing_layers,
                                    .feed_forwards = detail::read_dense,
                                    .vocab_size = 262208,
                                    .heads = 8,
                                    .kv_heads = 4,
                                    .head_dim = 256,
                                    .context = 131072,
                                    .bias = bias_rule::stated,
                                    .qk_norm = qk_norm_rule::per_head,
                                    .windows = window_rule::but_every_nth,
                                    .window = 4096,
                                    .activation = activation_rule::gelu_tanh,
                                    .form = layer_form::sandwich,
                                    .tied = true};
inline constexpr wrapper gemma3{"gemma3", "Gemma3ForConditionalGeneration", "gemma3_text"};

constexpr family make_rnj1() noexcept {
  family f = renamed(gemma3_text, "rnj1", "Rnj1ForCausalLM");
  f.layers = detail::read_rnj1_layers;
  f.vocab_size = f.heads = f.kv_heads = f.head_dim = f.context = 0;
  return f;
}
inline constexpr family rnj1 = make_rnj1();

}  // namespace families

}  // namespace shardline::hf
