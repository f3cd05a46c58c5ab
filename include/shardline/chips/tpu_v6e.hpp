// SPDX-License-Identifier: BSL-1.0
/// Google TPU v6e.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// TPU v6e (Trillium) with 32 GiB. Source: docs.cloud.google.com/tpu/docs/v6e, and tpu7x, whose
/// table gives v6e's fp8 the peak of bf16; [jax]. Uncertain: the network. Neither page states it;
/// [jax] gives 25 GB/s per host of any TPU, which for eight chips is what v5e has, and most likely
/// too little.
inline constexpr accelerator tpu_v6e{
    .name = "tpu-v6e",
    .vendor = vendor::google,
    .peak = {.bf16 = 918_TFLOPS, .fp8 = 918_TFLOPS, .int8 = 1836_TFLOPS},
    .memory = 34359738368_B,
    .memory_rate = 1638_GBps,
    .scale_up = {400_GBps, torus_hop},
    .domain = 256,
    .network = {25_Gbps, network_latency},
    .torus = {{16, 16, 1}, 16}};

}  // namespace shardline::catalog
