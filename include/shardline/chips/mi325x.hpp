// SPDX-License-Identifier: BSL-1.0
/// AMD MI325X.
#pragma once

#include "shardline/chips/chip.hpp"
#include "shardline/chips/mi300x.hpp"

namespace shardline::catalog {

/// MI325X with 256 GiB: an MI300X's peaks and mesh. Source: [stas]; ROCm/ROCm gpu-arch-specs.rst.
inline constexpr accelerator mi325x{.name = "mi325x",
                                    .vendor = vendor::amd,
                                    .peak = mi300x.peak,
                                    .memory = 261827_MiB,
                                    .memory_rate = 6000_GBps,
                                    .scale_up = {448_GBps, scale_up_latency},
                                    .domain = 8,
                                    .mesh = true,
                                    .network = {400_Gbps, network_latency},
                                    .multiprocessors = 304,
                                    .last_level_cache = 256_MB};

}  // namespace shardline::catalog
