/// AMD MI300X.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// MI300X with 192 GiB. Source: [stas]; ROCm/ROCm, commit e396b489, gpu-arch-specs.rst.
/// The link is seven 64 GB/s mesh links together: a single pair of GPUs reaches only 64 GB/s.
inline constexpr accelerator mi300x{.name = "mi300x",
                                    .vendor = vendor::amd,
                                    .peak = {.fp32 = 163.4_TFLOPS,
                                             .tf32 = 653.7_TFLOPS,
                                             .bf16 = 1307_TFLOPS,
                                             .fp16 = 1307_TFLOPS,
                                             .fp8 = 2615_TFLOPS,
                                             .int8 = 2615_TFLOPS},
                                    .memory = 196291_MiB,
                                    .memory_rate = 5300_GBps,
                                    .scale_up = {448_GBps, scale_up_latency},
                                    .domain = 8,
                                    .mesh = true,
                                    .network = {400_Gbps, network_latency},
                                    .multiprocessors = 304,
                                    .last_level_cache = 256_MB};

}  // namespace shardline::catalog
