// SPDX-License-Identifier: BSL-1.0
/// a100-sxm under sglang: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 220 rows, 8.6 %
inline constexpr gemm_curve<> a100_sxm_sglang_gemm_wide{.bandwidth = 0.7609,
                                                        .small_tile = 0.8959,
                                                        .row_floor = 0.5,
                                                        .tail = 0.3538,
                                                        .throttle = 0.2085,
                                                        .launch = 3.123_us,
                                                        .reduction = 1.886_us,
                                                        .walk = 2e-10,
                                                        .cache_share = 0.5};

/// 220 rows, 15.1 %
inline constexpr prefill_curve<> a100_sxm_sglang_prefill_wide{.compute = 0.6,
                                                              .softmax_values = 0.1,
                                                              .bandwidth = 0.9,
                                                              .launch = 12.65_us,
                                                              .tail = 0.4303,
                                                              .passes = 0.6951,
                                                              .window_padding = 200.0};

/// 220 rows, 9.9 %
inline constexpr decode_curve<> a100_sxm_sglang_decode_wide{.compute = 0.9,
                                                            .bandwidth = 0.7648,
                                                            .launch = 12.86_us,
                                                            .reduction = 6.502_us,
                                                            .block = 3.435_us,
                                                            .blocks = 0.6802,
                                                            .splits = 32.0,
                                                            .multiprocessor_share = 1.243,
                                                            .tail = 1.5,
                                                            .exposed = 0.003853,
                                                            .window_padding = 200.0,
                                                            .cache_speedup = 2.299,
                                                            .cache_share = 0.6,
                                                            .rows = 16.0};

/// 550 rows, 19.9 %
inline constexpr expert_curve<> a100_sxm_sglang_experts_wide{.compute = 0.7059,
                                                             .bandwidth = 0.8624,
                                                             .launch = 16.67_us,
                                                             .per_expert = 0.02262_us,
                                                             .sorting = 33.97_us,
                                                             .sorted_tokens = 10.1,
                                                             .block_rows = 43.63,
                                                             .walk = 1.858e-09,
                                                             .passes = 1.963,
                                                             .foreign_rows = 1.0,
                                                             .tiles = {8.0, 64.0}};
/// 330 rows, 26.6 %
inline constexpr expert_curve<> a100_sxm_sglang_experts_four_bit{.compute = 0.4641,
                                                                 .bandwidth = 0.7678,
                                                                 .launch = 31.15_us,
                                                                 .sorting = 10.19_us,
                                                                 .sorted_tokens = 74.42,
                                                                 .block_rows = 4.52,
                                                                 .walk = 5.391e-09,
                                                                 .passes = 3.039,
                                                                 .foreign_rows = 1.0,
                                                                 .tiles = {8.0, 128.0}};

}  // namespace shardline::catalog::curves
