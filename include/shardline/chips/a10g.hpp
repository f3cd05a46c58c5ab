// SPDX-License-Identifier: BSL-1.0
/// NVIDIA A10G.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// A10G with 24 GB of GDDR6, of Amazon's G5 instances. Source: NVIDIA's A10G data sheet, dense
/// peaks; memory is nvidia-smi's 23028 MiB less 1.3 %, as on an L40S. GPUs of a node reach each
/// other over PCIe 4 x16, others over the instance's 100 Gbit/s.
inline constexpr accelerator a10g{.name = "a10g",
                                  .vendor = vendor::nvidia,
                                  .architecture = architecture::ampere,
                                  .peak = {.fp32 = 35_TFLOPS,
                                           .tf32 = 35_TFLOPS,
                                           .bf16 = 70_TFLOPS,
                                           .fp16 = 70_TFLOPS,
                                           .int8 = 140_TFLOPS,
                                           .int4 = 280_TFLOPS},
                                  .memory = 22727_MiB,
                                  .memory_rate = 600_GBps,
                                  .scale_up = {31.5_GBps, scale_up_latency},
                                  .domain = 8,
                                  .network = {12.5_GBps, network_latency},
                                  .multiprocessors = 80,
                                  .last_level_cache = 6_MB};

}  // namespace shardline::catalog
