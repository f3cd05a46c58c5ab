// SPDX-License-Identifier: BSL-1.0
/// NVIDIA A100 SXM, 40 GB.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// Source: NVIDIA A100 data sheet; github.com/cli99/llm-analysis, a100-sxm-40gb.json; [stas].
inline constexpr accelerator a100_sxm_40{.name = "a100-sxm-40",
                                         .vendor = vendor::nvidia,
                                         .architecture = architecture::ampere,
                                         .peak = {.fp32 = 19.5_TFLOPS,
                                                  .tf32 = 156_TFLOPS,
                                                  .bf16 = 312_TFLOPS,
                                                  .fp16 = 312_TFLOPS,
                                                  .int8 = 624_TFLOPS},
                                         .memory = 40438_MiB,
                                         .memory_rate = 1555_GBps,
                                         .scale_up = {300_GBps, scale_up_latency},
                                         .domain = 8,
                                         .network = {200_Gbps, network_latency},
                                         .multiprocessors = 108,
                                         .last_level_cache = 40_MB};

}  // namespace shardline::catalog
