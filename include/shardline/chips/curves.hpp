// SPDX-License-Identifier: BSL-1.0
/// What the curves of several chips have in common, and how all of them were fitted, in November
/// 2026; `bench_calibrate <folder of measurements> <folder for headers>` fits them anew and writes
/// chips/<chip>_<engine>.hpp, what was measured; chips/<chip>_kernels.hpp, which of it stands for
/// each kernel and format; and chips/<chip>_collectives.hpp.
///
/// Fitted to aiconfigurator's tables of A100, H100, H200, B200, L40S and RTX PRO 6000 (commit
/// 095f58a5; vLLM 0.14 to 0.22, SGLang 0.5.9 and 0.5.10, TensorRT-LLM 1.0 to 1.3.0rc15, NCCL 2.27
/// and 2.29; of each engine the newest version and those before it with the same kernels), 110 rows
/// of each table, version, format and kernel, in loops of CUDA graphs over the same buffers
/// (`looped`): log error with a robust loss. The note above each curve is its rows and mean error
/// in the fit; bench/accuracy/README.md has the errors cross-validated over shapes. The forms of
/// the formulas were chosen with all rows in sight, so expect more of kernels not seen.
///
/// An H200 has an H100's silicon: their multiplications are fitted together, but for the clock that
/// long ones lose, and so are the times of their experts' launches. Searches of multiplications
/// start at two places whatever is shipped: where a lone tile's way shows and where it does not.
///
/// Attention, fitted/attention/attention.hpp: wide: keys and values in bf16; narrow: in fp8. A
/// decode step's queries are padded to 16 rows, those of a matrix instruction, where the fit says
/// nothing else: with 64 an H20, of a seventh of the arithmetic, would wait for products (a whole
/// run there was 36 % too slow).
/// Experts, fitted/experts.hpp: rows and experts hit are those of the busiest rank, balanced
/// routing or a power law in closed form (work/routing). `sorting` is what the kernels that sort
/// tokens by expert add beyond a few tokens.
/// Attention to chosen tokens, fitted/attention/chosen.hpp: what the other operators leave of whole
/// attention modules (dsa_context_module, dsa_generation_module; DeepSeek-V3.2 and GLM-5).
/// Recurrences, fitted/recurrence.hpp: gdn, kda and mamba2 tables of H100, H200 and B200
/// (TensorRT-LLM 1.3.0rc10 and rc15, SGLang 0.5.9 to 0.5.16, vLLM 0.19, 0.22 and 0.1.dev19262),
/// states in fp32. On other chips an H100's or a B200's, a multiprocessor at a time.
/// Collectives, fitted/fabric/collectives.hpp: inside a domain by kind x GPUs. Between domains the
/// fabric is the cluster's link, its rate and latency; the library adds 7 us to a step and, where
/// two ranks are alone, reaches 0.72 of the rate: send-recv between two H100 nodes of 400 Gb/s
/// ports (github.com/microsoft/vidur, commit 7d475133, data/profiling/network), 15 rows, 6.0 % in
/// sample with the catalog's latency of 5 us, and as it is 15 % for the 15 of two A100 nodes of 100
/// Gb/s ports. Collectives of many ranks are taken to reach the 0.9 that expert exchange reached on
/// such ports; their rows between nodes (vidur, all-reduce, 60) are of one cloud alone, which
/// reached half of its rate and was 1.3 to 2.6 times as slow as this says. Not fitted for want of
/// figures: tree_share, network_peer, network_phase. NCCL has no hierarchical collectives: with
/// them, two nodes came out 55 to 73 % too fast. Calls outside CUDA graphs take 1.464 us more
/// (microsoft/apex_plus 87690965). Expert exchange, chips/h100_sxm.hpp: wideep_deepep tables of
/// SGLang 0.5.12 and 0.5.6.post2.
///
/// Vector kernels, fitted/elementwise.hpp:
/// Fitted to Vidur's profiles (microsoft/vidur 7d475133, data/profiling/compute; eager PyTorch and
/// vLLM kernels of 2023), 1,392 rows rounded to 1 us, of A100, H100 and A40: one set for all, the
/// rates those of a multiprocessor and a clock cycle. 15.3 % cross-validated over kinds and widths
/// (in sample A100 10.8, H100 18.5; where a kernel takes 10 us or more, 12.0); one accelerator left
/// out: A100 16.0, H100 21.2.
#pragma once

#include "shardline/curves/fitted.hpp"

namespace shardline::catalog::curves {

using namespace shardline::literals;

/// Splitting the inner dimension is not what this kernel does.
inline constexpr seconds<> never_split = 500_us;

/// Launches of all kernels around experts in MXFP4 on Hopper, Triton's: 21 us in a step
/// (gpt-oss-120b under vLLM on H100 and H200, 75 rows), of the 70 us of a benchmark that launches
/// its routing from the host.
inline constexpr seconds<> triton_launches = 21_us;

namespace detail {

// The one set at so many clock cycles a second.
constexpr elementwise_curve<> vectors_at(double clock) noexcept {
  return {.launch = 2.01_us,
          .walk = seconds<>::from_value(4.44e-10),
          .bandwidth = 0.885,
          .norm = 1.0 / (4.96 * clock),
          .activation = 1.0 / (8.02 * clock),
          .rotary = 1.0 / (6.75 * clock),
          .lookup = 1.0 / (2.22 * clock)};
}

// The library's collectives as measured on a chip, beside the all-reduce that an engine has of its
// own: an engine's tables have little beyond it, and say nothing of the other collectives.
constexpr collective_curve<> with_all_reduce_of(collective_curve<> library,
                                                const collective_curve<>& engine) noexcept {
  library.engine_most = engine.engine_most;
  library.engine_launch = engine.engine_launch;
  library.engine_rank = engine.engine_rank;
  library.engine_barrier = engine.engine_barrier;
  library.engine_second = engine.engine_second;
  library.one_shot_share = engine.one_shot_share;
  library.two_shot_share = engine.two_shot_share;
  return library;
}

// A kernel that multiplies at another's share of the peak, between that one's passes over
// activations.
constexpr expert_curve<> multiplying_as(expert_curve<> c, const expert_curve<>& other) noexcept {
  c.compute = other.compute;
  c.passes = other.passes;
  return c;
}

// Curves of a cache's formats: 16 bits and wider, and narrower.
template <class Curve>
constexpr by_format<Curve> by_cache(const Curve& wide, const Curve& narrow) noexcept {
  by_format<Curve> of;
  of.of.fill(narrow);
  of[kernel_format::wide] = wide;
  return of;
}

}  // namespace detail

}  // namespace shardline::catalog::curves
