/// The fitted policy of each accelerator and engine: measured on A100 and H100, transferred to
/// others.
#pragma once

#include "shardline/catalog/fitted/attention.hpp"
#include "shardline/catalog/fitted/collectives.hpp"
#include "shardline/catalog/fitted/elementwise.hpp"
#include "shardline/catalog/fitted/experts.hpp"
#include "shardline/catalog/fitted/gemm.hpp"
#include "shardline/catalog/fitted/host.hpp"
#include "shardline/describe/accelerator.hpp"
#include "shardline/fitted/attention.hpp"
#include "shardline/fitted/collectives.hpp"
#include "shardline/fitted/elementwise.hpp"
#include "shardline/fitted/experts.hpp"
#include "shardline/fitted/gemm.hpp"
#include "shardline/fitted/host.hpp"

namespace shardline {

/// Whose kernels and host run.
///   vllm        with asynchronous scheduling, as by default since 2026 (0.18 was measured)
///   vllm_2025   before that (0.10 and thereabouts)
///   sglang      not measured: vllm's
enum class kernel_engine : unsigned char { vllm, vllm_2025, sglang, tensorrt_llm };

namespace detail {

template <class Curve>
constexpr by_format<Curve> by_cache(const Curve& wide, const Curve& narrow) noexcept {
  return {{wide, narrow, narrow, narrow}};
}

constexpr fitted ampere_kernels(bool trt) noexcept {
  namespace curves = catalog::curves;
  fitted f;
  for (gemm_curve<>& c : f.gemm.of) c = curves::gemm_a100_wide;
  f.prefill = by_cache(curves::prefill_a100_vllm, curves::prefill_a100_vllm);
  f.decode = by_cache(curves::decode_a100_vllm, curves::decode_a100_vllm);
  f.latent_prefill =
      by_cache(curves::latent_prefill_a100_trtllm, curves::latent_prefill_a100_trtllm_narrow);
  f.latent_decode =
      by_cache(curves::latent_decode_a100_trtllm, curves::latent_decode_a100_trtllm_narrow);
  f.experts = curves::a100_vllm_experts;
  f.elementwise = curves::elementwise_a100;
  f.collectives = trt ? curves::a100_tensorrt_llm : curves::a100_vllm;
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
// benchmark whose cache is not read in full (catalog/fitted/attention.hpp).
constexpr fitted hopper_kernels(bool trt) noexcept {
  namespace curves = catalog::curves;
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
  f.collectives = trt ? curves::h100_tensorrt_llm : curves::h100_vllm;
  f.exchange = curves::h100_exchange;
  return f;
}

// Whether an accelerator runs Hopper's kernels, or Ampere's: it multiplies 8-bit floats.
template <class Old>
constexpr bool has_hopper_kernels(const basic_accelerator<double, Old>& a) noexcept {
  return has_peak(a.peak, precision::fp8);
}

template <class Old>
constexpr provenance source_of_kernels(const basic_accelerator<double, Old>& a) noexcept {
  const bool measured = a.name == "a100-sxm" || a.name == "h100-sxm";
  return measured ? provenance::measured : provenance::transferred;
}

// Kernels of a step follow each other inside a CUDA graph: their launches and prologues hide behind
// the kernel before (fitted: 0.05 % of them is left), and inputs are quantised by the kernel that
// writes them.
constexpr void replay(fitted& f) noexcept {
  for (gemm_curve<>& c : f.gemm.of) {
    c.launch = {};
    c.quantise = {};
    c.quantise_bandwidth = 0.0;
  }
  for (auto* curves : {&f.prefill, &f.latent_prefill}) {
    for (prefill_curve<>& c : curves->of) c.launch = {};
  }
  for (auto* curves : {&f.decode, &f.latent_decode}) {
    for (decode_curve<>& c : curves->of) c.launch = c.reduction = {};
  }
  for (expert_curve<>& c : f.experts.of) {
    c.launch = c.launch * catalog::curves::replayed_expert_launch;
  }
  // Kernels fused by an engine are bound by the memory alone.
  f.elementwise.launch = {};
  f.elementwise.rate = bandwidth<>::from_value(1e18);
  f.collectives.launch = f.collectives.engine_launch = {};
  f.collectives.synchronise = catalog::curves::synchronise;
}

// A GPU that computes all the time runs at a lower clock. What is lost in long multiplications
// follows the power, taken to follow the peak: all of an H100's at its 989 TFLOP/s, none below two
// fifths of it.
constexpr void sustain(fitted& f, double share, const flop_rate<>& peak) noexcept {
  constexpr double of_h100 = 989e12;
  const double power = min(max((peak.value() / of_h100 - 0.4) / 0.6, 0.0), 1.0);
  for (gemm_curve<>& c : f.gemm.of) {
    c.compute *= share;
    c.throttle *= power;
  }
  for (auto* curves : {&f.prefill, &f.latent_prefill}) {
    for (prefill_curve<>& c : curves->of) c.compute *= share;
  }
  for (auto* curves : {&f.decode, &f.latent_decode}) {
    for (decode_curve<>& c : curves->of) c.compute *= share;
  }
  for (expert_curve<>& c : f.experts.of) c.compute *= share;
}

}  // namespace detail

/// The accelerator under `fitted`, each kernel as in a benchmark: alone, launched in a CUDA graph,
/// over the same buffers again and again. Hardware with 8-bit floats has Hopper's kernels, other
/// has Ampere's; shares of data sheet figures carry over, and so do times.
template <class Old>
[[nodiscard]] constexpr basic_accelerator<double, fitted> with_fitted_kernels(
    const basic_accelerator<double, Old>& a, kernel_engine e = kernel_engine::vllm) noexcept {
  const bool trt = e == kernel_engine::tensorrt_llm;
  fitted f =
      detail::has_hopper_kernels(a) ? detail::hopper_kernels(trt) : detail::ampere_kernels(trt);
  f.source = detail::source_of_kernels(a);
  f.looped = true;
  return with_efficiency(a, f);
}

/// The accelerator under `fitted`, as an engine runs a model on it: kernels replayed in CUDA
/// graphs, at a sustained clock, over weights that no cache holds, and the engine's own host.
/// `source` is measured on A100 and H100 SXM, transferred elsewhere.
template <class Old>
[[nodiscard]] constexpr basic_accelerator<double, fitted> with_fitted(
    const basic_accelerator<double, Old>& a, kernel_engine e = kernel_engine::vllm) noexcept {
  namespace curves = catalog::curves;
  basic_accelerator<double, fitted> b = with_fitted_kernels(a, e);
  fitted& f = b.efficiency;
  const bool hopper = detail::has_hopper_kernels(a);
  f.looped = false;
  detail::replay(f);
  detail::sustain(f, hopper ? curves::sustained_h100 : curves::sustained_a100,
                  a.peak[supported(a, precision::bf16)]);
  if (!hopper) {
    for (gemm_curve<>& c : f.gemm.of) c.bandwidth = curves::step_bandwidth_a100;
  }
  f.host = e == kernel_engine::tensorrt_llm ? curves::tensorrt_llm_host
           : e == kernel_engine::vllm_2025  ? curves::vllm_2025_host
                                            : curves::vllm_host;
  return b;
}

}  // namespace shardline
