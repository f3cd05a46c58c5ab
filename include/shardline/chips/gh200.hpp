// SPDX-License-Identifier: BSL-1.0
/// NVIDIA GH200.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// GH200 with 96 GB of HBM3: an H100 beside a Grace processor, one GPU to a node. Source: NVIDIA's
/// GH200 data sheet, its peaks with sparsity halved; memory is an H20's, as nvidia-smi has the same
/// 97871 MiB of both. The link to the processor's memory is not priced.
inline constexpr accelerator gh200{.name = "gh200",
                                   .vendor = vendor::nvidia,
                                   .architecture = architecture::hopper,
                                   .peak = {.fp32 = 67_TFLOPS,
                                            .tf32 = 494.5_TFLOPS,
                                            .bf16 = 989.4_TFLOPS,
                                            .fp16 = 989.4_TFLOPS,
                                            .fp8 = 1978.9_TFLOPS,
                                            .int8 = 1978.9_TFLOPS},
                                   .memory = 97280_MiB,
                                   .memory_rate = 4000_GBps,
                                   .scale_up = {450_GBps, scale_up_latency},
                                   .domain = 1,
                                   .network = {50_GBps, network_latency},
                                   .multiprocessors = 132,
                                   .last_level_cache = 50_MB};

}  // namespace shardline::catalog
