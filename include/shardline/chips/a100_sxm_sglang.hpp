// SPDX-License-Identifier: BSL-1.0
/// a100-sxm under sglang: its kernels' curves, as bench_calibrate writes this file. Rows of
/// the table and mean error in the fit stand above each; chips/curves.hpp says of what.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// 220 rows, 9.5 %
inline constexpr gemm_curve<> a100_sxm_sglang_gemm_wide{.bandwidth = 0.7292,
                                                        .compute = 0.9465,
                                                        .small_tile = 0.8826,
                                                        .tail = 0.2527,
                                                        .throttle = 0.1387,
                                                        .launch = 3.342_us,
                                                        .reduction = 2.384_us,
                                                        .tile = 16.0,
                                                        .walk = 2.226e-09,
                                                        .cache_share = 0.5};

/// 220 rows, 15.1 %
inline constexpr prefill_curve<> a100_sxm_sglang_prefill_wide{.compute = 0.6,
                                                              .softmax_values = 0.1,
                                                              .bandwidth = 0.9,
                                                              .launch = 12.65_us,
                                                              .tail = 0.4303,
                                                              .passes = 0.6951,
                                                              .window_padding = 200.0};

/// 220 rows, 7.3 %
inline constexpr decode_curve<> a100_sxm_sglang_decode_wide{.compute = 0.9,
                                                            .bandwidth = 0.5832,
                                                            .launch = 13.43_us,
                                                            .reduction = 6.76_us,
                                                            .block = 4.283_us,
                                                            .splits = 32.0,
                                                            .multiprocessor_share = 1.258,
                                                            .tail = 0.927,
                                                            .exposed = 0.003853,
                                                            .window_padding = 200.0,
                                                            .cache_speedup = 1.112,
                                                            .cache_share = 0.6,
                                                            .overlapped = true,
                                                            .rows = 16.0};

/// 550 rows, 13.0 %
inline constexpr expert_curve<> a100_sxm_sglang_experts_wide{.compute = 0.7155,
                                                             .bandwidth = 0.9691,
                                                             .launch = 9.995_us,
                                                             .per_expert = 0.07259_us,
                                                             .sorting = 28.57_us,
                                                             .sorted_tokens = 8.421,
                                                             .block_rows = 47.23,
                                                             .walk = 2.548e-09,
                                                             .passes = 1.392,
                                                             .foreign_rows = 0.1058,
                                                             .foreign_products = 1.0,
                                                             .tiles = {8.0, 128.0}};
/// 330 rows, 9.2 %
inline constexpr expert_curve<> a100_sxm_sglang_experts_four_bit{.compute = 0.652,
                                                                 .bandwidth = 0.872,
                                                                 .launch = 28.92_us,
                                                                 .sorting = 18.73_us,
                                                                 .sorted_tokens = 107.9,
                                                                 .block_rows = 7.247,
                                                                 .walk = 6.541e-09,
                                                                 .passes = 2.639,
                                                                 .foreign_rows = 0.01653,
                                                                 .foreign_products = 1.0,
                                                                 .tiles = {8.0, 64.0}};

}  // namespace shardline::catalog::curves
