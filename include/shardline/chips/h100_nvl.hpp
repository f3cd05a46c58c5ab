// SPDX-License-Identifier: BSL-1.0
/// NVIDIA H100 NVL.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// H100 NVL with 94 GB, two of which a bridge of NVLink joins. Source: NVIDIA's H100 NVL data
/// sheet, its peaks with sparsity halved; memory as PyTorch reports it, 93.00 GiB. The network is
/// one 400 Gbit/s NIC.
inline constexpr accelerator h100_nvl{.name = "h100-nvl",
                                      .vendor = vendor::nvidia,
                                      .architecture = architecture::hopper,
                                      .peak = {.fp32 = 60_TFLOPS,
                                               .tf32 = 417.5_TFLOPS,
                                               .bf16 = 835.5_TFLOPS,
                                               .fp16 = 835.5_TFLOPS,
                                               .fp8 = 1670.5_TFLOPS,
                                               .int8 = 1670.5_TFLOPS},
                                      .memory = 95232_MiB,
                                      .memory_rate = 3938_GBps,
                                      .scale_up = {300_GBps, scale_up_latency},
                                      .domain = 2,
                                      .network = {50_GBps, network_latency},
                                      .multiprocessors = 132,
                                      .last_level_cache = 50_MB};

}  // namespace shardline::catalog
