// SPDX-License-Identifier: BSL-1.0
/// The text model of ERNIE 4.5 VL: ERNIE 4.5 with experts, beside which layers have as many experts
/// for images alone, which no token of text takes. These are counted in a note, as encoders are
/// left out.
/// Source: vllm/model_executor/models/ernie45_vl_moe.py; configuration_ernie4_5_vl_moe.py of
/// huggingface/transformers (5).
#pragma once

#include <string>
#include <utility>

#include "shardline/io/hf/families/ernie.hpp"

namespace shardline::hf {

namespace detail {

/// Of text and of images: two numbers, or one that both have.
inline std::pair<integer, integer> read_both(const fields& f, const char* key, integer if_missing,
                                             range r) {
  const json* value = f.find(key);
  if (value == nullptr || !value->is_array()) {
    const integer one = if_missing < r.least ? f.whole(key, r) : f.whole_or(key, if_missing, r);
    return {one, one};
  }
  const std::string allowed = r.text("two whole numbers, of text and of images,");
  const auto both = f.whole_list(key, r, allowed);
  if (both && both->size() == 2) return {both->front(), both->back()};
  f.refuse(key, allowed);
  return {r.least, r.least};
}

/// The layers that have experts, where no list says: from a first to a last one, the same of both.
inline std::vector<bool> read_ernie_vl_sparse(const fields& f, integer layers) {
  if (f.find("mlp_layer_types") != nullptr) return read_sparse_types(f, 1, layers);
  const auto first = read_both(f, "moe_layer_start_index", 1, any_index);
  const auto last = read_both(f, "moe_layer_end_index", layers - 1, any_index);
  const integer step = f.whole_or("moe_layer_interval", 1, any_layers);
  const auto has = [step](integer i, integer from, integer to) {
    return i >= from && i <= to && (i + 1) % step == 0;
  };
  std::vector<bool> sparse;
  for (integer i = 0; i < layers; ++i) {
    sparse.push_back(has(i, first.first, last.first));
    if (has(i, first.second, last.second) != sparse.back()) {
      f.refuse("moe_layer_start_index", "experts of text and of images in the same layers");
    }
  }
  return sparse;
}

inline feed_forwards read_ernie_vl_experts(const fields& f, const family&, integer layers) {
  if (f.flag("use_bias", false)) f.refuse("use_bias", "false: biases of experts are not priced");
  feed_forwards result;
  mixture_of_experts& moe = result.experts;
  const auto experts = read_both(f, "moe_num_experts", 0, field::experts);
  const auto width = read_both(f, "moe_intermediate_size", 0, any_width);
  moe.experts = experts.first;
  moe.experts_per_token = f.whole("moe_k", {1, moe.experts});
  moe.width = width.first;
  moe.shared_experts = f.whole_or("moe_num_shared_experts", 0, field::shared_experts);
  moe.shared_width = moe.shared_experts > 0 ? moe.width : 0;
  moe.correction_bias = f.flag("moe_use_aux_free", true);
  result.sparse = read_ernie_vl_sparse(f, layers);
  if (result.any_dense()) result.dense.width = f.whole("intermediate_size", any_width);
  integer sparse = 0;
  for (const bool has : result.sparse) sparse += has ? 1 : 0;
  const double of_expert = 3.0 * static_cast<double>(width.second) + 1.0;  // and its router's row
  const double all = static_cast<double>(sparse * experts.second) *
                     (of_expert * static_cast<double>(read_hidden_size(f)) + 1.0);
  f.note("moe_num_experts", std::to_string(experts.second) + " experts of each of " +
                                std::to_string(sparse) + " layers are for images alone, " +
                                std::to_string(all * 1e-9).substr(0, 5) +
                                " billion parameters with their routers: not priced");
  return result;
}

constexpr checkpoint_names make_ernie_vl_names() noexcept {
  checkpoint_names n = ernie_names;
  n.router = "mlp.text_moe.gate";
  n.experts = "mlp.text_moe.experts.";
  return n;
}
inline constexpr checkpoint_names ernie_vl_names = make_ernie_vl_names();

}  // namespace detail

namespace families {

inline constexpr family ernie4_5_vl_moe_text{
    .model_type = "ernie4_5_vl_moe_text",
    .architecture = "Ernie4_5_VLMoeForConditionalGeneration",
    .layers = detail::read_seeing_layers,
    .feed_forwards = detail::read_ernie_vl_experts,
    .kv_heads = 4,
    .bias = bias_rule::named,
    .tied = true,
    .names = &detail::ernie_vl_names};
inline constexpr wrapper ernie4_5_vl_moe{
    "ernie4_5_vl_moe", "Ernie4_5_VLMoeForConditionalGeneration", "ernie4_5_vl_moe_text"};
/// As Baidu publishes it: the settings of the encoder stand among those of the text model, whose
/// experts keep the names of those of ERNIE 4.5.
constexpr family make_ernie4_5_moe_vl() noexcept {
  family f =
      renamed(ernie4_5_vl_moe_text, "ernie4_5_moe_vl", "Ernie4_5_VLMoeForConditionalGeneration");
  f.names = &detail::ernie_names;
  return f;
}
inline constexpr family ernie4_5_moe_vl = make_ernie4_5_moe_vl();

}  // namespace families

}  // namespace shardline::hf
