// SPDX-License-Identifier: BSL-1.0
/// NVIDIA H200 NVL.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// H200 NVL with 141 GB, four of which bridges of NVLink join. Source: NVIDIA's H200 data sheet,
/// its peaks with sparsity halved; memory as an H200 SXM's. The network is one 400 Gbit/s NIC.
inline constexpr accelerator h200_nvl{.name = "h200-nvl",
                                      .vendor = vendor::nvidia,
                                      .architecture = architecture::hopper,
                                      .peak = {.fp32 = 60_TFLOPS,
                                               .tf32 = 417.5_TFLOPS,
                                               .bf16 = 835.5_TFLOPS,
                                               .fp16 = 835.5_TFLOPS,
                                               .fp8 = 1670.5_TFLOPS,
                                               .int8 = 1670.5_TFLOPS},
                                      .memory = 143155_MiB,
                                      .memory_rate = 4800_GBps,
                                      .scale_up = {450_GBps, scale_up_latency},
                                      .domain = 4,
                                      .network = {50_GBps, network_latency},
                                      .multiprocessors = 132,
                                      .last_level_cache = 50_MB};

}  // namespace shardline::catalog
