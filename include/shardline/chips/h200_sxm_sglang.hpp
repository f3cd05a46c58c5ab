// SPDX-License-Identifier: BSL-1.0
/// h200-sxm under sglang: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 220 rows, 7.6 %
inline constexpr gemm_curve<> h200_sxm_sglang_gemm_wide{.bandwidth = 0.8598,
                                                        .small_tile = 0.978,
                                                        .block_rows = 7.566,
                                                        .tail = 0.2784,
                                                        .throttle = 0.3467,
                                                        .launch = 2.619_us,
                                                        .reduction = 3.102_us,
                                                        .tile = 16.0,
                                                        .walk = 8.928e-10,
                                                        .cache_speedup = 6.0,
                                                        .cache_share = 0.004814};
/// 220 rows, 13.9 %
inline constexpr gemm_curve<> h200_sxm_sglang_gemm_narrow{.bandwidth = 0.6928,
                                                          .compute = 0.9457,
                                                          .small_tile = 0.6045,
                                                          .block_rows = 16.0,
                                                          .throttle = 0.4401,
                                                          .launch = 2.4_us,
                                                          .reduction = never_split,
                                                          .quantise = 3.071_us,
                                                          .quantise_bandwidth = 0.5288,
                                                          .tile = 16.0,
                                                          .walk = 8.513e-10,
                                                          .cache_speedup = 1.464,
                                                          .cache_share = 0.08413};
/// 220 rows, 13.4 %
inline constexpr gemm_curve<> h200_sxm_sglang_gemm_narrow_block{.bandwidth = 0.7656,
                                                                .block_rows = 21.49,
                                                                .tail = 0.5387,
                                                                .throttle = 0.4117,
                                                                .launch = 2.4_us,
                                                                .reduction = never_split,
                                                                .quantise = 2.249_us,
                                                                .quantise_bandwidth = 0.3541,
                                                                .tile = 16.0,
                                                                .walk = 1.1e-09,
                                                                .cache_speedup = 6.0,
                                                                .cache_share = 0.05709};

/// 220 rows, 9.9 %
inline constexpr prefill_curve<> h200_sxm_sglang_prefill_wide{.compute = 0.6,
                                                              .softmax_values = 0.1,
                                                              .bandwidth = 0.9,
                                                              .launch = 9.894_us,
                                                              .block = 0.1929_us,
                                                              .exposed = 0.08329,
                                                              .passes = 1.181,
                                                              .window_padding = 200.0};
/// 220 rows, 9.6 %
inline constexpr prefill_curve<> h200_sxm_sglang_prefill_narrow{.compute = 0.6,
                                                                .softmax_values = 75.44,
                                                                .bandwidth = 0.9,
                                                                .launch = 10.17_us,
                                                                .block = 0.08716_us,
                                                                .exposed = 1.0,
                                                                .passes = 0.7623,
                                                                .window_padding = 200.0};

/// 220 rows, 10.7 %
inline constexpr decode_curve<> h200_sxm_sglang_decode_wide{.compute = 0.9,
                                                            .launch = 10.01_us,
                                                            .reduction = 2.433_us,
                                                            .block = 3.472_us,
                                                            .blocks = 0.9697,
                                                            .splits = 32.0,
                                                            .multiprocessor_share = 2.75,
                                                            .tail = 0.2965,
                                                            .exposed = 0.05,
                                                            .window_padding = 200.0,
                                                            .cache_speedup = 6.0,
                                                            .cache_share = 0.6,
                                                            .rows = 16.0};
/// 220 rows, 14.7 %
inline constexpr decode_curve<> h200_sxm_sglang_decode_narrow{.compute = 0.9,
                                                              .bandwidth = 0.6399,
                                                              .launch = 10.27_us,
                                                              .reduction = 1.397_us,
                                                              .block = 3.893_us,
                                                              .blocks = 0.6456,
                                                              .splits = 32.0,
                                                              .multiprocessor_share = 1.527,
                                                              .exposed = 0.05,
                                                              .window_padding = 200.0,
                                                              .cache_speedup = 2.475,
                                                              .cache_share = 0.6,
                                                              .rows = 16.0};

/// 220 rows, 21.1 %
inline constexpr prefill_curve<> h200_sxm_sglang_latent_prefill_wide{.compute = 0.2402,
                                                                     .softmax_values = 17.76,
                                                                     .bandwidth = 0.9,
                                                                     .launch = 11.55_us,
                                                                     .tail = 0.369,
                                                                     .exposed = 1.0,
                                                                     .passes = 1.025};
/// 220 rows, 17.2 %
inline constexpr prefill_curve<> h200_sxm_sglang_latent_prefill_narrow{.compute = 0.1286,
                                                                       .softmax_values = 17.76,
                                                                       .bandwidth = 0.9,
                                                                       .launch = 16.68_us,
                                                                       .tail = 0.5062,
                                                                       .exposed = 0.3,
                                                                       .passes = 1.524};

/// 220 rows, 5.2 %
inline constexpr decode_curve<> h200_sxm_sglang_latent_decode_wide{.compute = 0.95,
                                                                   .bandwidth = 0.9272,
                                                                   .launch = 10.63_us,
                                                                   .reduction = 3.71_us,
                                                                   .block = 5.048_us,
                                                                   .blocks = 0.8225,
                                                                   .splits = 32.0,
                                                                   .multiprocessor_share = 2.0,
                                                                   .tail = 0.02859,
                                                                   .exposed = 0.05,
                                                                   .passes = 0.1493,
                                                                   .cache_speedup = 6.0,
                                                                   .cache_share = 0.6};
/// 220 rows, 3.5 %
inline constexpr decode_curve<> h200_sxm_sglang_latent_decode_narrow{.compute = 0.95,
                                                                     .bandwidth = 0.9272,
                                                                     .launch = 15.89_us,
                                                                     .reduction = 3.71_us,
                                                                     .block = 5.048_us,
                                                                     .blocks = 0.8225,
                                                                     .splits = 32.0,
                                                                     .multiprocessor_share = 2.0,
                                                                     .tail = 0.02859,
                                                                     .exposed = 0.05,
                                                                     .passes = 0.1493,
                                                                     .cache_speedup = 6.0,
                                                                     .cache_share = 0.6,
                                                                     .widening = 3.834e-10};

/// 389 rows, 14.2 %
inline constexpr expert_curve<> h200_sxm_sglang_experts_wide{.compute = 0.46,
                                                             .bandwidth = 0.8909,
                                                             .launch = 3.186_us,
                                                             .per_expert = 0.04617_us,
                                                             .sorting = 24.44_us,
                                                             .sorted_tokens = 11.36,
                                                             .block_rows = 40.31,
                                                             .walk = 2.729e-09,
                                                             .passes = 1.405,
                                                             .foreign_rows = 0.1207,
                                                             .foreign_products = 0.8697,
                                                             .tiles = {8.0, 64.0}};
/// 378 rows, 16.5 %
inline constexpr expert_curve<> h200_sxm_sglang_experts_narrow_block{.compute = 0.545,
                                                                     .bandwidth = 0.7801,
                                                                     .launch = 11.01_us,
                                                                     .per_expert = 0.1325_us,
                                                                     .sorting = 15.15_us,
                                                                     .sorted_tokens = 10.17,
                                                                     .block_rows = 5.225,
                                                                     .walk = 3.615e-09,
                                                                     .passes = 2.346,
                                                                     .foreign_rows = 0.3788,
                                                                     .foreign_products = 1.0,
                                                                     .tiles = {16.0, 256.0}};
/// 660 rows, 12.6 %
inline constexpr expert_curve<> h200_sxm_sglang_experts_four_bit{.compute = 0.3573,
                                                                 .bandwidth = 0.6485,
                                                                 .launch = 23.22_us,
                                                                 .per_expert = 0.01435_us,
                                                                 .sorting = 15.54_us,
                                                                 .sorted_tokens = 126.4,
                                                                 .block_rows = 8.053,
                                                                 .walk = 2.464e-10,
                                                                 .passes = 3.594,
                                                                 .foreign_rows = 0.06354,
                                                                 .foreign_products = 1.0,
                                                                 .tiles = {8.0, 64.0}};

}  // namespace shardline::catalog::curves
