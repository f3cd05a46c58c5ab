/// What engines take beside the accelerator: host_curve by engine.
///
/// Fitted in November 2026 to whole runs, of continuous batching (aiconfigurator 095f58a5,
/// silicon_sample.csv, and InferenceX: Llama-3.1 8B and 70B, gpt-oss-120b, H100 and H200) and of
/// static batches (named below), together with the constants of catalog/fitted/engines.hpp.
#pragma once

#include "shardline/describe/fitted.hpp"

namespace shardline::catalog::curves {

using namespace shardline::literals;

/// From a request's arrival to the engine: its server, tokeniser and queues. Fitted to TTFT of the
/// same runs, with the steps of a busy engine that pass besides: the last token of the sequence
/// before, the step under way, and output that is handled one step late.
inline constexpr seconds<> vllm_admission = 12100_us;
inline constexpr seconds<> tensorrt_llm_admission = 3300_us;
inline constexpr double admission_steps = 3.0;

/// vLLM 0.18, whose scheduler runs ahead: gpt-oss-120b.
inline constexpr host_curve<> vllm_host{
    .step = 1015_us, .admission = vllm_admission, .admission_steps = admission_steps};

/// vLLM of 2025 (V1, versions not stated): the host works after the accelerator. Llama-3.1-70B.
inline constexpr host_curve<> vllm_2025_host{.step = 2120_us,
                                             .sequence = 27_us,
                                             .admission = vllm_admission,
                                             .admission_steps = admission_steps};

/// vLLM 0.6.0, before that rewrite: APEX (microsoft/apex_plus), Llama-3.1-70B, H100, 6 rows; the
/// time of a sequence and the admission are vllm_2025's.
inline constexpr host_curve<> vllm_2024_host{.step = 5630_us,
                                             .sequence = 27_us,
                                             .admission = vllm_admission,
                                             .admission_steps = admission_steps};

/// vLLM of 2023, without CUDA graphs: Splitwise's traces (Patel et al. 2023), Llama-2-70B and
/// BLOOM-176B, A100 and H100, 18 rows of decode; the admission is vllm_2025's.
inline constexpr host_curve<> vllm_2023_host{.step = 356_us,
                                             .sequence = 366_us,
                                             .layer = 553_us,
                                             .graphs = false,
                                             .admission = vllm_admission,
                                             .admission_steps = admission_steps};

/// TensorRT-LLM 1.x with its PyTorch backend: the host works beside the accelerator, and shows
/// where a small model on many GPUs leaves it no time.
inline constexpr host_curve<> tensorrt_llm_host{.step = 830_us,
                                                .replay = 2302_us,
                                                .replay_sequence = 32_us,
                                                .layer = 641_us,
                                                .admission = tensorrt_llm_admission,
                                                .admission_steps = admission_steps};

/// TensorRT-LLM 0.5, a C++ program without CUDA graphs: its published rates, 31 rows; the admission
/// is that of today's.
inline constexpr host_curve<> tensorrt_llm_2023_host{
    .step = 447_us, .graphs = false, .admission = tensorrt_llm_admission};

/// FasterTransformer, a C++ program without CUDA graphs: its gpt_guide.md (commit df4a75348),
/// GPT-350M to GPT-175B, A100, 242 rows.
inline constexpr host_curve<> fastertransformer_host{
    .sequence = 12.5_us, .small_kernels = 55_us, .graphs = false};

}  // namespace shardline::catalog::curves
