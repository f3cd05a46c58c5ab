// SPDX-License-Identifier: BSL-1.0
/// h100-sxm under trtllm: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 110 rows, 5.6 %
inline constexpr gemm_curve<> h100_sxm_trtllm_gemm_wide{.bandwidth = 0.836,
                                                        .compute = 0.9766,
                                                        .block_rows = 3.508,
                                                        .tail = 0.1896,
                                                        .throttle = 0.1879,
                                                        .launch = 2.631_us,
                                                        .reduction = 2.345_us,
                                                        .tile = 16.0,
                                                        .walk = 8.564e-10,
                                                        .cache_speedup = 1.525,
                                                        .cache_share = 0.145};
/// 110 rows, 4.6 %
inline constexpr gemm_curve<> h100_sxm_trtllm_gemm_narrow{.bandwidth = 0.8293,
                                                          .compute = 0.9293,
                                                          .small_tile = 0.9487,
                                                          .block_rows = 3.173,
                                                          .tail = 0.1507,
                                                          .throttle = 0.1051,
                                                          .launch = 2.4_us,
                                                          .reduction = 2.834_us,
                                                          .quantise = 9.992_us,
                                                          .quantise_bandwidth = 0.3571,
                                                          .tile = 16.0,
                                                          .walk = 7.661e-10,
                                                          .cache_speedup = 1.711,
                                                          .cache_share = 0.1304};
/// 110 rows, 10.5 %
inline constexpr gemm_curve<> h100_sxm_trtllm_gemm_narrow_block{.bandwidth = 0.8799,
                                                                .block_rows = 70.47,
                                                                .tail = 0.4009,
                                                                .launch = 2.4_us,
                                                                .reduction = never_split,
                                                                .quantise = 1.841_us,
                                                                .quantise_bandwidth = 0.4952,
                                                                .tile = 16.0,
                                                                .walk = 1.083e-09,
                                                                .cache_speedup = 1.5,
                                                                .cache_share = 0.1019};

/// 110 rows, 6.5 %
inline constexpr prefill_curve<> h100_sxm_trtllm_prefill_wide{.compute = 0.8666,
                                                              .softmax_values = 138.4,
                                                              .bandwidth = 0.9,
                                                              .launch = 11.78_us,
                                                              .block = 3.207_us,
                                                              .tail = 0.6679,
                                                              .exposed = 1.0,
                                                              .passes = 0.2763,
                                                              .window_padding = 660.8};
/// 110 rows, 8.3 %
inline constexpr prefill_curve<> h100_sxm_trtllm_prefill_narrow{.compute = 0.95,
                                                                .softmax_values = 156.1,
                                                                .bandwidth = 0.9,
                                                                .launch = 13.47_us,
                                                                .block = 3.01_us,
                                                                .tail = 0.5484,
                                                                .exposed = 1.0,
                                                                .passes = 0.8995,
                                                                .window_padding = 1450.0};

/// 110 rows, 29.6 %
inline constexpr decode_curve<> h100_sxm_trtllm_decode_wide{.compute = 0.9,
                                                            .launch = 9.98_us,
                                                            .reduction = 2.835_us,
                                                            .block = 2.262_us,
                                                            .blocks = 1.541,
                                                            .splits = 32.0,
                                                            .multiprocessor_share = 8.0,
                                                            .exposed = 0.05,
                                                            .window_padding = 1500.0,
                                                            .cache_share = 0.6,
                                                            .rows = 16.0};
/// 110 rows, 15.4 %
inline constexpr decode_curve<> h100_sxm_trtllm_decode_narrow{.compute = 0.9,
                                                              .launch = 6.019_us,
                                                              .reduction = 2.686_us,
                                                              .block = 0.9315_us,
                                                              .blocks = 5.024,
                                                              .splits = 32.0,
                                                              .multiprocessor_share = 2.011,
                                                              .exposed = 0.05,
                                                              .window_padding = 28.24,
                                                              .cache_speedup = 4.492,
                                                              .cache_share = 0.6,
                                                              .rows = 16.0};

/// 110 rows, 6.9 %
inline constexpr prefill_curve<> h100_sxm_trtllm_latent_prefill_wide{.compute = 0.7159,
                                                                     .softmax_values = 17.76,
                                                                     .bandwidth = 0.9,
                                                                     .launch = 12.79_us,
                                                                     .block = 2.74_us,
                                                                     .tail = 0.6393,
                                                                     .passes = 0.3559};
/// 110 rows, 4.9 %
inline constexpr prefill_curve<> h100_sxm_trtllm_latent_prefill_narrow{.compute = 0.4421,
                                                                       .softmax_values = 17.76,
                                                                       .bandwidth = 0.9,
                                                                       .launch = 15.9_us,
                                                                       .block = 2.67_us,
                                                                       .tail = 0.7367,
                                                                       .exposed = 0.9536,
                                                                       .passes = 0.4855};

/// 110 rows, 7.9 %
inline constexpr decode_curve<> h100_sxm_trtllm_latent_decode_wide{.compute = 0.6858,
                                                                   .launch = 11.43_us,
                                                                   .reduction = 0.1664_us,
                                                                   .block = 3.571_us,
                                                                   .blocks = 3.173,
                                                                   .splits = 32.0,
                                                                   .multiprocessor_share = 2.0,
                                                                   .tail = 0.05614,
                                                                   .exposed = 0.05,
                                                                   .passes = 1.018,
                                                                   .cache_speedup = 6.0,
                                                                   .cache_share = 0.6};
/// 110 rows, 8.9 %
inline constexpr decode_curve<> h100_sxm_trtllm_latent_decode_narrow{.compute = 0.3991,
                                                                     .bandwidth = 0.9456,
                                                                     .launch = 10.87_us,
                                                                     .reduction = 0.881_us,
                                                                     .block = 3.863_us,
                                                                     .blocks = 1.561,
                                                                     .splits = 32.0,
                                                                     .multiprocessor_share = 2.0,
                                                                     .tail = 0.07346,
                                                                     .exposed = 0.05,
                                                                     .passes = 1.633,
                                                                     .cache_speedup = 6.0,
                                                                     .cache_share = 0.6};

/// 330 rows, 16.7 %
inline constexpr expert_curve<> h100_sxm_trtllm_experts_wide{.bandwidth = 0.8575,
                                                             .launch = 5.326_us,
                                                             .per_expert = 0.1327_us,
                                                             .sorting = 17.32_us,
                                                             .sorted_tokens = 5.489,
                                                             .block_rows = 11.88,
                                                             .walk = 3.141e-09,
                                                             .passes = 1.723,
                                                             .foreign_rows = 0.06342,
                                                             .tiles = {8.0, 128.0}};
/// 330 rows, 14.7 %
inline constexpr expert_curve<> h100_sxm_trtllm_experts_narrow{.bandwidth = 0.82,
                                                               .launch = 23_us,
                                                               .per_expert = 0.2407_us,
                                                               .sorting = 9.886_us,
                                                               .sorted_tokens = 385.5,
                                                               .block_rows = 3.633,
                                                               .walk = 3.362e-09,
                                                               .passes = 1.868,
                                                               .foreign_rows = 0.071,
                                                               .tiles = {8.0, 128.0}};
/// 330 rows, 14.3 %
inline constexpr expert_curve<> h100_sxm_trtllm_experts_narrow_block{.bandwidth = 0.8535,
                                                                     .launch = 12.6_us,
                                                                     .per_expert = 0.4748_us,
                                                                     .sorting = 3.333_us,
                                                                     .sorted_tokens = 48.0,
                                                                     .block_rows = 9.609,
                                                                     .walk = 4.045e-09,
                                                                     .passes = 4.801,
                                                                     .tiles = {16.0, 64.0}};
/// 330 rows, 7.1 %
inline constexpr expert_curve<> h100_sxm_trtllm_experts_four_bit_float{.bandwidth = 0.9808,
                                                                       .launch = 67.56_us,
                                                                       .sorting = 32.77_us,
                                                                       .sorted_tokens = 48.92,
                                                                       .block_rows = 12.1,
                                                                       .walk = 1.548e-09,
                                                                       .passes = 4.543,
                                                                       .foreign_rows = 0.136,
                                                                       .tiles = {8.0, 256.0}};

}  // namespace shardline::catalog::curves
