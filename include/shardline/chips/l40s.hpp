// SPDX-License-Identifier: BSL-1.0
/// NVIDIA L40S.
#pragma once

#include "shardline/chips/chip.hpp"
#include "shardline/chips/h100_sxm.hpp"
#include "shardline/chips/l40s_collectives.hpp"
#include "shardline/chips/l40s_kernels.hpp"
#include "shardline/chips/recurrences.hpp"
#include "shardline/chips/sparse.hpp"

namespace shardline::catalog {

/// L40S with 48 GB of GDDR6. Source: [aic] l40s; [stas]. It has no scale-up fabric: the eight
/// GPUs of a node reach each other over PCIe 4 x16, and others over a 400 Gbit/s NIC, of which that
/// lets 31.5 GB/s through.
inline constexpr accelerator l40s{.name = "l40s",
                                  .vendor = vendor::nvidia,
                                  .architecture = architecture::ada,
                                  .peak = {.fp32 = 91.6_TFLOPS,
                                           .tf32 = 183_TFLOPS,
                                           .bf16 = 362_TFLOPS,
                                           .fp16 = 362_TFLOPS,
                                           .fp8 = 733_TFLOPS,
                                           .int8 = 733_TFLOPS},
                                  .memory = 45466_MiB,
                                  .memory_rate = 864_GBps,
                                  .scale_up = {31.5_GBps, scale_up_latency},
                                  .domain = 8,
                                  .network = {31.5_GBps, network_latency},
                                  .multiprocessors = 142,
                                  .last_level_cache = 96_MB};

namespace curves::detail {

constexpr fitted l40s_kernels(const kernel_execution& e) noexcept {
  using shardline::detail::of_library;
  fitted f;
  shardline::detail::take(f, of_library(e.library, l40s_vllm, l40s_sglang, l40s_trtllm));
  // Not measured there: an H100's, a multiprocessor at a time.
  f.sparse =
      of_library(e.library, h100_sxm_vllm_sparse, h100_sxm_sglang_sparse, h100_sxm_trtllm_sparse);
  f.block_sparse = h100_sxm_sglang_block_sparse;  // others' were not measured
  f.recurrences = of_library(e.library, h100_sxm_vllm_recurrences, h100_sxm_sglang_recurrences,
                             h100_sxm_trtllm_recurrences);
  f.elementwise = vectors_at(2.52e9);
  // Engines have no all-reduce of their own for GPUs that meet over PCIe, but for a pair.
  f.collectives = l40s_nccl_collectives;
  f.exchange = h100_exchange;
  return f;
}

}  // namespace curves::detail

/// The L40S as measured; a busy one's multiplications are taken to run at an H100's share of a
/// benchmark's.
inline constexpr measured_chip measured_l40s{
    .sheet = &l40s, .kernels = curves::detail::l40s_kernels, .sustained = 0.92};

}  // namespace shardline::catalog
