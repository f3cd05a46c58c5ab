// SPDX-License-Identifier: BSL-1.0
/// NVIDIA H800 SXM.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// H800 SXM with 80 GB: an H100 SXM whose NVLink carries 400 GB/s in both directions. Source:
/// DeepSeek-V3, arXiv 2412.19437, and its hardware paper, arXiv 2505.09343, table 3; memory as an
/// H100's.
inline constexpr accelerator h800{.name = "h800",
                                  .vendor = vendor::nvidia,
                                  .architecture = architecture::hopper,
                                  .peak = {.fp32 = 67_TFLOPS,
                                           .tf32 = 494.5_TFLOPS,
                                           .bf16 = 989.4_TFLOPS,
                                           .fp16 = 989.4_TFLOPS,
                                           .fp8 = 1978.9_TFLOPS,
                                           .int8 = 1978.9_TFLOPS},
                                  .memory = 81080_MiB,
                                  .memory_rate = 3350_GBps,
                                  .scale_up = {200_GBps, scale_up_latency},
                                  .domain = 8,
                                  .network = {50_GBps, network_latency},
                                  .multiprocessors = 132,
                                  .last_level_cache = 50_MB};

}  // namespace shardline::catalog
