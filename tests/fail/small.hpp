// SPDX-License-Identifier: BSL-1.0
/// The smallest deployment that is feasible, for pairs that change one thing in it.
#pragma once

#include "shardline/shardline.hpp"

namespace small {

using namespace shardline;
using namespace shardline::literals;

/// Powers of two, so that times are exact.
inline constexpr accelerator chip{.name = "chip",
                                  .peak = {.bf16 = 1_TFLOPS, .fp8 = 1_TFLOPS},
                                  .memory = 1_GB,
                                  .memory_rate = bandwidth<>::from_value(2048.0),
                                  .scale_up = {1_GBps, {}},
                                  .domain = 8,
                                  .network = {1_GBps, {}}};

constexpr cluster chips(const accelerator& a, integer gpus) noexcept {
  cluster c = make_cluster(a, gpus);
  c.runtime.reserve = bytes<>{};
  return c;
}

inline constexpr cluster one = chips(chip, 1);
inline constexpr cluster eight = chips(chip, 8);

constexpr model with_layers(integer hidden_size, integer layers, const attention_kind& attention,
                            const feed_forward_kind& feed_forward) noexcept {
  return {
      .name = "small", .hidden_size = hidden_size, .layers = {{layers, {attention, feed_forward}}}};
}

/// Everything is one wide, so that what it holds and moves can be counted by hand.
///   weights   8 elements (2 norms, q, k, v, o, up, down), 16 bytes
///   KV cache  2 values, 4 bytes per token
inline constexpr model tiny =
    with_layers(1, 1, grouped_query_attention{.heads = 1, .kv_heads = 1, .head_dim = 1},
                dense_feed_forward{.width = 1, .gated = false});

/// 8 heads over one key-value head, two layers.
inline constexpr model dense =
    with_layers(16, 2, grouped_query_attention{.heads = 8, .kv_heads = 1, .head_dim = 2},
                dense_feed_forward{.width = 24});

/// 4 experts of width 6.
inline constexpr model routed =
    with_layers(16, 2, grouped_query_attention{.heads = 8, .kv_heads = 1, .head_dim = 2},
                mixture_of_experts{.experts = 4, .experts_per_token = 1, .width = 6});

constexpr workload tokens_of(double input, double output) noexcept {
  workload w;
  w.input = tokens<>::from_value(input);
  w.output = tokens<>::from_value(output);
  return w;
}

inline constexpr workload short_prompt = tokens_of(15.0, 1.0);

constexpr layout tensor_parallel(integer tp) noexcept { return {{tp, 1, 1}, {tp, 1, 1}}; }

}  // namespace small
