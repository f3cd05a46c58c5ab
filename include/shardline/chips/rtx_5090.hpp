// SPDX-License-Identifier: BSL-1.0
/// NVIDIA GeForce RTX 5090.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// RTX 5090 with 32 GB of GDDR7. Source: NVIDIA's RTX Blackwell white paper, Tensor Cores with fp32
/// accumulation; memory as PyTorch reports it, 31.37 GiB. GPUs of a node reach each other over PCIe
/// 5 x16, others over a 100 Gbit/s NIC.
inline constexpr accelerator rtx_5090{.name = "rtx-5090",
                                      .vendor = vendor::nvidia,
                                      .architecture = architecture::blackwell_graphics,
                                      .peak = {.fp32 = 104.8_TFLOPS,
                                               .tf32 = 104.8_TFLOPS,
                                               .bf16 = 209.5_TFLOPS,
                                               .fp16 = 209.5_TFLOPS,
                                               .fp8 = 419_TFLOPS,
                                               .int8 = 838_TFLOPS,
                                               .fp4 = 1676_TFLOPS},
                                      .memory = 32123_MiB,
                                      .memory_rate = 1792_GBps,
                                      .scale_up = {63_GBps, scale_up_latency},
                                      .domain = 8,
                                      .network = {12.5_GBps, network_latency},
                                      .multiprocessors = 170,
                                      .last_level_cache = 96_MB};

}  // namespace shardline::catalog
