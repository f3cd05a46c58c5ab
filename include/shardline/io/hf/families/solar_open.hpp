// SPDX-License-Identifier: BSL-1.0
/// Solar Open 2: Solar Open's experts in all layers, of which all but each fourth keep the state of
/// Kimi Delta Attention, and the others attend behind a gate.
/// Source: configuration_solar_open2.py, modeling_solar_open2.py of huggingface/transformers (5).
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/families/glm.hpp"

namespace shardline::hf {

namespace detail {

/// Heads of keys and values are as many as those of queries, as vLLM has it.
inline delta_attention read_solar_delta(const fields& f, integer heads, integer head_dim) {
  delta_attention a{.heads = heads, .head_dim = head_dim, .conv_kernel = 4};
  constexpr const char* key = "linear_attn_config";
  if (const json* settings = f.object(key); settings != nullptr) {
    const fields of(*settings, f.path_of(key), f.report());
    a.heads = of.whole("num_heads", any_heads);
    a.head_dim = of.whole("head_dim", any_heads);
    a.conv_kernel = of.whole("short_conv_kernel_size", any_kernel);
    (void)of.whole_or("num_kv_heads", a.heads, {a.heads, a.heads});
  }
  const bool whole = f.flag("kda_use_full_proj", false);
  a.decay_rank = a.gate_rank = whole ? 0 : a.head_dim;
  return a;
}

/// Which layers attend: those that layer_types says, or gqa_layers, or the first of each
/// gqa_interval + 1.
inline std::vector<bool> read_solar_attending(const fields& f, integer layers) {
  constexpr const char* key = "layer_types";
  std::vector<bool> attending;
  for (const std::string& type : f.words(key)) {
    attending.push_back(type == "full_attention");
    if (attending.back() || type == "linear_attention") continue;
    f.refuse(key, quoted({"full_attention", "linear_attention"}));
  }
  if (f.find(key) != nullptr && static_cast<integer>(attending.size()) != layers) {
    f.refuse(key, "one for each layer (" + std::to_string(layers) + ")");
  }
  const integer interval = f.whole_or("gqa_interval", 3, any_layers);
  const bool listed = f.find("gqa_layers") != nullptr;
  for (auto i = static_cast<integer>(attending.size()); i < layers; ++i) {
    attending.push_back(!listed && i % (interval + 1) == 0);
  }
  attending.resize(static_cast<std::size_t>(layers));
  if (f.find(key) == nullptr) mark_layers(f, "gqa_layers", true, attending);
  return attending;
}

inline layer_stack read_solar_layers(const fields& f, const family& known, integer hidden,
                                     precision) {
  const integer layers = f.whole(layers_key(f), any_layers);
  grouped_query_attention a = read_grouped_attention(f, known, hidden);
  a.output_gate = f.flag("use_gqa_gate", true);
  if (a.output_gate && f.flag("use_gqa_gate_bias", false)) {
    f.refuse("use_gqa_gate_bias", "false: biases of gates are not priced");
  }
  const delta_attention delta = read_solar_delta(f, a.heads, a.head_dim);
  const std::vector<bool> attending = read_solar_attending(f, layers);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    const bool attends = attending[static_cast<std::size_t>(i)];
    stack.append(1, {attends ? attention_kind(a) : attention_kind(delta), blocks.of(i)});
  }
  return stack;
}

}  // namespace detail

namespace families {

constexpr family make_solar_open2() noexcept {
  family f = renamed(solar_open, "solar_open2", "SolarOpen2ForCausalLM");
  f.layers = detail::read_solar_layers;
  return f;
}
inline constexpr family solar_open2 = make_solar_open2();

}  // namespace families

}  // namespace shardline::hf
