// SPDX-License-Identifier: BSL-1.0
/// One version of an engine, as one record: what it takes of the memory, how it schedules, which
/// kernels it runs and how, and what its own program takes. A version is one everywhere.
#pragma once

#include <span>
#include <string_view>

#include "shardline/curves/fitted.hpp"
#include "shardline/describe/cluster.hpp"
#include "shardline/describe/engine.hpp"

namespace shardline {

/// Whose kernels: chips/ has the curves of each on the accelerators that were measured.
///   vllm_2024          vLLM's before AMD's own (AITER) and multiplications tuned for it; elsewhere
///                      vLLM's
///   fastertransformer  TensorRT-LLM's, whose multiplications come nearer to the memory's rate
enum class kernel_library : unsigned char {
  vllm,
  sglang,
  tensorrt_llm,
  vllm_2024,
  fastertransformer
};

/// How an engine runs a step. Fitted in November 2026 to whole runs, of continuous batching
/// (aiconfigurator 095f58a5, silicon_sample.csv, and InferenceX: Llama-3.1 8B and 70B,
/// gpt-oss-120b, H100 and H200) and of static batches (named by each version).
///   host               what its program takes beside the accelerator
///   library            whose kernels it runs
///   own_all_reduce     the engine has an all-reduce kernel of its own
///   bare_vectors       vector kernels are bound by more than the memory, as in a benchmark of
///                      PyTorch's; else by their bytes alone, as kernels that an engine fuses are
///   launches           share of a kernel's launch that the kernel before it does not hide, and
///   expert_launches    of the launches of an expert layer's kernels
///   synchronise, drift, row, per_query_head   of the curves of curves/fitted.hpp
struct kernel_execution {
  host_curve<> host{};
  kernel_library library = kernel_library::vllm;
  bool own_all_reduce = true;
  bool bare_vectors = false;
  double launches = 0.0;
  double expert_launches = 0.0;
  seconds<> synchronise{};
  seconds<> drift{};
  seconds<> row{};
  bool per_query_head = false;
};

/// What figures of an engine are of.
///   version    that was measured: "vllm-0.11"
///   measured   by whom, or which
struct engine_source {
  std::string_view version{};
  std::string_view measured{};
};

/// What an engine starts with on a GPU of at least so much memory.
///   step_tokens, step_sequences, captured   of basic_runtime
struct start_defaults {
  bytes<> from{};
  double step_tokens = 0.0;
  double step_sequences = 0.0;
  captured_sequences<> captured{};
};

/// A version of an engine, as it starts without options.
///   engine         the plain name, which stands for the newest version: "vllm"
///   name           the plain name and the version, where its sources state one: "vllm-0.18"
///   runtime        memory rule, scheduler, padding, on a GPU of 80 GB that makes no exception
///   by_memory      what differs from GPU to GPU, from the largest memory to none; empty: nothing
///   as_smallest    GPUs whose names begin so count as the smallest
///   memory_of      what those are of: another version where none of this one's logs are at hand
///   kernels        how it runs a step
///   kernels_of     what that was fitted to, likewise
///   stages         that its connector of pools sends caches between
struct engine_version {
  std::string_view engine{};
  std::string_view name{};
  shardline::runtime runtime{};
  std::span<const start_defaults> by_memory{};
  std::string_view as_smallest{};
  engine_source memory_of{};
  kernel_execution kernels{};
  engine_source kernels_of{};
  staged_caches stages = staged_caches::any;

  /// Whether its memory was measured under this very version.
  [[nodiscard]] constexpr bool has_own_memory() const noexcept { return memory_of.version == name; }
  /// Whether how it runs a step was measured under this very version.
  [[nodiscard]] constexpr bool has_own_kernels() const noexcept {
    return kernels_of.version == name;
  }
  /// Whether its memory, or how it runs a step, was measured under some version of this engine.
  [[nodiscard]] constexpr bool has_memory_of_engine() const noexcept {
    return memory_of.version.starts_with(engine);
  }
  /// The latter.
  [[nodiscard]] constexpr bool has_kernels_of_engine() const noexcept {
    return kernels_of.version.starts_with(engine);
  }
};

/// What a version starts with on this GPU: its runtime, in the units of basic_runtime, with the
/// steps of the first row of `by_memory` that the GPU's memory reaches, else of the last row; the
/// same on every GPU where `by_memory` is empty. Source: vLLM's engine/arg_utils.py,
/// get_batch_defaults(); SGLang's server_args.py, _handle_gpu_memory_settings(), in later versions
/// arg_groups/memory_hook.py, handle_gpu_memory_settings().
///   vLLM takes 8192 tokens and 1024 sequences on an H100, 2048 and 256 on an A100 or L40S
///   (tests/engines/engine.cpp)
template <class Efficiency>
[[nodiscard]] constexpr runtime runtime_on(
    const engine_version& e, const basic_accelerator<double, Efficiency>& a) noexcept {
  runtime r = e.runtime;
  if (e.by_memory.empty()) return r;
  const bool smallest = !e.as_smallest.empty() && a.name.view().starts_with(e.as_smallest);
  std::size_t i = 0;
  while (i + 1 < e.by_memory.size() && (smallest || a.memory < e.by_memory[i].from)) ++i;
  r.step_tokens = e.by_memory[i].step_tokens;
  r.step_sequences = e.by_memory[i].step_sequences;
  r.captured = e.by_memory[i].captured;
  return r;
}

/// The same cluster under an engine, as that version starts on its GPUs: with_engine(c,
/// runtime_on(e, c.accelerator)).
///   with_engine(c, engines::vllm) of H100: steps of 8192 tokens   (tests/engines/engine.cpp)
template <class Efficiency>
[[nodiscard]] constexpr basic_cluster<double, Efficiency> with_engine(
    const basic_cluster<double, Efficiency>& c, const engine_version& e) noexcept {
  return with_engine(c, runtime_on(e, c.accelerator));
}

namespace engines {

using namespace shardline::literals;

namespace detail {

constexpr bytes<> gib(double n) noexcept { return bytes<>::from_value(n * 1073741824.0); }
constexpr bytes<> mib(double n) noexcept { return bytes<>::from_value(n * 1048576.0); }

// Steps of a busy engine that pass before a request's first: the last token of the sequence before,
// the step under way, and output that is handled one step late. Fitted to TTFT of the same runs.
inline constexpr double admission_steps = 3.0;

// Until the last rank has come to an all-reduce.
inline constexpr seconds<> synchronise = 7.6_us;

// An engine that replays CUDA graphs: kernels follow each other, and a share of their launches, as
// a benchmark's loop of one kernel has them, does not hide behind the kernel before; and another
// share of those of an expert layer, a chain of small ones.
constexpr kernel_execution replayed(const host_curve<>& host, kernel_library library,
                                    double launches, double expert_launches,
                                    const seconds<>& until_all) noexcept {
  return {.host = host,
          .library = library,
          .launches = launches,
          .expert_launches = expert_launches,
          .synchronise = until_all};
}

}  // namespace detail

}  // namespace engines

}  // namespace shardline
