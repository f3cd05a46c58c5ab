// SPDX-License-Identifier: BSL-1.0
/// rtx-pro-6000 under trtllm: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 110 rows, 11.8 %
inline constexpr gemm_curve<> rtx_pro_6000_trtllm_gemm_wide{.bandwidth = 0.8601,
                                                            .small_tile = 0.9062,
                                                            .block_rows = 4.129,
                                                            .tail = 0.3695,
                                                            .launch = 2.164_us,
                                                            .reduction = 2.219_us,
                                                            .tile = 16.0,
                                                            .walk = 2e-09,
                                                            .cache_speedup = 2.575,
                                                            .cache_share = 0.1904};
/// 110 rows, 10.6 %
inline constexpr gemm_curve<> rtx_pro_6000_trtllm_gemm_narrow{.bandwidth = 0.8655,
                                                              .small_tile = 0.7675,
                                                              .tail = 0.8247,
                                                              .throttle = 0.1951,
                                                              .launch = 2.4_us,
                                                              .reduction = 1.431_us,
                                                              .quantise = 8.71_us,
                                                              .quantise_bandwidth = 1.0,
                                                              .tile = 16.0,
                                                              .walk = 2.828e-09,
                                                              .cache_speedup = 1.301,
                                                              .cache_share = 0.6429};
/// 110 rows, 16.1 %
inline constexpr gemm_curve<> rtx_pro_6000_trtllm_gemm_narrow_block{.bandwidth = 0.8083,
                                                                    .compute = 0.8625,
                                                                    .small_tile = 0.8258,
                                                                    .block_rows = 43.19,
                                                                    .launch = 2.4_us,
                                                                    .reduction = never_split,
                                                                    .quantise = 4.411_us,
                                                                    .quantise_bandwidth = 0.5121,
                                                                    .tile = 16.0,
                                                                    .walk = 2e-09,
                                                                    .cache_speedup = 1.141,
                                                                    .cache_share = 0.8027};
/// 110 rows, 13.8 %
inline constexpr gemm_curve<> rtx_pro_6000_trtllm_gemm_four_bit_math{.bandwidth = 0.5883,
                                                                     .block_rows = 16.0,
                                                                     .launch = 2.4_us,
                                                                     .reduction = never_split,
                                                                     .quantise = 1.686_us,
                                                                     .quantise_bandwidth = 1.0,
                                                                     .tile = 16.0,
                                                                     .walk = 7.274e-09,
                                                                     .cache_share = 0.5};

/// 110 rows, 10.2 %
inline constexpr prefill_curve<> rtx_pro_6000_trtllm_prefill_wide{.compute = 0.5436,
                                                                  .softmax_values = 14.79,
                                                                  .bandwidth = 0.9,
                                                                  .launch = 9.096_us,
                                                                  .block = 0.5752_us,
                                                                  .tail = 0.3318,
                                                                  .exposed = 1.0,
                                                                  .window_padding = 129.2};
/// 110 rows, 10.6 %
inline constexpr prefill_curve<> rtx_pro_6000_trtllm_prefill_narrow{.compute = 0.264,
                                                                    .softmax_values = 0.1,
                                                                    .bandwidth = 0.9,
                                                                    .launch = 9.502_us,
                                                                    .block = 0.5983_us,
                                                                    .tail = 0.4718,
                                                                    .exposed = 0.141,
                                                                    .passes = 0.6682,
                                                                    .window_padding = 224.5};

/// 86 rows, 20.4 %
inline constexpr decode_curve<> rtx_pro_6000_trtllm_decode_wide{.compute = 0.9644,
                                                                .bandwidth = 0.9212,
                                                                .launch = 6.492_us,
                                                                .reduction = 2.674_us,
                                                                .block = 3.4_us,
                                                                .blocks = 4.727,
                                                                .splits = 32.0,
                                                                .multiprocessor_share = 2.052,
                                                                .tail = 0.3,
                                                                .exposed = 0.05,
                                                                .window_padding = 1157.0,
                                                                .cache_speedup = 6.0,
                                                                .cache_share = 0.6,
                                                                .overlapped = true,
                                                                .rows = 16.0};
/// 110 rows, 20.9 %
inline constexpr decode_curve<> rtx_pro_6000_trtllm_decode_narrow{.compute = 0.9644,
                                                                  .bandwidth = 0.8128,
                                                                  .launch = 8.528_us,
                                                                  .reduction = 3_us,
                                                                  .block = 1.087_us,
                                                                  .blocks = 0.6808,
                                                                  .multiprocessor_share = 5.45,
                                                                  .exposed = 0.05,
                                                                  .window_padding = 177.3,
                                                                  .cache_speedup = 1.439,
                                                                  .cache_share = 0.6,
                                                                  .rows = 16.0};

/// 110 rows, 12.6 %
inline constexpr prefill_curve<> rtx_pro_6000_trtllm_latent_prefill_wide{.compute = 0.6149,
                                                                         .softmax_values = 17.76,
                                                                         .bandwidth = 0.9,
                                                                         .launch = 8.599_us,
                                                                         .block = 4.04_us,
                                                                         .tail = 0.408,
                                                                         .passes = 0.253};
/// 110 rows, 19.5 %
inline constexpr prefill_curve<> rtx_pro_6000_trtllm_latent_prefill_narrow{.compute = 0.5705,
                                                                           .softmax_values = 17.76,
                                                                           .bandwidth = 0.9,
                                                                           .launch = 11.58_us,
                                                                           .block = 1.268_us,
                                                                           .tail = 0.4351,
                                                                           .exposed = 0.7849,
                                                                           .passes = 0.3977};

/// 110 rows, 5.5 %
inline constexpr decode_curve<> rtx_pro_6000_trtllm_latent_decode_wide{.compute = 0.6213,
                                                                       .bandwidth = 0.899,
                                                                       .launch = 5.47_us,
                                                                       .reduction = 3_us,
                                                                       .block = 2.617_us,
                                                                       .blocks = 12.27,
                                                                       .multiprocessor_share = 2.0,
                                                                       .tail = 0.8037,
                                                                       .exposed = 0.05,
                                                                       .passes = 0.1449,
                                                                       .cache_speedup = 2.842,
                                                                       .cache_share = 0.6};
/// 110 rows, 11.6 %
inline constexpr decode_curve<> rtx_pro_6000_trtllm_latent_decode_narrow{
    .compute = 0.4583,
    .bandwidth = 0.5412,
    .launch = 5.965_us,
    .reduction = 3_us,
    .block = 5.252_us,
    .blocks = 30.86,
    .multiprocessor_share = 2.0,
    .tail = 0.5869,
    .exposed = 0.05,
    .cache_speedup = 1.765,
    .cache_share = 0.6};

/// 330 rows, 8.4 %
inline constexpr expert_curve<> rtx_pro_6000_trtllm_experts_wide{.compute = 0.7053,
                                                                 .bandwidth = 0.8215,
                                                                 .launch = 15.8_us,
                                                                 .per_expert = 0.04646_us,
                                                                 .sorting = 2.267_us,
                                                                 .sorted_tokens = 96.0,
                                                                 .block_rows = 7.984,
                                                                 .walk = 2.323e-09,
                                                                 .passes = 1.138,
                                                                 .foreign_rows = 0.01879,
                                                                 .tiles = {8.0, 64.0}};
/// 330 rows, 12.9 %
inline constexpr expert_curve<> rtx_pro_6000_trtllm_experts_narrow{.compute = 0.8959,
                                                                   .bandwidth = 0.7923,
                                                                   .launch = 12.26_us,
                                                                   .per_expert = 0.01816_us,
                                                                   .sorted_tokens = 60.0,
                                                                   .block_rows = 7.743,
                                                                   .walk = 4.117e-09,
                                                                   .passes = 1.059,
                                                                   .foreign_rows = 0.1,
                                                                   .tiles = {16.0, 256.0}};
/// 330 rows, 10.0 %
inline constexpr expert_curve<> rtx_pro_6000_trtllm_experts_four_bit_math{.bandwidth = 0.771,
                                                                          .launch = 25.74_us,
                                                                          .per_expert = 0.3023_us,
                                                                          .sorting = 3.089_us,
                                                                          .sorted_tokens = 3.995,
                                                                          .block_rows = 1.07,
                                                                          .walk = 8.062e-09,
                                                                          .passes = 0.9,
                                                                          .foreign_rows = 0.1031,
                                                                          .tiles = {8.0, 256.0}};

}  // namespace shardline::catalog::curves
