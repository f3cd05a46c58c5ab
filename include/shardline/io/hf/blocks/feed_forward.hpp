// SPDX-License-Identifier: BSL-1.0
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

  [[nodiscard]] feed_forward_kind of(integer layer) const {
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
      (void)f.choice("hidden_act", {"silu", "swish", "situ", "swigluoai"});
      break;
    case activation_rule::gelu_tanh:
      (void)f.choice("hidden_activation", {"gelu_pytorch_tanh"});
      (void)f.choice("hidden_act", {"gelu_pytorch_tanh"});
      break;
    case activation_rule::gelu:
      (void)f.choice(f.name_of({"activation_function", "activation", "hidden_act"}),
                     {"gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh"});
      break;
    case activation_rule::gated_gelu:
      (void)f.choice("hidden_activation", {"gelu_pytorch_tanh", "gelu"});
      (void)f.choice("hidden_act", {"gelu_pytorch_tanh", "gelu"});
      break;
    case activation_rule::relu:
      (void)f.choice("activation_function", {"relu"});
      break;
    case activation_rule::squared_relu:
      (void)f.choice("hidden_act", {"relu2"});
      break;
    case activation_rule::xielu:
      (void)f.choice("hidden_act", {"xielu"});
      break;
    case activation_rule::any:
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

inline feed_forwards all_alike(integer layers, bool sparse) {
  feed_forwards result;
  result.sparse.assign(static_cast<std::size_t>(layers), sparse);
  return result;
}

inline feed_forwards read_dense(const fields& f, const family&, integer layers) {
  feed_forwards result = all_alike(layers, false);
  result.dense.width = f.whole("intermediate_size", any_width);
  result.dense.bias = f.flag("mlp_bias", false);
  return result;
}

// Two matrices, four times as wide as the model unless `key` says so.
inline feed_forwards read_four_wide(const fields& f, integer layers, const char* key, bool bias) {
  feed_forwards result = all_alike(layers, false);
  result.dense.width = f.whole_or(key, 4 * read_hidden_size(f), any_width);
  result.dense.gated = false;
  result.dense.bias = bias;
  return result;
}

// Clears or sets `sparse` for the layers that `key` lists.
inline void mark_layers(const fields& f, const char* key, bool to, std::vector<bool>& sparse) {
  const auto last = static_cast<integer>(sparse.size()) - 1;
  const auto listed =
      f.whole_list(key, {0, last}, "layer numbers from 0 to " + std::to_string(last));
  for (const integer i : listed.value_or(std::vector<integer>{})) {
    sparse[static_cast<std::size_t>(i)] = to;
  }
}

// 0 or 1 for each layer.
inline std::vector<bool> read_marks(const fields& f, const char* key, integer layers) {
  const std::string allowed = "0 or 1 for each layer (" + std::to_string(layers) + ")";
  const auto marks = f.whole_list(key, {0, 1}, allowed);
  if (!marks || static_cast<integer>(marks->size()) != layers) f.refuse(key, allowed);
  std::vector<bool> result(static_cast<std::size_t>(layers));
  for (std::size_t i = 0; marks && i < result.size() && i < marks->size(); ++i) {
    result[i] = (*marks)[i] == 1;
  }
  return result;
}

// "sparse" or "dense" for each layer; where no key says, all but the first `dense` have experts.
inline std::vector<bool> read_sparse_types(const fields& f, integer dense, integer layers) {
  constexpr const char* key = "mlp_layer_types";
  std::vector<bool> sparse;
  if (f.find(key) == nullptr) {
    for (integer i = 0; i < layers; ++i) sparse.push_back(i >= dense);
    return sparse;
  }
  for (const std::string& type : f.words(key)) {
    sparse.push_back(type == "sparse");
    if (!sparse.back() && type != "dense") f.refuse(key, quoted({"sparse", "dense"}));
  }
  if (static_cast<integer>(sparse.size()) != layers) {
    f.refuse(key, "one for each layer (" + std::to_string(layers) + ")");
  }
  sparse.resize(static_cast<std::size_t>(layers));
  return sparse;
}

}  // namespace detail

}  // namespace shardline::hf
