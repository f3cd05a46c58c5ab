// SPDX-License-Identifier: BSL-1.0
/// l40s under sglang: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 220 rows, 15.4 %
inline constexpr gemm_curve<> l40s_sglang_gemm_wide{.bandwidth = 0.8205,
                                                    .compute = 0.9956,
                                                    .small_tile = 0.7651,
                                                    .tail = 0.3779,
                                                    .throttle = 0.9023,
                                                    .launch = 1.528_us,
                                                    .reduction = 0.7191_us,
                                                    .walk = 2e-09,
                                                    .cache_speedup = 3.1,
                                                    .cache_share = 0.1623};
/// 220 rows, 15.5 %
inline constexpr gemm_curve<> l40s_sglang_gemm_narrow{.bandwidth = 0.7628,
                                                      .small_tile = 0.9048,
                                                      .block_rows = 17.48,
                                                      .tail = 0.03201,
                                                      .throttle = 1.0,
                                                      .launch = 2.4_us,
                                                      .reduction = 10.92_us,
                                                      .quantise = 0.9701_us,
                                                      .quantise_bandwidth = 0.5645,
                                                      .tile = 16.0,
                                                      .walk = 1.03e-09,
                                                      .cache_speedup = 4.979,
                                                      .cache_share = 0.1315};

/// 220 rows, 23.2 %
inline constexpr prefill_curve<> l40s_sglang_prefill_wide{.compute = 0.6,
                                                          .softmax_values = 6.524,
                                                          .bandwidth = 0.9,
                                                          .launch = 7.466_us,
                                                          .block = 0.7391_us,
                                                          .tail = 0.3225,
                                                          .passes = 0.2675,
                                                          .window_padding = 200.0};

/// 220 rows, 8.2 %
inline constexpr decode_curve<> l40s_sglang_decode_wide{.compute = 0.9636,
                                                        .bandwidth = 0.8243,
                                                        .launch = 9.729_us,
                                                        .reduction = 6.433_us,
                                                        .block = 5.834_us,
                                                        .splits = 32.0,
                                                        .multiprocessor_share = 6.312,
                                                        .tail = 0.4347,
                                                        .exposed = 0.05,
                                                        .window_padding = 200.0,
                                                        .cache_speedup = 3.626,
                                                        .cache_share = 0.6,
                                                        .overlapped = true,
                                                        .rows = 16.0};

/// 550 rows, 18.1 %
inline constexpr expert_curve<> l40s_sglang_experts_wide{.compute = 0.6694,
                                                         .bandwidth = 0.9091,
                                                         .launch = 1_us,
                                                         .per_expert = 0.02029_us,
                                                         .sorted_tokens = 60.0,
                                                         .block_rows = 142.0,
                                                         .walk = 1.419e-09,
                                                         .passes = 0.5315,
                                                         .foreign_products = 1.0,
                                                         .tiles = {8.0, 256.0}};
/// 330 rows, 19.4 %
inline constexpr expert_curve<> l40s_sglang_experts_four_bit{.compute = 0.4654,
                                                             .bandwidth = 0.872,
                                                             .launch = 1.552_us,
                                                             .sorting = 8.862_us,
                                                             .sorted_tokens = 128.0,
                                                             .block_rows = 1.862,
                                                             .walk = 9.057e-09,
                                                             .passes = 0.7038,
                                                             .foreign_products = 0.6851,
                                                             .tiles = {8.0, 64.0}};

}  // namespace shardline::catalog::curves
