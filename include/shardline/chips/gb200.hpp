// SPDX-License-Identifier: BSL-1.0
/// NVIDIA GB200.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// One GPU of a GB200 NVL72 rack. Source: [aic] gb200; [stas].
/// Uncertain: the NIC, 400 Gbit/s in [stas] (DGX GB200) and 800 in [aic]; the former is used.
inline constexpr accelerator gb200{.name = "gb200",
                                   .vendor = vendor::nvidia,
                                   .architecture = architecture::blackwell,
                                   .peak = {.fp32 = 80_TFLOPS,
                                            .tf32 = 1250_TFLOPS,
                                            .bf16 = 2500_TFLOPS,
                                            .fp16 = 2500_TFLOPS,
                                            .fp8 = 5000_TFLOPS,
                                            .int8 = 5000_TFLOPS,
                                            .fp4 = 10000_TFLOPS},
                                   .memory = 188733_MiB,
                                   .memory_rate = 8000_GBps,
                                   .scale_up = {900_GBps, scale_up_latency},
                                   .domain = 72,
                                   .network = {400_Gbps, network_latency},
                                   .multiprocessors = 152,
                                   .last_level_cache = 126_MB};

}  // namespace shardline::catalog
