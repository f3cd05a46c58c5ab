/// Engines by name, and how each runs the kernels of a step.
///
/// Fitted in November 2026, together with catalog/fitted/host.hpp and to the same runs.
#pragma once

#include "shardline/catalog/fitted/host.hpp"

namespace shardline {

/// Whose kernels and host run.
///   vllm                with asynchronous scheduling, as by default since 2026 (0.18 was measured)
///   vllm_2025           before that (0.10 and thereabouts)
///   vllm_2024           before its second engine (0.6)
///   vllm_2023           its first year: no CUDA graphs
///   sglang              not measured: vllm's
///   tensorrt_llm        with its PyTorch backend (1.x)
///   tensorrt_llm_2023   its first C++ runtime (0.5)
///   fastertransformer   TensorRT-LLM's predecessor, 2021 to 2023
enum class kernel_engine : unsigned char {
  vllm,
  vllm_2025,
  vllm_2024,
  vllm_2023,
  sglang,
  tensorrt_llm,
  tensorrt_llm_2023,
  fastertransformer
};

namespace catalog::curves {

/// How an engine runs a step.
///   tensorrt           kernels of TensorRT-LLM and its kin, else vLLM's
///   own_all_reduce     the engine has an all-reduce kernel of its own
///   bare_vectors       vector kernels are bound by more than the memory, as in a benchmark of
///                      PyTorch's; else by their bytes alone, as kernels that an engine fuses are
///   launches           share of a kernel's launch that the kernel before it does not hide, and
///   expert_launches    of the launches of an expert layer's kernels
///   synchronise, drift, row, per_query_head   of the curves of describe/fitted.hpp
struct engine_steps {
  host_curve<> host{};
  bool tensorrt = false;
  bool own_all_reduce = true;
  bool bare_vectors = false;
  double launches = 0.0;
  double expert_launches = 0.0;
  seconds<> synchronise{};
  seconds<> drift{};
  seconds<> row{};
  bool per_query_head = false;
};

/// Under CUDA graphs kernels follow each other: launches and prologues hide behind the kernel
/// before (0.05 % of them is left; of an expert layer's 30 %), and ranks wait so long for the last
/// of them at each all-reduce.
inline constexpr double replayed_expert_launch = 0.30;
inline constexpr seconds<> synchronise = 7.6_us;

/// An engine that replays CUDA graphs.
constexpr engine_steps replayed(const host_curve<>& host, bool tensorrt) noexcept {
  return {.host = host,
          .tensorrt = tensorrt,
          .expert_launches = replayed_expert_launch,
          .synchronise = synchronise};
}

[[nodiscard]] constexpr engine_steps steps_of(kernel_engine e) noexcept {
  switch (e) {
    case kernel_engine::vllm:
    case kernel_engine::sglang:
      return replayed(vllm_host, false);
    case kernel_engine::vllm_2025:
      return replayed(vllm_2025_host, false);
    case kernel_engine::vllm_2024:
      return replayed(vllm_2024_host, false);
    case kernel_engine::vllm_2023:
      return {.host = vllm_2023_host,
              .own_all_reduce = false,
              .bare_vectors = true,
              .launches = 1.0,
              .expert_launches = 1.0,
              .synchronise = synchronise};
    case kernel_engine::tensorrt_llm:
      return replayed(tensorrt_llm_host, true);
    case kernel_engine::tensorrt_llm_2023:
      return {.host = tensorrt_llm_2023_host,
              .tensorrt = true,
              .launches = 1.0,
              .expert_launches = 1.0,
              .synchronise = synchronise,
              .per_query_head = true};
    case kernel_engine::fastertransformer:
      return {.host = fastertransformer_host,
              .tensorrt = true,
              .own_all_reduce = false,
              .launches = 0.846,
              .expert_launches = 0.846,
              .drift = 8.34_us,
              .row = 1.326_us};
  }
  return {};
}

}  // namespace catalog::curves

}  // namespace shardline
