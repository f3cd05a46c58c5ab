// SPDX-License-Identifier: BSL-1.0
/// l40s under vllm: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 110 rows, 15.2 %
inline constexpr gemm_curve<> l40s_vllm_gemm_wide{.bandwidth = 0.7792,
                                                  .block_rows = 18.05,
                                                  .tail = 0.2266,
                                                  .throttle = 0.2221,
                                                  .launch = 1.43_us,
                                                  .reduction = 1.459_us,
                                                  .tile = 16.0,
                                                  .walk = 2e-09,
                                                  .cache_speedup = 3.066,
                                                  .cache_share = 0.1749};

/// 110 rows, 15.0 %
inline constexpr prefill_curve<> l40s_vllm_prefill_wide{.compute = 0.6581,
                                                        .softmax_values = 40.21,
                                                        .bandwidth = 0.9,
                                                        .launch = 0.8462_us,
                                                        .block = 4.225_us,
                                                        .tail = 0.1818,
                                                        .passes = 0.1398,
                                                        .window_padding = 187.7};

/// 110 rows, 7.2 %
inline constexpr decode_curve<> l40s_vllm_decode_wide{.compute = 0.9636,
                                                      .bandwidth = 0.85,
                                                      .launch = 9.233_us,
                                                      .block = 3.273_us,
                                                      .splits = 32.0,
                                                      .multiprocessor_share = 8.0,
                                                      .exposed = 0.05,
                                                      .window_padding = 200.0,
                                                      .cache_speedup = 6.0,
                                                      .cache_share = 0.6,
                                                      .rows = 16.0};

/// 330 rows, 17.6 %
inline constexpr expert_curve<> l40s_vllm_experts_wide{.bandwidth = 0.7975,
                                                       .launch = 1_us,
                                                       .sorted_tokens = 60.0,
                                                       .block_rows = 84.68,
                                                       .walk = 5.258e-10,
                                                       .passes = 0.6616,
                                                       .foreign_rows = 1.0,
                                                       .tiles = {8.0, 128.0}};
/// 330 rows, 21.2 %
inline constexpr expert_curve<> l40s_vllm_experts_narrow{.compute = 0.4702,
                                                         .bandwidth = 0.7419,
                                                         .launch = 1_us,
                                                         .sorted_tokens = 60.0,
                                                         .block_rows = 4.849,
                                                         .walk = 3.529e-09,
                                                         .passes = 0.8135,
                                                         .foreign_rows = 1.0,
                                                         .tiles = {8.0, 64.0}};

}  // namespace shardline::catalog::curves
