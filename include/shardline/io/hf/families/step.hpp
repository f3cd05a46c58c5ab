// SPDX-License-Identifier: BSL-1.0
/// Step-3: queries through a latent, one key-value head. Step-3.5: a gate per head, heads of their
/// own number in layers with windows, experts with a score correction beside a shared one.
/// Source: step3_text.py and step3p5.py of vllm/model_executor/models.
#pragma once

#include <string>
#include <vector>

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

constexpr checkpoint_names make_step_names() noexcept {
  checkpoint_names n = llama_names;
  n.router = "moe.gate";
  n.experts = "moe.";
  n.numbered = false;
  n.expert = {"gate_proj", "up_proj", "down_proj"};
  n.shared = "share_expert.";
  return n;
}
inline constexpr checkpoint_names step_names = make_step_names();

inline grouped_query_attention read_step_heads(const fields& f, integer head_dim) {
  grouped_query_attention a{};
  a.heads = f.whole("num_attention_heads", any_heads);
  a.kv_heads = f.whole("num_attention_groups", any_heads);
  a.head_dim = f.whole_or("head_dim", head_dim, any_heads);
  a.qk_norm = head_norm::per_head;
  if (a.heads % a.kv_heads != 0) {
    f.refuse("num_attention_groups",
             "a divisor of num_attention_heads (" + std::to_string(a.heads) + ")");
  }
  return a;
}

/// Numbers of layers, from 0, in one string.
inline std::vector<bool> read_numbered_layers(const fields& f, const char* key, integer layers) {
  std::vector<bool> listed(static_cast<std::size_t>(layers));
  std::string text = f.word(key, "");
  const std::string allowed = "numbers of layers, 0 to " + std::to_string(layers - 1);
  for (std::size_t i = 1; text.empty() && i < listed.size(); ++i) listed[i] = true;
  while (!text.empty()) {
    const std::size_t end = text.find(',');
    const std::optional<integer> n = whole_number(json::parse(text.substr(0, end), nullptr, false));
    if (n && *n >= 0 && *n < layers) {
      listed[static_cast<std::size_t>(*n)] = true;
    } else if (!n || *n < 0) {
      f.refuse(key, allowed);
    }
    text = end == std::string::npos ? "" : text.substr(end + 1);
  }
  return listed;
}

inline feed_forwards read_step_blocks(const fields& f, const family&, integer layers) {
  feed_forwards result;
  mixture_of_experts& moe = result.experts;
  moe.experts = f.whole("moe_num_experts", field::experts);
  moe.experts_per_token = f.whole("moe_top_k", {1, moe.experts});
  moe.width = f.whole("moe_intermediate_size", any_width);
  moe.shared_experts = 1;
  moe.shared_width = f.whole(f.name_of({"share_expert_dim", "share_expert_dims"}), any_width);
  moe.correction_bias = f.flag("use_moe_router_bias", true);
  result.sparse = read_numbered_layers(f, "moe_layers_enum", layers);
  if (result.any_dense()) result.dense.width = f.whole("intermediate_size", any_width);
  return result;
}

/// layer_types may go on with those of prediction layers.
inline std::vector<bool> read_step_windows(const fields& f, integer layers) {
  std::vector<bool> narrow;
  for (const std::string& type : f.words("layer_types")) {
    narrow.push_back(type == "sliding_attention");
    if (narrow.back() || type == "full_attention") continue;
    f.refuse("layer_types", quoted({"full_attention", "sliding_attention"}));
  }
  if (static_cast<integer>(narrow.size()) < layers) {
    f.refuse("layer_types", "one for each layer (" + std::to_string(layers) + ")");
  }
  narrow.resize(static_cast<std::size_t>(layers));
  return narrow;
}

inline layer_stack read_step_layers(const fields& f, const family& known, integer hidden,
                                    precision) {
  const integer layers = f.whole(layers_key(f), any_layers);
  (void)f.choice("att_impl_type", {"GQA"});
  const integer heads = f.whole("num_attention_heads", any_heads);
  grouped_query_attention full = read_step_heads(f, hidden / heads);
  grouped_query_attention sliding = full;
  constexpr const char* key = "attention_other_setting";
  if (const json* other = f.object(key); other != nullptr) {
    const fields s(*other, f.path_of(key), f.report());
    (void)s.choice("attention_type", {"sliding_attention"});
    sliding = read_step_heads(s, full.head_dim);
  }
  full.head_gate = sliding.head_gate = f.flag("use_head_wise_attn_gate", false);
  full.qkv_bias = sliding.qkv_bias = f.flag("attention_bias", false);
  sliding.window = f.whole("sliding_window", any_length);
  const std::vector<bool> narrow = read_step_windows(f, layers);
  const feed_forwards blocks = known.feed_forwards(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    stack.append(1, {narrow[static_cast<std::size_t>(i)] ? sliding : full, blocks.of(i)});
  }
  return stack;
}

inline feed_forwards read_step3_blocks(const fields& f, const family& known, integer layers) {
  feed_forwards result = read_step_blocks(f, known, layers);
  result.experts.correction_bias = false;
  return result;
}

inline layer_stack read_step3_layers(const fields& f, const family& known, integer, precision) {
  const integer layers = read_equal_layers(f);
  grouped_query_attention a{};
  a.heads = f.whole("num_attention_heads", any_heads);
  a.kv_heads = f.whole_or("num_attention_groups", 1, {1, 1});
  a.head_dim = f.whole_or("head_dim", 256, any_heads);
  a.q_lora_rank = f.whole_or("share_q_dim", a.head_dim, field::q_lora_rank);
  return equal_layers(f, known, layers, a, known.form);
}

inline layer_stack read_step1_layers(const fields& f, const family& known, integer hidden,
                                     precision) {
  const integer layers = read_equal_layers(f);
  grouped_query_attention a{};
  a.heads = f.whole(heads_key(f), any_heads);
  a.head_dim = even_head_dim(f, hidden, a.heads);
  a.kv_heads = f.whole_or(f.name_of({"num_attention_groups", "num_key_value_heads"}), 1, any_heads);
  if (a.heads % a.kv_heads != 0) {
    f.refuse("num_attention_groups",
             "a divisor of num_attention_heads (" + std::to_string(a.heads) + ")");
  }
  read_biases(f, known, a);
  return equal_layers(f, known, layers, a, known.form);
}

}  // namespace detail

namespace families {

inline constexpr family step3_text{.model_type = "step3_text",
                                   .architecture = "Step3TextForCausalLM",
                                   .layers = detail::read_step3_layers,
                                   .feed_forwards = detail::read_step3_blocks,
                                   .names = &detail::step_names};
inline constexpr wrapper step3_vl{"step3_vl", "Step3VLForConditionalGeneration", "step3_text"};
inline constexpr family step3p5{.model_type = "step3p5",
                                .architecture = "Step3p5ForCausalLM",
                                .layers = detail::read_step_layers,
                                .feed_forwards = detail::read_step_blocks,
                                .prediction = prediction_rule::patterned,
                                .names = &detail::step_names};
inline constexpr wrapper step3p7{"step3p7", "Step3p7ForConditionalGeneration", "step3p5"};

/// Llama without rotation, whose key-value heads are called groups, one where nothing says.
/// Source: vllm/model_executor/models/step1.py.
inline constexpr family step1{.model_type = "step1",
                              .architecture = "Step1ForCausalLM",
                              .layers = detail::read_step1_layers,
                              .feed_forwards = detail::read_dense,
                              .bias = bias_rule::stated,
                              .mlp_bias = true,
                              .tied = true};

}  // namespace families

}  // namespace shardline::hf
