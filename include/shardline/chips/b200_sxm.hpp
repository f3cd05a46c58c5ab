// SPDX-License-Identifier: BSL-1.0
/// NVIDIA B200 SXM.
#pragma once

#include "shardline/chips/b200_sxm_collectives.hpp"
#include "shardline/chips/b200_sxm_kernels.hpp"
#include "shardline/chips/chip.hpp"
#include "shardline/chips/h100_sxm.hpp"
#include "shardline/chips/recurrences.hpp"
#include "shardline/chips/sparse.hpp"

namespace shardline::catalog {

/// B200 SXM with 180 GB. Source: [aic] b200_sxm; [stas].
/// Uncertain: memory bandwidth, 7.7 TB/s in [aic] and 8 TB/s in [stas]; the latter is used.
inline constexpr accelerator b200_sxm{.name = "b200-sxm",
                                      .vendor = vendor::nvidia,
                                      .architecture = architecture::blackwell,
                                      .peak = {.fp32 = 80_TFLOPS,
                                               .tf32 = 1125_TFLOPS,
                                               .bf16 = 2250_TFLOPS,
                                               .fp16 = 2250_TFLOPS,
                                               .fp8 = 4500_TFLOPS,
                                               .int8 = 4500_TFLOPS,
                                               .fp4 = 9000_TFLOPS},
                                      .memory = 182630_MiB,
                                      .memory_rate = 8000_GBps,
                                      .scale_up = {900_GBps, scale_up_latency},
                                      .domain = 8,
                                      .network = {400_Gbps, network_latency},
                                      .multiprocessors = 148,
                                      .last_level_cache = 126_MB};

namespace curves {

/// Watts of 770 multiplications in four formats (aiconfigurator's gemm tables of vLLM 0.22 and
/// TensorRT-LLM 1.3.0rc15, commit 095f58a5), 25 % for shapes left out of the fit; the best constant
/// power misses by 33 %.
inline constexpr power_curve b200_sxm_power{
    .idle = 280.0, .memory = 645.0, .compute = 1204.0, .limit = 1000.0, .error = 0.25};

}  // namespace curves

namespace curves::detail {

constexpr fitted b200_sxm_kernels(const kernel_execution& e) noexcept {
  using shardline::detail::of_library;
  fitted f;
  shardline::detail::take(f,
                          of_library(e.library, b200_sxm_vllm, b200_sxm_sglang, b200_sxm_trtllm));
  f.sparse =
      of_library(e.library, b200_sxm_vllm_sparse, b200_sxm_sglang_sparse, b200_sxm_trtllm_sparse);
  f.block_sparse = b200_sxm_sglang_block_sparse;  // others' were not measured
  f.recurrences = of_library(e.library, b200_sxm_vllm_recurrences, b200_sxm_sglang_recurrences,
                             b200_sxm_trtllm_recurrences);
  f.elementwise = vectors_at(1.965e9);
  f.collectives =
      e.own_all_reduce
          ? with_all_reduce_of(b200_sxm_nccl_collectives,
                               of_library(e.library, b200_sxm_vllm_collectives,
                                          b200_sxm_sglang_collectives, b200_sxm_trtllm_collectives))
          : b200_sxm_nccl_collectives;
  f.exchange = h100_exchange;
  return f;
}

}  // namespace curves::detail

/// The B200 as measured; a busy one's multiplications are taken to run at an H100's share of a
/// benchmark's.
inline constexpr measured_chip measured_b200_sxm{.sheet = &b200_sxm,
                                                 .kernels = curves::detail::b200_sxm_kernels,
                                                 .sustained = 0.92,
                                                 .power = &curves::b200_sxm_power};

}  // namespace shardline::catalog
