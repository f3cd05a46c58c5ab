// SPDX-License-Identifier: BSL-1.0
/// What a chip's file says of the kernels that were measured on it.
#pragma once

#include "shardline/curves/fitted.hpp"
#include "shardline/curves/power.hpp"
#include "shardline/describe/accelerator.hpp"
#include "shardline/engines/engine.hpp"

namespace shardline {

/// Curves of one engine's kernels on one chip, as bench_calibrate finds them.
struct kernel_curves {
  by_format<gemm_curve<>> gemm{};
  by_format<prefill_curve<>> prefill{};
  by_format<decode_curve<>> decode{};
  by_format<prefill_curve<>> latent_prefill{};
  by_format<decode_curve<>> latent_decode{};
  by_format<expert_curve<>> experts{};
};

/// A chip on which kernels were measured.
///   sheet       its data sheet
///   kernels     the curves of a benchmark's kernels there, as an engine's library has them
///   sustained   large multiplications in a step over those in a benchmark: the clock of a GPU that
///               is busy all the time, by whole runs
///   power        what it draws by its work; null: not measured
///   vllm_alone   `kernels` are of vLLM alone
struct measured_chip {
  const accelerator* sheet = nullptr;
  fitted (*kernels)(const kernel_execution&) noexcept = nullptr;
  double sustained = 1.0;
  const power_curve* power = nullptr;
  bool vllm_alone = false;
};

namespace detail {

constexpr void take(fitted& f, const kernel_curves& k) noexcept {
  f.gemm = k.gemm;
  f.prefill = k.prefill;
  f.decode = k.decode;
  f.latent_prefill = k.latent_prefill;
  f.latent_decode = k.latent_decode;
  f.experts = k.experts;
}

constexpr bool runs_vllm(const kernel_execution& e) noexcept {
  return e.library == kernel_library::vllm || e.library == kernel_library::vllm_2024;
}

// One of three, by whose kernels an engine runs.
template <class Curves>
constexpr const Curves& of_library(kernel_library l, const Curves& vllm_curves,
                                   const Curves& sglang_curves,
                                   const Curves& trtllm_curves) noexcept {
  if (l == kernel_library::tensorrt_llm || l == kernel_library::fastertransformer) {
    return trtllm_curves;
  }
  return l == kernel_library::sglang ? sglang_curves : vllm_curves;
}

}  // namespace detail

}  // namespace shardline
