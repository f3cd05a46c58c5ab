// SPDX-License-Identifier: BSL-1.0
/// h200-sxm under trtllm: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 110 rows, 6.5 %
inline constexpr gemm_curve<> h200_sxm_trtllm_gemm_wide{.bandwidth = 0.836,
                                                        .compute = 0.9766,
                                                        .block_rows = 3.508,
                                                        .tail = 0.1896,
                                                        .throttle = 0.3382,
                                                        .launch = 2.631_us,
                                                        .reduction = 2.345_us,
                                                        .tile = 16.0,
                                                        .walk = 8.564e-10,
                                                        .cache_speedup = 1.525,
                                                        .cache_share = 0.145};
/// 110 rows, 4.3 %
inline constexpr gemm_curve<> h200_sxm_trtllm_gemm_narrow{.bandwidth = 0.8293,
                                                          .compute = 0.9293,
                                                          .small_tile = 0.9487,
                                                          .block_rows = 3.173,
                                                          .tail = 0.1507,
                                                          .throttle = 0.2143,
                                                          .launch = 2.4_us,
                                                          .reduction = 2.834_us,
                                                          .quantise = 9.992_us,
                                                          .quantise_bandwidth = 0.3571,
                                                          .tile = 16.0,
                                                          .walk = 7.661e-10,
                                                          .cache_speedup = 1.711,
                                                          .cache_share = 0.1304};
/// 110 rows, 10.3 %
inline constexpr gemm_curve<> h200_sxm_trtllm_gemm_narrow_block{.bandwidth = 0.8799,
                                                                .block_rows = 70.47,
                                                                .tail = 0.4009,
                                                                .throttle = 0.03937,
                                                                .launch = 2.4_us,
                                                                .reduction = never_split,
                                                                .quantise = 1.841_us,
                                                                .quantise_bandwidth = 0.4952,
                                                                .tile = 16.0,
                                                                .walk = 1.083e-09,
                                                                .cache_speedup = 1.5,
                                                                .cache_share = 0.1019};

/// 110 rows, 8.2 %
inline constexpr prefill_curve<> h200_sxm_trtllm_prefill_wide{.compute = 0.8562,
                                                              .softmax_values = 139.0,
                                                              .bandwidth = 0.9,
                                                              .launch = 11.1_us,
                                                              .block = 3.266_us,
                                                              .tail = 0.7399,
                                                              .exposed = 1.0,
                                                              .passes = 0.6116,
                                                              .window_padding = 572.0};
/// 110 rows, 7.0 %
inline constexpr prefill_curve<> h200_sxm_trtllm_prefill_narrow{.compute = 0.95,
                                                                .softmax_values = 173.5,
                                                                .bandwidth = 0.9,
                                                                .launch = 12.76_us,
                                                                .block = 3.364_us,
                                                                .tail = 0.7053,
                                                                .exposed = 1.0,
                                                                .passes = 0.9817,
                                                                .window_padding = 1179.0};

/// 110 rows, 24.5 %
inline constexpr decode_curve<> h200_sxm_trtllm_decode_wide{.compute = 0.9,
                                                            .launch = 8.088_us,
                                                            .reduction = 3.951_us,
                                                            .block = 3.728_us,
                                                            .blocks = 3.114,
                                                            .splits = 32.0,
                                                            .multiprocessor_share = 1.776,
                                                            .tail = 0.1991,
                                                            .exposed = 0.05,
                                                            .window_padding = 128.0,
                                                            .cache_speedup = 2.179,
                                                            .cache_share = 0.6,
                                                            .rows = 16.0};
/// 110 rows, 14.4 %
inline constexpr decode_curve<> h200_sxm_trtllm_decode_narrow{.compute = 0.9,
                                                              .launch = 5.51_us,
                                                              .reduction = 3.878_us,
                                                              .block = 0.8083_us,
                                                              .blocks = 0.9697,
                                                              .splits = 32.0,
                                                              .multiprocessor_share = 1.561,
                                                              .exposed = 0.05,
                                                              .window_padding = 45.0,
                                                              .cache_speedup = 1.57,
                                                              .cache_share = 0.6,
                                                              .rows = 16.0};

/// 110 rows, 5.9 %
inline constexpr prefill_curve<> h200_sxm_trtllm_latent_prefill_wide{.compute = 0.67,
                                                                     .softmax_values = 17.76,
                                                                     .bandwidth = 0.9,
                                                                     .launch = 12.1_us,
                                                                     .block = 3.234_us,
                                                                     .tail = 0.4969,
                                                                     .exposed = 0.4733,
                                                                     .passes = 0.01311};
/// 110 rows, 5.8 %
inline constexpr prefill_curve<> h200_sxm_trtllm_latent_prefill_narrow{.compute = 0.4268,
                                                                       .softmax_values = 17.76,
                                                                       .bandwidth = 0.9,
                                                                       .launch = 16.37_us,
                                                                       .block = 2.653_us,
                                                                       .tail = 0.6215,
                                                                       .exposed = 1.0,
                                                                       .passes = 0.5033};

/// 110 rows, 5.9 %
inline constexpr decode_curve<> h200_sxm_trtllm_latent_decode_wide{.compute = 0.7505,
                                                                   .launch = 10.95_us,
                                                                   .reduction = 1.361_us,
                                                                   .block = 3.626_us,
                                                                   .blocks = 1.709,
                                                                   .splits = 32.0,
                                                                   .multiprocessor_share = 2.0,
                                                                   .tail = 0.07302,
                                                                   .exposed = 0.05,
                                                                   .passes = 1.667,
                                                                   .cache_speedup = 4.023,
                                                                   .cache_share = 0.6};
/// 110 rows, 9.5 %
inline constexpr decode_curve<> h200_sxm_trtllm_latent_decode_narrow{.compute = 0.3978,
                                                                     .bandwidth = 0.9475,
                                                                     .launch = 10.95_us,
                                                                     .reduction = 1.191_us,
                                                                     .block = 1.053_us,
                                                                     .blocks = 8.241,
                                                                     .splits = 32.0,
                                                                     .multiprocessor_share = 2.0,
                                                                     .exposed = 0.05,
                                                                     .passes = 3.27,
                                                                     .cache_speedup = 6.0,
                                                                     .cache_share = 0.6};

/// 330 rows, 16.1 %
inline constexpr expert_curve<> h200_sxm_trtllm_experts_wide{.bandwidth = 0.8427,
                                                             .launch = 5.326_us,
                                                             .per_expert = 0.1327_us,
                                                             .sorting = 17.32_us,
                                                             .sorted_tokens = 5.489,
                                                             .block_rows = 12.69,
                                                             .walk = 2.732e-09,
                                                             .passes = 2.108,
                                                             .foreign_rows = 0.03577,
                                                             .tiles = {8.0, 128.0}};
/// 330 rows, 14.9 %
inline constexpr expert_curve<> h200_sxm_trtllm_experts_narrow{.bandwidth = 0.8343,
                                                               .launch = 23_us,
                                                               .per_expert = 0.2407_us,
                                                               .sorting = 9.886_us,
                                                               .sorted_tokens = 385.5,
                                                               .walk = 3.126e-09,
                                                               .passes = 2.758,
                                                               .foreign_rows = 0.04977,
                                                               .tiles = {8.0, 128.0}};
/// 330 rows, 13.1 %
inline constexpr expert_curve<> h200_sxm_trtllm_experts_narrow_block{.bandwidth = 0.83,
                                                                     .launch = 12.6_us,
                                                                     .per_expert = 0.4748_us,
                                                                     .sorting = 3.333_us,
                                                                     .sorted_tokens = 48.0,
                                                                     .block_rows = 6.299,
                                                                     .walk = 3.356e-09,
                                                                     .passes = 6.589,
                                                                     .tiles = {16.0, 64.0}};
/// 330 rows, 10.1 %
inline constexpr expert_curve<> h200_sxm_trtllm_experts_four_bit_float{.bandwidth = 0.7118,
                                                                       .launch = 67.56_us,
                                                                       .sorting = 32.77_us,
                                                                       .sorted_tokens = 48.92,
                                                                       .block_rows = 17.5,
                                                                       .walk = 1.802e-09,
                                                                       .passes = 6.41,
                                                                       .foreign_rows = 0.147,
                                                                       .tiles = {8.0, 256.0}};

}  // namespace shardline::catalog::curves
