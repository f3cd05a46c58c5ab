// SPDX-License-Identifier: BSL-1.0
/// NVIDIA L4.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// L4 with 24 GB of GDDR6. Source: NVIDIA's L4 data sheet, its peaks with sparsity halved; memory
/// is nvidia-smi's 23034 MiB less 1.3 %, as on an L40S. GPUs of a node reach each other over PCIe 4
/// x16, others over a 100 Gbit/s NIC.
inline constexpr accelerator l4{.name = "l4",
                                .vendor = vendor::nvidia,
                                .architecture = architecture::ada,
                                .peak = {.fp32 = 30.3_TFLOPS,
                                         .tf32 = 60_TFLOPS,
                                         .bf16 = 121_TFLOPS,
                                         .fp16 = 121_TFLOPS,
                                         .fp8 = 242.5_TFLOPS,
                                         .int8 = 242.5_TFLOPS},
                                .memory = 22733_MiB,
                                .memory_rate = 300_GBps,
                                .scale_up = {31.5_GBps, scale_up_latency},
                                .domain = 8,
                                .network = {12.5_GBps, network_latency},
                                .multiprocessors = 58,
                                .last_level_cache = 48_MB};

}  // namespace shardline::catalog
