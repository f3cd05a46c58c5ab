// SPDX-License-Identifier: BSL-1.0
/// EXAONE 3.5 (Llama), EXAONE 4 (norms behind the blocks, windows in three of four layers) and
/// K-EXAONE (experts with a score correction).
/// Source: configuration_exaone4.py and modeling_exaone_moe.py of huggingface/transformers (5).
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/blocks/layers.hpp"
#include "shardline/io/hf/families/llama.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_exaone_names() noexcept {
  checkpoint_names n = llama_names;
  n.outside = {"transformer.wte", "", "transformer.ln_f", "lm_head"};
  n.layers = "transformer.h.";
  n.norms = {"ln_1", "ln_2", "", "", ""};
  n.attention = "attn.attention.";
  n.projections = {"q_proj", "k_proj", "v_proj", "out_proj"};
  n.matrices = {"c_fc_0", "c_fc_1", "c_proj"};
  return n;
}
inline constexpr checkpoint_names exaone_names = make_exaone_names();

/// The pattern "LLLG" stands for windows in three layers of four. Without layer_types, and without
/// a window, every layer sees everything.
inline layer_stack read_exaone4_layers(const fields& f, const family& known, integer hidden,
                                       precision own) {
  constexpr const char* key = "sliding_window_pattern";
  const json* pattern = f.find(key);
  const bool spelled = pattern != nullptr && pattern->is_string();
  if (spelled && f.find("layer_types") == nullptr) f.refuse(key, "a whole number, or layer_types");
  if (f.find("sliding_window") == nullptr && f.find("layer_types") == nullptr) {
    family all = known;
    all.windows = window_rule::none;
    return read_seeing_layers(f, all, hidden, own);
  }
  return read_seeing_layers(f, known, hidden, own);
}

/// Layers by is_moe_layer, or all after the first few.
inline feed_forwards read_exaone_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result;
  result.experts = read_experts(f, "num_experts", "moe_intermediate_size");
  result.experts.shared_experts = f.whole_or("num_shared_experts", 1, field::shared_experts);
  if (result.experts.shared_experts > 0) result.experts.shared_width = result.experts.width;
  result.experts.correction_bias = true;
  const integer dense =
      f.whole_or(f.name_of({"first_k_dense_replace", "first_last_k_dense_replace"}), 1, any_index);
  for (integer i = 0; i < layers; ++i) result.sparse.push_back(i >= dense);
  const json* marks = f.find("is_moe_layer");
  for (integer i = 0; marks != nullptr && i < layers; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (marks->is_array() && marks->size() > at && (*marks)[at].is_boolean() &&
        (*marks)[at] == result.sparse[at]) {
      continue;
    }
    f.refuse("is_moe_layer", "what first_k_dense_replace says of each layer");
  }
  if (result.any_dense()) result.dense.width = f.whole("intermediate_size", any_width);
  return result;
}

}  // namespace detail

namespace families {

inline constexpr family exaone{.model_type = "exaone",
                               .architecture = "ExaoneForCausalLM",
                               .layers = detail::read_seeing_layers,
                               .feed_forwards = detail::read_dense,
                               .names = &detail::exaone_names};
inline constexpr family exaone4{.model_type = "exaone4",
                                .architecture = "Exaone4ForCausalLM",
                                .layers = detail::read_exaone4_layers,
                                .feed_forwards = detail::read_dense,
                                .qk_norm = qk_norm_rule::per_head,
                                .windows = window_rule::but_every_nth,
                                .window_period = 4};
inline constexpr family exaone_moe{.model_type = "exaone_moe",
                                   .architecture = "ExaoneMoEForCausalLM",
                                   .other_architecture = "ExaoneMoeForCausalLM",
                                   .layers = detail::read_exaone4_layers,
                                   .feed_forwards = detail::read_exaone_blocks,
                                   .qk_norm = qk_norm_rule::per_head,
                                   .windows = window_rule::but_every_nth,
                                   .window_period = 4};

}  // namespace families

}  // namespace shardline::hf
