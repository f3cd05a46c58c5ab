/// Matrix multiplication as measured: the curves of fitted/gemm.hpp by accelerator, engine, format.
///
/// Fitted in November 2026 to NVIDIA aiconfigurator's gemm_perf tables (commit 095f58a5: a100_sxm
/// vllm/0.14.0; h100_sxm vllm and trtllm), 2,419 shapes in CUDA graphs, log error with a robust
/// loss. Errors are mean absolute ones, cross-validated five-fold over shapes (n, k), as
/// bench_accuracy prints them.
/// `bench_calibrate <folder of measurements>` fits them anew and prints them in this form.
#pragma once

#include "shardline/describe/fitted.hpp"

namespace shardline::catalog::curves {

using namespace shardline::literals;

/// Splitting the inner dimension is not what this kernel does.
inline constexpr seconds<> never_split = 500_us;

/// A100 SXM, vLLM 0.14, bf16: 6.2 %.
inline constexpr gemm_curve<> gemm_a100_wide{.bandwidth = 0.7604,
                                             .compute = 0.9822,
                                             .small_tile = 0.8016,
                                             .row_floor = 0.5,
                                             .launch = 4.082_us,
                                             .reduction = 0.7957_us};

/// The same under TensorRT-LLM and FasterTransformer, whose whole runs want 0.90 of the memory rate
/// (242 and 12 rows). vLLM's 0.76 is also that of its whole runs (Splitwise) and of PyTorch
/// (Vidur).
inline constexpr gemm_curve<> gemm_a100_tensorrt_llm{.bandwidth = 0.90,
                                                     .compute = 0.9822,
                                                     .small_tile = 0.8016,
                                                     .row_floor = 0.5,
                                                     .launch = 4.082_us,
                                                     .reduction = 0.7957_us};

/// AMD MI210 (104 compute units, 181 TFLOP/s, 1638 GB/s), PyTorch on ROCm of 2023, fp16:
/// LLMCompass (PrincetonUniversity/LLMCompass 2e015fd2, ae/figure5), 22 shapes, 3.6 % in sample
/// with a call of 29 us; the launch inside a graph and the tiles are an A100's.
inline constexpr gemm_curve<> gemm_mi210_wide{.bandwidth = 0.375,
                                              .compute = 0.71,
                                              .small_tile = 0.8016,
                                              .row_floor = 0.5,
                                              .launch = 4.082_us,
                                              .reduction = 0.7957_us};

/// For AMD's later accelerators the geometric mean of MI210's 0.375 of the memory rate (which no
/// kernel there exceeded: its GELU 0.377) and the A100's 0.76 under the same scripts: the libraries
/// have changed since, and no figure here says how far.
inline constexpr double amd_bandwidth = 0.53;

/// H100 SXM, bf16, one set for vLLM and TensorRT-LLM: 4.8 and 3.2 %.
inline constexpr gemm_curve<> gemm_h100_wide{.bandwidth = 0.9014,
                                             .compute = 0.9697,
                                             .small_tile = 0.9880,
                                             .tail = 0.3704,
                                             .throttle = 0.2316,
                                             .launch = 2.364_us,
                                             .reduction = 1.993_us};

/// H100 SXM, fp8 with one scale per matrix; activations are quantised by a kernel of the engine's
/// own, so that only its two constants differ: vLLM 8.8 %, TensorRT-LLM 3.0 %.
inline constexpr gemm_curve<> gemm_h100_narrow_vllm{.bandwidth = 0.8969,
                                                    .compute = 0.9190,
                                                    .small_tile = 0.9534,
                                                    .tail = 0.3642,
                                                    .throttle = 0.1792,
                                                    .launch = 2.4_us,
                                                    .reduction = 2.476_us,
                                                    .quantise = 1.694_us,
                                                    .quantise_bandwidth = 0.6248};
inline constexpr gemm_curve<> gemm_h100_narrow_tensorrt_llm{.bandwidth = 0.8969,
                                                            .compute = 0.9190,
                                                            .small_tile = 0.9534,
                                                            .tail = 0.3642,
                                                            .throttle = 0.1792,
                                                            .launch = 2.4_us,
                                                            .reduction = 2.476_us,
                                                            .quantise = 9.425_us,
                                                            .quantise_bandwidth = 0.3821};

/// H100 SXM, fp8 in blocks of 128 x 128: vLLM 5.6 %, TensorRT-LLM 4.7 %.
inline constexpr gemm_curve<> gemm_h100_block_vllm{.bandwidth = 0.7721,
                                                   .compute = 0.8166,
                                                   .throttle = 0.5731,
                                                   .launch = 2.4_us,
                                                   .reduction = never_split,
                                                   .quantise = 5.323_us,
                                                   .quantise_bandwidth = 0.4609,
                                                   .tile = 128.0};
inline constexpr gemm_curve<> gemm_h100_block_tensorrt_llm{.bandwidth = 0.9016,
                                                           .compute = 0.7030,
                                                           .small_tile = 0.9973,
                                                           .tail = 0.3866,
                                                           .throttle = 0.0542,
                                                           .launch = 2.4_us,
                                                           .reduction = never_split,
                                                           .quantise = 1.839_us,
                                                           .quantise_bandwidth = 0.5479};

/// Large multiplications in a step over those in a benchmark: the clock of a busy GPU. Whole runs:
/// H100 and H200 under vLLM and TensorRT-LLM, A100 under FasterTransformer.
inline constexpr double sustained_h100 = 0.92;
inline constexpr double sustained_a100 = 0.82;

}  // namespace shardline::catalog::curves
