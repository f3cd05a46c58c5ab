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

/// 330 rows, 7.7 %
inline constexpr expert_curve<> h100_sxm_vllm_experts_wide{.compute = 0.9836,
                                                           .bandwidth = 0.8831,
                                                           .launch = 13.39_us,
                                                           .per_expert = 0.00684_us,
                                                           .sorting = 21.36_us,
                                                           .sorted_tokens = 29.05,
                                                           .block_rows = 44.45,
                                                           .walk = 1.812e-09,
                                                           .passes = 0.7946,
                                                           .foreign_rows = 0.9766,
                                                           .tiles = {16.0, 64.0}};
/// 330 rows, 9.3 %
inline constexpr expert_curve<> h100_sxm_vllm_experts_narrow{.compute = 0.6555,
                                                             .bandwidth = 0.8392,
                                                             .launch = 15.14_us,
                                                             .per_expert = 0.004793_us,
                                                             .sorting = 19.42_us,
                                                             .sorted_tokens = 21.95,
                                                             .block_rows = 4.252,
                                                             .walk = 2.983e-09,
                                                             .passes = 1.308,
                                                             .foreign_rows = 0.8168,
                                                             .tiles = {8.0, 64.0}};
/// 330 rows, 5.3 %
inline constexpr expert_curve<> h100_sxm_vllm_experts_narrow_block{.compute = 0.3883,
                                                                   .bandwidth = 0.829,
                                                                   .launch = 16.38_us,
                                                                   .sorting = 10.99_us,
                                                                   .sorted_tokens = 6.777,
                                                                   .block_rows = 1.979,
                                                                   .walk = 5.119e-09,
                                                                   .passes = 1.809,
                                                                   .foreign_rows = 0.7592,
                                                                   .tiles = {16.0, 64.0}};
/// 330 rows, 11.3 %
inline constexpr expert_curve<> h100_sxm_vllm_experts_four_bit{.compute = 0.3782,
                                                               .bandwidth = 0.9316,
                                                               .launch = 31.01_us,
                                                               .sorting = 30.56_us,
                                                               .sorted_tokens = 297.3,
                                                               .block_rows = 5.363,
                                                               .walk = 3.653e-09,
                                                               .passes = 1.563,
                                                               .foreign_rows = 0.7988,
                                                               .tiles = {8.0, 128.0}};

}  // namespace shardline::catalog::curves
