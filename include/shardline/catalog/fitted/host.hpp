/// What engines take beside the accelerator, and between kernels: host_curve by engine.
///
/// Fitted in November 2026 to whole runs of continuous batching (aiconfigurator 095f58a5,
/// silicon_sample.csv, and InferenceX: Llama-3.1 8B and 70B, gpt-oss-120b, H100 and H200), together
/// with the step's two other constants, below. Errors of time per output token: bench_accuracy.
#pragma once

#include "shardline/describe/fitted.hpp"

namespace shardline::catalog::curves {

using namespace shardline::literals;

/// From a request's arrival to the engine: its server, tokeniser and queues. Fitted to TTFT of the
/// same runs, with the steps of a busy engine that pass besides: the last token of the sequence
/// before, the step under way, and output that is handled one step late.
inline constexpr seconds<> vllm_admission = 12100_us;
inline constexpr double admission_steps = 3.0;

/// vLLM 0.18, whose scheduler runs ahead: gpt-oss-120b.
inline constexpr host_curve<> vllm_host{
    .step = 1015_us, .admission = vllm_admission, .admission_steps = admission_steps};

/// vLLM of 2025 (V1, versions not stated): the host works after the accelerator. Llama-3.1-70B.
inline constexpr host_curve<> vllm_2025_host{.step = 2120_us,
                                             .sequence = 27_us,
                                             .admission = vllm_admission,
                                             .admission_steps = admission_steps};

/// TensorRT-LLM 1.x with its PyTorch backend: the host works beside the accelerator, and shows
/// where a small model on many GPUs leaves it no time.
inline constexpr host_curve<> tensorrt_llm_host{.step = 830_us,
                                                .replay = 2302_us,
                                                .replay_sequence = 32_us,
                                                .layer = 641_us,
                                                .admission = 3300_us,
                                                .admission_steps = admission_steps};

/// Ranks wait so long for the last of them at each all-reduce.
inline constexpr seconds<> synchronise = 7.6_us;

/// Large multiplications in a step over those in a benchmark: the clock of a busy GPU.
inline constexpr double sustained_h100 = 0.92;
inline constexpr double sustained_a100 = 0.82;

/// Of the launches of an expert layer's kernels, what a CUDA graph leaves.
inline constexpr double replayed_expert_launch = 0.30;

/// The memory rate of A100's multiplications in a step: the benchmark's 0.76 is vLLM's, and whole
/// runs (FasterTransformer) reach 0.90 of the data sheet's.
inline constexpr double step_bandwidth_a100 = 0.88;

}  // namespace shardline::catalog::curves
