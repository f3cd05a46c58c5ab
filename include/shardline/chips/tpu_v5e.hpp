// SPDX-License-Identifier: BSL-1.0
/// Google TPU v5e.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// TPU v5e with 16 GiB, no fp8. Source: docs.cloud.google.com/tpu/docs/v5e; [jax]. The network is
/// two 100 Gbit/s NICs for eight chips.
inline constexpr accelerator tpu_v5e{.name = "tpu-v5e",
                                     .vendor = vendor::google,
                                     .peak = {.bf16 = 197_TFLOPS, .int8 = 394_TFLOPS},
                                     .memory = 17179869184_B,
                                     .memory_rate = 819_GBps,
                                     .scale_up = {200_GBps, torus_hop},
                                     .domain = 256,
                                     .network = {25_Gbps, network_latency},
                                     .torus = {{16, 16, 1}, 16}};

}  // namespace shardline::catalog
