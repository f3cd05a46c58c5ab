// SPDX-License-Identifier: BSL-1.0
/// AMD MI300X: its data sheet, and curves by whole runs, for no table has its kernels.
#pragma once

#include "shardline/chips/chip.hpp"
#include "shardline/chips/mi210.hpp"

namespace shardline::catalog {

/// MI300X with 192 GiB. Source: [stas]; ROCm/ROCm, commit e396b489, gpu-arch-specs.rst.
/// The link is seven 64 GB/s mesh links together: a single pair of GPUs reaches only 64 GB/s.
inline constexpr accelerator mi300x{.name = "mi300x",
                                    .vendor = vendor::amd,
                                    .peak = {.fp32 = 163.4_TFLOPS,
                                             .tf32 = 653.7_TFLOPS,
                                             .bf16 = 1307_TFLOPS,
                                             .fp16 = 1307_TFLOPS,
                                             .fp8 = 2615_TFLOPS,
                                             .int8 = 2615_TFLOPS},
                                    .memory = 196291_MiB,
                                    .memory_rate = 5300_GBps,
                                    .scale_up = {448_GBps, scale_up_latency},
                                    .domain = 8,
                                    .mesh = true,
                                    .network = {400_Gbps, network_latency},
                                    .multiprocessors = 304,
                                    .last_level_cache = 256_MB};

namespace curves {

/// Multiplications by hipBLASLt and AITER: compute and small_tile by MLPerf's Llama-2-70B and
/// Mixtral in 8 bits, v4.1 and v5.1, Server and Interactive, 24 rows, 4.4 %. The share of the
/// memory rate does not show in batches of hundreds: between an MI210's 0.375 and an A100's 0.76.
/// Launches are an A100's.
inline constexpr gemm_curve<> gemm_mi300x{.bandwidth = 0.6,
                                          .compute = 0.449,
                                          .small_tile = 0.74,
                                          .launch = 4.082_us,
                                          .reduction = 0.7957_us};

/// The same of 2024, as vLLM then ran them in 16 bits: tiles of 16 rows at a twentieth of the peak.
/// LLM-Inference-Bench (Argonne National Laboratory), 673 batches of 7B to 70B and Mixtral, 13.3 %
/// together with the constants below.
inline constexpr gemm_curve<> gemm_mi300x_2024{.bandwidth = 0.9,
                                               .compute = 0.057,
                                               .small_tile = 0.806,
                                               .launch = 4.082_us,
                                               .reduction = 0.7957_us,
                                               .tile = 16.0};
inline constexpr double prefill_compute_2024 = 0.02;
inline constexpr double decode_bandwidth_2024 = 0.732;
inline constexpr double expert_compute_2024 = 0.242;

/// Mixtral's experts in the rows of MLPerf.
inline constexpr double expert_compute = 0.364;

namespace detail {

// What was not measured of attention and experts is an A100's.
constexpr fitted mi300x_kernels(const kernel_execution& e) noexcept {
  fitted f = mi210_kernels(e);
  const bool of_2024 = e.library == kernel_library::vllm_2024;
  f.gemm.of.fill(of_2024 ? gemm_mi300x_2024 : gemm_mi300x);
  for (expert_curve<>& c : f.experts.of) c.compute = of_2024 ? expert_compute_2024 : expert_compute;
  if (!of_2024) return f;
  for (prefill_curve<>& c : f.prefill.of) c.compute = prefill_compute_2024;
  for (decode_curve<>& c : f.decode.of) c.bandwidth = decode_bandwidth_2024;
  return f;
}

}  // namespace detail

}  // namespace curves

/// The MI300X, at the clock of its runs.
inline constexpr measured_chip measured_mi300x{.sheet = &mi300x,
                                               .kernels = curves::detail::mi300x_kernels,
                                               .sustained = 1.0,
                                               .vllm_alone = true};

}  // namespace shardline::catalog
