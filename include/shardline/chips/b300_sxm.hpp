// SPDX-License-Identifier: BSL-1.0
/// NVIDIA B300 SXM.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// B300 SXM with 288 GB. Source: [aic] b300_sxm; [stas]; glennklockwood.com on the B300.
/// Uncertain: fp4, for which sources give 12,600 to 15,000 TFLOP/s. No int8: sources contradict
/// each other (153.5 against 4500).
inline constexpr accelerator b300_sxm{.name = "b300-sxm",
                                      .vendor = vendor::nvidia,
                                      .architecture = architecture::blackwell,
                                      .peak = {.fp32 = 80_TFLOPS,
                                               .tf32 = 1125_TFLOPS,
                                               .bf16 = 2250_TFLOPS,
                                               .fp16 = 2250_TFLOPS,
                                               .fp8 = 4500_TFLOPS,
                                               .fp4 = 14000_TFLOPS},
                                      .memory = 274115_MiB,
                                      .memory_rate = 8000_GBps,
                                      .scale_up = {900_GBps, scale_up_latency},
                                      .domain = 8,
                                      .network = {800_Gbps, network_latency},
                                      .multiprocessors = 148,
                                      .last_level_cache = 126_MB};

}  // namespace shardline::catalog
