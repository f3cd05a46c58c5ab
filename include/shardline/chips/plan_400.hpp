// SPDX-License-Identifier: BSL-1.0
/// The device of the deployment plans.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// The device of the five deployment plans (examples and claims tests): 400 TFLOP/s, 64 GB, 1.8
/// TB/s; plan 001 adds NVLink at 400 GB/s and InfiniBand at 100 GB/s. The plans name one peak for
/// FP8 and FP16 alike, so fp8, fp16 and bf16 have it. They state neither direction of the links
/// (taken as per direction), nor latencies ([genz]'s), nor the domain (8, as usually built).
inline constexpr accelerator plan_400{
    .name = "plan-400",
    .peak = {.bf16 = 400_TFLOPS, .fp16 = 400_TFLOPS, .fp8 = 400_TFLOPS},
    .memory = 64_GB,
    .memory_rate = 1.8_TBps,
    .scale_up = {400_GBps, scale_up_latency},
    .domain = 8,
    .network = {100_GBps, network_latency}};

}  // namespace shardline::catalog
