/// Accelerators by name: data sheet figures, each with where it comes from.
///
/// Peaks are dense: a vendor figure "with sparsity" is halved. A precision without a figure stays
/// zero, which means that the hardware lacks it or that no figure is known; the notes say which.
/// Memory is what the driver reports where that is known, else the label in GB of 10^9 bytes.
/// Links are bytes per second per accelerator and direction; a network is the usual NIC share of
/// one accelerator (NIC Gbit/s / 8).
///
/// Multiprocessors are those enabled in the product: NVIDIA's architecture white papers (A100 108
/// SMs, H100 132 and 114, L40S 142) and CUDA device properties (H20 78, B200 148), AMD's data
/// sheets (CUs). Last-level caches are those of the data sheets. Zero: no figure is known.
///
/// Sources shared by most rows, named in short below:
///   [aic]    github.com/ai-dynamo/aiconfigurator, commit 095f58a5, systems/<name>.yaml
///   [stas]   github.com/stas00/ml-engineering, commit 744d01e1, compute/accelerator/README.md
///            (peaks, memory) and network/README.md (links)
///   [jax]    github.com/jax-ml/scaling-book, tpus.md
///   [genz]   GenZ, github.com/abhibambhaniya/GenZ-LLM-Analyzer: its default latencies
#pragma once

#include <array>
#include <string_view>

#include "shardline/catalog/names.hpp"
#include "shardline/describe/accelerator.hpp"

namespace shardline::catalog {

using namespace shardline::literals;

/// Time before the first byte on a scale-up link and across the network: [genz]'s default of 1.9 us
/// per hop, and the 5 us that it adds to a collective. One pair for all accelerators, for want of
/// figures per fabric that were measured the same way.
inline constexpr seconds<> scale_up_latency = 1.9_us;
inline constexpr seconds<> network_latency = 5_us;

// --------------------------------------------------------------------------------------- NVIDIA

/// Source: NVIDIA A100 data sheet; github.com/cli99/llm-analysis, a100-sxm-40gb.json; [stas].
/// The reported memory is not known: label.
inline constexpr accelerator a100_sxm_40{.name = "a100-sxm-40",
                                         .vendor = vendor::nvidia,
                                         .peak = {.fp32 = 19.5_TFLOPS,
                                                  .tf32 = 156_TFLOPS,
                                                  .bf16 = 312_TFLOPS,
                                                  .fp16 = 312_TFLOPS,
                                                  .int8 = 624_TFLOPS},
                                         .memory = 40_GB,
                                         .memory_rate = 1555_GBps,
                                         .scale_up = {300_GBps, scale_up_latency},
                                         .domain = 8,
                                         .network = {200_Gbps, network_latency},
                                         .multiprocessors = 108,
                                         .last_level_cache = 40_MB};

/// A100 SXM with 80 GB. Source: NVIDIA A100 data sheet; [aic] a100_sxm; [stas].
inline constexpr accelerator a100_sxm{.name = "a100-sxm",
                                      .vendor = vendor::nvidia,
                                      .peak = a100_sxm_40.peak,
                                      .memory = 85899345920_B,
                                      .memory_rate = 2039_GBps,
                                      .scale_up = {300_GBps, scale_up_latency},
                                      .domain = 8,
                                      .network = {200_Gbps, network_latency},
                                      .multiprocessors = 108,
                                      .last_level_cache = 40_MB};

/// H100 SXM with 80 GB. Source: NVIDIA H100 data sheet, halved where "with sparsity"; [aic]
/// h100_sxm; [stas].
inline constexpr accelerator h100_sxm{.name = "h100-sxm",
                                      .vendor = vendor::nvidia,
                                      .peak = {.fp32 = 67_TFLOPS,
                                               .tf32 = 494.5_TFLOPS,
                                               .bf16 = 989_TFLOPS,
                                               .fp16 = 989_TFLOPS,
                                               .fp8 = 1979_TFLOPS,
                                               .int8 = 1979_TFLOPS},
                                      .memory = 85899345920_B,
                                      .memory_rate = 3350_GBps,
                                      .scale_up = {450_GBps, scale_up_latency},
                                      .domain = 8,
                                      .network = {400_Gbps, network_latency},
                                      .multiprocessors = 132,
                                      .last_level_cache = 50_MB};

/// H100 PCIe with 80 GB. Source: NVIDIA H100 data sheet; [aic] h100_pcie; [stas].
/// Each card is a domain of its own with PCIe 5 x16 as its link; NVLink bridges, which join cards
/// in pairs at 300 GB/s, are left out.
inline constexpr accelerator h100_pcie{.name = "h100-pcie",
                                       .vendor = vendor::nvidia,
                                       .peak = {.fp32 = 51_TFLOPS,
                                                .tf32 = 378_TFLOPS,
                                                .bf16 = 756_TFLOPS,
                                                .fp16 = 756_TFLOPS,
                                                .fp8 = 1513_TFLOPS,
                                                .int8 = 1513_TFLOPS},
                                       .memory = 85899345920_B,
                                       .memory_rate = 2000_GBps,
                                       .scale_up = {63_GBps, scale_up_latency},
                                       .domain = 1,
                                       .network = {400_Gbps, network_latency},
                                       .multiprocessors = 114,
                                       .last_level_cache = 50_MB};

/// H200 SXM with 141 GB: an H100's peaks. Source: NVIDIA H200 data sheet; [aic] h200_sxm; [stas].
inline constexpr accelerator h200_sxm{.name = "h200-sxm",
                                      .vendor = vendor::nvidia,
                                      .peak = h100_sxm.peak,
                                      .memory = 151397597184_B,
                                      .memory_rate = 4800_GBps,
                                      .scale_up = {450_GBps, scale_up_latency},
                                      .domain = 8,
                                      .network = {400_Gbps, network_latency},
                                      .multiprocessors = 132,
                                      .last_level_cache = 50_MB};

/// H20 with 96 GB. Source: LMSYS blog on serving DeepSeek on H20, its table H20 against H800; the
/// network is that deployment's, four 400 Gbit/s NICs for eight GPUs. Memory is the label. No
/// figure known for fp32 and tf32.
inline constexpr accelerator h20{
    .name = "h20",
    .vendor = vendor::nvidia,
    .peak = {.bf16 = 148_TFLOPS, .fp16 = 148_TFLOPS, .fp8 = 296_TFLOPS, .int8 = 296_TFLOPS},
    .memory = 96_GB,
    .memory_rate = 4000_GBps,
    .scale_up = {450_GBps, scale_up_latency},
    .domain = 8,
    .network = {200_Gbps, network_latency},
    .multiprocessors = 78};

/// B200 SXM with 180 GB. Source: [aic] b200_sxm; [stas].
/// Uncertain: memory bandwidth, 7.7 TB/s in [aic] and 8 TB/s in [stas]; the latter is used.
inline constexpr accelerator b200_sxm{.name = "b200-sxm",
                                      .vendor = vendor::nvidia,
                                      .peak = {.fp32 = 80_TFLOPS,
                                               .tf32 = 1125_TFLOPS,
                                               .bf16 = 2250_TFLOPS,
                                               .fp16 = 2250_TFLOPS,
                                               .fp8 = 4500_TFLOPS,
                                               .int8 = 4500_TFLOPS,
                                               .fp4 = 9000_TFLOPS},
                                      .memory = 193273528320_B,
                                      .memory_rate = 8000_GBps,
                                      .scale_up = {900_GBps, scale_up_latency},
                                      .domain = 8,
                                      .network = {400_Gbps, network_latency},
                                      .multiprocessors = 148,
                                      .last_level_cache = 126_MB};

/// B300 SXM with 288 GB. Source: [aic] b300_sxm; [stas]; glennklockwood.com on the B300.
/// Uncertain: fp4, for which sources give 12,600 to 15,000 TFLOP/s. No int8: sources contradict
/// each other (153.5 against 4500).
inline constexpr accelerator b300_sxm{.name = "b300-sxm",
                                      .vendor = vendor::nvidia,
                                      .peak = {.fp32 = 80_TFLOPS,
                                               .tf32 = 1125_TFLOPS,
                                               .bf16 = 2250_TFLOPS,
                                               .fp16 = 2250_TFLOPS,
                                               .fp8 = 4500_TFLOPS,
                                               .fp4 = 14000_TFLOPS},
                                      .memory = 288400343040_B,
                                      .memory_rate = 8000_GBps,
                                      .scale_up = {900_GBps, scale_up_latency},
                                      .domain = 8,
                                      .network = {800_Gbps, network_latency}};

/// One GPU of a GB200 NVL72 rack. Source: [aic] gb200; [stas].
/// Uncertain: the NIC, 400 Gbit/s in [stas] (DGX GB200) and 800 in [aic]; the former is used.
inline constexpr accelerator gb200{.name = "gb200",
                                   .vendor = vendor::nvidia,
                                   .peak = {.fp32 = 80_TFLOPS,
                                            .tf32 = 1250_TFLOPS,
                                            .bf16 = 2500_TFLOPS,
                                            .fp16 = 2500_TFLOPS,
                                            .fp8 = 5000_TFLOPS,
                                            .int8 = 5000_TFLOPS,
                                            .fp4 = 10000_TFLOPS},
                                   .memory = 198674743296_B,
                                   .memory_rate = 8000_GBps,
                                   .scale_up = {900_GBps, scale_up_latency},
                                   .domain = 72,
                                   .network = {400_Gbps, network_latency},
                                   .last_level_cache = 126_MB};

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
                                  .memory = 48305799168_B,
                                  .memory_rate = 864_GBps,
                                  .scale_up = {31.5_GBps, scale_up_latency},
                                  .domain = 1,
                                  .network = {31.5_GBps, network_latency},
                                  .multiprocessors = 142};

// ------------------------------------------------------------------------------------------ AMD

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
                                    .memory = 206158430208_B,
                                    .memory_rate = 5300_GBps,
                                    .scale_up = {448_GBps, scale_up_latency},
                                    .domain = 8,
                                    .mesh = true,
                                    .network = {400_Gbps, network_latency},
                                    .multiprocessors = 304,
                                    .last_level_cache = 256_MB};

/// MI325X with 256 GiB: an MI300X's peaks and mesh. Source: [stas]; ROCm/ROCm gpu-arch-specs.rst.
inline constexpr accelerator mi325x{.name = "mi325x",
                                    .vendor = vendor::amd,
                                    .peak = mi300x.peak,
                                    .memory = 274877906944_B,
                                    .memory_rate = 6000_GBps,
                                    .scale_up = {448_GBps, scale_up_latency},
                                    .domain = 8,
                                    .mesh = true,
                                    .network = {400_Gbps, network_latency},
                                    .multiprocessors = 304,
                                    .last_level_cache = 256_MB};

/// MI355X with 288 GB (label). Source: [stas]; boston.co.uk page on the MI355X. AMD's sheet also
/// lists twice these peaks, with sparsity. The link is seven 76.5 GB/s mesh links. No figure for
/// tf32.
inline constexpr accelerator mi355x{.name = "mi355x",
                                    .vendor = vendor::amd,
                                    .peak = {.fp32 = 157.3_TFLOPS,
                                             .bf16 = 2500_TFLOPS,
                                             .fp16 = 2500_TFLOPS,
                                             .fp8 = 5000_TFLOPS,
                                             .int8 = 5000_TFLOPS,
                                             .fp4 = 10100_TFLOPS},
                                    .memory = 288_GB,
                                    .memory_rate = 8000_GBps,
                                    .scale_up = {535.5_GBps, scale_up_latency},
                                    .domain = 8,
                                    .mesh = true,
                                    .network = {400_Gbps, network_latency},
                                    .multiprocessors = 256,
                                    .last_level_cache = 256_MB};

// --------------------------------------------------------------------------------------- Google

// The scale-up link of a TPU is the sum of its torus links, four or six, the domain a whole pod.
// Axes and where they close to rings: the pages named below and [jax], which also gives 1 us per
// hop. Google gives no fp32 peak for any of them.
inline constexpr seconds<> torus_hop = 1_us;

/// TPU v5e with 16 GiB, no fp8. Source: docs.cloud.google.com/tpu/docs/v5e; [jax]. The network is
/// two 100 Gbit/s NICs for eight chips.
inline constexpr accelerator tpu_v5e{.name = "tpu-v5e",
                                     .vendor = vendor::google,
                                     .peak = {.bf16 = 197_TFLOPS, .int8 = 394_TFLOPS},
                                     .memory = 17179869184_B,
                                     .memory_rate = 819_GBps,
                                     .scale_up = {200_GBps, torus_hop},
                                     .domain = 256,
                                     .network = {25_Gbps, network_latency},
                                     .torus = {{16, 16, 1}, 16}};

/// TPU v5p with 95 GB (label): 16 x 20 x 28 chips in cubes of 4 x 4 x 4, which optical switches
/// join to rings. Source: docs.cloud.google.com/tpu/docs/v5p, which gives fp8 the peak
/// of bf16 and the data-center network 50 Gbit/s per chip; [jax].
inline constexpr accelerator tpu_v5p{
    .name = "tpu-v5p",
    .vendor = vendor::google,
    .peak = {.bf16 = 459_TFLOPS, .fp8 = 459_TFLOPS, .int8 = 918_TFLOPS},
    .memory = 95_GB,
    .memory_rate = 2765_GBps,
    .scale_up = {600_GBps, torus_hop},
    .domain = 8960,
    .network = {50_Gbps, network_latency},
    .torus = {{28, 20, 16}, 4}};

/// TPU v6e (Trillium) with 32 GiB. Source: docs.cloud.google.com/tpu/docs/v6e, and tpu7x, whose
/// table gives v6e's fp8 the peak of bf16; [jax]. Uncertain: the network. Neither page states it;
/// [jax] gives 25 GB/s per host of any TPU, which for eight chips is what v5e has, and most likely
/// too little.
inline constexpr accelerator tpu_v6e{
    .name = "tpu-v6e",
    .vendor = vendor::google,
    .peak = {.bf16 = 918_TFLOPS, .fp8 = 918_TFLOPS, .int8 = 1836_TFLOPS},
    .memory = 34359738368_B,
    .memory_rate = 1638_GBps,
    .scale_up = {400_GBps, torus_hop},
    .domain = 256,
    .network = {25_Gbps, network_latency},
    .torus = {{16, 16, 1}, 16}};

// ---------------------------------------------------------------------------------------- Amazon

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

// ------------------------------------------------------------------------------------ the plans

/// The device of the five deployment plans (examples and claims tests): 400 TFLOP/s, 64 GB, 1.8
/// TB/s; plan 001 adds NVLink at 400 GB/s and InfiniBand at 100 GB/s. The plans name one peak for
/// FP8 and FP16 alike, so fp8, fp16 and bf16 have it. They state neither direction of the links
/// (taken as per direction), nor latencies ([genz]'s), nor the domain (8, as usually built).
inline constexpr accelerator plan_400{
    .name = "plan-400",
    .peak = {.bf16 = 400_TFLOPS, .fp16 = 400_TFLOPS, .fp8 = 400_TFLOPS},
    .memory = 64_GB,
    .memory_rate = 1.8_TBps,
    .scale_up = {400_GBps, scale_up_latency},
    .domain = 8,
    .network = {100_GBps, network_latency}};

/// Every accelerator above, in that order; `.name` lists the names.
inline constexpr std::array accelerators{
    a100_sxm_40, a100_sxm, h100_sxm, h100_pcie, h200_sxm, h20,     b200_sxm, b300_sxm,  gb200,
    l40s,        mi300x,   mi325x,   mi355x,    tpu_v5e,  tpu_v5p, tpu_v6e,  trainium2, plan_400};

/// The accelerator of that name, in upper or lower case; null if there is none.
///   find_accelerator("H100-SXM")->memory_rate == 3350_GBps   (tests/catalog/accelerators.cpp)
[[nodiscard]] constexpr const accelerator* find_accelerator(std::string_view name) noexcept {
  for (const accelerator& a : accelerators) {
    if (detail::same_name(a.name.view(), name)) return &a;
  }
  return nullptr;
}

}  // namespace shardline::catalog
