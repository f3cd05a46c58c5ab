/// NVIDIA H200 SXM.
#pragma once

#include "shardline/chips/chip.hpp"
#include "shardline/chips/h100_sxm.hpp"

namespace shardline::catalog {

/// H200 SXM with 141 GB: an H100's peaks. Source: NVIDIA H200 data sheet; [aic] h200_sxm; [stas].
inline constexpr accelerator h200_sxm{.name = "h200-sxm",
                                      .vendor = vendor::nvidia,
                                      .peak = h100_sxm.peak,
                                      .memory = 143155_MiB,
                                      .memory_rate = 4800_GBps,
                                      .scale_up = {450_GBps, scale_up_latency},
                                      .domain = 8,
                                      .network = {400_Gbps, network_latency},
                                      .multiprocessors = 132,
                                      .last_level_cache = 50_MB};

}  // namespace shardline::catalog
