// SPDX-License-Identifier: BSL-1.0
/// AMD MI355X.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// MI355X with 288 GiB. Source: [stas]; boston.co.uk page on the MI355X. AMD's sheet also
/// lists twice these peaks, with sparsity. The link is seven 76.5 GB/s mesh links. No figure for
/// tf32.
inline constexpr accelerator mi355x{.name = "mi355x",
                                    .vendor = vendor::amd,
                                    .peak = {.fp32 = 157.3_TFLOPS,
                                             .bf16 = 2500_TFLOPS,
                                             .fp16 = 2500_TFLOPS,
                                             .fp8 = 5000_TFLOPS,
                                             .int8 = 5000_TFLOPS,
                                             .fp4 = 10100_TFLOPS},
                                    .memory = 294892_MiB,
                                    .memory_rate = 8000_GBps,
                                    .scale_up = {535.5_GBps, scale_up_latency},
                                    .domain = 8,
                                    .mesh = true,
                                    .network = {400_Gbps, network_latency},
                                    .multiprocessors = 256,
                                    .last_level_cache = 256_MB};

}  // namespace shardline::catalog
