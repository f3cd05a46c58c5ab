// SPDX-License-Identifier: BSL-1.0
/// NVIDIA GB300.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// One GPU of a GB300 NVL72 rack. Source: [aic] gb300; [stas]; verda.com on the GB300. Its int8, at
/// 165 TFLOP/s, is left out: bf16 multiplies the same numbers 15 times as fast. No figure known for
/// its cache.
inline constexpr accelerator gb300{.name = "gb300",
                                   .vendor = vendor::nvidia,
                                   .architecture = architecture::blackwell,
                                   .peak = {.fp32 = 80_TFLOPS,
                                            .tf32 = 1250_TFLOPS,
                                            .bf16 = 2500_TFLOPS,
                                            .fp16 = 2500_TFLOPS,
                                            .fp8 = 5000_TFLOPS,
                                            .fp4 = 15000_TFLOPS},
                                   .memory = 283136_MiB,
                                   .memory_rate = 8000_GBps,
                                   .scale_up = {900_GBps, scale_up_latency},
                                   .domain = 72,
                                   .network = {800_Gbps, network_latency},
                                   .multiprocessors = 152,
                                   .last_level_cache = 126_MB};

}  // namespace shardline::catalog
