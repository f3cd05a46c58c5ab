/// AMD MI210: the curves measured on it.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

/// AMD MI210 (104 compute units, 181 TFLOP/s, 1638 GB/s), PyTorch on ROCm of 2023, fp16:
/// LLMCompass (PrincetonUniversity/LLMCompass 2e015fd2, ae/figure5), 22 shapes, 3.6 % in sample
/// with a call of 29 us; the launch inside a graph and the tiles are an A100's.
inline constexpr gemm_curve<> gemm_mi210_wide{.bandwidth = 0.375,
                                              .compute = 0.71,
                                              .small_tile = 0.8016,
                                              .row_floor = 0.5,
                                              .launch = 4.082_us,
                                              .reduction = 0.7957_us};

/// For AMD's later accelerators the geometric mean of MI210's 0.375 of the memory rate (which no
/// kernel there exceeded: its GELU 0.377) and the A100's 0.76 under the same scripts: the libraries
/// have changed since, and no figure here says how far.
inline constexpr double amd_bandwidth = 0.53;

}  // namespace shardline::catalog::curves
