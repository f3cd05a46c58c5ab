// SPDX-License-Identifier: BSL-1.0
/// a100-sxm under trtllm: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 110 rows, 9.0 %
inline constexpr gemm_curve<> a100_sxm_trtllm_gemm_wide{.bandwidth = 0.768,
                                                        .small_tile = 0.9262,
                                                        .tail = 0.5187,
                                                        .throttle = 0.04119,
                                                        .launch = 3.325_us,
                                                        .reduction = 1.738_us,
                                                        .tile = 16.0,
                                                        .walk = 2e-09,
                                                        .cache_speedup = 1.13,
                                                        .cache_share = 0.2286};

/// 110 rows, 3.9 %
inline constexpr prefill_curve<> a100_sxm_trtllm_prefill_wide{.compute = 0.6,
                                                              .softmax_values = 58.09,
                                                              .bandwidth = 0.9,
                                                              .launch = 11.03_us,
                                                              .block = 1.65_us,
                                                              .tail = 0.5556,
                                                              .exposed = 1.0,
                                                              .passes = 0.5967,
                                                              .window_padding = 200.0};

/// 110 rows, 31.6 %
inline constexpr decode_curve<> a100_sxm_trtllm_decode_wide{.compute = 0.9,
                                                            .bandwidth = 0.9486,
                                                            .launch = 13.39_us,
                                                            .reduction = 3.164_us,
                                                            .block = 2.371_us,
                                                            .blocks = 0.3,
                                                            .splits = 32.0,
                                                            .multiprocessor_share = 8.0,
                                                            .tail = 1.5,
                                                            .exposed = 0.003853,
                                                            .window_padding = 200.0,
                                                            .cache_share = 0.6,
                                                            .rows = 16.0};

/// 110 rows, 7.8 %
inline constexpr prefill_curve<> a100_sxm_trtllm_latent_prefill_wide{.compute = 0.5951,
                                                                     .softmax_values = 17.76,
                                                                     .bandwidth = 0.9,
                                                                     .launch = 10.35_us,
                                                                     .block = 3.344_us,
                                                                     .tail = 0.5877,
                                                                     .exposed = 0.5444};
/// 110 rows, 9.4 %
inline constexpr prefill_curve<> a100_sxm_trtllm_latent_prefill_narrow{.compute = 0.6211,
                                                                       .softmax_values = 17.76,
                                                                       .bandwidth = 0.9,
                                                                       .launch = 9.134_us,
                                                                       .block = 3.058_us,
                                                                       .tail = 0.625,
                                                                       .passes = 0.4003};

/// 110 rows, 4.1 %
inline constexpr decode_curve<> a100_sxm_trtllm_latent_decode_wide{.compute = 0.4103,
                                                                   .launch = 7.513_us,
                                                                   .reduction = 3_us,
                                                                   .block = 4.583_us,
                                                                   .blocks = 0.3,
                                                                   .multiprocessor_share = 2.0,
                                                                   .tail = 0.6275,
                                                                   .exposed = 0.7726,
                                                                   .cache_speedup = 1.211,
                                                                   .cache_share = 0.4};
/// 110 rows, 4.0 %
inline constexpr decode_curve<> a100_sxm_trtllm_latent_decode_narrow{.compute = 0.4085,
                                                                     .bandwidth = 0.6378,
                                                                     .launch = 7.29_us,
                                                                     .reduction = 3_us,
                                                                     .block = 4.974_us,
                                                                     .blocks = 0.3,
                                                                     .multiprocessor_share = 2.0,
                                                                     .tail = 0.6678,
                                                                     .exposed = 0.7726,
                                                                     .cache_speedup = 2.45,
                                                                     .cache_share = 0.4};

/// 220 rows, 8.9 %
inline constexpr expert_curve<> a100_sxm_trtllm_experts_wide{.compute = 0.6372,
                                                             .bandwidth = 0.8292,
                                                             .launch = 1_us,
                                                             .per_expert = 0.222_us,
                                                             .sorting = 25.68_us,
                                                             .sorted_tokens = 384.0,
                                                             .block_rows = 9.072,
                                                             .walk = 5.668e-09,
                                                             .passes = 1.794,
                                                             .foreign_rows = 0.009377,
                                                             .tiles = {16.0, 256.0}};

}  // namespace shardline::catalog::curves
