// SPDX-License-Identifier: BSL-1.0
/// MiniMax-01 and M1: lightning attention in seven layers of eight, experts of Mixtral's form.
/// Source: vllm/model_executor/models/minimax_text_01.py, and configuration_minimax.py of
/// huggingface/transformers (4.57).
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/families/mistral.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_minimax_text_names() noexcept {
  checkpoint_names n = mixtral_names;
  n.recurrence = "self_attn.";
  n.recurrent = {"qkv_proj", "output_gate", "out_proj"};
  return n;
}
inline constexpr checkpoint_names minimax_text_names = make_minimax_text_names();

/// Which layers keep a state: 0 in attn_type_list, or all that layer_types does not call full;
/// every other layer where neither says.
inline std::vector<bool> read_lightning_layers(const fields& f, const family& known,
                                               integer layers) {
  constexpr const char* key = "attn_type_list";
  std::vector<bool> states;
  if (f.find(key) == nullptr) {
    family typed = known;
    typed.windows = window_rule::linear;
    for (const sight& seen : read_sights(f, typed, layers)) states.push_back(seen.linear);
    return states;
  }
  for (const bool full : read_marks(f, key, layers)) states.push_back(!full);
  return states;
}

inline layer_stack read_minimax_text_layers(const fields& f, const family& known, integer hidden,
                                            precision) {
  const integer layers = f.whole(layers_key(f), any_layers);
  const grouped_query_attention full = read_grouped_attention(f, known, hidden);
  const lightning_attention state{.heads = full.heads, .head_dim = full.head_dim};
  const std::vector<bool> keeps = read_lightning_layers(f, known, layers);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    const bool lightning = keeps[static_cast<std::size_t>(i)];
    stack.append(1, {lightning ? attention_kind(state) : attention_kind(full), blocks.of(i)});
  }
  return stack;
}

/// A shared expert, which no published model has, would have a coefficient of its own.
inline feed_forwards read_minimax_text_blocks(const fields& f, const family& known,
                                              integer layers) {
  (void)f.whole_or("shared_intermediate_size", 0, {0, 0});
  return read_mixtral(f, known, layers);
}

}  // namespace detail

namespace families {

inline constexpr family minimax_text_01{.model_type = "minimax_text_01",
                                        .architecture = "MiniMaxText01ForCausalLM",
                                        .other_architecture = "MiniMaxForCausalLM",
                                        .layers = detail::read_minimax_text_layers,
                                        .feed_forwards = detail::read_minimax_text_blocks,
                                        .kv_heads = 8,
                                        .names = &detail::minimax_text_names,
                                        .priced = {"attn_type_list"}};
inline constexpr family minimax_m1 = renamed(minimax_text_01, "minimax_m1", "MiniMaxM1ForCausalLM");
inline constexpr family minimax = renamed(minimax_text_01, "minimax", "MiniMaxForCausalLM");

}  // namespace families

}  // namespace shardline::hf
