// SPDX-License-Identifier: BSL-1.0
/// rtx-pro-6000 under vllm: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 110 rows, 16.1 %
inline constexpr gemm_curve<> rtx_pro_6000_vllm_gemm_wide{.bandwidth = 0.8316,
                                                          .block_rows = 15.11,
                                                          .launch = 1.658_us,
                                                          .reduction = 2.226_us,
                                                          .tile = 16.0,
                                                          .walk = 2.077e-09,
                                                          .cache_speedup = 1.046,
                                                          .cache_share = 0.5489};
/// 110 rows, 8.5 %
inline constexpr gemm_curve<> rtx_pro_6000_vllm_gemm_narrow{.bandwidth = 0.8332,
                                                            .compute = 0.9417,
                                                            .tail = 1.0,
                                                            .throttle = 0.1197,
                                                            .launch = 2.4_us,
                                                            .reduction = never_split,
                                                            .quantise = 5.586_us,
                                                            .quantise_bandwidth = 0.9122,
                                                            .tile = 16.0,
                                                            .walk = 7.366e-09,
                                                            .cache_share = 0.5};
/// 110 rows, 13.7 %
inline constexpr gemm_curve<> rtx_pro_6000_vllm_gemm_four_bit_math{.bandwidth = 0.5536,
                                                                   .tail = 1.0,
                                                                   .throttle = 0.4145,
                                                                   .launch = 2.4_us,
                                                                   .reduction = never_split,
                                                                   .quantise = 3.304_us,
                                                                   .quantise_bandwidth = 1.0,
                                                                   .tile = 16.0,
                                                                   .walk = 7.2e-09,
                                                                   .cache_speedup = 1.305,
                                                                   .cache_share = 0.5277};

/// 110 rows, 14.1 %
inline constexpr prefill_curve<> rtx_pro_6000_vllm_prefill_wide{.compute = 0.7147,
                                                                .softmax_values = 28.26,
                                                                .bandwidth = 0.9,
                                                                .launch = 2.995_us,
                                                                .block = 3.297_us,
                                                                .tail = 0.4602,
                                                                .exposed = 0.05164,
                                                                .window_padding = 200.0};

/// 110 rows, 15.6 %
inline constexpr decode_curve<> rtx_pro_6000_vllm_decode_wide{.compute = 0.9644,
                                                              .bandwidth = 0.9903,
                                                              .launch = 9.824_us,
                                                              .reduction = 4.018_us,
                                                              .block = 3.891_us,
                                                              .blocks = 2.724,
                                                              .splits = 32.0,
                                                              .multiprocessor_share = 8.0,
                                                              .tail = 1.5,
                                                              .exposed = 0.05,
                                                              .window_padding = 200.0,
                                                              .cache_speedup = 4.463,
                                                              .cache_share = 0.6,
                                                              .rows = 16.0};
/// 101 rows, 7.6 %
inline constexpr decode_curve<> rtx_pro_6000_vllm_decode_narrow{.compute = 0.9644,
                                                                .bandwidth = 0.9,
                                                                .launch = 8.563_us,
                                                                .block = 3.09_us,
                                                                .blocks = 5.497,
                                                                .splits = 32.0,
                                                                .multiprocessor_share = 8.0,
                                                                .tail = 0.2582,
                                                                .exposed = 0.05,
                                                                .window_padding = 200.0,
                                                                .cache_speedup = 6.0,
                                                                .cache_share = 0.6,
                                                                .overlapped = true,
                                                                .rows = 16.0};

/// 330 rows, 11.4 %
inline constexpr expert_curve<> rtx_pro_6000_vllm_experts_wide{.bandwidth = 0.8177,
                                                               .launch = 1_us,
                                                               .per_expert = 0.00765_us,
                                                               .sorting = 13.38_us,
                                                               .sorted_tokens = 8.27,
                                                               .block_rows = 19.37,
                                                               .walk = 1.676e-09,
                                                               .passes = 0.7338,
                                                               .foreign_rows = 1.0,
                                                               .tiles = {8.0, 64.0}};
/// 330 rows, 12.9 %
inline constexpr expert_curve<> rtx_pro_6000_vllm_experts_narrow{.compute = 0.8764,
                                                                 .bandwidth = 0.8145,
                                                                 .launch = 1_us,
                                                                 .per_expert = 0.01356_us,
                                                                 .sorting = 9.656_us,
                                                                 .sorted_tokens = 8.0,
                                                                 .block_rows = 9.204,
                                                                 .walk = 1.722e-09,
                                                                 .passes = 1.091,
                                                                 .foreign_rows = 0.9879};
/// 330 rows, 6.9 %
inline constexpr expert_curve<> rtx_pro_6000_vllm_experts_narrow_block{.compute = 0.6184,
                                                                       .bandwidth = 0.8102,
                                                                       .launch = 3.938_us,
                                                                       .sorting = 16.53_us,
                                                                       .sorted_tokens = 52.65,
                                                                       .walk = 4.056e-09,
                                                                       .passes = 1.059,
                                                                       .foreign_rows = 1.0,
                                                                       .tiles = {8.0, 128.0}};

}  // namespace shardline::catalog::curves
