// SPDX-License-Identifier: BSL-1.0
/// l40s under trtllm: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 220 rows, 20.2 %
inline constexpr gemm_curve<> l40s_trtllm_gemm_wide{.bandwidth = 0.8156,
                                                    .small_tile = 0.8556,
                                                    .block_rows = 18.46,
                                                    .tail = 0.05833,
                                                    .throttle = 0.5665,
                                                    .launch = 1.162_us,
                                                    .reduction = 1.73_us,
                                                    .tile = 16.0,
                                                    .walk = 2e-09,
                                                    .cache_speedup = 2.691,
                                                    .cache_share = 0.1644};
/// 220 rows, 12.4 %
inline constexpr gemm_curve<> l40s_trtllm_gemm_narrow{.bandwidth = 0.8656,
                                                      .compute = 0.9872,
                                                      .small_tile = 0.967,
                                                      .block_rows = 6.221,
                                                      .tail = 0.5459,
                                                      .throttle = 1.0,
                                                      .launch = 2.4_us,
                                                      .reduction = 0.995_us,
                                                      .quantise = 8.84_us,
                                                      .quantise_bandwidth = 1.0,
                                                      .walk = 2e-09,
                                                      .cache_speedup = 4.416,
                                                      .cache_share = 0.1998};
/// 220 rows, 12.0 %
inline constexpr gemm_curve<> l40s_trtllm_gemm_narrow_block{.bandwidth = 0.7547,
                                                            .compute = 0.5803,
                                                            .block_rows = 9.912,
                                                            .throttle = 1.0,
                                                            .launch = 2.4_us,
                                                            .reduction = never_split,
                                                            .quantise = 0.07906_us,
                                                            .quantise_bandwidth = 1.0,
                                                            .tile = 16.0,
                                                            .walk = 3.31e-09,
                                                            .cache_speedup = 6.0,
                                                            .cache_share = 0.1502};

/// 220 rows, 19.2 %
inline constexpr prefill_curve<> l40s_trtllm_prefill_wide{.compute = 0.3869,
                                                          .softmax_values = 0.1,
                                                          .bandwidth = 0.9,
                                                          .launch = 5.871_us,
                                                          .block = 0.3561_us,
                                                          .exposed = 0.7001,
                                                          .window_padding = 322.3};
/// 220 rows, 22.3 %
inline constexpr prefill_curve<> l40s_trtllm_prefill_narrow{.compute = 0.2034,
                                                            .softmax_values = 0.1,
                                                            .bandwidth = 0.9,
                                                            .launch = 6.238_us,
                                                            .exposed = 1.0,
                                                            .window_padding = 370.9};

/// 220 rows, 28.4 %
inline constexpr decode_curve<> l40s_trtllm_decode_wide{.compute = 0.9636,
                                                        .bandwidth = 0.8742,
                                                        .launch = 7.13_us,
                                                        .reduction = 2.086_us,
                                                        .block = 1.781_us,
                                                        .blocks = 1.518,
                                                        .splits = 32.0,
                                                        .multiprocessor_share = 5.293,
                                                        .exposed = 0.05,
                                                        .window_padding = 1.0,
                                                        .cache_speedup = 4.19,
                                                        .cache_share = 0.6,
                                                        .rows = 16.0};
/// 220 rows, 34.8 %
inline constexpr decode_curve<> l40s_trtllm_decode_narrow{.compute = 0.9636,
                                                          .bandwidth = 0.8719,
                                                          .launch = 11.65_us,
                                                          .reduction = 3_us,
                                                          .block = 3.206_us,
                                                          .blocks = 3.609,
                                                          .multiprocessor_share = 6.231,
                                                          .tail = 0.5056,
                                                          .exposed = 0.05,
                                                          .window_padding = 1.0,
                                                          .cache_speedup = 3.583,
                                                          .cache_share = 0.6,
                                                          .rows = 16.0};

/// 110 rows, 30.2 %
inline constexpr prefill_curve<> l40s_trtllm_latent_prefill_wide{.compute = 0.619,
                                                                 .softmax_values = 17.76,
                                                                 .bandwidth = 0.9,
                                                                 .launch = 2.124_us,
                                                                 .block = 4.328_us,
                                                                 .tail = 0.4147,
                                                                 .passes = 0.2713};
/// 110 rows, 28.3 %
inline constexpr prefill_curve<> l40s_trtllm_latent_prefill_narrow{.compute = 0.2684,
                                                                   .softmax_values = 17.76,
                                                                   .bandwidth = 0.9,
                                                                   .launch = 4.049_us,
                                                                   .block = 3.54_us,
                                                                   .tail = 0.1211,
                                                                   .passes = 0.2503};

/// 110 rows, 10.8 %
inline constexpr decode_curve<> l40s_trtllm_latent_decode_wide{.compute = 0.5771,
                                                               .bandwidth = 0.8575,
                                                               .launch = 2.972_us,
                                                               .reduction = 3_us,
                                                               .block = 5.034_us,
                                                               .blocks = 0.6951,
                                                               .multiprocessor_share = 2.0,
                                                               .tail = 0.3224,
                                                               .exposed = 0.05,
                                                               .passes = 0.0855,
                                                               .cache_speedup = 4.961,
                                                               .cache_share = 0.6};
/// 110 rows, 15.3 %
inline constexpr decode_curve<> l40s_trtllm_latent_decode_narrow{.compute = 0.285,
                                                                 .bandwidth = 0.5479,
                                                                 .launch = 3.425_us,
                                                                 .reduction = 3_us,
                                                                 .block = 3.679_us,
                                                                 .blocks = 40.0,
                                                                 .multiprocessor_share = 2.0,
                                                                 .tail = 0.6578,
                                                                 .exposed = 0.05,
                                                                 .passes = 0.03454,
                                                                 .cache_speedup = 6.0,
                                                                 .cache_share = 0.6};

/// 880 rows, 30.2 %
inline constexpr expert_curve<> l40s_trtllm_experts_wide{.compute = 0.5111,
                                                         .bandwidth = 0.7984,
                                                         .launch = 3.795_us,
                                                         .sorted_tokens = 60.0,
                                                         .block_rows = 26.29,
                                                         .walk = 2.527e-09,
                                                         .passes = 0.5428};
/// 330 rows, 30.0 %
inline constexpr expert_curve<> l40s_trtllm_experts_narrow{.compute = 0.9248,
                                                           .bandwidth = 0.9383,
                                                           .launch = 20_us,
                                                           .sorted_tokens = 60.0,
                                                           .block_rows = 120.9,
                                                           .walk = 5.8e-10,
                                                           .passes = 0.9251};

}  // namespace shardline::catalog::curves
