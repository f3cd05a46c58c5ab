// SPDX-License-Identifier: BSL-1.0
/// NVIDIA H200 SXM.
#pragma once

#include "shardline/chips/chip.hpp"
#include "shardline/chips/h100_sxm.hpp"
#include "shardline/chips/h200_sxm_collectives.hpp"
#include "shardline/chips/h200_sxm_kernels.hpp"
#include "shardline/chips/recurrences.hpp"
#include "shardline/chips/sparse.hpp"

namespace shardline::catalog {

/// H200 SXM with 141 GB: an H100's peaks. Source: NVIDIA H200 data sheet; [aic] h200_sxm; [stas].
inline constexpr accelerator h200_sxm{.name = "h200-sxm",
                                      .vendor = vendor::nvidia,
                                      .architecture = architecture::hopper,
                                      .peak = h100_sxm.peak,
                                      .memory = 143155_MiB,
                                      .memory_rate = 4800_GBps,
                                      .scale_up = {450_GBps, scale_up_latency},
                                      .domain = 8,
                                      .network = {400_Gbps, network_latency},
                                      .multiprocessors = 132,
                                      .last_level_cache = 50_MB};

namespace curves {

/// Watts of 220 multiplications in bf16 and fp8 in blocks (aiconfigurator's gemm table of vLLM
/// 0.22, commit 095f58a5), 32 % for shapes left out of the fit; the best constant power misses by
/// 48 %.
inline constexpr power_curve h200_sxm_power{
    .idle = 140.0, .memory = 385.0, .compute = 839.0, .limit = 700.0, .error = 0.32};

}  // namespace curves

namespace curves::detail {

constexpr fitted h200_sxm_kernels(const kernel_execution& e) noexcept {
  using shardline::detail::of_library;
  fitted f;
  shardline::detail::take(f,
                          of_library(e.library, h200_sxm_vllm, h200_sxm_sglang, h200_sxm_trtllm));
  if (e.library == kernel_library::vllm) {
    f.experts[kernel_format::four_bit_float].launch = triton_launches;
    f.experts[kernel_format::four_bit_float].sorting = {};
  }
  f.sparse =
      of_library(e.library, h200_sxm_vllm_sparse, h200_sxm_sglang_sparse, h200_sxm_trtllm_sparse);
  f.block_sparse = h200_sxm_sglang_block_sparse;  // others' were not measured
  f.recurrences = of_library(e.library, h200_sxm_vllm_recurrences, h200_sxm_sglang_recurrences,
                             h200_sxm_trtllm_recurrences);
  f.elementwise = vectors_at(1.98e9);
  f.collectives =
      e.own_all_reduce
          ? with_all_reduce_of(h200_sxm_nccl_collectives,
                               of_library(e.library, h200_sxm_vllm_collectives,
                                          h200_sxm_sglang_collectives, h200_sxm_trtllm_collectives))
          : h200_sxm_nccl_collectives;
  f.exchange = h100_exchange;
  return f;
}

}  // namespace curves::detail

/// The H200 as measured; a busy one's multiplications are taken to run at an H100's share of a
/// benchmark's.
inline constexpr measured_chip measured_h200_sxm{.sheet = &h200_sxm,
                                                 .kernels = curves::detail::h200_sxm_kernels,
                                                 .sustained = 0.92,
                                                 .power = &curves::h200_sxm_power};

}  // namespace shardline::catalog
