// SPDX-License-Identifier: BSL-1.0
/// Google TPU v5p.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// TPU v5p with 95 GB (label): 16 x 20 x 28 chips in cubes of 4 x 4 x 4, which optical switches
/// join to rings. Source: docs.cloud.google.com/tpu/docs/v5p, which gives fp8 the peak
/// of bf16 and the data-center network 50 Gbit/s per chip; [jax].
inline constexpr accelerator tpu_v5p{
    .name = "tpu-v5p",
    .vendor = vendor::google,
    .peak = {.bf16 = 459_TFLOPS, .fp8 = 459_TFLOPS, .int8 = 918_TFLOPS},
    .memory = 95_GB,
    .memory_rate = 2765_GBps,
    .scale_up = {600_GBps, torus_hop},
    .domain = 8960,
    .network = {50_Gbps, network_latency},
    .torus = {{28, 20, 16}, 4}};

}  // namespace shardline::catalog
