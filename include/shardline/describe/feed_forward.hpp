/// The kinds of feed-forward block a layer can have.
#pragma once

#include <variant>

#include "shardline/base/integer.hpp"

namespace shardline {

/// Two matrices (up, down), or three (gate, up, down) when gated; optional biases on each.
struct dense_feed_forward {
  count width = 0;
  bool gated = true;
  bool bias = false;

  friend constexpr bool operator==(const dense_feed_forward&,
                                   const dense_feed_forward&) noexcept = default;
};

/// A router over `experts` of which each token takes `experts_per_token`.
///   width               inner width of one routed expert
///   shared_experts      experts that every token takes, each shared_width wide
///   shared_gate         one projection to a scalar that weighs the shared experts (Qwen2-MoE)
///   expert_bias         biases on the expert matrices (gpt-oss)
///   router_bias         bias of the router's projection (gpt-oss)
///   correction_bias     fp32 score correction per expert, used to choose only (DeepSeek-V3)
struct mixture_of_experts {
  count experts = 0;
  count experts_per_token = 0;
  count width = 0;
  bool gated = true;
  count shared_experts = 0;
  count shared_width = 0;
  bool shared_gate = false;
  bool expert_bias = false;
  bool router_bias = false;
  bool correction_bias = false;

  friend constexpr bool operator==(const mixture_of_experts&,
                                   const mixture_of_experts&) noexcept = default;
};

/// A layer that only mixes tokens (Nemotron-H, Mamba-2).
struct no_feed_forward {
  friend constexpr bool operator==(const no_feed_forward&,
                                   const no_feed_forward&) noexcept = default;
};

using feed_forward_kind = std::variant<dense_feed_forward, mixture_of_experts, no_feed_forward>;

}  // namespace shardline
