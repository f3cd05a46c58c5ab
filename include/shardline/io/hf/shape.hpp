/// config.json to a model's shape: feed-forward blocks, layers in order, and the whole.
#pragma once

#include <string>
#include <vector>

#include "shardline/describe/model.hpp"
#include "shardline/io/hf/families.hpp"

namespace shardline::hf {

namespace detail {

/// The feed-forward blocks of a model: which layers have experts, and both kinds of block.
struct feed_forwards {
  dense_feed_forward dense{};
  mixture_of_experts experts{};
  std::vector<bool> sparse{};

  [[nodiscard]] feed_forward_kind of(count layer) const {
    if (sparse[static_cast<std::size_t>(layer)]) return experts;
    return dense;
  }
};

// The names under which one count is published, newest last; the first that is there is read.
inline const char* first_of(const fields& f, const char* preferred, const char* other) {
  return f.find(preferred) == nullptr && f.find(other) != nullptr ? other : preferred;
}

inline mixture_of_experts read_experts(const fields& f, const char* number, const char* width) {
  mixture_of_experts moe{};
  moe.experts = f.whole(number);
  moe.experts_per_token =
      f.whole(first_of(f, "num_experts_per_tok", "experts_per_token"), {1, moe.experts});
  moe.width = f.whole(width);
  return moe;
}

inline feed_forwards read_dense(const fields& f, const family& known, count layers) {
  feed_forwards result;
  result.dense.width = f.whole("intermediate_size");
  result.dense.bias = known.model_type == "llama" && f.flag("mlp_bias", false);
  result.sparse.assign(static_cast<std::size_t>(layers), false);
  return result;
}

inline feed_forwards read_mixtral(const fields& f, count layers) {
  feed_forwards result;
  result.experts = read_experts(f, "num_local_experts", "intermediate_size");
  result.sparse.assign(static_cast<std::size_t>(layers), true);
  return result;
}

inline feed_forwards read_gpt_oss(const fields& f, count layers) {
  feed_forwards result;
  result.experts =
      read_experts(f, first_of(f, "num_local_experts", "num_experts"), "intermediate_size");
  result.experts.expert_bias = true;
  result.experts.router_bias = true;
  result.sparse.assign(static_cast<std::size_t>(layers), true);
  return result;
}

/// Clears `sparse` for the layers that `mlp_only_layers` lists.
inline void read_mlp_only_layers(const fields& f, std::vector<bool>& sparse) {
  const json* listed = f.find("mlp_only_layers");
  if (listed == nullptr) return;
  const std::string allowed = "layer numbers from 0 to " + std::to_string(sparse.size() - 1);
  if (!listed->is_array()) return f.refuse("mlp_only_layers", allowed);
  for (const json& item : *listed) {
    const std::optional<count> i = whole_number(item);
    if (!i || *i < 0 || *i >= static_cast<count>(sparse.size())) {
      return f.refuse("mlp_only_layers", allowed);
    }
    sparse[static_cast<std::size_t>(*i)] = false;
  }
}

/// Layer i has experts if (i + 1) mod decoder_sparse_step is 0 and mlp_only_layers does not list
/// it.
inline feed_forwards read_qwen_moe(const fields& f, count layers) {
  feed_forwards result;
  result.experts =
      read_experts(f, first_of(f, "num_experts", "num_local_experts"), "moe_intermediate_size");
  const count step = f.whole_or("decoder_sparse_step", 1);
  bool any_dense = false;
  for (count i = 0; i < layers; ++i) result.sparse.push_back((i + 1) % step == 0);
  read_mlp_only_layers(f, result.sparse);
  for (const bool sparse : result.sparse) any_dense = any_dense || !sparse;
  if (any_dense) result.dense.width = f.whole("intermediate_size");
  return result;
}

inline bool read_correction_bias(const fields& f) {
  return f.choice("topk_method", {"noaux_tc", "greedy", "group_limited_greedy"}) == "noaux_tc";
}

/// Layer i has experts if i >= first_k_dense_replace and i mod moe_layer_freq is 0.
inline feed_forwards read_deepseek(const fields& f, count layers) {
  feed_forwards result;
  result.experts = read_experts(f, "n_routed_experts", "moe_intermediate_size");
  result.experts.shared_experts = f.whole_or("n_shared_experts", 1, 0, any_size);
  if (result.experts.shared_experts > 0) result.experts.shared_width = result.experts.width;
  result.experts.correction_bias = read_correction_bias(f);
  const count first_sparse = f.whole_or("first_k_dense_replace", 3, 0, any_size);
  const count step = f.whole_or("moe_layer_freq", 1);
  bool any_dense = false;
  for (count i = 0; i < layers; ++i) {
    result.sparse.push_back(i >= first_sparse && i % step == 0);
    any_dense = any_dense || !result.sparse.back();
  }
  if (any_dense) result.dense.width = f.whole("intermediate_size");
  return result;
}

inline feed_forwards read_feed_forwards(const fields& f, const family& known, count layers) {
  switch (known.feed_forward) {
    case feed_forward_rule::dense:
      return read_dense(f, known, layers);
    case feed_forward_rule::mixtral:
      return read_mixtral(f, layers);
    case feed_forward_rule::qwen_moe:
      return read_qwen_moe(f, layers);
    case feed_forward_rule::deepseek:
      return read_deepseek(f, layers);
    case feed_forward_rule::gpt_oss:
      return read_gpt_oss(f, layers);
  }
  return {};
}

inline layer_stack read_latent_layers(const fields& f, const family& known, count layers) {
  const latent_attention attention = read_latent_attention(f);
  const feed_forwards blocks = read_feed_forwards(f, known, layers);
  layer_stack stack;
  for (count i = 0; i < layers; ++i) stack.append(1, {attention, blocks.of(i)});
  return stack;
}

inline layer_stack read_grouped_layers(const fields& f, const family& known, count layers,
                                       count hidden) {
  grouped_query_attention attention = read_grouped_attention(f, known, hidden);
  const std::vector<count> windows = read_windows(f, known, layers);
  const feed_forwards blocks = read_feed_forwards(f, known, layers);
  layer_stack stack;
  for (count i = 0; i < layers; ++i) {
    attention.window = windows[static_cast<std::size_t>(i)];
    stack.append(1, {attention, blocks.of(i)});
  }
  return stack;
}

inline void note_unpriced(const fields& f) {
  const count extra = f.whole_or("num_nextn_predict_layers", 0, any_size);
  if (extra == 0) return;
  f.report().notes.push_back("$.num_nextn_predict_layers: " + std::to_string(extra) +
                             " multi-token-prediction layers are not priced");
}

}  // namespace detail

/// The shape that the fields describe, all weights in bf16. After a fault the result means nothing.
[[nodiscard]] inline model read_shape(const fields& f, const family& known) {
  detail::check_architecture(f, known);
  detail::check_unpriced(f, known);
  model m{};
  m.name = known.model_type;
  m.hidden_size = f.whole("hidden_size");
  m.vocab_size = f.whole("vocab_size", {1, 10000000});
  m.tied_embeddings = f.flag("tie_word_embeddings", false);
  m.max_context = f.whole_or("max_position_embeddings", 0, detail::any_length);
  const count layers = f.whole("num_hidden_layers", detail::any_layers);
  m.layers = known.feed_forward == feed_forward_rule::deepseek
                 ? detail::read_latent_layers(f, known, layers)
                 : detail::read_grouped_layers(f, known, layers, m.hidden_size);
  if (m.layers.runs.overflowed || m.layers.kinds.overflowed) {
    f.refuse("num_hidden_layers", "layers that change kind at most 159 times");
  }
  detail::note_unpriced(f);
  return m;
}

}  // namespace shardline::hf
