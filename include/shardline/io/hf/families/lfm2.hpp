// SPDX-License-Identifier: BSL-1.0
/// LFM2: short convolutions, and grouped attention in some layers; with experts but in the first.
/// Source: configuration_lfm2.py and configuration_lfm2_moe.py of huggingface/transformers (4.57).
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_lfm2_names() noexcept {
  checkpoint_names n = llama_names;
  n.outside = {"model.embed_tokens", "", "model.embedding_norm", "lm_head"};
  n.norms = {"operator_norm", "ffn_norm", "self_attn.q_layernorm", "self_attn.k_layernorm", ""};
  n.projections = {"q_proj", "k_proj", "v_proj", "out_proj"};
  n.recurrence = "conv.";
  n.recurrent = {"in_proj", "out_proj", ""};
  n.minor = {"conv", "", ""};
  n.dense = "feed_forward.";
  n.matrices = {"w1", "w3", "w2"};
  n.router = "feed_forward.gate";
  n.experts = "feed_forward.experts.";
  n.expert = {"w1", "w3", "w2"};
  return n;
}
inline constexpr checkpoint_names lfm2_names = make_lfm2_names();

/// The width of dense blocks: two thirds of what the key says, times another factor, rounded up.
inline feed_forwards read_lfm2_dense(const fields& f, const family&, integer layers) {
  feed_forwards result = all_alike(layers, false);
  const char* key = f.name_of({"intermediate_size", "block_ff_dim"});
  integer width = f.whole(key, any_width);
  if (f.flag("block_auto_adjust_ff_dim", true)) {
    width = 2 * width / 3;
    const json* factor = f.find("block_ffn_dim_multiplier");
    if (factor != nullptr && !(factor->is_number() && factor->get<double>() == 1.0)) {
      f.refuse("block_ffn_dim_multiplier", "1.0: other factors are not read");
    }
    const integer multiple = f.whole_or("block_multiple_of", 256, any_width);
    width = (width + multiple - 1) / multiple * multiple;
  }
  result.dense.width = width;
  return result;
}

inline feed_forwards read_lfm2_experts(const fields& f, const family&, integer layers) {
  feed_forwards result;
  result.experts = read_experts(f, "num_experts", "moe_intermediate_size");
  result.experts.correction_bias = f.flag("use_expert_bias", true);
  const integer dense = f.whole_or("num_dense_layers", 2, any_index);
  for (integer i = 0; i < layers; ++i) result.sparse.push_back(i >= dense);
  if (result.any_dense()) result.dense.width = f.whole("intermediate_size", any_width);
  return result;
}

inline std::vector<bool> read_lfm2_attending(const fields& f, integer layers) {
  const std::vector<std::string> types = f.words("layer_types");
  std::vector<bool> attending;
  for (const std::string& type : types) {
    attending.push_back(type == "full_attention");
    if (attending.back() || type == "conv" || type == "short_conv") continue;
    f.report().fail(f.path_of("layer_types") + "[" + std::to_string(attending.size() - 1) + "]: " +
                    quoted({printable(type)}) + "; allowed: " + quoted({"conv", "full_attention"}));
  }
  if (f.find("layer_types") == nullptr) {
    attending.resize(static_cast<std::size_t>(layers));
    if (f.find("full_attn_idxs") == nullptr) f.refuse("layer_types", "one for each layer");
    mark_layers(f, "full_attn_idxs", true, attending);
  } else if (static_cast<integer>(types.size()) != layers) {
    f.refuse("layer_types", "one for each layer (" + std::to_string(layers) + ")");
  }
  attending.resize(static_cast<std::size_t>(layers));
  return attending;
}

inline layer_stack read_lfm2_layers(const fields& f, const family& known, integer hidden,
                                    precision) {
  const integer layers = f.whole(layers_key(f), any_layers);
  const grouped_query_attention attention = read_grouped_attention(f, known, hidden);
  const short_convolution convolution{.width = hidden,
                                      .conv_kernel = f.whole_or("conv_L_cache", 3, any_kernel),
                                      .bias = f.flag("conv_bias", false)};
  const std::vector<bool> attending = read_lfm2_attending(f, layers);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    const bool attends = attending[static_cast<std::size_t>(i)];
    stack.append(1,
                 {attends ? attention_kind(attention) : attention_kind(convolution), blocks.of(i)});
  }
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family lfm2{.model_type = "lfm2",
                             .architecture = "Lfm2ForCausalLM",
                             .layers = detail::read_lfm2_layers,
                             .feed_forwards = detail::read_lfm2_dense,
                             .kv_heads = 8,
                             .qk_norm = qk_norm_rule::per_head,
                             .tied = true,
                             .names = &detail::lfm2_names};
inline constexpr family lfm2_moe{.model_type = "lfm2_moe",
                                 .architecture = "Lfm2MoeForCausalLM",
                                 .layers = detail::read_lfm2_layers,
                                 .feed_forwards = detail::read_lfm2_experts,
                                 .kv_heads = 8,
                                 .qk_norm = qk_norm_rule::per_head,
                                 .tied = true,
                                 .names = &detail::lfm2_names};

}  // namespace families

}  // namespace shardline::hf
