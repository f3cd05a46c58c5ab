// SPDX-License-Identifier: BSL-1.0
/// The models of the five deployment plans, as far as the plans describe them.
///
/// Read alike in all: 16 layers, a mixture of experts in each; experts of two matrices (up, down),
/// none gated; as many KV heads as heads; no vocabulary, so vocab_size is 0, which means that
/// neither embedding nor head is priced. Where a plan is silent:
///   experts per token   none states it: 2
///   heads               only 001 (16 over a width of 512) and 002 (16 x 64) do: the others as 002
///   expert width        only 001, 002 and 003 do: the others as 003
///   precision           001 and 002 say FP16, 003 FP8: the others FP16
/// Batch and sequence lengths belong to the workload.
#pragma once

#include "shardline/model/model.hpp"

namespace shardline::catalog {

namespace detail {

constexpr layer_stack plan_layers(integer experts, integer head_dim,
                                  integer expert_width) noexcept {
  return {
      {16,
       {grouped_query_attention{.heads = 16, .kv_heads = 16, .head_dim = head_dim},
        mixture_of_experts{
            .experts = experts, .experts_per_token = 2, .width = expert_width, .gated = false}}}};
}

// One byte per weight and nothing else: the plan knows no scales.
inline constexpr weight_format fp8_without_scales{precision::fp8, precision::fp8};

}  // namespace detail

/// Plan 000, EP64_TP2 on 128 GPUs: 64 experts, width 1024.
inline constexpr model plan_000{.name = "plan-000",
                                .hidden_size = 1024,
                                .layers = detail::plan_layers(64, 64, 2048),
                                .weights = uniform(formats::fp16),
                                .activations = precision::fp16,
                                .kv_cache = precision::fp16};

/// Plan 001, TP4 EP8 PP2 on 64 GPUs: 16 experts of width 1024, 16 heads over a width of 512. It
/// claims 10B parameters; its shape gives 285,343,744 in matrices.
inline constexpr model plan_001{.name = "plan-001",
                                .hidden_size = 512,
                                .layers = detail::plan_layers(16, 32, 1024),
                                .weights = uniform(formats::fp16),
                                .activations = precision::fp16,
                                .kv_cache = precision::fp16};

/// Plan 002, EP64-TP8-PP2-DP2 on 2048 GPUs: 64 experts of width 2048, 16 heads of 64. It claims 30B
/// parameters; its shape gives 4,363,124,736 in matrices.
inline constexpr model plan_002{.name = "plan-002",
                                .hidden_size = 1024,
                                .layers = detail::plan_layers(64, 64, 2048),
                                .weights = uniform(formats::fp16),
                                .activations = precision::fp16,
                                .kv_cache = precision::fp16};

/// Plan 003, EP64_TP2 on 128 GPUs: 64 experts of width 2048, everything in FP8.
inline constexpr model plan_003{.name = "plan-003",
                                .hidden_size = 1024,
                                .layers = detail::plan_layers(64, 64, 2048),
                                .weights = uniform(detail::fp8_without_scales),
                                .activations = precision::fp8,
                                .kv_cache = precision::fp8};

/// Plan 004, EP64 on 64 GPUs: 64 experts; its widths are not stated.
inline constexpr model plan_004{.name = "plan-004",
                                .hidden_size = 1024,
                                .layers = detail::plan_layers(64, 64, 2048),
                                .weights = uniform(formats::fp16),
                                .activations = precision::fp16,
                                .kv_cache = precision::fp16};

}  // namespace shardline::catalog
