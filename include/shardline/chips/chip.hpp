// SPDX-License-Identifier: BSL-1.0
/// What a chip's file has: its data sheet, each figure with where it comes from, and the curves of
/// kernels that were measured on it, if any.
///
/// Peaks are dense: a vendor figure "with sparsity" is halved. A precision without a figure stays
/// zero, which means that the hardware lacks it or that no figure is known; the notes say which.
/// Memory is what an application is shown as the device's total (cudaMemGetInfo, hipMemGetInfo),
/// which is what engines take their share of: in PyTorch's own words when it runs out, "has a total
/// capacity of", as people report it on GitHub; a few tenths of a per cent below what nvidia-smi
/// lists, and at times as much apart from driver to driver (H100 SXM 79.10 to 79.25 GiB, of 79.65).
/// Of the H20 it is nvidia-smi's 97871 MiB less 0.6 GiB, as on a GH200. Where no such figure is
/// known it is the label, in GB of 10^9 bytes.
/// Links are bytes per second per accelerator and direction; a network is the usual NIC share of
/// one accelerator (NIC Gbit/s / 8).
///
/// Multiprocessors are those enabled in the product: NVIDIA's architecture white papers (A100 108
/// SMs, H100 132 and 114, L40S 142) and CUDA device properties (H20 78, B200 and B300 148, GB200
/// and GB300 152, as notes of FlashInfer's, DeepGEMM's and others' kernels state them: "GB200 (152
/// SMs)", "B300 (148 SMs)", "GB300 (152 SMs)"; a whole die has 160), AMD's data sheets (CUs).
/// Last-level caches are those of the data sheets. Zero: no figure is known.
///
/// Sources shared by most, named in short:
///   [aic]    github.com/ai-dynamo/aiconfigurator, commit 095f58a5, systems/<name>.yaml
///   [stas]   github.com/stas00/ml-engineering, commit 744d01e1, compute/accelerator/README.md
///            (peaks, memory) and network/README.md (links)
///   [jax]    github.com/jax-ml/scaling-book, tpus.md
///   [genz]   GenZ, github.com/abhibambhaniya/GenZ-LLM-Analyzer: its default latencies
#pragma once

#include "shardline/describe/accelerator.hpp"

namespace shardline::catalog {

using namespace shardline::literals;

/// Time before the first byte on a scale-up link and across the network: [genz]'s default of 1.9 us
/// per hop, and the 5 us that it adds to a collective. One pair for all accelerators, for want of
/// figures per fabric that were measured the same way.
inline constexpr seconds<> scale_up_latency = 1.9_us;
inline constexpr seconds<> network_latency = 5_us;

/// The scale-up link of a TPU is the sum of its torus links, four or six, the domain a whole pod.
/// Axes and where they close to rings: the pages named with each and [jax], which also gives 1 us
/// per hop. Google gives no fp32 peak for any of them.
inline constexpr seconds<> torus_hop = 1_us;

}  // namespace shardline::catalog
