// SPDX-License-Identifier: BSL-1.0
/// h200-sxm under trtllm: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 110 rows, 6.6 %
inline constexpr gemm_curve<> h200_sxm_trtllm_gemm_wide{.bandwidth = 0.8349,
                                                        .compute = 0.9499,
                                                        .block_rows = 2.028,
                                                        .tail = 0.1736,
                                                        .throttle = 0.2214,
                                                        .launch = 2.628_us,
                                                        .reduction = 2.336_us,
                                                        .tile = 16.0,
                                                        .walk = 8.817e-10,
                                                        .cache_speedup = 1.517,
                                                        .cache_share = 0.1446};
/// 110 rows, 4.3 %
inline constexpr gemm_curve<> h200_sxm_trtllm_gemm_narrow{.bandwidth = 0.8326,
                                                          .compute = 0.9757,
                                                          .small_tile = 0.9946,
                                                          .block_rows = 10.19,
                                                          .tail = 0.1598,
                                                          .throttle = 0.1826,
                                                          .launch = 2.4_us,
                                                          .reduction = 2.846_us,
                                                          .quantise = 9.98_us,
                                                          .quantise_bandwidth = 0.3607,
                                                          .tile = 16.0,
                                                          .walk = 7.717e-10,
                                                          .cache_speedup = 1.701,
                                                          .cache_share = 0.1304};
/// 110 rows, 10.1 %
inline constexpr gemm_curve<> h200_sxm_trtllm_gemm_narrow_block{.bandwidth = 0.8208,
                                                                .compute = 0.7859,
                                                                .block_rows = 14.82,
                                                                .tail = 0.3619,
                                                                .throttle = 0.2,
                                                                .launch = 2.4_us,
                                                                .reduction = never_split,
                                                                .quantise = 2.11_us,
                                                                .quantise_bandwidth = 0.3982,
                                                                .tile = 16.0,
                                                                .walk = 1.13e-09,
                                                                .cache_speedup = 6.0,
                                                                .cache_share = 0.03539};

/// 110 rows, 8.0 %
inline constexpr prefill_curve<> h200_sxm_trtllm_prefill_wide{.compute = 0.8863,
                                                              .softmax_values = 144.6,
                                                              .bandwidth = 0.4167,
                                                              .launch = 11.48_us,
                                                              .block = 3.19_us,
                                                              .tail = 0.72,
                                                              .exposed = 0.8816,
                                                              .window_padding = 585.7};
/// 110 rows, 6.4 %
inline constexpr prefill_curve<> h200_sxm_trtllm_prefill_narrow{.compute = 0.95,
                                                                .softmax_values = 162.5,
                                                                .bandwidth = 0.3997,
                                                                .launch = 13.34_us,
                                                                .block = 3.02_us,
                                                                .tail = 0.5992,
                                                                .exposed = 1.0,
                                                                .passes = 0.1864,
                                                                .window_padding = 1265.0};

/// 107 rows, 25.6 %
inline constexpr decode_curve<> h200_sxm_trtllm_decode_wide{.compute = 0.9,
                                                            .bandwidth = 0.9672,
                                                            .launch = 8.581_us,
                                                            .reduction = 3.055_us,
                                                            .block = 3.096_us,
                                                            .blocks = 3.217,
                                                            .splits = 32.0,
                                                            .multiprocessor_share = 1.666,
                                                            .tail = 0.02736,
                                                            .exposed = 0.05,
                                                            .window_padding = 551.2,
                                                            .cache_speedup = 1.074,
                                                            .cache_share = 0.6,
                                                            .rows = 16.0};
/// 108 rows, 15.1 %
inline constexpr decode_curve<> h200_sxm_trtllm_decode_narrow{.compute = 0.9,
                                                              .launch = 5.817_us,
                                                              .reduction = 3.057_us,
                                                              .block = 0.8041_us,
                                                              .blocks = 6.175,
                                                              .splits = 32.0,
                                                              .multiprocessor_share = 1.822,
                                                              .exposed = 0.05,
                                                              .window_padding = 38.3,
                                                              .cache_speedup = 1.866,
                                                              .cache_share = 0.6,
                                                              .rows = 16.0};

/// 110 rows, 5.5 %
inline constexpr prefill_curve<> h200_sxm_trtllm_latent_prefill_wide{.compute = 0.671,
                                                                     .softmax_values = 17.76,
                                                                     .bandwidth = 0.568,
                                                                     .launch = 12.28_us,
                                                                     .block = 3.227_us,
                                                                     .tail = 0.5348,
                                                                     .exposed = 0.2347};
/// 110 rows, 5.8 %
inline constexpr prefill_curve<> h200_sxm_trtllm_latent_prefill_narrow{.compute = 0.4286,
                                                                       .softmax_values = 17.76,
                                                                       .bandwidth = 0.4681,
                                                                       .launch = 16.13_us,
                                                                       .block = 2.701_us,
                                                                       .tail = 0.662,
                                                                       .exposed = 0.903};

/// 110 rows, 6.2 %
inline constexpr decode_curve<> h200_sxm_trtllm_latent_decode_wide{.compute = 0.7432,
                                                                   .launch = 11.28_us,
                                                                   .reduction = 0.7302_us,
                                                                   .block = 3.783_us,
                                                                   .blocks = 1.543,
                                                                   .splits = 32.0,
                                                                   .multiprocessor_share = 1.671,
                                                                   .tail = 0.09696,
                                                                   .exposed = 0.05,
                                                                   .passes = 1.226,
                                                                   .cache_speedup = 6.0,
                                                                   .cache_share = 0.6};
/// 110 rows, 9.1 %
inline constexpr decode_curve<> h200_sxm_trtllm_latent_decode_narrow{.compute = 0.4093,
                                                                     .bandwidth = 0.7136,
                                                                     .launch = 10.82_us,
                                                                     .reduction = 0.7861_us,
                                                                     .block = 3.402_us,
                                                                     .blocks = 1.124,
                                                                     .splits = 32.0,
                                                                     .multiprocessor_share = 1.671,
                                                                     .tail = 0.07051,
                                                                     .exposed = 0.05,
                                                                     .passes = 1.728,
                                                                     .cache_speedup = 6.0,
                                                                     .cache_share = 0.6};

/// 330 rows, 16.3 %
inline constexpr expert_curve<> h200_sxm_trtllm_experts_wide{.bandwidth = 0.8474,
                                                             .launch = 5.37_us,
                                                             .per_expert = 0.1236_us,
                                                             .sorting = 18.34_us,
                                                             .sorted_tokens = 5.448,
                                                             .block_rows = 11.88,
                                                             .walk = 2.863e-09,
                                                             .passes = 2.041,
                                                             .foreign_rows = 0.04793,
                                                             .tiles = {8.0, 128.0}};
/// 330 rows, 15.0 %
inline constexpr expert_curve<> h200_sxm_trtllm_experts_narrow{.bandwidth = 0.8284,
                                                               .launch = 23.77_us,
                                                               .per_expert = 0.2462_us,
                                                               .sorting = 9.72_us,
                                                               .sorted_tokens = 384.2,
                                                               .walk = 2.958e-09,
                                                               .passes = 2.64,
                                                               .foreign_rows = 0.06498};
/// 330 rows, 13.0 %
inline constexpr expert_curve<> h200_sxm_trtllm_experts_narrow_block{.bandwidth = 0.8508,
                                                                     .launch = 12.91_us,
                                                                     .per_expert = 0.4825_us,
                                                                     .sorting = 4.068_us,
                                                                     .sorted_tokens = 48.0,
                                                                     .block_rows = 9.249,
                                                                     .walk = 3.448e-09,
                                                                     .passes = 6.412,
                                                                     .tiles = {8.0, 128.0}};
/// 330 rows, 10.2 %
inline constexpr expert_curve<> h200_sxm_trtllm_experts_four_bit_float{.compute = 0.6134,
                                                                       .bandwidth = 0.6983,
                                                                       .launch = 64.93_us,
                                                                       .sorting = 32.85_us,
                                                                       .sorted_tokens = 48.54,
                                                                       .block_rows = 11.08,
                                                                       .walk = 2.836e-09,
                                                                       .passes = 3.64,
                                                                       .foreign_rows = 0.2986,
                                                                       .tiles = {8.0, 128.0}};

}  // namespace shardline::catalog::curves
