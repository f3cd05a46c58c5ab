// SPDX-License-Identifier: BSL-1.0
/// NVIDIA GB10.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// GB10 of a DGX Spark, 128 GB of LPDDR5X that processor and GPU share. Source: NVIDIA's DGX Spark
/// data sheet, which gives 1 PFLOP/s of sparse fp4 and 273 GB/s; the other peaks follow it as those
/// of an RTX 5090 do, whose multiprocessors it has. Memory as PyTorch reports it, 121.69 GiB, of
/// which the system takes its part too. Two systems meet over a ConnectX-7 at 200 Gbit/s.
inline constexpr accelerator gb10{.name = "gb10",
                                  .vendor = vendor::nvidia,
                                  .architecture = architecture::blackwell_graphics,
                                  .peak = {.fp32 = 31_TFLOPS,
                                           .tf32 = 31_TFLOPS,
                                           .bf16 = 62.5_TFLOPS,
                                           .fp16 = 62.5_TFLOPS,
                                           .fp8 = 125_TFLOPS,
                                           .int8 = 250_TFLOPS,
                                           .fp4 = 500_TFLOPS},
                                  .memory = 124611_MiB,
                                  .memory_rate = 273_GBps,
                                  .scale_up = {25_GBps, scale_up_latency},
                                  .domain = 1,
                                  .network = {25_GBps, network_latency},
                                  .multiprocessors = 48,
                                  .last_level_cache = 24_MB};

}  // namespace shardline::catalog
