/// NVIDIA L40S.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// L40S with 48 GB of GDDR6. Source: [aic] l40s; [stas]. It has no scale-up fabric: alone in its
/// domain it reaches the others over a 400 Gbit/s NIC, of which PCIe 4 x16 lets 31.5 GB/s through.
inline constexpr accelerator l40s{.name = "l40s",
                                  .vendor = vendor::nvidia,
                                  .peak = {.fp32 = 91.6_TFLOPS,
                                           .tf32 = 183_TFLOPS,
                                           .bf16 = 362_TFLOPS,
                                           .fp16 = 362_TFLOPS,
                                           .fp8 = 733_TFLOPS,
                                           .int8 = 733_TFLOPS},
                                  .memory = 45466_MiB,
                                  .memory_rate = 864_GBps,
                                  .scale_up = {31.5_GBps, scale_up_latency},
                                  .domain = 1,
                                  .network = {31.5_GBps, network_latency},
                                  .multiprocessors = 142};

}  // namespace shardline::catalog
