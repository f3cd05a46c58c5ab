// SPDX-License-Identifier: BSL-1.0
/// b200-sxm under vllm: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 220 rows, 9.1 %
inline constexpr gemm_curve<> b200_sxm_vllm_gemm_wide{.bandwidth = 0.8093,
                                                      .compute = 0.9469,
                                                      .block_rows = 16.0,
                                                      .tail = 0.4959,
                                                      .throttle = 0.1886,
                                                      .launch = 1.91_us,
                                                      .reduction = 2.948_us,
                                                      .tile = 16.0,
                                                      .walk = 6.75e-10,
                                                      .cache_share = 0.5};
/// 110 rows, 6.5 %
inline constexpr gemm_curve<> b200_sxm_vllm_gemm_narrow{.bandwidth = 0.5692,
                                                        .compute = 0.5043,
                                                        .small_tile = 0.9779,
                                                        .block_rows = 6.432,
                                                        .tail = 0.3,
                                                        .throttle = 0.5457,
                                                        .launch = 2.4_us,
                                                        .reduction = never_split,
                                                        .quantise = 2.591_us,
                                                        .quantise_bandwidth = 0.4575,
                                                        .tile = 16.0,
                                                        .walk = 5.9e-10,
                                                        .cache_speedup = 1.389,
                                                        .cache_share = 0.03875};
/// 110 rows, 4.6 %
inline constexpr gemm_curve<> b200_sxm_vllm_gemm_narrow_block{.bandwidth = 0.5277,
                                                              .compute = 0.5418,
                                                              .block_rows = 4.315,
                                                              .tail = 1.0,
                                                              .throttle = 0.4452,
                                                              .launch = 2.4_us,
                                                              .reduction = never_split,
                                                              .quantise = 6.187_us,
                                                              .quantise_bandwidth = 0.27,
                                                              .tile = 16.0,
                                                              .walk = 1.79e-09,
                                                              .cache_speedup = 1.355,
                                                              .cache_share = 1.0};
/// 220 rows, 10.2 %
inline constexpr gemm_curve<> b200_sxm_vllm_gemm_four_bit_math{.bandwidth = 0.5295,
                                                               .compute = 0.8055,
                                                               .block_rows = 11.95,
                                                               .tail = 0.3518,
                                                               .throttle = 0.6367,
                                                               .launch = 2.4_us,
                                                               .reduction = 8.378_us,
                                                               .quantise = 3.926_us,
                                                               .quantise_bandwidth = 0.7982,
                                                               .walk = 1.247e-09,
                                                               .cache_speedup = 1.061,
                                                               .cache_share = 1.0};

/// 220 rows, 18.1 %
inline constexpr prefill_curve<> b200_sxm_vllm_prefill_wide{.compute = 0.95,
                                                            .softmax_values = 126.7,
                                                            .bandwidth = 0.9,
                                                            .launch = 5.674_us,
                                                            .block = 2.516_us,
                                                            .tail = 0.7705,
                                                            .exposed = 0.337,
                                                            .window_padding = 177.5};
/// 220 rows, 13.9 %
inline constexpr prefill_curve<> b200_sxm_vllm_prefill_narrow{.compute = 0.95,
                                                              .softmax_values = 167.3,
                                                              .bandwidth = 0.9,
                                                              .launch = 4.248_us,
                                                              .block = 2.279_us,
                                                              .tail = 1.5,
                                                              .exposed = 0.3603,
                                                              .window_padding = 265.2};

/// 220 rows, 12.8 %
inline constexpr decode_curve<> b200_sxm_vllm_decode_wide{.compute = 0.9,
                                                          .bandwidth = 0.9001,
                                                          .launch = 6.402_us,
                                                          .reduction = 1.005_us,
                                                          .block = 1.913_us,
                                                          .splits = 32.0,
                                                          .multiprocessor_share = 1.597,
                                                          .tail = 0.1658,
                                                          .exposed = 0.05,
                                                          .window_padding = 1.0,
                                                          .cache_speedup = 1.971,
                                                          .cache_share = 0.6,
                                                          .overlapped = true,
                                                          .rows = 16.0};
/// 220 rows, 7.2 %
inline constexpr decode_curve<> b200_sxm_vllm_decode_narrow{.compute = 0.9,
                                                            .bandwidth = 0.8804,
                                                            .launch = 6.13_us,
                                                            .reduction = 1.173_us,
                                                            .block = 1.27_us,
                                                            .blocks = 1.296,
                                                            .splits = 32.0,
                                                            .multiprocessor_share = 2.631,
                                                            .tail = 0.06898,
                                                            .exposed = 0.05,
                                                            .window_padding = 1.0,
                                                            .cache_speedup = 1.805,
                                                            .cache_share = 0.6,
                                                            .overlapped = true,
                                                            .rows = 16.0};

/// 660 rows, 12.2 %
inline constexpr expert_curve<> b200_sxm_vllm_experts_wide{.compute = 0.7528,
                                                           .bandwidth = 0.8369,
                                                           .launch = 9.406_us,
                                                           .per_expert = 0.04728_us,
                                                           .sorting = 25.17_us,
                                                           .sorted_tokens = 43.56,
                                                           .block_rows = 76.57,
                                                           .walk = 2.146e-09,
                                                           .passes = 2.3,
                                                           .foreign_rows = 0.893};
/// 660 rows, 12.8 %
inline constexpr expert_curve<> b200_sxm_vllm_experts_narrow{.compute = 0.5866,
                                                             .bandwidth = 0.66,
                                                             .launch = 14.63_us,
                                                             .per_expert = 0.003705_us,
                                                             .sorting = 28.88_us,
                                                             .sorted_tokens = 106.7,
                                                             .block_rows = 10.15,
                                                             .walk = 2.908e-09,
                                                             .passes = 3.348,
                                                             .foreign_rows = 0.862};
/// 660 rows, 12.6 %
inline constexpr expert_curve<> b200_sxm_vllm_experts_narrow_block{.compute = 0.2345,
                                                                   .bandwidth = 0.7,
                                                                   .launch = 12.27_us,
                                                                   .sorting = 55.46_us,
                                                                   .sorted_tokens = 179.5,
                                                                   .block_rows = 43.51,
                                                                   .walk = 5.757e-09,
                                                                   .passes = 3.89,
                                                                   .foreign_rows = 0.9743,
                                                                   .tiles = {8.0, 64.0}};
/// 330 rows, 13.3 %
inline constexpr expert_curve<> b200_sxm_vllm_experts_four_bit_math{.bandwidth = 0.9474,
                                                                    .launch = 14.68_us,
                                                                    .per_expert = 0.01937_us,
                                                                    .sorting = 16_us,
                                                                    .sorted_tokens = 62.58,
                                                                    .block_rows = 79.75,
                                                                    .walk = 1.769e-09,
                                                                    .passes = 1.487,
                                                                    .foreign_rows = 0.08934,
                                                                    .tiles = {8.0, 256.0}};

}  // namespace shardline::catalog::curves
