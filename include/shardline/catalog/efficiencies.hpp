/// The fitted policy of each accelerator and engine: measured on A100 and H100, transferred to
/// others.
#pragma once

#include "shardline/chips/a100_sxm.hpp"
#include "shardline/chips/h100_sxm.hpp"
#include "shardline/chips/mi210.hpp"
#include "shardline/chips/residuals.hpp"
#include "shardline/describe/accelerator.hpp"
#include "shardline/engines/engine.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/fitted/policy.hpp"

namespace shardline {

namespace detail {

using catalog::curves::detail::by_cache;

constexpr bool runs_tensorrt(const kernel_execution& e) noexcept {
  return e.library == kernel_library::tensorrt_llm;
}

constexpr collective_curve<> ampere_collectives(const kernel_execution& e) noexcept {
  namespace curves = catalog::curves;
  if (!e.own_all_reduce) return curves::a100_nccl;
  return runs_tensorrt(e) ? curves::a100_tensorrt_llm : curves::a100_vllm;
}

constexpr collective_curve<> hopper_collectives(const kernel_execution& e) noexcept {
  namespace curves = catalog::curves;
  if (!e.own_all_reduce) return curves::h100_nccl;
  return runs_tensorrt(e) ? curves::h100_tensorrt_llm : curves::h100_vllm;
}

constexpr fitted ampere_kernels(const kernel_execution& e) noexcept {
  namespace curves = catalog::curves;
  fitted f;
  f.gemm.of.fill(runs_tensorrt(e) ? curves::gemm_a100_tensorrt_llm : curves::gemm_a100_wide);
  f.prefill = by_cache(curves::prefill_a100_vllm, curves::prefill_a100_vllm);
  f.decode = by_cache(curves::decode_a100_vllm, curves::decode_a100_vllm);
  f.latent_prefill =
      by_cache(curves::latent_prefill_a100_trtllm, curves::latent_prefill_a100_trtllm_narrow);
  f.latent_decode =
      by_cache(curves::latent_decode_a100_trtllm, curves::latent_decode_a100_trtllm_narrow);
  f.experts = curves::a100_vllm_experts;
  f.elementwise = curves::elementwise_a100;
  f.collectives = ampere_collectives(e);
  f.exchange = curves::h100_exchange;
  return f;
}

constexpr by_format<gemm_curve<>> hopper_gemms(bool trt) noexcept {
  namespace curves = catalog::curves;
  return {{curves::gemm_h100_wide,
           trt ? curves::gemm_h100_narrow_tensorrt_llm : curves::gemm_h100_narrow_vllm,
           trt ? curves::gemm_h100_block_tensorrt_llm : curves::gemm_h100_block_vllm,
           curves::gemm_h100_wide}};
}

// Attention over a cache takes vLLM's curves for both engines: TensorRT-LLM's rows are of a
// benchmark whose cache is not read in full (chips/h100_attention.hpp).
constexpr fitted hopper_kernels(const kernel_execution& e) noexcept {
  namespace curves = catalog::curves;
  const bool trt = runs_tensorrt(e);
  fitted f;
  f.gemm = hopper_gemms(trt);
  f.prefill = trt ? by_cache(curves::prefill_h100_trtllm, curves::prefill_h100_trtllm_narrow)
                  : by_cache(curves::prefill_h100_vllm, curves::prefill_h100_vllm_narrow);
  f.decode = by_cache(curves::decode_h100_vllm, curves::decode_h100_vllm_narrow);
  f.latent_prefill =
      by_cache(curves::latent_prefill_h100_trtllm, curves::latent_prefill_h100_trtllm_narrow);
  f.latent_decode =
      by_cache(curves::latent_decode_h100_trtllm, curves::latent_decode_h100_trtllm_narrow);
  f.experts = trt ? curves::h100_tensorrt_experts : curves::h100_vllm_experts;
  f.experts[kernel_format::four_bit] = curves::h100_triton_experts_mxfp4;
  f.elementwise = curves::elementwise_h100;
  f.collectives = hopper_collectives(e);
  f.exchange = curves::h100_exchange;
  return f;
}

// Another vendor's hardware has no switch that reduces and no kernels like Hopper's: Ampere's stand
// for its own, with AMD's multiplications where AMD made it.
constexpr bool is_foreign(vendor v) noexcept { return v != vendor::unknown && v != vendor::nvidia; }

constexpr fitted amd_kernels(const kernel_execution& e) noexcept {
  fitted f = ampere_kernels(e);
  f.gemm.of.fill(catalog::curves::gemm_mi210_wide);
  for (gemm_curve<>& c : f.gemm.of) c.bandwidth = catalog::curves::amd_bandwidth;
  return f;
}

// Whether an accelerator runs Hopper's kernels, or Ampere's: it multiplies 8-bit floats.
template <class Old>
constexpr bool has_hopper_kernels(const basic_accelerator<double, Old>& a) noexcept {
  return !is_foreign(a.vendor) && has_peak(a.peak, precision::fp8);
}

template <class Old>
constexpr fitted kernels_on(const basic_accelerator<double, Old>& a,
                            const kernel_execution& e) noexcept {
  if (a.vendor == vendor::amd) return amd_kernels(e);
  return has_hopper_kernels(a) ? hopper_kernels(e) : ampere_kernels(e);
}

inline constexpr double h100_peak = 989e12;  // bf16, FLOP/s

// Kernels carried to multipliers that are slower, a multiprocessor at a time, by a ratio under 1:
// what keeps them from the peak (instructions, exponentials, scales) takes the same time beside
// multiplications that take longer. Kernels for faster ones are written anew, and keep the share.
struct carried {
  double ratio;

  template <class Curve>
  constexpr void operator()(Curve& c) const noexcept {
    if constexpr (requires { c.compute; }) {
      c.compute = 1.0 / (1.0 + (1.0 / c.compute - 1.0) * ratio);
    }
  }
};

template <class Old>
constexpr void carry_to(const basic_accelerator<double, Old>& a, fitted& f) noexcept {
  if (is_foreign(a.vendor) || a.multiprocessors < 1) return;
  constexpr double of_h100 = h100_peak / real<double>(measured_multiprocessors);
  constexpr double of_a100 = 312e12 / 108.0;
  const double of_this =
      a.peak[supported(a, precision::bf16)].value() / real<double>(a.multiprocessors);
  const double ratio = of_this / (has_hopper_kernels(a) ? of_h100 : of_a100);
  if (ratio < 1.0) for_each_kernel(f, carried{ratio});
}

// An engine that was not measured is a transfer as much as an accelerator.
template <class Old>
constexpr provenance source_of_kernels(const basic_accelerator<double, Old>& a,
                                       const engine_version& e) noexcept {
  const bool measured = a.name == "a100-sxm" || a.name == "h100-sxm";
  return measured && e.has_own_kernels() ? provenance::measured : provenance::transferred;
}

// Kernels of a step as the engine launches them, their inputs quantised by the kernel that writes
// them.
struct launched {
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
    c.per_query_head = engine.per_query_head;
  }
  constexpr void operator()(expert_curve<>& c) const noexcept {
    c.launch = c.launch * engine.expert_launches;
  }
  constexpr void operator()(elementwise_curve<>& c) const noexcept {
    c.launch = c.launch * engine.launches;
    if (!engine.bare_vectors) c = {.launch = c.launch, .walk = c.walk, .bandwidth = c.bandwidth};
  }
};

constexpr void launch_as(fitted& f, const kernel_execution& e) noexcept {
  for_each_kernel(f, launched{e});
  f.collectives.launch = f.collectives.launch * e.launches;
  f.collectives.engine_launch = f.collectives.engine_launch * e.launches;
  f.collectives.synchronise = e.synchronise;
  f.collectives.drift = e.drift;
  f.host = e.host;
}

// Large multiplications in a step over those in a benchmark: the clock of a busy GPU. Whole runs:
// H100 and H200 under vLLM and TensorRT-LLM, A100 under FasterTransformer.
inline constexpr double sustained_h100 = 0.92;
inline constexpr double sustained_a100 = 0.82;

// The compute of a GPU that is busy all the time.
struct sustained {
  double share;
  double power;

  template <class Curve>
  constexpr void operator()(Curve& c) const noexcept {
    if constexpr (requires { c.compute; }) c.compute *= share;
    if constexpr (requires { c.throttle; }) c.throttle *= power;
  }
};

// It runs at a lower clock. What is lost in long multiplications follows the power, taken to follow
// the peak: all of an H100's at its 989 TFLOP/s, none below two fifths of it.
constexpr sustained sustained_at(const flop_rate<>& peak, double share) noexcept {
  return {share, min(max((peak.value() / h100_peak - 0.4) / 0.6, 0.0), 1.0)};
}

}  // namespace detail

/// The accelerator under `fitted`, each kernel as in a benchmark: alone, launched in a CUDA graph,
/// over the same buffers again and again. Hardware with 8-bit floats has Hopper's kernels, other
/// has Ampere's, and so has that of other vendors, AMD's with multiplications as measured on an
/// MI210. Shares of data sheet figures carry over, and so do times. Where multiprocessors are
/// slower at multiplying than those measured, at r of their peak each, r < 1, a share s of the peak
/// stands for a time beside multiplying, which carries over:  1 / (1 + (1 / s - 1) r)
/// H20: r 0.253, so that an H100's 0.6674 is 0.888 there.
template <class Old>
[[nodiscard]] constexpr basic_accelerator<double, fitted> with_fitted_kernels(
    const basic_accelerator<double, Old>& a, const engine_version& e = engines::vllm) noexcept {
  fitted f = detail::kernels_on(a, e.kernels);
  detail::carry_to(a, f);
  f.source = detail::source_of_kernels(a, e);
  f.residuals = f.source == provenance::measured ? catalog::curves::measured_residuals
                                                 : catalog::curves::transferred_residuals;
  f.looped = true;
  return with_efficiency(a, f);
}

/// An accelerator whose kernels were timed, the catalog's or as calibrate_operators() found them,
/// as an engine runs a model on it: its kernels launched one by one or replayed in CUDA graphs, at
/// a sustained clock, over weights that no cache holds, and the engine's own host. `source` stays.
[[nodiscard]] constexpr basic_accelerator<double, fitted> in_steps(
    basic_accelerator<double, fitted> a, const engine_version& e = engines::vllm) noexcept {
  namespace curves = catalog::curves;
  fitted& f = a.efficiency;
  const bool hopper = detail::has_hopper_kernels(a);
  f.looped = false;
  detail::launch_as(f, e.kernels);
  for_each_kernel(f,
                  detail::sustained_at(a.peak[supported(a, precision::bf16)],
                                       hopper ? detail::sustained_h100 : detail::sustained_a100));
  return a;
}

/// The accelerator under `fitted`, as an engine runs a model on it: the catalog's kernels
/// in_steps(). `source` is measured on A100 and H100 SXM, transferred elsewhere and under SGLang;
/// kinds of kernels that an engine was not measured with take another's all the same.
/// Between vendors a transfer is rough: an MI300X under vLLM of 2024 ran at 0.73 and 0.84 of the
/// rate that this gives (Llama-3.1-70B, 4 GPUs, 2 rows that nothing was fitted to), and nothing
/// tests a TPU.
template <class Old>
[[nodiscard]] constexpr basic_accelerator<double, fitted> with_fitted(
    const basic_accelerator<double, Old>& a, const engine_version& e = engines::vllm) noexcept {
  return in_steps(with_fitted_kernels(a, e), e);
}

}  // namespace shardline
