// SPDX-License-Identifier: BSL-1.0
/// b200-sxm under sglang: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 220 rows, 8.8 %
inline constexpr gemm_curve<> b200_sxm_sglang_gemm_wide{.bandwidth = 0.8175,
                                                        .compute = 0.7754,
                                                        .tail = 0.8177,
                                                        .throttle = 0.2627,
                                                        .launch = 1.84_us,
                                                        .reduction = 2.679_us,
                                                        .tile = 16.0,
                                                        .walk = 7.683e-10,
                                                        .cache_share = 0.5};
/// 220 rows, 13.1 %
inline constexpr gemm_curve<> b200_sxm_sglang_gemm_narrow{.bandwidth = 0.6102,
                                                          .compute = 0.9714,
                                                          .small_tile = 0.9474,
                                                          .block_rows = 56.52,
                                                          .throttle = 0.4807,
                                                          .launch = 2.4_us,
                                                          .reduction = 20_us,
                                                          .quantise = 3.49_us,
                                                          .quantise_bandwidth = 0.4216,
                                                          .tile = 16.0,
                                                          .walk = 8.447e-10,
                                                          .cache_speedup = 1.11,
                                                          .cache_share = 0.06694};
/// 220 rows, 12.1 %
inline constexpr gemm_curve<> b200_sxm_sglang_gemm_narrow_block{.bandwidth = 0.4727,
                                                                .compute = 0.8302,
                                                                .block_rows = 13.35,
                                                                .tail = 0.749,
                                                                .throttle = 0.09857,
                                                                .launch = 2.4_us,
                                                                .reduction = never_split,
                                                                .quantise = 11.61_us,
                                                                .quantise_bandwidth = 0.2543,
                                                                .walk = 9.302e-10,
                                                                .cache_speedup = 6.0,
                                                                .cache_share = 0.01977};
/// 220 rows, 8.0 %
inline constexpr gemm_curve<> b200_sxm_sglang_gemm_four_bit_math{.bandwidth = 0.5722,
                                                                 .small_tile = 0.8354,
                                                                 .block_rows = 32.68,
                                                                 .tail = 1.0,
                                                                 .throttle = 0.5696,
                                                                 .launch = 2.4_us,
                                                                 .reduction = never_split,
                                                                 .quantise = 3.001_us,
                                                                 .quantise_bandwidth = 0.6941,
                                                                 .walk = 1.511e-09,
                                                                 .cache_share = 0.5};

/// 220 rows, 16.2 %
inline constexpr prefill_curve<> b200_sxm_sglang_prefill_wide{.compute = 0.8649,
                                                              .softmax_values = 115.9,
                                                              .bandwidth = 0.9,
                                                              .launch = 7.405_us,
                                                              .block = 2.662_us,
                                                              .tail = 0.5537,
                                                              .passes = 0.6337,
                                                              .window_padding = 120.1};
/// 220 rows, 19.1 %
inline constexpr prefill_curve<> b200_sxm_sglang_prefill_narrow{.compute = 0.718,
                                                                .softmax_values = 111.0,
                                                                .bandwidth = 0.9,
                                                                .launch = 6.068_us,
                                                                .block = 2.613_us,
                                                                .tail = 1.384,
                                                                .passes = 0.9396,
                                                                .window_padding = 500.4};

/// 220 rows, 15.7 %
inline constexpr decode_curve<> b200_sxm_sglang_decode_wide{.compute = 0.9,
                                                            .launch = 9.575_us,
                                                            .block = 1.522_us,
                                                            .blocks = 0.4324,
                                                            .splits = 32.0,
                                                            .multiprocessor_share = 3.264,
                                                            .tail = 0.4134,
                                                            .exposed = 0.05,
                                                            .window_padding = 200.0,
                                                            .cache_speedup = 6.0,
                                                            .cache_share = 0.6,
                                                            .rows = 16.0};
/// 220 rows, 13.7 %
inline constexpr decode_curve<> b200_sxm_sglang_decode_narrow{.compute = 0.9,
                                                              .launch = 8.97_us,
                                                              .block = 1.121_us,
                                                              .blocks = 0.4554,
                                                              .splits = 32.0,
                                                              .multiprocessor_share = 2.915,
                                                              .tail = 0.1772,
                                                              .exposed = 0.05,
                                                              .window_padding = 200.0,
                                                              .cache_speedup = 1.893,
                                                              .cache_share = 0.6,
                                                              .rows = 16.0};

/// 220 rows, 6.8 %
inline constexpr prefill_curve<> b200_sxm_sglang_latent_prefill_wide{.compute = 0.7534,
                                                                     .softmax_values = 17.76,
                                                                     .bandwidth = 0.9,
                                                                     .launch = 9.079_us,
                                                                     .block = 2.963_us,
                                                                     .tail = 1.5,
                                                                     .exposed = 1.0,
                                                                     .passes = 0.6676};
/// 220 rows, 8.0 %
inline constexpr prefill_curve<> b200_sxm_sglang_latent_prefill_narrow{.compute = 0.493,
                                                                       .softmax_values = 17.76,
                                                                       .bandwidth = 0.9,
                                                                       .launch = 17.46_us,
                                                                       .block = 2.771_us,
                                                                       .tail = 1.5,
                                                                       .exposed = 0.3,
                                                                       .passes = 1.742};

/// 220 rows, 8.4 %
inline constexpr decode_curve<> b200_sxm_sglang_latent_decode_wide{.compute = 0.95,
                                                                   .bandwidth = 0.8401,
                                                                   .launch = 9.941_us,
                                                                   .reduction = 0.05626_us,
                                                                   .block = 4.476_us,
                                                                   .blocks = 1.016,
                                                                   .splits = 32.0,
                                                                   .multiprocessor_share = 1.957,
                                                                   .tail = 0.4714,
                                                                   .exposed = 0.05,
                                                                   .passes = 0.9669,
                                                                   .cache_speedup = 6.0,
                                                                   .cache_share = 0.6};
/// 220 rows, 7.9 %
inline constexpr decode_curve<> b200_sxm_sglang_latent_decode_narrow{.compute = 0.6747,
                                                                     .bandwidth = 0.9824,
                                                                     .launch = 9.582_us,
                                                                     .reduction = 0.07539_us,
                                                                     .block = 3.17_us,
                                                                     .blocks = 0.8649,
                                                                     .splits = 32.0,
                                                                     .multiprocessor_share = 2.266,
                                                                     .tail = 0.2724,
                                                                     .exposed = 0.05,
                                                                     .passes = 1.272,
                                                                     .cache_speedup = 2.254,
                                                                     .cache_share = 0.6};

/// 660 rows, 20.9 %
inline constexpr expert_curve<> b200_sxm_sglang_experts_wide{.compute = 0.2528,
                                                             .bandwidth = 0.6912,
                                                             .launch = 1_us,
                                                             .per_expert = 0.04346_us,
                                                             .sorting = 37.13_us,
                                                             .sorted_tokens = 45.68,
                                                             .walk = 3.532e-09,
                                                             .passes = 4.525,
                                                             .foreign_rows = 0.2217,
                                                             .tiles = {8.0, 128.0}};
/// 660 rows, 23.4 %
inline constexpr expert_curve<> b200_sxm_sglang_experts_narrow_block{.compute = 0.3291,
                                                                     .bandwidth = 0.5922,
                                                                     .launch = 10.16_us,
                                                                     .per_expert = 0.1995_us,
                                                                     .sorting = 11.86_us,
                                                                     .sorted_tokens = 8.483,
                                                                     .block_rows = 0.3017,
                                                                     .walk = 3.146e-09,
                                                                     .passes = 3.933,
                                                                     .foreign_rows = 0.2539,
                                                                     .tiles = {8.0, 128.0}};
/// 660 rows, 12.2 %
inline constexpr expert_curve<> b200_sxm_sglang_experts_four_bit{.compute = 0.1752,
                                                                 .bandwidth = 0.7088,
                                                                 .launch = 17.25_us,
                                                                 .per_expert = 0.03_us,
                                                                 .sorting = 15.54_us,
                                                                 .sorted_tokens = 8.0,
                                                                 .block_rows = 8.518,
                                                                 .walk = 5.369e-09,
                                                                 .passes = 4.165,
                                                                 .foreign_rows = 0.2426,
                                                                 .foreign_products = 1.0,
                                                                 .tiles = {8.0, 64.0}};
/// 110 rows, 16.3 %
inline constexpr expert_curve<> b200_sxm_sglang_experts_four_bit_float{.bandwidth = 0.5997,
                                                                       .launch = 1_us,
                                                                       .per_expert = 0.03622_us,
                                                                       .sorting = 103.3_us,
                                                                       .sorted_tokens = 409.5,
                                                                       .walk = 3.251e-09,
                                                                       .passes = 1.623,
                                                                       .tiles = {8.0, 256.0}};
/// 660 rows, 23.4 %
inline constexpr expert_curve<> b200_sxm_sglang_experts_four_bit_math{.compute = 0.5123,
                                                                      .bandwidth = 0.7914,
                                                                      .launch = 20_us,
                                                                      .per_expert = 0.2457_us,
                                                                      .sorted_tokens = 60.0,
                                                                      .block_rows = 15.67,
                                                                      .passes = 1.121,
                                                                      .tiles = {16.0, 256.0}};

}  // namespace shardline::catalog::curves
