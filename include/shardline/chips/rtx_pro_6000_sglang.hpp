// SPDX-License-Identifier: BSL-1.0
/// rtx-pro-6000 under sglang: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 110 rows, 14.7 %
inline constexpr gemm_curve<> rtx_pro_6000_sglang_gemm_wide{.bandwidth = 0.8525,
                                                            .small_tile = 0.9621,
                                                            .block_rows = 19.67,
                                                            .tail = 0.4865,
                                                            .launch = 1.654_us,
                                                            .reduction = 2.47_us,
                                                            .tile = 16.0,
                                                            .walk = 2e-09,
                                                            .cache_speedup = 2.105,
                                                            .cache_share = 0.1067};
/// 110 rows, 9.3 %
inline constexpr gemm_curve<> rtx_pro_6000_sglang_gemm_narrow{.bandwidth = 0.835,
                                                              .block_rows = 16.0,
                                                              .tail = 0.3185,
                                                              .launch = 2.4_us,
                                                              .reduction = never_split,
                                                              .quantise = 2.951_us,
                                                              .quantise_bandwidth = 0.9289,
                                                              .tile = 16.0,
                                                              .walk = 6.93e-09,
                                                              .cache_speedup = 1.697,
                                                              .cache_share = 0.592};
/// 110 rows, 9.7 %
inline constexpr gemm_curve<> rtx_pro_6000_sglang_gemm_four_bit_math{.bandwidth = 0.7115,
                                                                     .compute = 0.9948,
                                                                     .small_tile = 0.5496,
                                                                     .block_rows = 10.38,
                                                                     .tail = 1.0,
                                                                     .throttle = 0.1728,
                                                                     .launch = 2.4_us,
                                                                     .reduction = never_split,
                                                                     .quantise = 0.1723_us,
                                                                     .quantise_bandwidth = 1.0,
                                                                     .walk = 2e-09,
                                                                     .cache_speedup = 1.053,
                                                                     .cache_share = 0.4433};

/// 110 rows, 14.9 %
inline constexpr prefill_curve<> rtx_pro_6000_sglang_prefill_wide{.compute = 0.495,
                                                                  .softmax_values = 91.36,
                                                                  .bandwidth = 0.9,
                                                                  .launch = 2.852_us,
                                                                  .block = 3.777_us,
                                                                  .tail = 0.3191,
                                                                  .passes = 0.2497,
                                                                  .window_padding = 200.0};
/// 110 rows, 21.5 %
inline constexpr prefill_curve<> rtx_pro_6000_sglang_prefill_narrow{.compute = 0.1454,
                                                                    .softmax_values = 0.1,
                                                                    .bandwidth = 0.9,
                                                                    .launch = 5.284_us,
                                                                    .block = 3.507_us,
                                                                    .tail = 0.5524,
                                                                    .passes = 0.4907,
                                                                    .window_padding = 200.0};

/// 110 rows, 16.4 %
inline constexpr decode_curve<> rtx_pro_6000_sglang_decode_wide{.compute = 0.9644,
                                                                .bandwidth = 0.8103,
                                                                .launch = 6.822_us,
                                                                .reduction = 3_us,
                                                                .block = 1.647_us,
                                                                .blocks = 0.3,
                                                                .multiprocessor_share = 7.201,
                                                                .tail = 0.3158,
                                                                .exposed = 0.05,
                                                                .window_padding = 200.0,
                                                                .cache_speedup = 2.232,
                                                                .cache_share = 0.6,
                                                                .rows = 16.0};
/// 110 rows, 12.3 %
inline constexpr decode_curve<> rtx_pro_6000_sglang_decode_narrow{.compute = 0.9644,
                                                                  .bandwidth = 0.7728,
                                                                  .launch = 9.088_us,
                                                                  .reduction = 1.817_us,
                                                                  .block = 1.991_us,
                                                                  .splits = 32.0,
                                                                  .multiprocessor_share = 8.0,
                                                                  .exposed = 0.05,
                                                                  .window_padding = 200.0,
                                                                  .cache_speedup = 1.34,
                                                                  .cache_share = 0.6,
                                                                  .overlapped = true,
                                                                  .rows = 16.0};

/// 110 rows, 31.1 %
inline constexpr prefill_curve<> rtx_pro_6000_sglang_latent_prefill_wide{.compute = 0.09064,
                                                                         .softmax_values = 17.76,
                                                                         .bandwidth = 0.9,
                                                                         .launch = 4.071_us,
                                                                         .tail = 0.484};

/// 110 rows, 28.4 %
inline constexpr decode_curve<> rtx_pro_6000_sglang_latent_decode_wide{.compute = 0.3781,
                                                                       .bandwidth = 0.6507,
                                                                       .launch = 0.5_us,
                                                                       .reduction = 0.1569_us,
                                                                       .splits = 32.0,
                                                                       .multiprocessor_share = 2.0,
                                                                       .tail = 1.269,
                                                                       .exposed = 0.05,
                                                                       .passes = 1.457,
                                                                       .cache_speedup = 6.0,
                                                                       .cache_share = 0.6};

/// 550 rows, 18.6 %
inline constexpr expert_curve<> rtx_pro_6000_sglang_experts_wide{.bandwidth = 0.9116,
                                                                 .launch = 1_us,
                                                                 .per_expert = 0.01897_us,
                                                                 .sorting = 2.236_us,
                                                                 .sorted_tokens = 4.0,
                                                                 .block_rows = 124.2,
                                                                 .walk = 1.664e-09,
                                                                 .passes = 0.5691,
                                                                 .foreign_rows = 0.7554,
                                                                 .tiles = {8.0, 256.0}};
/// 550 rows, 13.2 %
inline constexpr expert_curve<> rtx_pro_6000_sglang_experts_narrow_block{.compute = 0.8074,
                                                                         .bandwidth = 0.8234,
                                                                         .launch = 8.847_us,
                                                                         .per_expert = 0.01754_us,
                                                                         .sorted_tokens = 60.0,
                                                                         .block_rows = 4.809,
                                                                         .walk = 6.291e-09,
                                                                         .passes = 2.289,
                                                                         .foreign_rows = 0.08866,
                                                                         .tiles = {16.0, 64.0}};
/// 330 rows, 14.9 %
inline constexpr expert_curve<> rtx_pro_6000_sglang_experts_four_bit{.compute = 0.6925,
                                                                     .bandwidth = 0.7577,
                                                                     .launch = 9.37_us,
                                                                     .sorting = 23.46_us,
                                                                     .sorted_tokens = 234.0,
                                                                     .block_rows = 0.7092,
                                                                     .walk = 5.047e-09,
                                                                     .passes = 0.802,
                                                                     .foreign_rows = 0.1013,
                                                                     .foreign_products = 1.0,
                                                                     .tiles = {16.0, 256.0}};

}  // namespace shardline::catalog::curves
