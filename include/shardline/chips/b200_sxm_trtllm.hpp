// SPDX-License-Identifier: BSL-1.0
/// b200-sxm under trtllm: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 220 rows, 9.2 %
inline constexpr gemm_curve<> b200_sxm_trtllm_gemm_wide{.bandwidth = 0.7817,
                                                        .compute = 0.7645,
                                                        .block_rows = 4.152,
                                                        .tail = 0.4294,
                                                        .throttle = 0.1156,
                                                        .launch = 1.851_us,
                                                        .reduction = 2.924_us,
                                                        .tile = 16.0,
                                                        .walk = 5.367e-10,
                                                        .cache_speedup = 1.477,
                                                        .cache_share = 0.1277};
/// 220 rows, 4.5 %
inline constexpr gemm_curve<> b200_sxm_trtllm_gemm_narrow{.bandwidth = 0.7427,
                                                          .compute = 0.8115,
                                                          .small_tile = 0.8926,
                                                          .block_rows = 1.192,
                                                          .tail = 0.9934,
                                                          .throttle = 0.1236,
                                                          .launch = 2.4_us,
                                                          .reduction = 3.202_us,
                                                          .quantise = 11.11_us,
                                                          .quantise_bandwidth = 0.3388,
                                                          .tile = 16.0,
                                                          .walk = 6.233e-10,
                                                          .cache_speedup = 6.0,
                                                          .cache_share = 0.008846};
/// 220 rows, 19.9 %
inline constexpr gemm_curve<> b200_sxm_trtllm_gemm_narrow_block{.bandwidth = 0.7637,
                                                                .compute = 0.736,
                                                                .small_tile = 0.7198,
                                                                .block_rows = 3.853,
                                                                .tail = 0.4562,
                                                                .throttle = 0.149,
                                                                .launch = 2.4_us,
                                                                .reduction = 10.29_us,
                                                                .quantise = 5.673_us,
                                                                .quantise_bandwidth = 0.2261,
                                                                .tile = 16.0,
                                                                .walk = 2e-09,
                                                                .cache_speedup = 6.0,
                                                                .cache_share = 0.008845};
/// 220 rows, 4.1 %
inline constexpr gemm_curve<> b200_sxm_trtllm_gemm_four_bit_math{.bandwidth = 0.6279,
                                                                 .compute = 0.6655,
                                                                 .small_tile = 0.8234,
                                                                 .block_rows = 12.79,
                                                                 .tail = 0.6148,
                                                                 .throttle = 0.2332,
                                                                 .launch = 2.4_us,
                                                                 .reduction = never_split,
                                                                 .quantise = 3.344_us,
                                                                 .quantise_bandwidth = 0.5449,
                                                                 .walk = 3.613e-09,
                                                                 .cache_speedup = 1.098,
                                                                 .cache_share = 0.5548};

/// 220 rows, 7.7 %
inline constexpr prefill_curve<> b200_sxm_trtllm_prefill_wide{.compute = 0.8093,
                                                              .softmax_values = 161.5,
                                                              .bandwidth = 0.9,
                                                              .launch = 9.501_us,
                                                              .block = 3.064_us,
                                                              .tail = 1.074,
                                                              .exposed = 1.0,
                                                              .passes = 0.945,
                                                              .window_padding = 350.6};
/// 220 rows, 8.7 %
inline constexpr prefill_curve<> b200_sxm_trtllm_prefill_narrow{.compute = 0.3852,
                                                                .softmax_values = 81.42,
                                                                .bandwidth = 0.9,
                                                                .launch = 11.09_us,
                                                                .block = 2.86_us,
                                                                .tail = 0.7016,
                                                                .exposed = 1.0,
                                                                .passes = 1.211,
                                                                .window_padding = 336.8};

/// 92 rows, 17.5 %
inline constexpr decode_curve<> b200_sxm_trtllm_decode_wide{.compute = 0.9,
                                                            .launch = 8.625_us,
                                                            .reduction = 0.5167_us,
                                                            .block = 1.866_us,
                                                            .splits = 32.0,
                                                            .multiprocessor_share = 8.0,
                                                            .tail = 1.5,
                                                            .exposed = 0.05,
                                                            .window_padding = 1.0,
                                                            .cache_speedup = 2.116,
                                                            .cache_share = 0.6,
                                                            .overlapped = true,
                                                            .rows = 16.0};
/// 103 rows, 18.8 %
inline constexpr decode_curve<> b200_sxm_trtllm_decode_narrow{.compute = 0.9,
                                                              .launch = 8.87_us,
                                                              .block = 1.56_us,
                                                              .blocks = 3.364,
                                                              .splits = 32.0,
                                                              .multiprocessor_share = 3.088,
                                                              .exposed = 0.05,
                                                              .window_padding = 1.0,
                                                              .cache_speedup = 6.0,
                                                              .cache_share = 0.6,
                                                              .overlapped = true,
                                                              .rows = 16.0};

/// 220 rows, 7.4 %
inline constexpr prefill_curve<> b200_sxm_trtllm_latent_prefill_wide{.compute = 0.6808,
                                                                     .softmax_values = 17.76,
                                                                     .bandwidth = 0.9,
                                                                     .launch = 10.19_us,
                                                                     .block = 3.063_us,
                                                                     .tail = 1.089,
                                                                     .exposed = 0.6875};
/// 220 rows, 6.8 %
inline constexpr prefill_curve<> b200_sxm_trtllm_latent_prefill_narrow{.compute = 0.4983,
                                                                       .softmax_values = 17.76,
                                                                       .bandwidth = 0.9,
                                                                       .launch = 13.26_us,
                                                                       .block = 2.894_us,
                                                                       .tail = 1.5,
                                                                       .exposed = 0.3,
                                                                       .passes = 1.165};

/// 220 rows, 8.8 %
inline constexpr decode_curve<> b200_sxm_trtllm_latent_decode_wide{.compute = 0.95,
                                                                   .bandwidth = 0.799,
                                                                   .launch = 9.14_us,
                                                                   .block = 4.589_us,
                                                                   .blocks = 1.73,
                                                                   .splits = 32.0,
                                                                   .multiprocessor_share = 2.19,
                                                                   .tail = 0.2433,
                                                                   .exposed = 0.05,
                                                                   .passes = 0.1138,
                                                                   .cache_speedup = 6.0,
                                                                   .cache_share = 0.6};
/// 220 rows, 10.3 %
inline constexpr decode_curve<> b200_sxm_trtllm_latent_decode_narrow{.compute = 0.7882,
                                                                     .bandwidth = 0.9201,
                                                                     .launch = 8.724_us,
                                                                     .reduction = 0.6701_us,
                                                                     .block = 2.7_us,
                                                                     .blocks = 1.172,
                                                                     .splits = 32.0,
                                                                     .multiprocessor_share = 3.205,
                                                                     .tail = 0.3445,
                                                                     .exposed = 0.05,
                                                                     .passes = 2.122,
                                                                     .cache_speedup = 2.111,
                                                                     .cache_share = 0.6};

/// 660 rows, 25.0 %
inline constexpr expert_curve<> b200_sxm_trtllm_experts_wide{.bandwidth = 0.6075,
                                                             .launch = 32.27_us,
                                                             .per_expert = 0.1127_us,
                                                             .sorting = 9.59_us,
                                                             .sorted_tokens = 129.9,
                                                             .block_rows = 18.9,
                                                             .passes = 3.406,
                                                             .foreign_rows = 0.01883,
                                                             .tiles = {16.0, 256.0}};
/// 660 rows, 21.3 %
inline constexpr expert_curve<> b200_sxm_trtllm_experts_narrow{.bandwidth = 0.5873,
                                                               .launch = 34.48_us,
                                                               .per_expert = 0.1826_us,
                                                               .sorting = 3.138_us,
                                                               .sorted_tokens = 256.0,
                                                               .passes = 3.912,
                                                               .foreign_rows = 0.05157,
                                                               .tiles = {8.0, 64.0}};
/// 550 rows, 7.7 %
inline constexpr expert_curve<> b200_sxm_trtllm_experts_narrow_block{.bandwidth = 0.7717,
                                                                     .launch = 30.97_us,
                                                                     .per_expert = 0.4406_us,
                                                                     .sorting = 0.6868_us,
                                                                     .sorted_tokens = 600.0,
                                                                     .passes = 4.793,
                                                                     .tiles = {8.0, 256.0}};
/// 660 rows, 17.6 %
inline constexpr expert_curve<> b200_sxm_trtllm_experts_four_bit_float{.bandwidth = 0.8324,
                                                                       .launch = 17.35_us,
                                                                       .sorting = 35.28_us,
                                                                       .sorted_tokens = 153.8,
                                                                       .block_rows = 13.98,
                                                                       .passes = 0.3159,
                                                                       .foreign_rows = 0.4856,
                                                                       .tiles = {8.0, 128.0}};
/// 660 rows, 16.4 %
inline constexpr expert_curve<> b200_sxm_trtllm_experts_four_bit_math{.compute = 0.6992,
                                                                      .bandwidth = 0.9117,
                                                                      .launch = 13.57_us,
                                                                      .per_expert = 0.004654_us,
                                                                      .sorting = 13.81_us,
                                                                      .sorted_tokens = 156.9,
                                                                      .block_rows = 54.6,
                                                                      .walk = 1.332e-09,
                                                                      .passes = 0.6672,
                                                                      .foreign_rows = 0.9275,
                                                                      .tiles = {16.0, 256.0}};

}  // namespace shardline::catalog::curves
