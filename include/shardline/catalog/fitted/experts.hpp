/// Fitted curves of routed experts: what fitted/experts.hpp reads.
///
/// Fitted 2026-11 on log errors with a robust loss to measurements of NVIDIA's aiconfigurator
/// (github.com/ai-dynamo/aiconfigurator, commit 095f58a51, systems/data/, files named below): one
/// rank's layer of 6 models' experts, 1 to 16384 tokens, tp 1 to 8, ep 1 to 32, in loops of CUDA
/// graphs. Rows and experts hit: balanced routing, or a power law of exponent 1.2 in closed form;
/// to fit A100 and TensorRT-LLM on several ranks it was simulated, as their version is taken to
/// draw. Errors are means of |predicted / measured - 1|, the power law in closed form, leaving out
/// one model's experts at a time; those of pooled curves leave nothing out. They are a little too
/// good: tiles and the form were chosen with all models in sight.
/// `bench_calibrate <folder of measurements>` fits them anew and prints them in this form.
#pragma once

#include "shardline/describe/fitted.hpp"

namespace shardline::catalog::curves {

using namespace shardline::literals;

// One pair for all: share of the memory rate, and seconds per byte of a block's way.
inline constexpr double shared_expert_bandwidth = 0.88;
inline constexpr double shared_expert_walk = 2e-9;

/// A100 SXM, vLLM 0.14 fused_moe, bf16: a100_sxm/moe/vllm/0.14.0/moe_perf.parquet, 360 rows.
/// 21.1 %.
inline constexpr expert_curve<> a100_vllm_experts_bf16{.compute = 0.7099,
                                                       .bandwidth = shared_expert_bandwidth,
                                                       .launch = 23.27_us,
                                                       .block_rows = 52.39,
                                                       .walk = shared_expert_walk,
                                                       .passes = 1.236,
                                                       .foreign_rows = 1.0};

/// H100 SXM, vLLM 0.19 fused_moe, bf16: h100_sxm/moe/vllm/0.19.0/moe_perf.parquet, 848 rows.
/// 8.0 %.
inline constexpr expert_curve<> h100_vllm_experts_bf16{.compute = 0.6674,
                                                       .bandwidth = shared_expert_bandwidth,
                                                       .launch = 16.42_us,
                                                       .block_rows = 13.58,
                                                       .walk = shared_expert_walk,
                                                       .passes = 0.8023,
                                                       .foreign_rows = 1.0};

/// H100 SXM, vLLM 0.19 fused_moe, fp8: the same file, 848 rows. 8.2 %.
inline constexpr expert_curve<> h100_vllm_experts_fp8{.compute = 1.0,
                                                      .bandwidth = shared_expert_bandwidth,
                                                      .launch = 24.85_us,
                                                      .block_rows = 59.16,
                                                      .walk = shared_expert_walk,
                                                      .passes = 1.16,
                                                      .foreign_rows = 1.0};

/// H100 SXM, vLLM 0.19 fused_moe, fp8 in blocks: the same file, 816 rows. 7.4 %.
inline constexpr expert_curve<> h100_vllm_experts_fp8_block{.compute = 0.3688,
                                                            .bandwidth = shared_expert_bandwidth,
                                                            .launch = 36.47_us,
                                                            .per_expert = 0.009879_us,
                                                            .block_rows = 2.425,
                                                            .walk = shared_expert_walk,
                                                            .passes = 1.456,
                                                            .foreign_rows = 1.0};

/// H100 SXM, vLLM 0.19 Marlin, int4 weights: the same file, 816 rows. 14.9 %.
inline constexpr expert_curve<> h100_vllm_experts_int4{.compute = 0.2665,
                                                       .bandwidth = shared_expert_bandwidth,
                                                       .launch = 47.65_us,
                                                       .block_rows = 70.34,
                                                       .walk = shared_expert_walk,
                                                       .passes = 0.8787,
                                                       .foreign_rows = 1.0,
                                                       .tiles = {8.0, 64.0}};

/// H100 SXM, TensorRT-LLM 1.3.0rc10 CUTLASS, bf16:
/// h100_sxm/moe/trtllm/1.3.0rc10/moe_perf.parquet, 816 rows. 13.2 %.
inline constexpr expert_curve<> h100_tensorrt_experts_bf16{.compute = 1.0,
                                                           .bandwidth = shared_expert_bandwidth,
                                                           .launch = 17.1_us,
                                                           .per_expert = 0.04919_us,
                                                           .block_rows = 16.63,
                                                           .walk = shared_expert_walk,
                                                           .passes = 1.432,
                                                           .foreign_rows = 0.0};

/// H100 SXM, TensorRT-LLM 1.3.0rc10 CUTLASS, fp8: the same file, 816 rows. 11.0 %.
inline constexpr expert_curve<> h100_tensorrt_experts_fp8{.compute = 1.0,
                                                          .bandwidth = shared_expert_bandwidth,
                                                          .launch = 26.09_us,
                                                          .per_expert = 0.05005_us,
                                                          .block_rows = 7.401,
                                                          .walk = shared_expert_walk,
                                                          .passes = 1.749,
                                                          .foreign_rows = 0.0};

/// H100 SXM, TensorRT-LLM 1.3.0rc10 CUTLASS, fp8 in blocks: the same file, 784 rows. 10.9 %.
inline constexpr expert_curve<> h100_tensorrt_experts_fp8_block{
    .compute = 0.7936,
    .bandwidth = shared_expert_bandwidth,
    .launch = 15.34_us,
    .per_expert = 0.2891_us,
    .block_rows = 9.151,
    .walk = shared_expert_walk,
    .passes = 4.588,
    .foreign_rows = 0.0};

/// H100 SXM, TensorRT-LLM 1.3.0rc10 with Triton kernels, mxfp4 weights, one model (gpt-oss): the
/// same file, 80 rows. 9.2 % in the fit, not cross-validated.
inline constexpr expert_curve<> h100_triton_experts_mxfp4{.compute = 0.5216,
                                                          .bandwidth = shared_expert_bandwidth,
                                                          .launch = 68.51_us,
                                                          .block_rows = 12.74,
                                                          .walk = shared_expert_walk,
                                                          .passes = 1.03,
                                                          .foreign_rows = 1.0};

/// Engine not known, bf16: vLLM and TensorRT-LLM on H100 as above. 10.5 % and 15.9 %.
inline constexpr expert_curve<> pooled_experts_bf16{.compute = 0.9272,
                                                    .bandwidth = shared_expert_bandwidth,
                                                    .launch = 17.85_us,
                                                    .block_rows = 25.4,
                                                    .walk = shared_expert_walk,
                                                    .passes = 1.309,
                                                    .foreign_rows = 0.25};

/// Engine not known, fp8, likewise. 11.5 % and 13.3 %.
inline constexpr expert_curve<> pooled_experts_fp8{.compute = 1.0,
                                                   .bandwidth = shared_expert_bandwidth,
                                                   .launch = 26.11_us,
                                                   .per_expert = 0.0189_us,
                                                   .block_rows = 24.99,
                                                   .walk = shared_expert_walk,
                                                   .passes = 1.552,
                                                   .foreign_rows = 0.25};

/// Engine not known, fp8 in blocks, likewise. 11.1 % and 18.8 %.
inline constexpr expert_curve<> pooled_experts_fp8_block{.compute = 0.5164,
                                                         .bandwidth = shared_expert_bandwidth,
                                                         .launch = 27.54_us,
                                                         .per_expert = 0.0797_us,
                                                         .block_rows = 6.131,
                                                         .walk = shared_expert_walk,
                                                         .passes = 3.006,
                                                         .foreign_rows = 0.25};

/// Kernel not known, 4-bit weights: Marlin and Triton above at equal weight. 24 % and 59 %:
/// the two differ by more than any one set can say.
inline constexpr expert_curve<> pooled_experts_four_bit{.compute = 0.578,
                                                        .bandwidth = shared_expert_bandwidth,
                                                        .launch = 49.59_us,
                                                        .block_rows = 135.0,
                                                        .walk = shared_expert_walk,
                                                        .passes = 0.7502,
                                                        .foreign_rows = 1.0,
                                                        .tiles = {8.0, 64.0}};

// The same by format: 16 bits, 8 bits, 8 bits in blocks, 4 bits.

/// vLLM on H100.
inline constexpr by_format<expert_curve<>> h100_vllm_experts{
    {h100_vllm_experts_bf16, h100_vllm_experts_fp8, h100_vllm_experts_fp8_block,
     h100_vllm_experts_int4}};

/// TensorRT-LLM on H100; 4 bits are mxfp4.
inline constexpr by_format<expert_curve<>> h100_tensorrt_experts{
    {h100_tensorrt_experts_bf16, h100_tensorrt_experts_fp8, h100_tensorrt_experts_fp8_block,
     h100_triton_experts_mxfp4}};

/// vLLM on A100: bf16 is measured, the others are those of H100.
inline constexpr by_format<expert_curve<>> a100_vllm_experts{
    {a100_vllm_experts_bf16, h100_vllm_experts_fp8, h100_vllm_experts_fp8_block,
     h100_vllm_experts_int4}};

/// Any engine.
inline constexpr by_format<expert_curve<>> pooled_experts{
    {pooled_experts_bf16, pooled_experts_fp8, pooled_experts_fp8_block, pooled_experts_four_bit}};

}  // namespace shardline::catalog::curves
