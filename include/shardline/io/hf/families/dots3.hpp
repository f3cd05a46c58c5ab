// SPDX-License-Identifier: BSL-1.0
/// dots.3-note: sparse latent attention with an indexer in some layers, windows of latents with
/// sizes of their own in the others, a gate for each head and a norm of the rotated keys in both.
/// Source: python/sglang/srt/configs/dots3.py and vllm/transformers_utils/configs/dots3_note.py;
/// vllm_ascend's dots3_note.py for gates and norms.
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/families/sparse_latent.hpp"

namespace shardline::hf {

namespace detail {

/// Whether the heads of a kind of layer are gated one by one; value by value otherwise.
inline bool read_head_gate(const fields& f, const char* key) {
  return f.choice(key, {"headwise", "elementwise"}) != "elementwise";
}

/// Windows of latents: every size by a key of its own.
inline latent_attention read_window_latents(const fields& f) {
  latent_attention a{};
  a.heads = f.whole("swa_num_attention_heads", any_heads);
  a.q_lora_rank = f.whole("swa_q_lora_rank", field::q_lora_rank);
  a.kv_lora_rank = f.whole("swa_kv_lora_rank", field::kv_lora_rank);
  a.qk_nope_head_dim = f.whole("swa_qk_nope_head_dim", any_heads);
  a.qk_rope_head_dim = f.whole("swa_qk_rope_head_dim", any_heads);
  a.v_head_dim = f.whole("swa_v_head_dim", any_heads);
  a.head_gate = read_head_gate(f, "swa_attention_gate_type");
  a.output_gate = !a.head_gate;
  (void)f.whole_or("swa_num_key_value_heads", a.heads, {a.heads, a.heads});
  a.window = f.whole(f.name_of({"sliding_window_size", "sliding_window"}), any_length);
  a.rope_norm = true;
  return a;
}

inline layer_stack read_dots3_layers(const fields& f, const family& known, integer, precision) {
  constexpr const char* key = "layer_types";
  const integer layers = f.whole(layers_key(f), any_layers);
  sparse_latent_attention full = read_sparse_attention(f);
  full.head_gate = read_head_gate(f, "attention_gate_type");
  full.output_gate = !full.head_gate;
  full.rope_norm = true;
  const latent_attention narrow = read_window_latents(f);
  const std::vector<std::string> types = f.words(key);
  bool sound = static_cast<integer>(types.size()) == layers;
  for (const std::string& type : types) {
    sound = sound && (type == "full_attention" || type == "sliding_attention");
  }
  if (!sound) f.refuse(key, quoted({"full_attention", "sliding_attention"}) + ", one per layer");
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; sound && i < layers; ++i) {
    const bool all = types[static_cast<std::size_t>(i)] == "full_attention";
    stack.append(1, {all ? attention_kind(full) : attention_kind(narrow), blocks.of(i)});
  }
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family dots3_note{
    .model_type = "dots3_note",
    .architecture = "Dot3NoteForCausalLM",  // as published
    .other_architecture = "Dots3NoteForCausalLM",
    .layers = detail::read_dots3_layers,
    .feed_forwards = detail::read_deepseek,
    .dense_layers = 1,
    .shared_experts = 1,
    .topk_method = "noaux_tc",
    .prediction = prediction_rule::patterned,
    .priced = {"index_topk", "index_n_heads", "swa_num_attention_heads", "swa_head_dim"}};
inline constexpr family dots3_note_omni =
    renamed(dots3_note, "dots3_note_omni", "Dots3NoteForConditionalGeneration");
inline constexpr family dots3_note_text =
    renamed(dots3_note, "dots3_note_text", "Dots3NoteTextForCausalLM");
inline constexpr wrapper dots3_note_wrapper{
    "dots3_note", "Dots3NoteForConditionalGeneration", "dots3_note_text", {"dots3_note"}};

}  // namespace families

}  // namespace shardline::hf
