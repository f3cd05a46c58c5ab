// SPDX-License-Identifier: BSL-1.0
/// Inkling: grouped-query attention with biases by distance in place of a rotary embedding, windows
/// in most layers with heads of their own, short convolutions behind keys, values and both blocks;
/// experts whose router weighs the shared ones too.
/// Source: configuration_inkling.py and modeling_inkling.py of huggingface/transformers (5);
/// vllm/models/inkling/configs.py for the names of the published files.
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

/// One of the two kinds of attention, by what its keys begin with; those of windows may be missing.
inline grouped_query_attention read_inkling_heads(const fields& f, const std::string& begin,
                                                  const grouped_query_attention& usual) {
  const auto read = [&](const char* rest, integer if_missing) {
    const std::string key = begin + rest;
    return if_missing == 0 ? f.whole(key.c_str(), any_heads)
                           : f.whole_or(key.c_str(), if_missing, any_heads);
  };
  grouped_query_attention a{};
  a.heads = read("num_attention_heads", usual.heads);
  a.kv_heads = read("num_key_value_heads", usual.kv_heads);
  a.head_dim = read("head_dim", usual.head_dim);
  (void)f.whole_or((begin + "v_head_dim").c_str(), a.head_dim, {a.head_dim, a.head_dim});
  if (a.heads % a.kv_heads != 0) {
    f.refuse((begin + "num_key_value_heads").c_str(),
             "a divisor of " + begin + "num_attention_heads (" + std::to_string(a.heads) + ")");
  }
  a.qk_norm = head_norm::per_head;
  a.conv_kernel = f.whole_or(f.name_of({"sconv_kernel_size", "conv_kernel_size"}), 4, any_kernel);
  a.relative_rank = f.whole_or("d_rel", 16, any_heads);
  return a;
}

/// Which layers have windows: local_layer_ids, or "hybrid_sliding" of layer_types.
inline std::vector<bool> read_local_layers(const fields& f, integer layers) {
  constexpr const char* key = "layer_types";
  std::vector<bool> local(static_cast<std::size_t>(layers));
  if (f.find(key) == nullptr) {
    if (f.find("local_layer_ids") == nullptr) f.refuse("local_layer_ids", "a list of layers");
    mark_layers(f, "local_layer_ids", true, local);
    return local;
  }
  const std::vector<std::string> types = f.words(key);
  bool sound = types.size() == local.size();
  for (std::size_t i = 0; sound && i < types.size(); ++i) {
    local[i] = types[i] == "hybrid_sliding";
    sound = local[i] || types[i] == "hybrid";
  }
  if (!sound) f.refuse(key, quoted({"hybrid", "hybrid_sliding"}) + ", one for each layer");
  return local;
}

/// Published files call an expert's width intermediate_size, and those that transformers writes the
/// dense blocks'.
inline feed_forwards read_inkling_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result;
  const bool apart = f.find("dense_intermediate_size") != nullptr;
  const bool named = f.find("moe_intermediate_size") != nullptr;
  const char* width = named ? "moe_intermediate_size" : "intermediate_size";
  result.experts = read_experts(f, "n_routed_experts", width);
  result.experts.shared_experts = f.whole_or("n_shared_experts", 2, field::shared_experts);
  result.experts.shared_width = result.experts.shared_experts > 0 ? result.experts.width : 0;
  result.experts.shared_gate = f.flag("shared_expert_sink", true);
  result.experts.correction_bias = f.flag("use_gate_bias", true);
  const integer dense = f.whole_or("dense_mlp_idx", 0, any_index);
  result.sparse = read_sparse_types(f, dense, layers);
  if (result.any_dense()) {
    result.dense.width =
        f.whole(apart ? "dense_intermediate_size" : "intermediate_size", any_width);
  }
  return result;
}

inline void check_inkling(const fields& f) {
  for (const char* key : {"use_embed_norm", "use_sconv"}) {
    if (!f.flag(key, true)) f.refuse(key, "true");
  }
  for (const char* key : {"q_bias", "o_bias"}) {
    if (f.flag(key, false)) f.refuse(key, "false");
  }
  f.note("route_scale", "a scale of one value for each feed-forward block is not counted");
  if (f.find("unpadded_vocab_size") != nullptr) {
    f.note("unpadded_vocab_size", "the head is counted with all rows of vocab_size");
  }
}

inline layer_stack read_inkling_layers(const fields& f, const family& known, integer, precision) {
  check_inkling(f);
  const integer layers = f.whole(layers_key(f), any_layers);
  grouped_query_attention full = read_inkling_heads(f, "", {});
  grouped_query_attention narrow = read_inkling_heads(f, "swa_", full);
  full.relative_reach = f.whole_or("rel_extent", 1024, any_length);
  narrow.window = f.whole_or(f.name_of({"sliding_window_size", "sliding_window"}), 512, any_length);
  narrow.relative_reach = narrow.window;
  const std::vector<bool> local = read_local_layers(f, layers);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    stack.append(1, {local[static_cast<std::size_t>(i)] ? narrow : full, blocks.of(i)});
  }
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family inkling_text{.model_type = "inkling_text",
                                     .architecture = "InklingForCausalLM",
                                     .layers = detail::read_inkling_layers,
                                     .feed_forwards = detail::read_inkling_blocks,
                                     .embedding_norm = true,
                                     .prediction = prediction_rule::patterned,
                                     .priced = {"swa_num_attention_heads", "swa_head_dim"}};
inline constexpr family inkling_model =
    renamed(inkling_text, "inkling_model", "InklingForCausalLM");
inline constexpr wrapper inkling_mm_model{
    "inkling_mm_model", "InklingForConditionalGeneration", "inkling_text", {"inkling_model"}};

}  // namespace families

}  // namespace shardline::hf
