// SPDX-License-Identifier: BSL-1.0
/// h100-sxm under vllm: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 110 rows, 6.5 %
inline constexpr gemm_curve<> h100_sxm_vllm_gemm_wide{.bandwidth = 0.8687,
                                                      .compute = 0.9866,
                                                      .block_rows = 8.947,
                                                      .tail = 0.1817,
                                                      .throttle = 0.1576,
                                                      .launch = 2.459_us,
                                                      .reduction = 3.002_us,
                                                      .tile = 16.0,
                                                      .walk = 6.974e-10,
                                                      .cache_speedup = 1.5,
                                                      .cache_share = 0.06577};
/// 110 rows, 14.6 %
inline constexpr gemm_curve<> h100_sxm_vllm_gemm_narrow{.bandwidth = 0.8203,
                                                        .compute = 0.999,
                                                        .small_tile = 0.6922,
                                                        .block_rows = 7.269,
                                                        .tail = 0.2621,
                                                        .throttle = 0.6363,
                                                        .launch = 2.4_us,
                                                        .reduction = 1.581_us,
                                                        .quantise = 2.333_us,
                                                        .quantise_bandwidth = 0.4791,
                                                        .walk = 2.517e-09,
                                                        .cache_speedup = 1.5,
                                                        .cache_share = 0.4};
/// 110 rows, 13.2 %
inline constexpr gemm_curve<> h100_sxm_vllm_gemm_narrow_block{.bandwidth = 0.71,
                                                              .small_tile = 0.6791,
                                                              .block_rows = 48.92,
                                                              .tail = 0.07798,
                                                              .throttle = 0.2177,
                                                              .launch = 2.4_us,
                                                              .reduction = never_split,
                                                              .quantise = 8.063_us,
                                                              .quantise_bandwidth = 0.422,
                                                              .walk = 2.912e-09,
                                                              .cache_speedup = 6.0,
                                                              .cache_share = 0.08219};

/// 110 rows, 10.4 %
inline constexpr prefill_curve<> h100_sxm_vllm_prefill_wide{.compute = 0.95,
                                                            .softmax_values = 113.5,
                                                            .bandwidth = 0.9,
                                                            .launch = 9.573_us,
                                                            .block = 0.2149_us,
                                                            .tail = 0.2388,
                                                            .exposed = 1.0,
                                                            .passes = 0.06445,
                                                            .window_padding = 161.1};
/// 110 rows, 9.1 %
inline constexpr prefill_curve<> h100_sxm_vllm_prefill_narrow{.compute = 0.4843,
                                                              .softmax_values = 44.6,
                                                              .bandwidth = 0.9,
                                                              .launch = 9.425_us,
                                                              .block = 0.3382_us,
                                                              .tail = 0.146,
                                                              .exposed = 1.0,
                                                              .passes = 0.4848,
                                                              .window_padding = 161.5};

/// 110 rows, 9.5 %
inline constexpr decode_curve<> h100_sxm_vllm_decode_wide{.compute = 0.9,
                                                          .bandwidth = 0.9759,
                                                          .launch = 8.683_us,
                                                          .reduction = 2.218_us,
                                                          .block = 2.937_us,
                                                          .blocks = 0.4271,
                                                          .splits = 32.0,
                                                          .multiprocessor_share = 2.447,
                                                          .exposed = 0.05,
                                                          .window_padding = 146.4,
                                                          .cache_speedup = 2.393,
                                                          .cache_share = 0.6,
                                                          .rows = 16.0};
/// 110 rows, 10.4 %
inline constexpr decode_curve<> h100_sxm_vllm_decode_narrow{.compute = 0.9,
                                                            .bandwidth = 0.7795,
                                                            .launch = 8.549_us,
                                                            .reduction = 2.854_us,
                                                            .block = 2.734_us,
                                                            .blocks = 0.6584,
                                                            .splits = 32.0,
                                                            .multiprocessor_share = 2.482,
                                                            .exposed = 0.05,
                                                            .window_padding = 162.7,
                                                            .cache_speedup = 1.673,
                                                            .cache_share = 0.6,
                                                            .rows = 16.0};

/// 330 rows, 7.3 %
inline constexpr expert_curve<> h100_sxm_vllm_experts_wide{.compute = 0.6377,
                                                           .bandwidth = 0.867,
                                                           .launch = 12.92_us,
                                                           .sorting = 27.29_us,
                                                           .sorted_tokens = 75.82,
                                                           .block_rows = 6.553,
                                                           .walk = 1.903e-09,
                                                           .passes = 0.758,
                                                           .foreign_rows = 0.9872};
/// 330 rows, 9.2 %
inline constexpr expert_curve<> h100_sxm_vllm_experts_narrow{.compute = 0.6164,
                                                             .bandwidth = 0.8598,
                                                             .launch = 18.19_us,
                                                             .per_expert = 0.03823_us,
                                                             .sorting = 20.51_us,
                                                             .sorted_tokens = 32.72,
                                                             .block_rows = 0.8034,
                                                             .walk = 2.395e-09,
                                                             .passes = 1.279,
                                                             .foreign_rows = 0.8368,
                                                             .tiles = {16.0, 256.0}};
/// 330 rows, 5.2 %
inline constexpr expert_curve<> h100_sxm_vllm_experts_narrow_block{.compute = 0.3843,
                                                                   .bandwidth = 0.8401,
                                                                   .launch = 19.56_us,
                                                                   .per_expert = 0.003203_us,
                                                                   .sorting = 12.52_us,
                                                                   .sorted_tokens = 9.997,
                                                                   .block_rows = 1.979,
                                                                   .walk = 4.662e-09,
                                                                   .passes = 1.74,
                                                                   .foreign_rows = 0.7831,
                                                                   .tiles = {16.0, 64.0}};
/// 330 rows, 11.1 %
inline constexpr expert_curve<> h100_sxm_vllm_experts_four_bit{.compute = 0.3859,
                                                               .bandwidth = 0.9844,
                                                               .launch = 31.84_us,
                                                               .sorting = 18.01_us,
                                                               .sorted_tokens = 194.8,
                                                               .block_rows = 6.696,
                                                               .walk = 3.583e-09,
                                                               .passes = 1.564,
                                                               .foreign_rows = 0.8547,
                                                               .tiles = {8.0, 128.0}};

}  // namespace shardline::catalog::curves
