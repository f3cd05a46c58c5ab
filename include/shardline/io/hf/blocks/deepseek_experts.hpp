// SPDX-License-Identifier: BSL-1.0
/// config.json to feed-forward blocks as DeepSeek describes them, and families after it: dense
/// ones, then experts of which some are shared.
#pragma once

#include <string>

#include "shardline/io/hf/blocks/feed_forward.hpp"

namespace shardline::hf::detail {

// DeepSeek-V2's class and its published files disagree on what a missing key stands for.
inline integer read_shared_experts(const fields& f, const family& known) {
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
inline feed_forwards read_deepseek(const fields& f, const family& known, integer layers) {
  feed_forwards result;
  result.experts = read_experts(f, "n_routed_experts", "moe_intermediate_size");
  result.experts.shared_experts = read_shared_experts(f, known);
  if (result.experts.shared_experts > 0) result.experts.shared_width = result.experts.width;
  result.experts.correction_bias = read_correction_bias(f, known);
  const integer first_sparse =
      f.whole_or("first_k_dense_replace", known.dense_layers, 0, any_index);
  const integer step = f.whole_or("moe_layer_freq", 1, any_layers);
  for (integer i = 0; i < layers; ++i) result.sparse.push_back(i >= first_sparse && i % step == 0);
  if (result.any_dense()) result.dense.width = f.whole("intermediate_size", any_width);
  return result;
}

}  // namespace shardline::hf::detail
