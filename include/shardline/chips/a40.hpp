// SPDX-License-Identifier: BSL-1.0
/// NVIDIA A40.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// A40 with 48 GB of GDDR6. Source: NVIDIA's A40 data sheet, dense peaks; memory is an L40S's, as
/// nvidia-smi has the same 46068 MiB of both. GPUs of a node reach each other over PCIe 4 x16, with
/// no NVLink bridge, others over a 200 Gbit/s NIC.
inline constexpr accelerator a40{.name = "a40",
                                 .vendor = vendor::nvidia,
                                 .architecture = architecture::ampere,
                                 .peak = {.fp32 = 37.4_TFLOPS,
                                          .tf32 = 74.8_TFLOPS,
                                          .bf16 = 149.7_TFLOPS,
                                          .fp16 = 149.7_TFLOPS,
                                          .int8 = 299.3_TFLOPS,
                                          .int4 = 598.7_TFLOPS},
                                 .memory = 45466_MiB,
                                 .memory_rate = 696_GBps,
                                 .scale_up = {31.5_GBps, scale_up_latency},
                                 .domain = 8,
                                 .network = {25_GBps, network_latency},
                                 .multiprocessors = 84,
                                 .last_level_cache = 6_MB};

}  // namespace shardline::catalog
