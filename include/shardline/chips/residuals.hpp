/// How far measurements were from the fitted policy: residuals by kind of operator.
///
/// Tenth and ninetieth percentile of measured over predicted time, each row predicted by constants
/// fitted without its shape, or on the other accelerator (bench_accuracy, November 2026): typical
/// values of the lines of each table.
#pragma once

#include "shardline/curves/residuals.hpp"

namespace shardline::catalog::curves {

/// On the accelerators that were measured.
///   elementwise  norms and activation functions of Vidur's tables
///   host         not measured by itself: taken as wide as the vector kernels
///   step         chosen so that the bands of TPOT hold eight of ten dense serving rows
///                (Llama-3.1 8B and 70B, 354 rows: 0.91 to 1.06)
///   queue        of the same rows' TTFT; clients and front ends at their limit are beyond
inline constexpr residual_ranges measured_residuals{.gemm = {0.92, 1.09},
                                                    .attention = {0.88, 1.16},
                                                    .experts = {0.87, 1.22},
                                                    .elementwise = {0.85, 1.15},
                                                    .collectives = {0.88, 1.14},
                                                    .host = {0.85, 1.15},
                                                    .step = {0.94, 1.06},
                                                    .queue = {0.8, 1.6}};

/// On others, whose constants are carried over.
///   step, host   a quarter either way: no second accelerator was measured under one engine
inline constexpr residual_ranges transferred_residuals{.gemm = {0.82, 1.21},
                                                       .attention = {0.6, 1.6},
                                                       .experts = {0.75, 1.4},
                                                       .elementwise = {0.7, 1.4},
                                                       .collectives = {0.65, 1.5},
                                                       .host = {0.75, 1.25},
                                                       .step = {0.85, 1.25},
                                                       .queue = {0.7, 2.0}};

}  // namespace shardline::catalog::curves
