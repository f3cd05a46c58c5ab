// SPDX-License-Identifier: BSL-1.0
/// h100-sxm under sglang: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 220 rows, 7.0 %
inline constexpr gemm_curve<> h100_sxm_sglang_gemm_wide{.bandwidth = 0.859,
                                                        .small_tile = 0.9768,
                                                        .block_rows = 7.479,
                                                        .tail = 0.2815,
                                                        .throttle = 0.2641,
                                                        .launch = 2.619_us,
                                                        .reduction = 3.105_us,
                                                        .tile = 16.0,
                                                        .walk = 8.958e-10,
                                                        .cache_speedup = 6.0,
                                                        .cache_share = 0.006226};
/// 220 rows, 12.2 %
inline constexpr gemm_curve<> h100_sxm_sglang_gemm_narrow{.bandwidth = 0.6918,
                                                          .compute = 0.9474,
                                                          .small_tile = 0.6023,
                                                          .block_rows = 16.0,
                                                          .throttle = 0.5114,
                                                          .launch = 2.4_us,
                                                          .reduction = never_split,
                                                          .quantise = 3.073_us,
                                                          .quantise_bandwidth = 0.5291,
                                                          .tile = 16.0,
                                                          .walk = 8.512e-10,
                                                          .cache_speedup = 1.485,
                                                          .cache_share = 0.08413};
/// 220 rows, 13.8 %
inline constexpr gemm_curve<> h100_sxm_sglang_gemm_narrow_block{.bandwidth = 0.762,
                                                                .block_rows = 20.88,
                                                                .tail = 0.5429,
                                                                .throttle = 0.2865,
                                                                .launch = 2.4_us,
                                                                .reduction = never_split,
                                                                .quantise = 2.247_us,
                                                                .quantise_bandwidth = 0.3525,
                                                                .tile = 16.0,
                                                                .walk = 1.101e-09,
                                                                .cache_speedup = 6.0,
                                                                .cache_share = 0.05709};

/// 220 rows, 8.7 %
inline constexpr prefill_curve<> h100_sxm_sglang_prefill_wide{.compute = 0.6,
                                                              .softmax_values = 0.1,
                                                              .bandwidth = 0.8253,
                                                              .launch = 10.07_us,
                                                              .exposed = 0.1693,
                                                              .passes = 0.6358,
                                                              .window_padding = 200.0};
/// 220 rows, 9.9 %
inline constexpr prefill_curve<> h100_sxm_sglang_prefill_narrow{.compute = 0.6,
                                                                .softmax_values = 72.12,
                                                                .bandwidth = 0.7411,
                                                                .launch = 10.33_us,
                                                                .tail = 0.3,
                                                                .exposed = 0.655,
                                                                .passes = 0.337,
                                                                .window_padding = 200.0};

/// 220 rows, 10.3 %
inline constexpr decode_curve<> h100_sxm_sglang_decode_wide{.compute = 0.9,
                                                            .launch = 10.11_us,
                                                            .reduction = 2.232_us,
                                                            .block = 3.241_us,
                                                            .blocks = 0.99,
                                                            .splits = 32.0,
                                                            .multiprocessor_share = 2.829,
                                                            .tail = 0.2695,
                                                            .exposed = 0.05,
                                                            .window_padding = 200.0,
                                                            .cache_speedup = 4.337,
                                                            .cache_share = 0.6,
                                                            .rows = 16.0};
/// 220 rows, 13.4 %
inline constexpr decode_curve<> h100_sxm_sglang_decode_narrow{.compute = 0.9,
                                                              .bandwidth = 0.8673,
                                                              .launch = 10.43_us,
                                                              .reduction = 1.678_us,
                                                              .block = 3.735_us,
                                                              .blocks = 0.8272,
                                                              .splits = 32.0,
                                                              .multiprocessor_share = 3.163,
                                                              .tail = 0.06512,
                                                              .exposed = 0.05,
                                                              .window_padding = 200.0,
                                                              .cache_speedup = 1.963,
                                                              .cache_share = 0.6,
                                                              .rows = 16.0};

/// 220 rows, 16.1 %
inline constexpr prefill_curve<> h100_sxm_sglang_latent_prefill_wide{.compute = 0.2093,
                                                                     .softmax_values = 17.76,
                                                                     .bandwidth = 0.4349,
                                                                     .launch = 11.87_us,
                                                                     .tail = 0.08521,
                                                                     .exposed = 0.7814};
/// 220 rows, 20.9 %
inline constexpr prefill_curve<> h100_sxm_sglang_latent_prefill_narrow{.compute = 0.1268,
                                                                       .softmax_values = 17.76,
                                                                       .bandwidth = 0.8,
                                                                       .launch = 15.75_us,
                                                                       .block = 1_us,
                                                                       .tail = 0.4803,
                                                                       .passes = 1.171};

/// 220 rows, 5.4 %
inline constexpr decode_curve<> h100_sxm_sglang_latent_decode_wide{.compute = 0.95,
                                                                   .bandwidth = 0.9603,
                                                                   .launch = 10.69_us,
                                                                   .reduction = 3.541_us,
                                                                   .block = 4.983_us,
                                                                   .blocks = 0.8714,
                                                                   .splits = 32.0,
                                                                   .multiprocessor_share = 2.0,
                                                                   .tail = 0.1401,
                                                                   .exposed = 0.05,
                                                                   .passes = 0.03189,
                                                                   .cache_speedup = 4.249,
                                                                   .cache_share = 0.6};
/// 220 rows, 3.4 %
inline constexpr decode_curve<> h100_sxm_sglang_latent_decode_narrow{.compute = 0.95,
                                                                     .bandwidth = 0.9603,
                                                                     .launch = 15.98_us,
                                                                     .reduction = 3.541_us,
                                                                     .block = 4.983_us,
                                                                     .blocks = 0.8714,
                                                                     .splits = 32.0,
                                                                     .multiprocessor_share = 2.0,
                                                                     .tail = 0.1401,
                                                                     .exposed = 0.05,
                                                                     .passes = 0.03189,
                                                                     .cache_speedup = 4.249,
                                                                     .cache_share = 0.6,
                                                                     .widening = 3.88e-10};

/// 388 rows, 15.5 %
inline constexpr expert_curve<> h100_sxm_sglang_experts_wide{.compute = 0.4438,
                                                             .bandwidth = 0.8851,
                                                             .launch = 3.204_us,
                                                             .per_expert = 0.04565_us,
                                                             .sorting = 24.36_us,
                                                             .sorted_tokens = 11.35,
                                                             .block_rows = 40.22,
                                                             .walk = 2.681e-09,
                                                             .passes = 1.279,
                                                             .foreign_rows = 0.2186,
                                                             .foreign_products = 0.8495,
                                                             .tiles = {8.0, 64.0}};
/// 394 rows, 14.8 %
inline constexpr expert_curve<> h100_sxm_sglang_experts_narrow_block{.compute = 0.4873,
                                                                     .bandwidth = 0.8453,
                                                                     .launch = 11.27_us,
                                                                     .per_expert = 0.1282_us,
                                                                     .sorting = 15.06_us,
                                                                     .sorted_tokens = 10.2,
                                                                     .block_rows = 2.885,
                                                                     .walk = 3.644e-09,
                                                                     .passes = 1.814,
                                                                     .foreign_rows = 0.301,
                                                                     .foreign_products = 1.0,
                                                                     .tiles = {16.0, 256.0}};
/// 660 rows, 12.3 %
inline constexpr expert_curve<> h100_sxm_sglang_experts_four_bit{.compute = 0.3607,
                                                                 .bandwidth = 0.8791,
                                                                 .launch = 23.1_us,
                                                                 .per_expert = 0.01429_us,
                                                                 .sorting = 15.48_us,
                                                                 .sorted_tokens = 125.0,
                                                                 .block_rows = 7.961,
                                                                 .walk = 1.67e-10,
                                                                 .passes = 2.323,
                                                                 .foreign_rows = 0.08514,
                                                                 .foreign_products = 1.0,
                                                                 .tiles = {8.0, 64.0}};

}  // namespace shardline::catalog::curves
