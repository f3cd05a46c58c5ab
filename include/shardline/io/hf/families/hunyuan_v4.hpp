// SPDX-License-Identifier: BSL-1.0
/// Hy4: sparse latent attention with an indexer that four layers share, a gate on its output and
/// learned sinks; residual streams that stay apart.
/// Source: modular_hy_v4.py of huggingface/transformers (5).
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/families/sparse_latent.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_hunyuan_v4_names() noexcept {
  checkpoint_names n = with_fused_experts(llama_names);
  n.norms = {"input_layernorm", "post_attention_layernorm", "", "", ""};
  return n;
}
inline constexpr checkpoint_names hunyuan_v4_names = make_hunyuan_v4_names();

/// The first layer has an indexer, the second and every fourth behind it, where no key says.
inline std::vector<bool> read_shared_indexers(const fields& f, integer layers) {
  if (f.find("indexer_types") != nullptr) return read_indexers(f, layers);
  std::vector<bool> indexed;
  for (integer i = 0; i < layers; ++i) indexed.push_back(i == 0 || (i - 1) % 4 == 0);
  return indexed;
}

inline layer_stack read_hunyuan_v4_layers(const fields& f, const family& known, integer,
                                          precision) {
  const integer layers = f.whole(layers_key(f), any_layers);
  sparse_latent_attention attention = read_sparse_attention(f);
  attention.output_gate = f.flag("gated_mla", true);
  (void)f.choice("gating_type", {"elementwise"});
  attention.sinks = true;
  const std::vector<bool> indexed = read_shared_indexers(f, layers);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  check_block_types(f, blocks);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    attention.indexed = indexed[static_cast<std::size_t>(i)];
    stack.append(1, {attention, blocks.of(i)});
  }
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family hy_v4{.model_type = "hy_v4",
                              .architecture = "HYV4ForCausalLM",
                              .layers = detail::read_hunyuan_v4_layers,
                              .feed_forwards = detail::read_deepseek,
                              .dense_layers = 1,
                              .shared_experts = 1,
                              .topk_method = "noaux_tc",
                              .streams_apart = true,
                              .names = &detail::hunyuan_v4_names,
                              .priced = {"index_topk", "index_n_heads", "hc_mult"}};

}  // namespace families

}  // namespace shardline::hf
