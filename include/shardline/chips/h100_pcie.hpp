// SPDX-License-Identifier: BSL-1.0
/// NVIDIA H100 PCIe.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// H100 PCIe with 80 GB. Source: NVIDIA H100 data sheet; [aic] h100_pcie; [stas].
/// Each card is a domain of its own with PCIe 5 x16 as its link; NVLink bridges, which join cards
/// in pairs at 300 GB/s, are left out.
inline constexpr accelerator h100_pcie{.name = "h100-pcie",
                                       .vendor = vendor::nvidia,
                                       .architecture = architecture::hopper,
                                       .peak = {.fp32 = 51_TFLOPS,
                                                .tf32 = 378_TFLOPS,
                                                .bf16 = 756_TFLOPS,
                                                .fp16 = 756_TFLOPS,
                                                .fp8 = 1513_TFLOPS,
                                                .int8 = 1513_TFLOPS},
                                       .memory = 81080_MiB,
                                       .memory_rate = 2000_GBps,
                                       .scale_up = {63_GBps, scale_up_latency},
                                       .domain = 1,
                                       .network = {400_Gbps, network_latency},
                                       .multiprocessors = 114,
                                       .last_level_cache = 50_MB};

}  // namespace shardline::catalog
