// SPDX-License-Identifier: BSL-1.0
/// Amazon Trainium2.
#pragma once

#include "shardline/chips/chip.hpp"

namespace shardline::catalog {

/// Trainium2 with 96 GiB, all eight cores of a chip as one device, 16 chips of a Trn2 instance in a
/// 4 x 4 torus. Source: awsdocs-neuron.readthedocs-hosted.com, trainium2.rst (v2.29); the
/// instance's 3.2 Tbit/s of EFA over 16 chips. Uncertain: the links. The page gives 1.28 TB/s of
/// NeuronLink, both directions, of which a fifth is taken to belong to the third axis, that of an
/// UltraServer. The time of a hop is a TPU's.
inline constexpr accelerator trainium2{.name = "trainium2",
                                       .vendor = vendor::amazon,
                                       .peak = {.fp32 = 181_TFLOPS,
                                                .tf32 = 667_TFLOPS,
                                                .bf16 = 667_TFLOPS,
                                                .fp16 = 667_TFLOPS,
                                                .fp8 = 1299_TFLOPS},
                                       .memory = 103079215104_B,
                                       .memory_rate = 2900_GBps,
                                       .scale_up = {512_GBps, torus_hop},
                                       .domain = 16,
                                       .network = {200_Gbps, network_latency},
                                       .torus = {{4, 4, 1}, 4}};

}  // namespace shardline::catalog
