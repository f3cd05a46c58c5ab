// SPDX-License-Identifier: BSL-1.0
/// Amazon Trainium3.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// Trainium3 with 144 GiB, all eight cores of a chip as one device, 144 chips of a Trn3 UltraServer
/// behind its switches. Source: awsdocs-neuron.readthedocs-hosted.com, trainium3.rst (v2.29), whose
/// MXFP8 peak is that of fp8 here, and whose 2.56 TB/s of NeuronLink are both directions.
/// Uncertain: the network, taken as a Trainium2's.
inline constexpr accelerator trainium3{.name = "trainium3",
                                       .vendor = vendor::amazon,
                                       .peak = {.fp32 = 183_TFLOPS,
                                                .tf32 = 671_TFLOPS,
                                                .bf16 = 671_TFLOPS,
                                                .fp16 = 671_TFLOPS,
                                                .fp8 = 2517_TFLOPS,
                                                .fp4 = 2517_TFLOPS},
                                       .memory = 154618822656_B,
                                       .memory_rate = 4900_GBps,
                                       .scale_up = {1280_GBps, scale_up_latency},
                                       .domain = 144,
                                       .network = {25_GBps, network_latency}};

}  // namespace shardline::catalog
