/// NVIDIA B200 SXM.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// B200 SXM with 180 GB. Source: [aic] b200_sxm; [stas].
/// Uncertain: memory bandwidth, 7.7 TB/s in [aic] and 8 TB/s in [stas]; the latter is used.
inline constexpr accelerator b200_sxm{.name = "b200-sxm",
                                      .vendor = vendor::nvidia,
                                      .peak = {.fp32 = 80_TFLOPS,
                                               .tf32 = 1125_TFLOPS,
                                               .bf16 = 2250_TFLOPS,
                                               .fp16 = 2250_TFLOPS,
                                               .fp8 = 4500_TFLOPS,
                                               .int8 = 4500_TFLOPS,
                                               .fp4 = 9000_TFLOPS},
                                      .memory = 182630_MiB,
                                      .memory_rate = 8000_GBps,
                                      .scale_up = {900_GBps, scale_up_latency},
                                      .domain = 8,
                                      .network = {400_Gbps, network_latency},
                                      .multiprocessors = 148,
                                      .last_level_cache = 126_MB};

}  // namespace shardline::catalog
