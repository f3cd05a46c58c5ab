// SPDX-License-Identifier: BSL-1.0
/// NVIDIA GeForce RTX 4090.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// RTX 4090 with 24 GB of GDDR6X. Source: NVIDIA's Ada white paper, Tensor Cores with fp32
/// accumulation; memory as PyTorch reports it, 25,250,627,584 B, 23.52 GiB (23.64 under drivers
/// before 2025, which --memory says). GPUs of a node reach each other over PCIe 4 x16, others over
/// a 100 Gbit/s NIC.
inline constexpr accelerator rtx_4090{.name = "rtx-4090",
                                      .vendor = vendor::nvidia,
                                      .architecture = architecture::ada,
                                      .peak = {.fp32 = 82.6_TFLOPS,
                                               .tf32 = 82.6_TFLOPS,
                                               .bf16 = 165.2_TFLOPS,
                                               .fp16 = 165.2_TFLOPS,
                                               .fp8 = 330.3_TFLOPS,
                                               .int8 = 660.6_TFLOPS,
                                               .int4 = 1321.2_TFLOPS},
                                      .memory = 25250627584_B,
                                      .memory_rate = 1008_GBps,
                                      .scale_up = {31.5_GBps, scale_up_latency},
                                      .domain = 8,
                                      .network = {12.5_GBps, network_latency},
                                      .multiprocessors = 128,
                                      .last_level_cache = 72_MB};

}  // namespace shardline::catalog
