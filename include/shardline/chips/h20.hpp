// SPDX-License-Identifier: BSL-1.0
/// NVIDIA H20.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// H20 with 96 GB. Source: LMSYS blog on serving DeepSeek on H20, its table H20 against H800; the
/// network is that deployment's, four 400 Gbit/s NICs for eight GPUs. No
/// figure known for fp32 and tf32.
inline constexpr accelerator h20{
    .name = "h20",
    .vendor = vendor::nvidia,
    .architecture = architecture::hopper,
    .peak = {.bf16 = 148_TFLOPS, .fp16 = 148_TFLOPS, .fp8 = 296_TFLOPS, .int8 = 296_TFLOPS},
    .memory = 97280_MiB,
    .memory_rate = 4000_GBps,
    .scale_up = {450_GBps, scale_up_latency},
    .domain = 8,
    .network = {200_Gbps, network_latency},
    .multiprocessors = 78};

}  // namespace shardline::catalog
