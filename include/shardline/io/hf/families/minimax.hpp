/// MiniMax-M2.
#pragma once

#include "shardline/io/hf/families/mistral.hpp"

namespace shardline::hf {

namespace detail {

/// A score correction per expert, and no shared expert: no engine loads one for this family.
inline feed_forwards read_minimax(const fields& f, const family&, count layers) {
  feed_forwards result = all_alike(layers, true);
  result.experts = read_experts(f, experts_key(f), "intermediate_size");
  result.experts.correction_bias = f.flag("use_routing_bias", true);
  (void)f.whole_or("shared_intermediate_size", 0, {0, 0});
  return result;
}

}  // namespace detail

namespace families {

inline constexpr family minimax_m2{.model_type = "minimax_m2",
                                   .architecture = "MiniMaxM2ForCausalLM",
                                   .layers = detail::read_seeing_layers,
                                   .feed_forwards = detail::read_minimax,
                                   .kv_heads = 8,
                                   .head_dim = 128,
                                   .qk_norm = qk_norm_rule::all_heads,
                                   .prediction = prediction_rule::unpublished,
                                   .names = &detail::mixtral_names};

}  // namespace families

}  // namespace shardline::hf
