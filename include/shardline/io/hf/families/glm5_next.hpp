// SPDX-License-Identifier: BSL-1.0
/// GLM-5.3-Flash: delta attention in three of four layers, in the others latent attention that
/// rotates nothing, with an indexer over pools of keys; residual streams that are averaged before
/// the head.
/// Source: modular_glm5_next.py and configuration_glm5_next.py of huggingface/transformers (5).
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/families/sparse_latent.hpp"

namespace shardline::hf {

namespace detail {

/// Which layers keep a state, the others attending to latents: layer_types, or all but each fourth.
inline std::vector<bool> read_glm5_states(const fields& f, integer layers) {
  constexpr const char* key = "layer_types";
  if (f.find(key) == nullptr) return but_every(4, layers);
  std::vector<bool> states;
  for (const std::string& type : f.words(key)) {
    states.push_back(type == "linear_attention");
    if (states.back() || type == "full_attention" || type == "deepseek_sparse_attention") continue;
    f.report().fail(f.path_of(key) + "[" + std::to_string(states.size() - 1) +
                    "]: " + quoted({printable(type)}) + "; allowed: " +
                    quoted({"linear_attention", "full_attention", "deepseek_sparse_attention"}));
  }
  if (static_cast<integer>(states.size()) != layers) {
    f.refuse(key, "one for each layer (" + std::to_string(layers) + ")");
  }
  states.resize(static_cast<std::size_t>(layers));
  return states;
}

/// By keys of its own, or an object of them under shorter names.
inline delta_attention read_glm5_delta(const fields& f) {
  delta_attention a{};
  constexpr const char* key = "linear_attn_config";
  const json* settings = f.object(key);
  const fields of = settings == nullptr ? f : fields(*settings, f.path_of(key), f.report());
  const bool apart = settings != nullptr;
  a.heads = of.whole_or(apart ? "num_heads" : "linear_num_heads", 64, any_heads);
  a.head_dim = of.whole_or(apart ? "head_dim" : "linear_head_dim", 128, any_heads);
  a.conv_kernel =
      of.whole_or(apart ? "short_conv_kernel_size" : "linear_conv_kernel_dim", 4, any_kernel);
  a.decay_rank = a.gate_rank = a.head_dim;
  return a;
}

inline layer_stack read_glm5_layers(const fields& f, const family& known, integer, precision) {
  const integer layers = f.whole(layers_key(f), any_layers);
  sparse_latent_attention latents = read_sparse_attention(f, 0);
  latents.index_pool = f.whole_or("index_kpool", 16, any_length);
  const delta_attention delta = read_glm5_delta(f);
  const std::vector<bool> states = read_glm5_states(f, layers);
  const std::vector<bool> indexed = read_indexers(f, layers);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  check_block_types(f, blocks);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    const auto at = static_cast<std::size_t>(i);
    latents.indexed = indexed[at];
    stack.append(1, {states[at] ? attention_kind(delta) : attention_kind(latents), blocks.of(i)});
  }
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family glm5_next_text{.model_type = "glm5_next_text",
                                       .architecture = "Glm5NextForCausalLM",
                                       .other_architecture = "Glm5NextForConditionalGeneration",
                                       .layers = detail::read_glm5_layers,
                                       .feed_forwards = detail::read_deepseek,
                                       .dense_layers = 3,
                                       .shared_experts = 1,
                                       .topk_method = "noaux_tc",
                                       .streams_averaged = true,
                                       .prediction = prediction_rule::patterned,
                                       .priced = {"index_topk", "index_n_heads", "hc_mult"}};
inline constexpr wrapper glm5_next{"glm5_next", "Glm5NextForConditionalGeneration",
                                   "glm5_next_text"};

}  // namespace families

}  // namespace shardline::hf
