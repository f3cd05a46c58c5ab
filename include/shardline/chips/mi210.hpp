// SPDX-License-Identifier: BSL-1.0
/// AMD MI210: the curves measured on it. Nothing deploys on it here: it is in no list by name.
#pragma once

#include "shardline/chips/a100_sxm.hpp"
#include "shardline/chips/curves.hpp"
#include "shardline/chips/measured.hpp"

namespace shardline::catalog {

/// As its measurement states it (LLMCompass, below): no memory, no links.
inline constexpr accelerator mi210{.name = "mi210",
                                   .vendor = vendor::amd,
                                   .peak = {.bf16 = 181_TFLOPS, .fp16 = 181_TFLOPS},
                                   .memory_rate = 1638_GBps,
                                   .multiprocessors = 104};

namespace curves {

/// AMD MI210 (104 compute units, 181 TFLOP/s, 1638 GB/s), PyTorch on ROCm of 2023, fp16:
/// LLMCompass (PrincetonUniversity/LLMCompass 2e015fd2, ae/figure5), 22 shapes, 3.6 % in sample
/// with a call of 29 us; the launch inside a graph and the tiles are an A100's.
inline constexpr gemm_curve<> gemm_mi210_wide{.bandwidth = 0.375,
                                              .compute = 0.71,
                                              .small_tile = 0.8016,
                                              .launch = 4.082_us,
                                              .reduction = 0.7957_us,
                                              .tile = 32.0};

/// For AMD's later accelerators the geometric mean of MI210's 0.375 of the memory rate (which no
/// kernel there exceeded: its GELU 0.377) and the A100's 0.76 under the same scripts: the libraries
/// have changed since, and no figure here says how far.
inline constexpr double amd_bandwidth = 0.53;

namespace detail {

// Multiplications alone were measured: an A100's kernels stand for the others.
constexpr fitted mi210_kernels(const kernel_execution& e) noexcept {
  fitted f = a100_kernels(e);
  f.gemm.of.fill(gemm_mi210_wide);
  for (gemm_curve<>& c : f.gemm.of) c.bandwidth = amd_bandwidth;
  return f;
}

}  // namespace detail

}  // namespace curves

/// The MI210 as measured, with the clock of a busy A100.
inline constexpr measured_chip measured_mi210{.sheet = &mi210,
                                              .kernels = curves::detail::mi210_kernels,
                                              .sustained = measured_a100_sxm.sustained};

}  // namespace shardline::catalog
