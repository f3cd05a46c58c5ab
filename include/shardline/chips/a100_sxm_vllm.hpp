// SPDX-License-Identifier: BSL-1.0
/// a100-sxm under vllm: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 110 rows, 7.5 %
inline constexpr gemm_curve<> a100_sxm_vllm_gemm_wide{.bandwidth = 0.757,
                                                      .compute = 0.9719,
                                                      .small_tile = 0.8542,
                                                      .tail = 0.239,
                                                      .launch = 3.28_us,
                                                      .reduction = 2.039_us,
                                                      .tile = 16.0,
                                                      .walk = 1.215e-09,
                                                      .cache_speedup = 6.0,
                                                      .cache_share = 0.01228};

/// 110 rows, 9.9 %
inline constexpr prefill_curve<> a100_sxm_vllm_prefill_wide{.compute = 0.6,
                                                            .softmax_values = 0.1,
                                                            .bandwidth = 0.9,
                                                            .launch = 7.509_us,
                                                            .block = 2.057_us,
                                                            .tail = 0.5868,
                                                            .passes = 0.9865,
                                                            .window_padding = 200.0};

/// 110 rows, 14.2 %
inline constexpr decode_curve<> a100_sxm_vllm_decode_wide{.compute = 0.9,
                                                          .bandwidth = 0.7357,
                                                          .launch = 14.55_us,
                                                          .reduction = 4.82_us,
                                                          .block = 4.292_us,
                                                          .splits = 32.0,
                                                          .multiprocessor_share = 8.0,
                                                          .tail = 0.8597,
                                                          .exposed = 0.003853,
                                                          .window_padding = 200.0,
                                                          .cache_speedup = 1.159,
                                                          .cache_share = 0.6,
                                                          .overlapped = true,
                                                          .rows = 16.0};

/// 220 rows, 15.4 %
inline constexpr expert_curve<> a100_sxm_vllm_experts_wide{.compute = 0.615,
                                                           .bandwidth = 0.9199,
                                                           .launch = 1_us,
                                                           .sorting = 28.08_us,
                                                           .sorted_tokens = 4.365,
                                                           .block_rows = 51.57,
                                                           .walk = 8.768e-09,
                                                           .passes = 0.7923,
                                                           .foreign_rows = 1.0,
                                                           .tiles = {8.0, 64.0}};

}  // namespace shardline::catalog::curves
