// SPDX-License-Identifier: BSL-1.0
/// Google TPU v7 (Ironwood).
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// TPU v7, TPU7x of Ironwood, with 192 GiB: 9216 chips in cubes of 4 x 4 x 4, which optical
/// switches join to rings, here as 24 x 24 x 16. Source: docs.cloud.google.com/tpu/docs/tpu7x,
/// which gives 1200 GB/s of links to a chip, both directions; the data-center network is 100 Gbit/s
/// per chip. No figure for int8.
inline constexpr accelerator tpu_v7{.name = "tpu-v7",
                                    .vendor = vendor::google,
                                    .peak = {.bf16 = 2307_TFLOPS, .fp8 = 4614_TFLOPS},
                                    .memory = 206158430208_B,
                                    .memory_rate = 7380_GBps,
                                    .scale_up = {600_GBps, torus_hop},
                                    .domain = 9216,
                                    .network = {12.5_GBps, network_latency},
                                    .torus = {{24, 24, 16}, 4}};

}  // namespace shardline::catalog
