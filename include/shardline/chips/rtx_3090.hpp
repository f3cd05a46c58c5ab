// SPDX-License-Identifier: BSL-1.0
/// NVIDIA GeForce RTX 3090.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// RTX 3090 with 24 GB of GDDR6X. Source: NVIDIA's GA102 white paper, Tensor Cores with fp32
/// accumulation, as kernels of language models have them, which halves the peaks that cards of this
/// line are sold by; memory as PyTorch reports it, 23.70 GiB. GPUs of a node reach each other over
/// PCIe 4 x16, with no NVLink bridge, others over a 100 Gbit/s NIC.
inline constexpr accelerator rtx_3090{.name = "rtx-3090",
                                      .vendor = vendor::nvidia,
                                      .architecture = architecture::ampere,
                                      .peak = {.fp32 = 35.6_TFLOPS,
                                               .tf32 = 35.6_TFLOPS,
                                               .bf16 = 71_TFLOPS,
                                               .fp16 = 71_TFLOPS,
                                               .int8 = 284_TFLOPS,
                                               .int4 = 568_TFLOPS},
                                      .memory = 24269_MiB,
                                      .memory_rate = 936_GBps,
                                      .scale_up = {31.5_GBps, scale_up_latency},
                                      .domain = 8,
                                      .network = {12.5_GBps, network_latency},
                                      .multiprocessors = 82,
                                      .last_level_cache = 6_MB};

}  // namespace shardline::catalog
