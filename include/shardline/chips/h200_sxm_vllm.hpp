// SPDX-License-Identifier: BSL-1.0
/// h200-sxm under vllm: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 220 rows, 7.0 %
inline constexpr gemm_curve<> h200_sxm_vllm_gemm_wide{.bandwidth = 0.8687,
                                                      .compute = 0.9866,
                                                      .block_rows = 8.947,
                                                      .tail = 0.1817,
                                                      .throttle = 0.2083,
                                                      .launch = 2.459_us,
                                                      .reduction = 3.002_us,
                                                      .tile = 16.0,
                                                      .walk = 6.974e-10,
                                                      .cache_speedup = 1.5,
                                                      .cache_share = 0.06577};
/// 110 rows, 14.0 %
inline constexpr gemm_curve<> h200_sxm_vllm_gemm_narrow{.bandwidth = 0.8203,
                                                        .compute = 0.999,
                                                        .small_tile = 0.6922,
                                                        .block_rows = 7.269,
                                                        .tail = 0.2621,
                                                        .throttle = 0.6245,
                                                        .launch = 2.4_us,
                                                        .reduction = 1.581_us,
                                                        .quantise = 2.333_us,
                                                        .quantise_bandwidth = 0.4791,
                                                        .walk = 2.517e-09,
                                                        .cache_speedup = 1.5,
                                                        .cache_share = 0.4};
/// 110 rows, 14.4 %
inline constexpr gemm_curve<> h200_sxm_vllm_gemm_narrow_block{.bandwidth = 0.71,
                                                              .small_tile = 0.6791,
                                                              .block_rows = 48.92,
                                                              .tail = 0.07798,
                                                              .throttle = 0.7945,
                                                              .launch = 2.4_us,
                                                              .reduction = never_split,
                                                              .quantise = 8.063_us,
                                                              .quantise_bandwidth = 0.422,
                                                              .walk = 2.912e-09,
                                                              .cache_speedup = 6.0,
                                                              .cache_share = 0.08219};

/// 110 rows, 12.8 %
inline constexpr prefill_curve<> h200_sxm_vllm_prefill_wide{.compute = 0.95,
                                                            .softmax_values = 128.3,
                                                            .bandwidth = 0.9,
                                                            .launch = 8.161_us,
                                                            .block = 0.6698_us,
                                                            .exposed = 1.0,
                                                            .passes = 0.1267,
                                                            .window_padding = 172.9};
/// 110 rows, 12.6 %
inline constexpr prefill_curve<> h200_sxm_vllm_prefill_narrow{.compute = 0.5132,
                                                              .softmax_values = 69.77,
                                                              .bandwidth = 0.9,
                                                              .launch = 8.605_us,
                                                              .block = 0.03907_us,
                                                              .exposed = 1.0,
                                                              .passes = 1.035,
                                                              .window_padding = 122.4};

/// 110 rows, 11.1 %
inline constexpr decode_curve<> h200_sxm_vllm_decode_wide{.compute = 0.9,
                                                          .launch = 7.951_us,
                                                          .reduction = 1.473_us,
                                                          .block = 3.089_us,
                                                          .blocks = 0.585,
                                                          .splits = 32.0,
                                                          .multiprocessor_share = 1.557,
                                                          .tail = 0.239,
                                                          .exposed = 0.05,
                                                          .window_padding = 122.8,
                                                          .cache_speedup = 6.0,
                                                          .cache_share = 0.6,
                                                          .rows = 16.0};
/// 110 rows, 12.5 %
inline constexpr decode_curve<> h200_sxm_vllm_decode_narrow{.compute = 0.9,
                                                            .bandwidth = 0.5437,
                                                            .launch = 7.577_us,
                                                            .reduction = 1.972_us,
                                                            .block = 2.956_us,
                                                            .blocks = 0.4523,
                                                            .splits = 32.0,
                                                            .multiprocessor_share = 0.987,
                                                            .tail = 0.04341,
                                                            .exposed = 0.05,
                                                            .window_padding = 146.7,
                                                            .cache_share = 0.6,
                                                            .rows = 16.0};

/// 660 rows, 10.0 %
inline constexpr expert_curve<> h200_sxm_vllm_experts_wide{.compute = 0.7535,
                                                           .bandwidth = 0.9131,
                                                           .launch = 13.39_us,
                                                           .per_expert = 0.00684_us,
                                                           .sorting = 21.36_us,
                                                           .sorted_tokens = 29.05,
                                                           .block_rows = 28.37,
                                                           .walk = 1.755e-09,
                                                           .passes = 1.362,
                                                           .foreign_rows = 0.7241,
                                                           .tiles = {16.0, 64.0}};
/// 660 rows, 10.6 %
inline constexpr expert_curve<> h200_sxm_vllm_experts_narrow{.compute = 0.8189,
                                                             .bandwidth = 0.8368,
                                                             .launch = 15.14_us,
                                                             .per_expert = 0.004793_us,
                                                             .sorting = 19.42_us,
                                                             .sorted_tokens = 21.95,
                                                             .block_rows = 15.06,
                                                             .walk = 2.715e-09,
                                                             .passes = 2.098,
                                                             .foreign_rows = 0.6733,
                                                             .tiles = {8.0, 64.0}};
/// 660 rows, 6.5 %
inline constexpr expert_curve<> h200_sxm_vllm_experts_narrow_block{.bandwidth = 0.984,
                                                                   .launch = 16.38_us,
                                                                   .sorting = 10.99_us,
                                                                   .sorted_tokens = 6.777,
                                                                   .block_rows = 123.1,
                                                                   .walk = 5.003e-09,
                                                                   .passes = 2.189,
                                                                   .foreign_rows = 0.8742,
                                                                   .tiles = {16.0, 64.0}};
/// 330 rows, 12.1 %
inline constexpr expert_curve<> h200_sxm_vllm_experts_four_bit{.compute = 0.4078,
                                                               .bandwidth = 0.7931,
                                                               .launch = 31.01_us,
                                                               .sorting = 30.56_us,
                                                               .sorted_tokens = 297.3,
                                                               .block_rows = 7.362,
                                                               .walk = 8.148e-10,
                                                               .passes = 2.46,
                                                               .foreign_rows = 1.0,
                                                               .tiles = {8.0, 128.0}};

}  // namespace shardline::catalog::curves
