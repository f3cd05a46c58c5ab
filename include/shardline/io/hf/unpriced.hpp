// SPDX-License-Identifier: BSL-1.0
/// Keys of config.json that change what is computed in a way that nothing here prices, and keys
/// that nothing here has read.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "shardline/io/hf/family.hpp"
#include "shardline/io/hf/source.hpp"

namespace shardline::hf {

namespace detail {

// What they stand for: sparse attention (DeepSeek-V3.2, MiMo, ...), caches shared between layers
// (Gemma 3n), experts in a narrower space (Nemotron 3), layers of different sizes (Nemotron NAS,
// Gemma 4, MiMo), several residual streams (DeepSeek-V4), keys and values that are learned
// (openPangu), encoders that the text attends to.
inline constexpr std::array unpriced_keys{"index_topk",
                                          "index_n_heads",
                                          "sparse_attention_config",
                                          "dual_chunk_attention_config",
                                          "compress_ratios",
                                          "num_kv_shared_layers",
                                          "moe_latent_size",
                                          "hidden_size_per_layer_input",
                                          "vocab_size_per_layer_input",
                                          "block_configs",
                                          "swa_num_attention_heads",
                                          "swa_head_dim",
                                          "global_head_dim",
                                          "num_global_key_value_heads",
                                          "attention_k_eq_v",
                                          "laurel_rank",
                                          "altup_num_inputs",
                                          "hc_mult",
                                          "param_sink_number",
                                          "cross_attention_layers",
                                          "add_cross_attention",
                                          "is_encoder_decoder",
                                          "use_bidirectional_attention"};

// null, false, 0, and what holds nothing.
inline bool says_nothing(const json& value) {
  if (const auto* b = value.get_ptr<const json::boolean_t*>()) return !*b;
  return value.empty() || whole_number(value) == std::optional<integer>(0);
}

inline bool prices(const family& known, std::string_view key) {
  for (const std::string_view one : known.priced) {
    if (one == key) return true;
  }
  return false;
}

// MiniMax: 1 is full attention, 0 linear attention of its own kind.
inline void check_attention_types(const fields& f, const family& known) {
  if (prices(known, "attn_type_list")) return;
  (void)f.whole_list("attn_type_list", {1, 1}, "a list of 1: other attention is not priced");
}

// Keys of unread sizes that say nothing about the text model's shape or cost.
inline constexpr std::array harmless_keys{"head_dim",
                                          "num_key_value_heads",
                                          "intermediate_size",
                                          "rotary_dim",
                                          "intermediate_size_mlp",
                                          "max_window_layers",
                                          "chunk_size",
                                          "mamba_chunk_size",
                                          "expand",
                                          "time_step_rank",
                                          "chunk_size_feed_forward",
                                          "ep_size",
                                          "no_repeat_ngram_size",
                                          "encoder_no_repeat_ngram_size",
                                          "image_size",
                                          "patch_size",
                                          "mm_tokens_per_image",
                                          "num_logits_to_keep",
                                          "n_group",
                                          "n_groups",
                                          "moe_layer_freq",
                                          "decoder_sparse_step",
                                          "num_hidden_layers",
                                          "num_kv_heads",
                                          "n_head_kv",
                                          "mtp_transformer_layers"};

inline constexpr std::array size_words{"size", "heads", "experts", "layers", "rank", "_dim"};

template <std::size_t N>
bool is_among(const std::array<const char*, N>& keys, std::string_view key) {
  for (const std::string_view one : keys) {
    if (one == key) return true;
  }
  return false;
}

inline bool sounds_like_size(std::string_view key) {
  for (const std::string_view word : size_words) {
    if (key.find(word) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace detail

/// Refuses what would change the cost unseen.
inline void check_unpriced(const fields& f, const family& known) {
  for (const char* key : detail::unpriced_keys) {
    const json* value = f.find(key);
    if (value == nullptr || detail::says_nothing(*value) || detail::prices(known, key)) continue;
    f.refuse(key, "null: it changes the model in a way not priced");
  }
  const bool chunks =
      known.windows == window_rule::chunked || detail::prices(known, "attention_chunk_size");
  if (!chunks && f.find("attention_chunk_size") != nullptr) {
    f.refuse("attention_chunk_size", "null: this family has no chunks");
  }
  if (!known.mlp_bias && f.flag("mlp_bias", false)) {
    f.refuse("mlp_bias", "false: this family has no such biases");
  }
  detail::check_attention_types(f, known);
}

/// Notes the parts of a multimodal model that are left out.
inline void note_encoders(const source& s) {
  if (!s.text.word("mm_vision_tower", "").empty()) {
    s.text.note("mm_vision_tower", "the vision tower is not priced");
  }
  for (const char* key : {"vision_config", "audio_config"}) {
    if (s.having(key).object(key) == nullptr) continue;
    s.having(key).note(key, key == std::string_view("vision_config")
                                ? "the vision tower is not priced"
                                : "the audio tower is not priced");
  }
}

/// Notes each number that was not read though its name sounds like a size. To be called last.
inline void note_unread(const fields& f) {
  for (const auto& [key, value] : f.members().items()) {
    if (f.was_read(key) || !value.is_number() || detail::says_nothing(value)) continue;
    if (!detail::sounds_like_size(key) || detail::is_among(detail::harmless_keys, key)) continue;
    f.note(printable(key).c_str(), shown(value) + " is not known, and read as without effect");
  }
}

}  // namespace shardline::hf
