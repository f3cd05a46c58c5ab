// SPDX-License-Identifier: BSL-1.0
/// MiniMax-M2, and MiniMax-M3, which attends to blocks of tokens that an indexer chooses.
/// Source: configuration_minimax_m3_vl.py of huggingface.co/MiniMaxAI/MiniMax-M3.
#pragma once

#include "shardline/io/hf/families/mistral.hpp"

namespace shardline::hf {

namespace detail {

/// A score correction per expert, and no shared expert: no engine loads one for this family.
inline feed_forwards read_minimax(const fields& f, const family&, integer layers) {
  feed_forwards result = all_alike(layers, true);
  result.experts = read_experts(f, experts_key(f), "intermediate_size");
  result.experts.correction_bias = f.flag("use_routing_bias", true);
  (void)f.whole_or("shared_intermediate_size", 0, {0, 0});
  return result;
}

inline block_sparse_attention read_block_sparse(const fields& f, const grouped_query_attention& a) {
  using kind = block_sparse_attention;
  const auto within = [](const field_range& r) {
    return range(static_cast<integer>(r.lowest), static_cast<integer>(r.highest));
  };
  return {.heads = a.heads,
          .kv_heads = a.kv_heads,
          .head_dim = a.head_dim,
          .qk_norm = a.qk_norm,
          .index_heads = f.whole("sparse_num_index_heads", any_heads),
          .index_head_dim = f.whole("sparse_index_dim", any_heads),
          .block_size = f.whole("sparse_block_size", within(kind::block_range)),
          .topk_blocks = f.whole("sparse_topk_blocks", within(kind::topk_range))};
}

/// Which layers are sparse; index values, which no checkpoint has, must be switched off in them.
inline std::vector<bool> read_sparse_marks(const fields& f, integer layers) {
  std::vector<bool> sparse(static_cast<std::size_t>(layers));
  if (!f.flag("use_sparse_attention", true)) return sparse;
  sparse = read_marks(f, "sparse_attention_freq", layers);
  constexpr const char* key = "sparse_disable_index_value";
  const std::vector<bool> off = f.find(key) == nullptr ? sparse : read_marks(f, key, layers);
  for (std::size_t i = 0; i < sparse.size(); ++i) {
    if (sparse[i] && !off[i]) f.refuse(key, "1 in sparse layers: index values are not priced");
  }
  return sparse;
}

/// Experts, the shared one of its own width, and dense blocks where moe_layer_freq says 0.
inline feed_forwards read_minimax_m3_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result;
  result.experts = read_experts(f, experts_key(f), "intermediate_size");
  result.experts.correction_bias = f.flag("use_routing_bias", true);
  result.experts.shared_experts = f.whole_or("n_shared_experts", 1, field::shared_experts);
  if (result.experts.shared_experts > 0) {
    result.experts.shared_width = f.whole("shared_intermediate_size", any_width);
  }
  result.sparse = read_marks(f, "moe_layer_freq", layers);
  if (result.any_dense()) result.dense.width = f.whole("dense_intermediate_size", any_width);
  return result;
}

inline layer_stack read_minimax_m3_layers(const fields& f, const family& known, integer hidden,
                                          precision) {
  const integer layers = f.whole(layers_key(f), any_layers);
  const grouped_query_attention dense = read_grouped_attention(f, known, hidden);
  if (f.flag("attention_output_gate", false)) {
    f.refuse("attention_output_gate", "false: this family has no such gates");
  }
  constexpr const char* key = "sparse_attention_config";
  const json* settings = f.object(key);
  if (settings == nullptr) f.refuse(key, "an object");
  if (settings == nullptr) return {};
  const fields s(*settings, f.path_of(key), f.report());
  const std::vector<bool> marks = read_sparse_marks(s, layers);
  const block_sparse_attention sparse = read_block_sparse(s, dense);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    const bool chosen = marks[static_cast<std::size_t>(i)];
    stack.append(1, {chosen ? attention_kind(sparse) : attention_kind(dense), blocks.of(i)});
  }
  return stack;
}

constexpr checkpoint_names make_minimax_m3_names() noexcept {
  checkpoint_names n = mixtral_names;
  n.shared = "block_sparse_moe.shared_experts.";
  return n;
}
inline constexpr checkpoint_names minimax_m3_names = make_minimax_m3_names();

}  // namespace detail

namespace families {

inline constexpr family minimax_m3{.model_type = "minimax_m3",
                                   .architecture = "MiniMaxM3SparseForCausalLM",
                                   .layers = detail::read_minimax_m3_layers,
                                   .feed_forwards = detail::read_minimax_m3_blocks,
                                   .kv_heads = 4,
                                   .head_dim = 128,
                                   .qk_norm = qk_norm_rule::stated,
                                   .prediction = prediction_rule::unpublished,
                                   .names = &detail::minimax_m3_names,
                                   .priced = {"sparse_attention_config"}};
inline constexpr family minimax_m3_vl_text =
    renamed(minimax_m3, "minimax_m3_vl_text", "MiniMaxM3SparseForCausalLM");
inline constexpr wrapper minimax_m3_vl{
    "minimax_m3_vl", "MiniMaxM3SparseForConditionalGeneration", "minimax_m3", {"minimax_m2"}, true};

inline constexpr family minimax_m2{.model_type = "minimax_m2",
                                   .architecture = "MiniMaxM2ForCausalLM",
                                   .layers = detail::read_seeing_layers,
                                   .feed_forwards = detail::read_minimax,
                                   .kv_heads = 8,
                                   .head_dim = 128,
                                   .qk_norm = qk_norm_rule::all_heads,
                                   .prediction = prediction_rule::unpublished,
                                   .names = &detail::mixtral_names};

}  // namespace families

}  // namespace shardline::hf
