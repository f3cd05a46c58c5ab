// SPDX-License-Identifier: BSL-1.0
/// h100-sxm under sglang: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 220 rows, 7.0 %
inline constexpr gemm_curve<> h100_sxm_sglang_gemm_wide{.bandwidth = 0.8598,
                                                        .small_tile = 0.978,
                                                        .block_rows = 7.566,
                                                        .tail = 0.2784,
                                                        .throttle = 0.2004,
                                                        .launch = 2.619_us,
                                                        .reduction = 3.102_us,
                                                        .tile = 16.0,
                                                        .walk = 8.928e-10,
                                                        .cache_speedup = 6.0,
                                                        .cache_share = 0.004814};
/// 220 rows, 12.2 %
inline constexpr gemm_curve<> h100_sxm_sglang_gemm_narrow{.bandwidth = 0.6928,
                                                          .compute = 0.9457,
                                                          .small_tile = 0.6045,
                                                          .block_rows = 16.0,
                                                          .throttle = 0.5443,
                                                          .launch = 2.4_us,
                                                          .reduction = never_split,
                                                          .quantise = 3.071_us,
                                                          .quantise_bandwidth = 0.5288,
                                                          .tile = 16.0,
                                                          .walk = 8.513e-10,
                                                          .cache_speedup = 1.464,
                                                          .cache_share = 0.08413};
/// 220 rows, 13.6 %
inline constexpr gemm_curve<> h100_sxm_sglang_gemm_narrow_block{.bandwidth = 0.7656,
                                                                .block_rows = 21.49,
                                                                .tail = 0.5387,
                                                                .throttle = 0.1412,
                                                                .launch = 2.4_us,
                                                                .reduction = never_split,
                                                                .quantise = 2.249_us,
                                                                .quantise_bandwidth = 0.3541,
                                                                .tile = 16.0,
                                                                .walk = 1.1e-09,
                                                                .cache_speedup = 6.0,
                                                                .cache_share = 0.05709};

/// 220 rows, 8.8 %
inline constexpr prefill_curve<> h100_sxm_sglang_prefill_wide{.compute = 0.6,
                                                              .softmax_values = 0.1,
                                                              .bandwidth = 0.9,
                                                              .launch = 10.09_us,
                                                              .exposed = 0.1005,
                                                              .passes = 0.7941,
                                                              .window_padding = 200.0};
/// 220 rows, 10.0 %
inline constexpr prefill_curve<> h100_sxm_sglang_prefill_narrow{.compute = 0.6,
                                                                .softmax_values = 74.23,
                                                                .bandwidth = 0.9,
                                                                .launch = 10.58_us,
                                                                .block = 0.01386_us,
                                                                .tail = 0.03939,
                                                                .exposed = 0.5637,
                                                                .passes = 0.6096,
                                                                .window_padding = 200.0};

/// 220 rows, 10.1 %
inline constexpr decode_curve<> h100_sxm_sglang_decode_wide{.compute = 0.9,
                                                            .launch = 10.12_us,
                                                            .reduction = 1.974_us,
                                                            .block = 3.038_us,
                                                            .blocks = 0.7134,
                                                            .splits = 32.0,
                                                            .multiprocessor_share = 2.003,
                                                            .tail = 0.1951,
                                                            .exposed = 0.05,
                                                            .window_padding = 200.0,
                                                            .cache_speedup = 2.696,
                                                            .cache_share = 0.6,
                                                            .rows = 16.0};
/// 220 rows, 13.3 %
inline constexpr decode_curve<> h100_sxm_sglang_decode_narrow{.compute = 0.9,
                                                              .bandwidth = 0.8873,
                                                              .launch = 10.52_us,
                                                              .reduction = 1.73_us,
                                                              .block = 3.656_us,
                                                              .blocks = 0.8726,
                                                              .splits = 32.0,
                                                              .multiprocessor_share = 3.552,
                                                              .tail = 0.1884,
                                                              .exposed = 0.05,
                                                              .window_padding = 200.0,
                                                              .cache_speedup = 2.487,
                                                              .cache_share = 0.6,
                                                              .rows = 16.0};

/// 220 rows, 16.4 %
inline constexpr prefill_curve<> h100_sxm_sglang_latent_prefill_wide{.compute = 0.2083,
                                                                     .softmax_values = 17.76,
                                                                     .bandwidth = 0.9,
                                                                     .launch = 12.22_us,
                                                                     .tail = 0.05206,
                                                                     .exposed = 1.0,
                                                                     .passes = 0.4498};
/// 220 rows, 18.3 %
inline constexpr prefill_curve<> h100_sxm_sglang_latent_prefill_narrow{.compute = 0.1337,
                                                                       .softmax_values = 17.76,
                                                                       .bandwidth = 0.9,
                                                                       .launch = 16.96_us,
                                                                       .tail = 0.4848,
                                                                       .exposed = 0.9555,
                                                                       .passes = 1.034};

/// 220 rows, 5.5 %
inline constexpr decode_curve<> h100_sxm_sglang_latent_decode_wide{.compute = 0.6731,
                                                                   .bandwidth = 0.9388,
                                                                   .launch = 10.32_us,
                                                                   .reduction = 3.042_us,
                                                                   .block = 4.526_us,
                                                                   .blocks = 1.439,
                                                                   .splits = 32.0,
                                                                   .multiprocessor_share = 2.0,
                                                                   .tail = 0.04473,
                                                                   .exposed = 0.05,
                                                                   .passes = 0.02183,
                                                                   .cache_speedup = 3.11,
                                                                   .cache_share = 0.6};
/// 220 rows, 3.1 %
inline constexpr decode_curve<> h100_sxm_sglang_latent_decode_narrow{.compute = 0.6731,
                                                                     .bandwidth = 0.9388,
                                                                     .launch = 15.64_us,
                                                                     .reduction = 3.042_us,
                                                                     .block = 4.526_us,
                                                                     .blocks = 1.439,
                                                                     .splits = 32.0,
                                                                     .multiprocessor_share = 2.0,
                                                                     .tail = 0.04473,
                                                                     .exposed = 0.05,
                                                                     .passes = 0.02183,
                                                                     .cache_speedup = 3.11,
                                                                     .cache_share = 0.6,
                                                                     .widening = 3.935e-10};

/// 390 rows, 15.7 %
inline constexpr expert_curve<> h100_sxm_sglang_experts_wide{.compute = 0.4303,
                                                             .bandwidth = 0.9088,
                                                             .launch = 3.186_us,
                                                             .per_expert = 0.04617_us,
                                                             .sorting = 24.44_us,
                                                             .sorted_tokens = 11.36,
                                                             .block_rows = 45.89,
                                                             .walk = 2.642e-09,
                                                             .passes = 1.112,
                                                             .foreign_rows = 0.3004,
                                                             .foreign_products = 0.7986,
                                                             .tiles = {8.0, 64.0}};
/// 394 rows, 14.3 %
inline constexpr expert_curve<> h100_sxm_sglang_experts_narrow_block{.compute = 0.4481,
                                                                     .bandwidth = 0.8492,
                                                                     .launch = 11.01_us,
                                                                     .per_expert = 0.1325_us,
                                                                     .sorting = 15.15_us,
                                                                     .sorted_tokens = 10.17,
                                                                     .block_rows = 2.458,
                                                                     .walk = 3.743e-09,
                                                                     .passes = 1.814,
                                                                     .foreign_rows = 0.2206,
                                                                     .foreign_products = 1.0,
                                                                     .tiles = {16.0, 256.0}};
/// 660 rows, 12.2 %
inline constexpr expert_curve<> h100_sxm_sglang_experts_four_bit{.compute = 0.3622,
                                                                 .bandwidth = 0.8637,
                                                                 .launch = 23.22_us,
                                                                 .per_expert = 0.01435_us,
                                                                 .sorting = 15.54_us,
                                                                 .sorted_tokens = 126.4,
                                                                 .block_rows = 7.783,
                                                                 .passes = 2.146,
                                                                 .foreign_rows = 0.09796,
                                                                 .foreign_products = 1.0,
                                                                 .tiles = {8.0, 64.0}};

}  // namespace shardline::catalog::curves
