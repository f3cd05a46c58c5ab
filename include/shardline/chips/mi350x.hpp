// SPDX-License-Identifier: BSL-1.0
/// AMD MI350X.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// MI350X with 288 GiB, the air-cooled MI355X. Source: AMD's MI350X data sheet, peaks without
/// sparsity; memory as an MI355X's. The link is seven 76.5 GB/s mesh links. No figure for tf32.
inline constexpr accelerator mi350x{.name = "mi350x",
                                    .vendor = vendor::amd,
                                    .peak = {.fp32 = 144.2_TFLOPS,
                                             .bf16 = 2306.9_TFLOPS,
                                             .fp16 = 2306.9_TFLOPS,
                                             .fp8 = 4613.7_TFLOPS,
                                             .int8 = 4613.7_TFLOPS,
                                             .fp4 = 9227.5_TFLOPS},
                                    .memory = 294892_MiB,
                                    .memory_rate = 8000_GBps,
                                    .scale_up = {535.5_GBps, scale_up_latency},
                                    .domain = 8,
                                    .mesh = true,
                                    .network = {50_GBps, network_latency},
                                    .multiprocessors = 256,
                                    .last_level_cache = 256_MB};

}  // namespace shardline::catalog
