// SPDX-License-Identifier: BSL-1.0
/// Snowflake Arctic: experts beside a dense block as wide as the model, each behind a norm.
/// Source: vllm/model_executor/models/arctic.py.
#pragma once

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_arctic_names() noexcept {
  checkpoint_names n = llama_names;
  n.norms = {"input_layernorm", "post_attention_layernorm", "residual_layernorm", "", ""};
  n.dense = "block_sparse_moe.mlp.";
  n.matrices = {"w1", "w3", "w2"};
  n.router = "block_sparse_moe.gate";
  n.experts = "block_sparse_moe.experts.";
  n.expert = {"w1", "w3", "w2"};
  n.shared = "residual_mlp.";
  return n;
}
inline constexpr checkpoint_names arctic_names = make_arctic_names();

/// Every moe_layer_frequency-th layer, counted from one, has experts.
inline feed_forwards read_arctic_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result;
  result.experts = read_experts(f, "num_local_experts", "intermediate_size");
  result.dense.width = result.experts.width;
  if (f.flag("use_residual", true)) {
    result.experts.shared_experts = 1;
    result.experts.shared_width = read_hidden_size(f);
  }
  const integer every = f.whole_or("moe_layer_frequency", 2, any_layers);
  for (integer i = 0; i < layers; ++i) result.sparse.push_back((i + 1) % every == 0);
  return result;
}

inline layer_stack read_arctic_layers(const fields& f, const family& known, integer hidden,
                                      precision) {
  const integer layers = read_equal_layers(f);
  const grouped_query_attention a = read_grouped_attention(f, known, hidden);
  const feed_forwards blocks = read_arctic_blocks(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    const bool beside =
        blocks.sparse[static_cast<std::size_t>(i)] && blocks.experts.shared_width > 0;
    stack.append(1, {a, blocks.of(i), beside ? layer_form::three_norms : layer_form::sequential});
  }
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family arctic{.model_type = "arctic",
                               .architecture = "ArcticForCausalLM",
                               .layers = detail::read_arctic_layers,
                               .names = &detail::arctic_names};

}  // namespace families

}  // namespace shardline::hf
