// SPDX-License-Identifier: BSL-1.0
/// NVIDIA H100 SXM: its data sheet, the exchange of experts measured on it, and the policy of its
/// curves.
#pragma once

#include "shardline/chips/chip.hpp"
#include "shardline/chips/curves.hpp"
#include "shardline/chips/h100_sxm_collectives.hpp"
#include "shardline/chips/h100_sxm_kernels.hpp"
#include "shardline/chips/measured.hpp"
#include "shardline/chips/recurrences.hpp"
#include "shardline/chips/sparse.hpp"

namespace shardline::catalog {

/// H100 SXM with 80 GB. Source: NVIDIA H100 data sheet, halved where "with sparsity"; [aic]
/// h100_sxm; [stas].
inline constexpr accelerator h100_sxm{.name = "h100-sxm",
                                      .vendor = vendor::nvidia,
                                      .architecture = architecture::hopper,
                                      .peak = {.fp32 = 67_TFLOPS,
                                               .tf32 = 494.5_TFLOPS,
                                               .bf16 = 989_TFLOPS,
                                               .fp16 = 989_TFLOPS,
                                               .fp8 = 1979_TFLOPS,
                                               .int8 = 1979_TFLOPS},
                                      .memory = 81080_MiB,
                                      .memory_rate = 3350_GBps,
                                      .scale_up = {450_GBps, scale_up_latency},
                                      .domain = 8,
                                      .network = {400_Gbps, network_latency},
                                      .multiprocessors = 132,
                                      .last_level_cache = 50_MB};

namespace curves {

// -------------------------------------------------------------------------------- expert exchange

/// DeepEP's throughput kernels on H100, fp8 with a scale per 128 values to dispatch, bf16 to
/// combine: [aic]. Cross-validated 5 % in one domain, 10 and 15 % in two, 32 and 24 % in four.
/// Eight domains were left out of the fit and are not described: 42 and 21 %. That a token goes to
/// four domains at most is assumed.
inline constexpr throughput_exchange_curve<> h100_throughput_dispatch{.launch = 23.72_us,
                                                                      .domain = 1.811_us,
                                                                      .token = 0.3974_us,
                                                                      .copy = 0.0715_us,
                                                                      .copy_value = 2.562e-11,
                                                                      .forwarding = 1.998,
                                                                      .fill = 7.062_us,
                                                                      .link_share = 0.6847,
                                                                      .network_share = 0.9235,
                                                                      .most_domains = 4};
inline constexpr throughput_exchange_curve<> h100_throughput_combine{.launch = 21.35_us,
                                                                     .domain = 1.763_us,
                                                                     .copies_value = 1.448e-9,
                                                                     .token_value = 2.104e-10,
                                                                     .copy_value = 6.678e-11,
                                                                     .forwarding = 1.998,
                                                                     .fill = 7.062_us,
                                                                     .link_share = 0.7061,
                                                                     .network_share = 0.9235,
                                                                     .most_domains = 4};

/// DeepEP's low-latency kernels on H100: [aic]. Cross-validated 8 and 6 % in one domain, 7 and
/// 12 % in two, 3 and 2 % in four, 5 and 9 % in eight.
inline constexpr latency_exchange_curve<> h100_latency_dispatch{.launch = 6.36_us,
                                                                .expert = 0.1235_us,
                                                                .value = 5.053e-10,
                                                                .doubling = 6.426_us,
                                                                .block = 4.467e-10,
                                                                .fill = 0.007335_us,
                                                                .link_share = 0.5635,
                                                                .network_share = 0.9542,
                                                                .header = 16_B};
inline constexpr latency_exchange_curve<> h100_latency_combine{.launch = 9.835_us,
                                                               .expert = 0.01922_us,
                                                               .value = 1.848e-10,
                                                               .doubling = 6.499_us,
                                                               .link_share = 0.4735,
                                                               .network_share = 0.9081};

/// Taken over by every accelerator: shares of links, and the times of an H100.
inline constexpr exchange_curves<> h100_exchange{h100_throughput_dispatch, h100_throughput_combine,
                                                 h100_latency_dispatch, h100_latency_combine};

// --------------------------------------------------------------------------------- vector kernels

/// H100 SXM, at 1.83 GHz.
inline constexpr elementwise_curve<> elementwise_h100 = detail::vectors_at(1.83e9);

namespace detail {

constexpr fitted h100_sxm_kernels(const kernel_execution& e) noexcept {
  using shardline::detail::of_library;
  fitted f;
  shardline::detail::take(f,
                          of_library(e.library, h100_sxm_vllm, h100_sxm_sglang, h100_sxm_trtllm));
  if (e.library == kernel_library::vllm) {
    f.experts[kernel_format::four_bit_float].launch = triton_launches;
    f.experts[kernel_format::four_bit_float].sorting = {};
  }
  f.sparse =
      of_library(e.library, h100_sxm_vllm_sparse, h100_sxm_sglang_sparse, h100_sxm_trtllm_sparse);
  f.block_sparse = h100_sxm_sglang_block_sparse;  // others' were not measured
  f.recurrences = of_library(e.library, h100_sxm_vllm_recurrences, h100_sxm_sglang_recurrences,
                             h100_sxm_trtllm_recurrences);
  f.elementwise = elementwise_h100;
  f.collectives =
      e.own_all_reduce
          ? with_all_reduce_of(h100_sxm_nccl_collectives,
                               of_library(e.library, h100_sxm_vllm_collectives,
                                          h100_sxm_sglang_collectives, h100_sxm_trtllm_collectives))
          : h100_sxm_nccl_collectives;
  f.exchange = h100_exchange;
  return f;
}

}  // namespace detail

}  // namespace curves

/// The H100 as measured; in runs under vLLM and TensorRT-LLM, an H200's too, a busy one's
/// multiplications ran at 0.92 of a benchmark's.
inline constexpr measured_chip measured_h100_sxm{
    .sheet = &h100_sxm, .kernels = curves::detail::h100_sxm_kernels, .sustained = 0.92};

}  // namespace shardline::catalog
