// SPDX-License-Identifier: BSL-1.0
/// MiMo: Qwen2, and prediction layers of the usual form. MiMo-V2: layers with windows have heads of
/// their own number and width, and sinks; values are narrower than keys.
/// Source: modeling_mimo_v2_flash.py of huggingface.co/XiaomiMiMo/MiMo-V2-Flash.
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/blocks/deepseek_experts.hpp"
#include "shardline/io/hf/families/qwen.hpp"

namespace shardline::hf {

namespace detail {

/// One of the two kinds of attention of MiMo-V2, by what its keys begin with.
inline grouped_query_attention read_mimo_heads(const fields& f, const std::string& begin) {
  const auto key = [&begin](const char* rest) { return begin + rest; };
  grouped_query_attention a{};
  a.heads = f.whole(key("num_attention_heads").c_str(), any_heads);
  a.kv_heads = f.whole(key("num_key_value_heads").c_str(), any_heads);
  a.head_dim = f.whole(key("head_dim").c_str(), any_heads);
  const integer width = f.whole_or(key("v_head_dim").c_str(), a.head_dim, any_heads);
  a.v_head_dim = width == a.head_dim ? 0 : width;
  if (a.heads % a.kv_heads != 0) {
    f.refuse(key("num_key_value_heads").c_str(),
             "a divisor of " + key("num_attention_heads") + " (" + std::to_string(a.heads) + ")");
  }
  return a;
}

inline layer_stack read_mimo_v2_layers(const fields& f, const family& known, integer, precision) {
  const integer layers = f.whole(layers_key(f), any_layers);
  const bool bias = f.flag("attention_bias", false);
  grouped_query_attention full = read_mimo_heads(f, "");
  grouped_query_attention sliding = read_mimo_heads(f, "swa_");
  full.qkv_bias = sliding.qkv_bias = bias;
  full.sinks = f.flag("add_full_attention_sink_bias", false);
  sliding.sinks = f.flag("add_swa_attention_sink_bias", false);
  sliding.window = f.whole(f.name_of({"sliding_window", "sliding_window_size"}), any_length);
  (void)f.whole_or("attention_chunk_size", sliding.window, {sliding.window, sliding.window});
  const std::vector<bool> narrow = read_marks(f, "hybrid_layer_pattern", layers);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    stack.append(1, {narrow[static_cast<std::size_t>(i)] ? sliding : full, blocks.of(i)});
  }
  return stack;
}

inline feed_forwards read_mimo_v2_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result;
  result.experts = read_experts(f, "n_routed_experts", "moe_intermediate_size");
  (void)f.whole_or("n_shared_experts", 0, {0, 0});
  (void)f.choice("topk_method", {"noaux_tc"});
  result.experts.correction_bias = true;
  result.sparse = read_marks(f, "moe_layer_freq", layers);
  if (result.any_dense()) result.dense.width = f.whole("intermediate_size", any_width);
  return result;
}

}  // namespace detail

namespace families {

inline constexpr family mimo = renamed(qwen2, "mimo", "MiMoForCausalLM");
inline constexpr family mimo_v2_flash{
    .model_type = "mimo_v2_flash",
    .architecture = "MiMoV2FlashForCausalLM",
    .layers = detail::read_mimo_v2_layers,
    .feed_forwards = detail::read_mimo_v2_blocks,
    .prediction = prediction_rule::patterned,
    .priced = {"swa_num_attention_heads", "swa_head_dim", "attention_chunk_size"}};
inline constexpr family mimo_v2 = renamed(mimo_v2_flash, "mimo_v2", "MiMoV2ForCausalLM");

}  // namespace families

}  // namespace shardline::hf
