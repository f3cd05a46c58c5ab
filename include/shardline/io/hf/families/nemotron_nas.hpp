// SPDX-License-Identifier: BSL-1.0
/// What an architecture search made of Llama (Llama-Nemotron Super and Ultra, DeciLM): each layer
/// has heads and a width of its own, or none.
/// Source: vllm/model_executor/models/nemotron_nas.py, and modeling_decilm.py of
/// huggingface.co/nvidia/Llama-3_3-Nemotron-Super-49B-v1.
#pragma once

#include <cmath>
#include <string>

#include "shardline/io/hf/blocks/layers.hpp"

namespace shardline::hf {

namespace detail {

inline constexpr const char* searched_key = "block_configs";

/// One half of a layer's settings; nothing that a search replaced by a matrix alone.
inline fields searched_half(const fields& layer, const char* key) {
  static const json none = json::object();
  const json* half = layer.object(key);
  if (half == nullptr) layer.refuse(key, "an object");
  return {half == nullptr ? none : *half, layer.path_of(key), layer.report()};
}
inline void check_not_replaced(const fields& half) {
  for (const char* key : {"replace_with_linear", "sparsify"}) {
    const json* value = half.find(key);
    if (value != nullptr && *value != json(false)) half.refuse(key, "null or false");
  }
}

inline attention_kind read_searched_attention(const fields& layer, grouped_query_attention a) {
  const fields f = searched_half(layer, "attention");
  check_not_replaced(f);
  if (f.flag("no_op", false)) return no_attention{};
  const integer in_group = f.whole("n_heads_in_group", any_heads);
  if (a.heads % in_group != 0) {
    f.refuse("n_heads_in_group",
             "a divisor of num_attention_heads (" + std::to_string(a.heads) + ")");
    return a;
  }
  a.kv_heads = a.heads / in_group;
  (void)f.whole_or("num_sink_tokens", 0, {0, 0});
  a.window = f.whole_or("window_length", 0, {0, any_length.most});
  return a;
}

/// Two thirds of ffn_mult times the model's width, in whole multiples of 256.
inline feed_forward_kind read_searched_block(const fields& layer, integer hidden) {
  const fields f = searched_half(layer, "ffn");
  check_not_replaced(f);
  if (f.flag("no_op", false)) return no_feed_forward{};
  const json* mult = f.find("ffn_mult");
  if (mult == nullptr) return dense_feed_forward{f.whole("intermediate_size", any_width)};
  const double times = mult->is_number() ? mult->get<double>() : 0.0;
  if (!(times > 0.0 && times <= 1000.0)) {
    f.refuse("ffn_mult", "a number above 0, at most 1000");
    return dense_feed_forward{1};
  }
  const auto width = static_cast<integer>(2.0 * times * static_cast<double>(hidden) / 3.0);
  return dense_feed_forward{ceil_div(width < 1 ? 1 : width, 256) * 256};
}

/// DeciLM-7B: only the number of key-value heads differs from layer to layer.
inline constexpr const char* groups_key = "num_key_value_heads_per_layer";
inline layer_stack read_grouped_layers(const fields& f, const family& known, integer layers,
                                       grouped_query_attention a) {
  const std::string allowed =
      "divisors of num_attention_heads, one for each layer (" + std::to_string(layers) + ")";
  const auto groups = f.whole_list(groups_key, {1, a.heads}, allowed);
  if (!groups || static_cast<integer>(groups->size()) != layers) {
    f.refuse(groups_key, allowed);
    return {};
  }
  const feed_forwards blocks = read_dense(f, known, layers);
  layer_stack stack;
  for (integer i = 0; i < layers; ++i) {
    a.kv_heads = (*groups)[static_cast<std::size_t>(i)];
    if (a.heads % a.kv_heads != 0) f.refuse(groups_key, allowed);
    stack.append(1, {a, blocks.of(i)});
  }
  return stack;
}

/// Ultra's search left neither half of some layers.
inline void note_empty_layers(const fields& f, integer empty, integer layers) {
  if (empty == layers) f.refuse(searched_key, "a layer with attention or a feed-forward block");
  if (empty == 0) return;
  f.note(searched_key, std::to_string(empty) +
                           " layers of nothing are left out: pipeline stages share the others");
}

inline layer_stack read_searched_layers(const fields& f, const family& known, integer hidden,
                                        precision) {
  const integer layers = f.whole(layers_key(f), any_layers);
  grouped_query_attention a{.heads = f.whole(heads_key(f), any_heads)};
  a.head_dim = read_head_dim(f, known, hidden, a.heads);
  read_biases(f, known, a);
  if (f.find(groups_key) != nullptr) return read_grouped_layers(f, known, layers, a);
  const json* all = f.find(searched_key);
  if (all == nullptr || !all->is_array() || static_cast<integer>(all->size()) != layers) {
    f.refuse(searched_key, "an object for each layer (" + std::to_string(layers) + ")");
    return {};
  }
  layer_stack stack;
  integer empty = 0;
  for (std::size_t i = 0; i < all->size() && !f.report().failed(); ++i) {
    const std::string path = f.path_of(searched_key) + "[" + std::to_string(i) + "]";
    if (!(*all)[i].is_object()) {
      f.report().fail(path + ": " + shown((*all)[i]) + "; allowed: an object");
      break;
    }
    const fields item((*all)[i], path, f.report());
    const layer read{read_searched_attention(item, a), read_searched_block(item, hidden)};
    if (std::holds_alternative<no_attention>(read.attention) &&
        std::holds_alternative<no_feed_forward>(read.feed_forward)) {
      ++empty;
    } else {
      stack.append(1, read);
    }
  }
  note_empty_layers(f, empty, layers);
  return stack;
}

}  // namespace detail

namespace families {

inline constexpr family nemotron_nas{.model_type = "nemotron-nas",
                                     .architecture = "DeciLMForCausalLM",
                                     .layers = detail::read_searched_layers,
                                     .bias = bias_rule::stated,
                                     .priced = {"block_configs"}};

}  // namespace families

}  // namespace shardline::hf
