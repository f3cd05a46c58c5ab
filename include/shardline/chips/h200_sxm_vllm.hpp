// SPDX-License-Identifier: BSL-1.0
/// h200-sxm under vllm: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 220 rows, 6.9 %
inline constexpr gemm_curve<> h200_sxm_vllm_gemm_wide{.bandwidth = 0.8669,
                                                      .compute = 0.9841,
                                                      .block_rows = 8.982,
                                                      .tail = 0.1864,
                                                      .throttle = 0.1814,
                                                      .launch = 2.394_us,
                                                      .reduction = 2.981_us,
                                                      .tile = 16.0,
                                                      .walk = 7.1e-10,
                                                      .cache_share = 0.5};
/// 110 rows, 13.0 %
inline constexpr gemm_curve<> h200_sxm_vllm_gemm_narrow{.bandwidth = 0.8853,
                                                        .small_tile = 0.6264,
                                                        .tail = 1.0,
                                                        .throttle = 0.6894,
                                                        .launch = 2.4_us,
                                                        .reduction = 1.601_us,
                                                        .quantise = 2.393_us,
                                                        .quantise_bandwidth = 0.492,
                                                        .tile = 16.0,
                                                        .walk = 2e-09,
                                                        .cache_speedup = 1.118,
                                                        .cache_share = 0.5};
/// 110 rows, 14.6 %
inline constexpr gemm_curve<> h200_sxm_vllm_gemm_narrow_block{.bandwidth = 0.717,
                                                              .compute = 0.9923,
                                                              .small_tile = 0.6876,
                                                              .block_rows = 45.25,
                                                              .tail = 0.2335,
                                                              .throttle = 0.5706,
                                                              .launch = 2.4_us,
                                                              .reduction = never_split,
                                                              .quantise = 8.039_us,
                                                              .quantise_bandwidth = 0.4273,
                                                              .walk = 2.888e-09,
                                                              .cache_speedup = 6.0,
                                                              .cache_share = 0.06377};

/// 110 rows, 12.6 %
inline constexpr prefill_curve<> h200_sxm_vllm_prefill_wide{.compute = 0.95,
                                                            .softmax_values = 125.5,
                                                            .bandwidth = 0.7086,
                                                            .launch = 9.034_us,
                                                            .block = 0.3856_us,
                                                            .exposed = 1.0,
                                                            .passes = 0.02149,
                                                            .window_padding = 167.8};
/// 110 rows, 12.2 %
inline constexpr prefill_curve<> h200_sxm_vllm_prefill_narrow{.compute = 0.5265,
                                                              .softmax_values = 57.67,
                                                              .bandwidth = 0.3862,
                                                              .launch = 9.153_us,
                                                              .tail = 0.02885,
                                                              .exposed = 1.0,
                                                              .passes = 0.09624,
                                                              .window_padding = 110.2};

/// 110 rows, 11.4 %
inline constexpr decode_curve<> h200_sxm_vllm_decode_wide{.compute = 0.9,
                                                          .bandwidth = 0.9719,
                                                          .launch = 8.309_us,
                                                          .reduction = 1.545_us,
                                                          .block = 2.953_us,
                                                          .blocks = 0.5293,
                                                          .splits = 32.0,
                                                          .multiprocessor_share = 1.542,
                                                          .tail = 0.1103,
                                                          .exposed = 0.05,
                                                          .window_padding = 128.0,
                                                          .cache_speedup = 1.822,
                                                          .cache_share = 0.6,
                                                          .rows = 16.0};
/// 110 rows, 12.9 %
inline constexpr decode_curve<> h200_sxm_vllm_decode_narrow{.compute = 0.9,
                                                            .bandwidth = 0.5349,
                                                            .launch = 8.141_us,
                                                            .reduction = 2.224_us,
                                                            .block = 2.79_us,
                                                            .blocks = 0.5891,
                                                            .splits = 32.0,
                                                            .multiprocessor_share = 1.294,
                                                            .tail = 0.01282,
                                                            .exposed = 0.05,
                                                            .window_padding = 180.1,
                                                            .cache_speedup = 1.234,
                                                            .cache_share = 0.6,
                                                            .rows = 16.0};

/// 657 rows, 10.1 %
inline constexpr expert_curve<> h200_sxm_vllm_experts_wide{.compute = 0.6234,
                                                           .bandwidth = 0.8799,
                                                           .launch = 14.2_us,
                                                           .per_expert = 0.003223_us,
                                                           .sorting = 21.84_us,
                                                           .sorted_tokens = 37.96,
                                                           .block_rows = 11.66,
                                                           .walk = 1.715e-09,
                                                           .passes = 1.211,
                                                           .foreign_rows = 0.8426};
/// 660 rows, 10.7 %
inline constexpr expert_curve<> h200_sxm_vllm_experts_narrow{.compute = 0.7707,
                                                             .bandwidth = 0.8347,
                                                             .launch = 15.67_us,
                                                             .per_expert = 0.004483_us,
                                                             .sorting = 19.07_us,
                                                             .sorted_tokens = 22.22,
                                                             .block_rows = 12.52,
                                                             .walk = 2.719e-09,
                                                             .passes = 1.982,
                                                             .foreign_rows = 0.7241,
                                                             .tiles = {8.0, 64.0}};
/// 658 rows, 6.4 %
inline constexpr expert_curve<> h200_sxm_vllm_experts_narrow_block{.bandwidth = 0.9615,
                                                                   .launch = 16.25_us,
                                                                   .sorting = 11.05_us,
                                                                   .sorted_tokens = 6.643,
                                                                   .block_rows = 115.9,
                                                                   .walk = 5.059e-09,
                                                                   .passes = 2.272,
                                                                   .foreign_rows = 0.8492,
                                                                   .tiles = {8.0, 64.0}};
/// 330 rows, 12.2 %
inline constexpr expert_curve<> h200_sxm_vllm_experts_four_bit{.compute = 0.3976,
                                                               .bandwidth = 0.8002,
                                                               .launch = 31.72_us,
                                                               .sorting = 25.52_us,
                                                               .sorted_tokens = 279.0,
                                                               .block_rows = 7.039,
                                                               .walk = 2.354e-09,
                                                               .passes = 2.342,
                                                               .foreign_rows = 1.0,
                                                               .tiles = {8.0, 128.0}};

}  // namespace shardline::catalog::curves
