// SPDX-License-Identifier: BSL-1.0
/// NVIDIA RTX PRO 6000 Blackwell, server edition.
#pragma once

#include "shardline/chips/chip.hpp"
#include "shardline/chips/h100_sxm.hpp"
#include "shardline/chips/recurrences.hpp"
#include "shardline/chips/rtx_pro_6000_collectives.hpp"
#include "shardline/chips/rtx_pro_6000_kernels.hpp"
#include "shardline/chips/sparse.hpp"

namespace shardline::catalog {

/// RTX PRO 6000 Blackwell Server Edition with 96 GB of GDDR7. Source: [aic] rtx_pro_6000_server,
/// whose peaks are those of the 2430 MHz that it was seen to run at; multiprocessors and cache:
/// NVIDIA's Blackwell workstation white paper. It has no scale-up fabric: GPUs of a node reach each
/// other over PCIe 5 x16.
inline constexpr accelerator rtx_pro_6000{.name = "rtx-pro-6000",
                                          .vendor = vendor::nvidia,
                                          .architecture = architecture::blackwell_graphics,
                                          .peak = {.bf16 = 467.8_TFLOPS,
                                                   .fp16 = 467.8_TFLOPS,
                                                   .fp8 = 935.6_TFLOPS,
                                                   .int8 = 935.6_TFLOPS,
                                                   .fp4 = 1871.2_TFLOPS},
                                          .memory = 102641958912_B,
                                          .memory_rate = 1792_GBps,
                                          .scale_up = {63_GBps, scale_up_latency},
                                          .domain = 8,
                                          .network = {50_GBps, network_latency},
                                          .multiprocessors = 188,
                                          .last_level_cache = 128_MB};

namespace curves::detail {

constexpr fitted rtx_pro_6000_kernels(const kernel_execution& e) noexcept {
  using shardline::detail::of_library;
  fitted f;
  shardline::detail::take(
      f, of_library(e.library, rtx_pro_6000_vllm, rtx_pro_6000_sglang, rtx_pro_6000_trtllm));
  // Not measured there: a B200's, a multiprocessor at a time.
  f.sparse =
      of_library(e.library, b200_sxm_vllm_sparse, b200_sxm_sglang_sparse, b200_sxm_trtllm_sparse);
  f.block_sparse = b200_sxm_sglang_block_sparse;  // others' were not measured
  f.recurrences = of_library(e.library, b200_sxm_vllm_recurrences, b200_sxm_sglang_recurrences,
                             b200_sxm_trtllm_recurrences);
  f.elementwise = vectors_at(2.43e9);
  // Engines have no all-reduce of their own for GPUs that meet over PCIe, but for a pair.
  f.collectives = rtx_pro_6000_nccl_collectives;
  f.exchange = h100_exchange;
  return f;
}

}  // namespace curves::detail

/// The RTX PRO 6000 as measured; a busy one's multiplications are taken to run at an H100's share
/// of a benchmark's.
inline constexpr measured_chip measured_rtx_pro_6000{
    .sheet = &rtx_pro_6000, .kernels = curves::detail::rtx_pro_6000_kernels, .sustained = 0.92};

}  // namespace shardline::catalog
