// SPDX-License-Identifier: BSL-1.0
/// Intel Gaudi 3.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// Gaudi 3 with 128 GB of HBM2e. Source: Intel at Hot Chips 2024, and its white paper: of 24 ports
/// of 200 Gbit/s Ethernet 21 join the eight of a node, three to each other, three are the network.
/// One peak for bf16 and fp8; none for fp32. Multiprocessors are its tensor processor cores.
inline constexpr accelerator gaudi3{
    .name = "gaudi3",
    .vendor = vendor::intel,
    .peak = {.bf16 = 1835_TFLOPS, .fp16 = 1835_TFLOPS, .fp8 = 1835_TFLOPS},
    .memory = 128_GB,
    .memory_rate = 3670_GBps,
    .scale_up = {525_GBps, scale_up_latency},
    .domain = 8,
    .mesh = true,
    .network = {75_GBps, network_latency},
    .multiprocessors = 64,
    .last_level_cache = 96_MB};

}  // namespace shardline::catalog
