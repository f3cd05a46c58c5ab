// SPDX-License-Identifier: BSL-1.0
/// DeepSeek-V3.2 and GLM-5 (GlmMoeDsa): latent attention to the tokens that an indexer chooses.
/// Source: DeepseekV2DecoderLayer of vllm/model_executor/models/deepseek_v2.py, and of GLM-5.2,
/// whose layers share indexers, its published config.json.
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/blocks/deepseek_experts.hpp"
#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

inline sparse_latent_attention read_sparse_attention(const fields& f, integer least_rotated = 1) {
  const latent_attention l = read_latent_attention(f, 1536, 0, least_rotated);
  if (l.q_lora_rank == 0) {
    f.refuse("q_lora_rank", "a width above 0: the indexer takes the latent of queries");
  }
  const integer qk_dim = l.qk_nope_head_dim + l.qk_rope_head_dim;
  (void)f.whole_or("qk_head_dim", qk_dim, {qk_dim, qk_dim});
  constexpr auto& topk = sparse_latent_attention::topk_range;
  return {.heads = l.heads,
          .q_lora_rank = l.q_lora_rank,
          .kv_lora_rank = l.kv_lora_rank,
          .qk_nope_head_dim = l.qk_nope_head_dim,
          .qk_rope_head_dim = l.qk_rope_head_dim,
          .v_head_dim = l.v_head_dim,
          .index_heads = f.whole("index_n_heads", any_heads),
          .index_head_dim = f.whole("index_head_dim", any_heads),
          .index_topk = f.whole("index_topk", {static_cast<integer>(topk.lowest),
                                               static_cast<integer>(topk.highest)})};
}

/// Which layers have an indexer: those that indexer_types calls "full", or all of them.
inline std::vector<bool> read_indexers(const fields& f, integer layers) {
  constexpr const char* key = "indexer_types";
  const std::vector<std::string> types = f.words(key);
  if (f.find(key) == nullptr) {
    if (f.whole_or("index_topk_freq", 1, any_layers) > 1) {
      f.refuse("index_topk_freq", "1, or indexer_types that say which layers have an indexer");
    }
    return std::vector<bool>(static_cast<std::size_t>(layers), true);
  }
  std::vector<bool> indexed;
  for (const std::string& type : types) {
    indexed.push_back(type == "full");
    if (indexed.back() || (type == "shared" && indexed.size() > 1)) continue;
    f.report().fail(f.path_of(key) + "[" + std::to_string(indexed.size() - 1) +
                    "]: " + quoted({printable(type)}) + "; allowed: " +
                    (indexed.size() == 1 ? quoted({"full"}) : quoted({"full", "shared"})));
  }
  if (static_cast<integer>(types.size()) != layers) {
    f.refuse(key, "one for each layer (" + std::to_string(layers) + ")");
  }
  indexed.resize(static_cast<std::size_t>(layers));
  return indexed;
}

/// What mlp_layer_types says of a layer must be what the other keys say.
inline void check_block_types(const fields& f, const feed_forwards& blocks) {
  const std::vector<std::string> types = f.words("mlp_layer_types");
  for (std::size_t i = 0; i < types.size() && i < blocks.sparse.size(); ++i) {
    if ((types[i] == "sparse") == blocks.sparse[i]) continue;
    f.report().fail(f.path_of("mlp_layer_types") + "[" + std::to_string(i) +
                    "]: " + quoted({printable(types[i])}) +
                    "; allowed: " + quoted({blocks.sparse[i] ? "sparse" : "dense"}) +
                    ", by first_k_dense_replace and moe_layer_freq");
  }
}

inline layer_stack read_sparse_layers(const fields& f, const family& known, integer, precision) {
  const integer layers = read_equal_layers(f);
  sparse_latent_attention attention = read_sparse_attention(f);
  const std::vector<bool> indexed = read_indexers(f, layers);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  check_block_types(f, blocks);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    attention.indexed = indexed[static_cast<std::size_t>(i)];
    stack.append(1, {attention, blocks.of(i), known.form});
  }
  if (!attention.indexed && f.whole_or("num_nextn_predict_layers", 0, field::mtp_layers) > 0) {
    f.note("indexer_types", "prediction layers are counted without an indexer, as the last layer");
  }
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family deepseek_v32{.model_type = "deepseek_v32",
                                     .architecture = "DeepseekV32ForCausalLM",
                                     .layers = detail::read_sparse_layers,
                                     .feed_forwards = detail::read_deepseek,
                                     .dense_layers = 3,
                                     .shared_experts = 1,
                                     .topk_method = "noaux_tc",
                                     .priced = {"index_topk", "index_n_heads"}};
inline constexpr family glm_moe_dsa{.model_type = "glm_moe_dsa",
                                    .architecture = "GlmMoeDsaForCausalLM",
                                    .layers = detail::read_sparse_layers,
                                    .feed_forwards = detail::read_deepseek,
                                    .dense_layers = 3,
                                    .shared_experts = 1,
                                    .topk_method = "noaux_tc",
                                    .priced = {"index_topk", "index_n_heads"}};

}  // namespace families

}  // namespace shardline::hf
