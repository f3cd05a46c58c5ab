// SPDX-License-Identifier: BSL-1.0
/// NVIDIA A100 SXM, 80 GB: its data sheet, and the policy of the curves measured on it.
#pragma once

#include "shardline/chips/a100_sxm_40.hpp"
#include "shardline/chips/a100_sxm_collectives.hpp"
#include "shardline/chips/a100_sxm_kernels.hpp"
#include "shardline/chips/chip.hpp"
#include "shardline/chips/curves.hpp"
#include "shardline/chips/h100_sxm.hpp"
#include "shardline/chips/measured.hpp"
#include "shardline/chips/recurrences.hpp"
#include "shardline/chips/sparse.hpp"

namespace shardline::catalog {

/// A100 SXM with 80 GB. Source: NVIDIA A100 data sheet; [aic] a100_sxm; [stas].
inline constexpr accelerator a100_sxm{.name = "a100-sxm",
                                      .vendor = vendor::nvidia,
                                      .architecture = architecture::ampere,
                                      .peak = a100_sxm_40.peak,
                                      .memory = 81152_MiB,
                                      .memory_rate = 2039_GBps,
                                      .scale_up = {300_GBps, scale_up_latency},
                                      .domain = 8,
                                      .network = {200_Gbps, network_latency},
                                      .multiprocessors = 108,
                                      .last_level_cache = 40_MB};

namespace curves {

/// Share of the memory rate of FasterTransformer's multiplications, by its whole runs (242 and 12
/// rows). In the tables TensorRT-LLM reaches 0.78.
inline constexpr double fastertransformer_bandwidth = 0.90;

/// A100 SXM, at 1.41 GHz.
inline constexpr elementwise_curve<> elementwise_a100 = detail::vectors_at(1.41e9);

namespace detail {

constexpr fitted a100_kernels(const kernel_execution& e) noexcept {
  using shardline::detail::of_library;
  fitted f;
  shardline::detail::take(f,
                          of_library(e.library, a100_sxm_vllm, a100_sxm_sglang, a100_sxm_trtllm));
  if (e.library == kernel_library::fastertransformer) {
    for (gemm_curve<>& c : f.gemm.of) c.bandwidth = fastertransformer_bandwidth;
  }
  // Not measured there: an H100's, a multiprocessor at a time.
  f.sparse =
      of_library(e.library, h100_sxm_vllm_sparse, h100_sxm_sglang_sparse, h100_sxm_trtllm_sparse);
  f.block_sparse = h100_sxm_sglang_block_sparse;  // others' were not measured
  f.recurrences = of_library(e.library, h100_sxm_vllm_recurrences, h100_sxm_sglang_recurrences,
                             h100_sxm_trtllm_recurrences);
  f.elementwise = elementwise_a100;
  f.collectives =
      e.own_all_reduce
          ? with_all_reduce_of(a100_sxm_nccl_collectives,
                               of_library(e.library, a100_sxm_vllm_collectives,
                                          a100_sxm_sglang_collectives, a100_sxm_trtllm_collectives))
          : a100_sxm_nccl_collectives;
  f.exchange = h100_exchange;
  return f;
}

}  // namespace detail

}  // namespace curves

/// The A100 as measured; under FasterTransformer a busy one's multiplications ran at 0.82 of a
/// benchmark's.
inline constexpr measured_chip measured_a100_sxm{
    .sheet = &a100_sxm, .kernels = curves::detail::a100_kernels, .sustained = 0.82};

}  // namespace shardline::catalog
