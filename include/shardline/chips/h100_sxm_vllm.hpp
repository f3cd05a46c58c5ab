// SPDX-License-Identifier: BSL-1.0
/// h100-sxm under vllm: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 110 rows, 6.0 %
inline constexpr gemm_curve<> h100_sxm_vllm_gemm_wide{.bandwidth = 0.8588,
                                                      .compute = 0.9871,
                                                      .small_tile = 0.973,
                                                      .block_rows = 3.764,
                                                      .tail = 0.08671,
                                                      .throttle = 0.2375,
                                                      .launch = 2.487_us,
                                                      .reduction = 3.094_us,
                                                      .tile = 16.0,
                                                      .walk = 7.034e-10,
                                                      .cache_speedup = 1.025,
                                                      .cache_share = 0.2333};
/// 110 rows, 12.9 %
inline constexpr gemm_curve<> h100_sxm_vllm_gemm_narrow{.bandwidth = 0.8147,
                                                        .compute = 0.85,
                                                        .small_tile = 0.5,
                                                        .block_rows = 4.466,
                                                        .tail = 0.07796,
                                                        .throttle = 0.303,
                                                        .launch = 2.4_us,
                                                        .quantise = 0.6733_us,
                                                        .quantise_bandwidth = 0.6027,
                                                        .tile = 128.0,
                                                        .walk = 2e-09,
                                                        .cache_speedup = 6.0,
                                                        .cache_share = 0.01638};
/// 110 rows, 10.1 %
inline constexpr gemm_curve<> h100_sxm_vllm_gemm_narrow_block{.bandwidth = 0.8531,
                                                              .compute = 0.9516,
                                                              .small_tile = 0.4976,
                                                              .block_rows = 16.0,
                                                              .tail = 0.2327,
                                                              .throttle = 0.7807,
                                                              .launch = 2.4_us,
                                                              .reduction = never_split,
                                                              .quantise = 9.777_us,
                                                              .quantise_bandwidth = 0.494,
                                                              .walk = 2.539e-09,
                                                              .cache_speedup = 1.5,
                                                              .cache_share = 0.2791};

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
