/// config.json to feed-forward blocks: their widths, and which layers have experts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shardline/io/hf/blocks/attention.hpp"

namespace shardline::hf {

/// The feed-forward blocks of a model: both kinds, and which layers have experts.
struct feed_forwards {
  dense_feed_forward dense{};
  mixture_of_experts experts{};
  std::vector<bool> sparse{};

  [[nodiscard]] feed_forward_kind of(count layer) const {
    if (sparse[static_cast<std::size_t>(layer)]) return experts;
    return dense;
  }
  [[nodiscard]] bool any_dense() const {
    for (const bool has_experts : sparse) {
      if (!has_experts) return true;
    }
    return false;
  }
};

namespace detail {

inline void check_activation(const fields& f, activation_rule rule) {
  switch (rule) {
    case activation_rule::silu:
      (void)f.choice("hidden_act", {"silu", "swish"});
      break;
    case activation_rule::gelu_tanh:
      (void)f.choice("hidden_activation", {"gelu_pytorch_tanh"});
      (void)f.choice("hidden_act", {"gelu_pytorch_tanh"});
      break;
    case activation_rule::gelu:
      (void)f.choice(f.name_of({"activation_function", "activation", "hidden_act"}),
                     {"gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh"});
      break;
    case activation_rule::relu2:
      (void)f.choice("mlp_hidden_act", {"relu2"});
      break;
  }
}

inline mixture_of_experts read_experts(const fields& f, const char* number, const char* width) {
  mixture_of_experts moe{};
  moe.experts = f.whole(number, field::experts);
  moe.experts_per_token =
      f.whole(f.name_of({"num_experts_per_tok", "experts_per_token"}), {1, moe.experts});
  moe.width = f.whole(width, any_width);
  return moe;
}

inline const char* experts_key(const fields& f) {
  return f.name_of({"num_local_experts", "num_experts"});
}

inline feed_forwards all_alike(count layers, bool sparse) {
  feed_forwards result;
  result.sparse.assign(static_cast<std::size_t>(layers), sparse);
  return result;
}

inline feed_forwards read_dense(const fields& f, count layers) {
  feed_forwards result = all_alike(layers, false);
  result.dense.width = f.whole("intermediate_size", any_width);
  result.dense.bias = f.flag("mlp_bias", false);
  return result;
}

inline feed_forwards read_four_wide(const fields& f, const family& known, count layers) {
  feed_forwards result = all_alike(layers, false);
  const count width = 4 * read_hidden_size(f);
  const char* key = known.mixer == mixer_rule::falcon ? "ffn_hidden_size" : "n_inner";
  result.dense.width = f.whole_or(key, width, any_width);
  result.dense.gated = false;
  result.dense.bias = known.mixer == mixer_rule::multi_head || f.flag("bias", false);
  return result;
}

inline feed_forwards read_mixtral(const fields& f, count layers) {
  feed_forwards result = all_alike(layers, true);
  result.experts = read_experts(f, "num_local_experts", "intermediate_size");
  return result;
}

inline feed_forwards read_gpt_oss(const fields& f, count layers) {
  feed_forwards result = all_alike(layers, true);
  result.experts = read_experts(f, experts_key(f), "intermediate_size");
  result.experts.expert_bias = true;
  result.experts.router_bias = true;
  return result;
}

/// A score correction per expert, and no shared expert: no engine loads one for this family.
inline feed_forwards read_minimax(const fields& f, count layers) {
  feed_forwards result = all_alike(layers, true);
  result.experts = read_experts(f, experts_key(f), "intermediate_size");
  result.experts.correction_bias = f.flag("use_routing_bias", true);
  (void)f.whole_or("shared_intermediate_size", 0, {0, 0});
  return result;
}

// Clears or sets `sparse` for the layers that `key` lists.
inline void mark_layers(const fields& f, const char* key, bool to, std::vector<bool>& sparse) {
  const auto last = static_cast<count>(sparse.size()) - 1;
  const auto listed =
      f.whole_list(key, {0, last}, "layer numbers from 0 to " + std::to_string(last));
  for (const count i : listed.value_or(std::vector<count>{})) {
    sparse[static_cast<std::size_t>(i)] = to;
  }
}

inline void read_gated_shared_expert(const fields& f, mixture_of_experts& moe) {
  moe.shared_width = f.whole("shared_expert_intermediate_size", {0, any_width.most});
  moe.shared_experts = moe.shared_width > 0 ? 1 : 0;
  moe.shared_gate = moe.shared_width > 0;
}

/// Layer i has experts if (i + 1) mod decoder_sparse_step is 0 and mlp_only_layers does not list
/// it.
inline feed_forwards read_qwen_moe(const fields& f, const family& known, count layers) {
  feed_forwards result;
  result.experts =
      read_experts(f, f.name_of({"num_experts", "num_local_experts"}), "moe_intermediate_size");
  if (known.feed_forward == feed_forward_rule::qwen_shared) {
    read_gated_shared_expert(f, result.experts);
  }
  const count step = f.whole_or("decoder_sparse_step", 1, any_layers);
  for (count i = 0; i < layers; ++i) result.sparse.push_back((i + 1) % step == 0);
  mark_layers(f, "mlp_only_layers", false, result.sparse);
  if (result.any_dense()) result.dense.width = f.whole("intermediate_size", any_width);
  return result;
}

// DeepSeek-V2's class and its published files disagree on what a missing key stands for.
inline count read_shared_experts(const fields& f, const family& known) {
  constexpr const char* key = "n_shared_experts";
  if (known.shared_experts < 0 && f.absent(key)) return f.whole(key, field::shared_experts);
  return f.whole_or(key, known.shared_experts, 0, field::shared_experts);
}

inline bool read_correction_bias(const fields& f, const family& known) {
  const std::string method = f.word("topk_method", known.topk_method);
  if (method == "greedy" || method == "group_limited_greedy") return false;
  if (method != "noaux_tc") {
    f.refuse("topk_method", quoted({"noaux_tc", "greedy", "group_limited_greedy"}));
  }
  return true;
}

/// Layer i has experts if i >= first_k_dense_replace and i mod moe_layer_freq is 0.
inline feed_forwards read_deepseek(const fields& f, const family& known, count layers) {
  feed_forwards result;
  result.experts = read_experts(f, "n_routed_experts", "moe_intermediate_size");
  result.experts.shared_experts = read_shared_experts(f, known);
  if (result.experts.shared_experts > 0) result.experts.shared_width = result.experts.width;
  result.experts.correction_bias = read_correction_bias(f, known);
  const count first_sparse = f.whole_or("first_k_dense_replace", known.dense_layers, 0, any_index);
  const count step = f.whole_or("moe_layer_freq", 1, any_layers);
  for (count i = 0; i < layers; ++i) result.sparse.push_back(i >= first_sparse && i % step == 0);
  if (result.any_dense()) result.dense.width = f.whole("intermediate_size", any_width);
  return result;
}

/// The last of every interleave_moe_layer_step layers has experts, or those that moe_layers lists.
/// intermediate_size is the width of an expert, routed or shared; intermediate_size_mlp of a dense
/// block.
inline feed_forwards read_llama4(const fields& f, count layers) {
  feed_forwards result = all_alike(layers, false);
  result.experts = read_experts(f, experts_key(f), "intermediate_size");
  result.experts.shared_experts = 1;
  result.experts.shared_width = result.experts.width;
  const count step = f.whole_or("interleave_moe_layer_step", 1, any_layers);
  if (f.find("moe_layers") != nullptr) {
    mark_layers(f, "moe_layers", true, result.sparse);
  } else {
    for (count i = step - 1; i < layers; i += step)
      result.sparse[static_cast<std::size_t>(i)] = true;
  }
  if (result.any_dense()) result.dense.width = f.whole("intermediate_size_mlp", any_width);
  return result;
}

/// Nemotron-H: two matrices, squared ReLU, one shared expert of its own width.
inline mixture_of_experts read_nemotron_experts(const fields& f) {
  mixture_of_experts moe = read_experts(f, f.name_of({"n_routed_experts", "num_local_experts"}),
                                        "moe_intermediate_size");
  moe.gated = false;
  moe.shared_experts = f.whole_or("n_shared_experts", 1, {1, 1});
  moe.shared_width = f.whole("moe_shared_expert_intermediate_size", any_width);
  moe.correction_bias = true;
  if (f.flag("mlp_bias", false)) f.refuse("mlp_bias", "false: biases of experts are not priced");
  return moe;
}

inline dense_feed_forward read_nemotron_dense(const fields& f) {
  return {f.whole("intermediate_size", any_width), false, f.flag("mlp_bias", false)};
}

}  // namespace detail

/// The blocks of `layers` layers; those of mixer_rule::pattern and mamba are read elsewhere.
[[nodiscard]] inline feed_forwards read_feed_forwards(const fields& f, const family& known,
                                                      count layers) {
  switch (known.feed_forward) {
    case feed_forward_rule::dense:
      return detail::read_dense(f, layers);
    case feed_forward_rule::four_wide:
      return detail::read_four_wide(f, known, layers);
    case feed_forward_rule::mixtral:
      return detail::read_mixtral(f, layers);
    case feed_forward_rule::qwen_moe:
    case feed_forward_rule::qwen_shared:
      return detail::read_qwen_moe(f, known, layers);
    case feed_forward_rule::deepseek:
      return detail::read_deepseek(f, known, layers);
    case feed_forward_rule::gpt_oss:
      return detail::read_gpt_oss(f, layers);
    case feed_forward_rule::llama4:
      return detail::read_llama4(f, layers);
    case feed_forward_rule::minimax:
      return detail::read_minimax(f, layers);
    case feed_forward_rule::by_pattern:
      break;
  }
  return {};
}

}  // namespace shardline::hf
