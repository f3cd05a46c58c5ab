// SPDX-License-Identifier: BSL-1.0
/// The fitted policy of each accelerator and engine: of the chips that chips/transfer.hpp lists as
/// measured, transferred to others.
#pragma once

#include "shardline/chips/residuals.hpp"
#include "shardline/chips/transfer.hpp"
#include "shardline/describe/accelerator.hpp"
#include "shardline/engines/engine.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/fitted/policy.hpp"

namespace shardline {

namespace detail {

// An engine that was not measured is a transfer as much as an accelerator.
template <class Old>
constexpr provenance source_of_kernels(const basic_accelerator<double, Old>& a,
                                       const engine_version& e) noexcept {
  const measured_chip& m = nearest(a);
  const bool measured = a.name == m.sheet->name && (!m.vllm_alone || runs_vllm(e.kernels));
  return measured && e.has_kernels_of_engine() ? provenance::measured : provenance::transferred;
}

// How far from the measured chip that its kernels are of.
template <class Old>
constexpr catalog::curves::transfer_distance distance_of(const basic_accelerator<double, Old>& a,
                                                         const engine_version& e) noexcept {
  using catalog::curves::transfer_distance;
  if (source_of_kernels(a, e) == provenance::measured) return transfer_distance::measured;
  const measured_chip& m = nearest(a);
  const bool near = same_maker(m, a) && generation(a) == generation(*m.sheet);
  return near ? transfer_distance::near : transfer_distance::far;
}

// Share of the memory rate at which attention reads pages of a cache in a step. Tables loop over
// one cache of one step, part of which the last-level cache holds: their fits come to all of the
// rate. Chosen with serving.csv in sight, where the three engines agree on 0.8 to 0.9.
inline constexpr double paged_share = 0.85;

// Kernels of a step as the engine launches them, their inputs quantised by the kernel that writes
// them.
struct as_launched_by {
  const kernel_execution& engine;

  constexpr void operator()(gemm_curve<>& c) const noexcept {
    c.launch = c.launch * engine.launches;
    c.quantise = {};
    c.quantise_bandwidth = 0.0;
  }
  constexpr void operator()(prefill_curve<>& c) const noexcept {
    c.launch = c.launch * engine.launches;
    c.row = engine.row;
  }
  constexpr void operator()(decode_curve<>& c) const noexcept {
    c.launch = c.launch * engine.launches;
    c.reduction = c.reduction * engine.launches;
    c.bandwidth = min(c.bandwidth, paged_share);
    c.per_query_head = engine.per_query_head;
  }
  constexpr void operator()(sparse_curve<>& c) const noexcept {
    c.launch = c.launch * engine.launches;
  }
  constexpr void operator()(expert_curve<>& c) const noexcept {
    c.launch = c.launch * engine.expert_launches;
    c.sorting = c.sorting * engine.expert_launches;
  }
  constexpr void operator()(recurrence_curve<>& c) const noexcept {
    c.launch = c.launch * engine.launches;
    c.prompt = c.prompt * engine.launches;
  }
  constexpr void operator()(elementwise_curve<>& c) const noexcept {
    c.launch = c.launch * engine.launches;
    if (!engine.bare_vectors) c = {.launch = c.launch, .walk = c.walk, .bandwidth = c.bandwidth};
  }
};

constexpr void launch_as(fitted& f, const kernel_execution& e) noexcept {
  // Inputs with a scale for each block are quantised by a kernel of its own in a step too.
  const gemm_curve<> in_blocks = f.gemm[kernel_format::narrow_block];
  for_each_kernel(f, as_launched_by{e});
  f.gemm[kernel_format::narrow_block].quantise = in_blocks.quantise * e.launches;
  f.gemm[kernel_format::narrow_block].quantise_bandwidth = in_blocks.quantise_bandwidth;
  f.collectives.launch = f.collectives.launch * e.launches;
  f.collectives.engine_launch = f.collectives.engine_launch * e.launches;
  f.collectives.synchronise = e.synchronise;
  f.collectives.drift = e.drift;
  f.host = e.host;
}

// The compute of a GPU that is busy all the time runs at a lower clock. What is lost in long
// multiplications follows the power, taken to follow the peak of the kernel's own precision: all of
// an H100's at its 989 TFLOP/s of 16 bits, or twice that of 8, none below two fifths of it.
template <class Old>
struct sustained {
  const basic_accelerator<double, Old>& on;
  double share;

  template <class Curve>
  constexpr void operator()(kernel_format f, Curve& c) const noexcept {
    c.compute *= share;
    if constexpr (requires { c.throttle; }) c.throttle *= power(supported(on, measured_in(f)));
  }

 private:
  [[nodiscard]] constexpr double power(precision p) const noexcept {
    const double hungry = catalog::h100_sxm.peak.bf16.value() * 16.0 / real<double>(bits(p));
    return min(max((on.peak[p].value() / hungry - 0.4) / 0.6, 0.0), 1.0);
  }
};

}  // namespace detail

/// The accelerator under `fitted`, each kernel as in a benchmark: alone, launched in a CUDA graph,
/// over the same buffers again and again. Its kernels are those of its neighbours() that were
/// measured, carried over by transfer(); times are in seconds. Source: the measurements that
/// chips/curves.hpp names.
///   of an H100: looped, source 3 from 0, measured   (tests/catalog/efficiencies.cpp)
template <class Old>
[[nodiscard]] constexpr basic_accelerator<double, fitted> with_fitted_kernels(
    const basic_accelerator<double, Old>& a, const engine_version& e = engines::vllm) noexcept {
  fitted f = transfer(neighbours(a), a, e.kernels);
  f.source = detail::source_of_kernels(a, e);
  f.residuals = catalog::curves::residuals_at(nearest(a).sheet->name.view(), e.kernels.library,
                                              detail::distance_of(a, e));
  f.looped = true;
  return with_efficiency(a, f);
}

/// An accelerator whose kernels were timed, the catalog's or as calibrate_operators() found them,
/// as an engine runs a model on it: its kernels launched one by one or replayed in CUDA graphs, at
/// a sustained clock, over weights that no cache holds, and with the engine's own host. Times are
/// in seconds; `source` stays. Source: each engine's header in engines/, which names its runs.
///   of an H100: not looped, its multiplications at 1 of their clock at most
///   (tests/catalog/efficiencies.cpp)
[[nodiscard]] constexpr basic_accelerator<double, fitted> in_steps(
    basic_accelerator<double, fitted> a, const engine_version& e = engines::vllm) noexcept {
  fitted& f = a.efficiency;
  f.looped = false;
  detail::launch_as(f, e.kernels);
  for_each_format(f, detail::sustained<fitted>{a, nearest(a).sustained});
  return a;
}

/// The accelerator under `fitted`, as an engine runs a model on it, times in seconds: the catalog's
/// kernels in_steps(). `source` is measured on the chips that chips/transfer.hpp lists, transferred
/// elsewhere; kinds of kernels that an engine was not measured with take another's all the same.
/// Between vendors a transfer is rough: an MI300X under vLLM of 2024 ran at 0.73 and 0.84 of the
/// rate that this gives (Llama-3.1-70B, 4 GPUs, 2 rows that nothing was fitted to), and nothing
/// tests a TPU.
///   Llama-3.1-70B on 4 H200, vLLM, fp8, 64 requests: within a tenth of the 16.07 ms measured
///   (tests/catalog/efficiencies.cpp)
template <class Old>
[[nodiscard]] constexpr basic_accelerator<double, fitted> with_fitted(
    const basic_accelerator<double, Old>& a, const engine_version& e = engines::vllm) noexcept {
  return in_steps(with_fitted_kernels(a, e), e);
}

}  // namespace shardline
