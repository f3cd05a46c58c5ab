/// NVIDIA A100 SXM, 80 GB: its data sheet, and the curves measured on it.
#pragma once

#include "shardline/chips/a100_sxm_40.hpp"
#include "shardline/chips/chip.hpp"
#include "shardline/chips/curves.hpp"
#include "shardline/chips/h100_sxm.hpp"
#include "shardline/chips/measured.hpp"

namespace shardline::catalog {

/// A100 SXM with 80 GB. Source: NVIDIA A100 data sheet; [aic] a100_sxm; [stas].
inline constexpr accelerator a100_sxm{.name = "a100-sxm",
                                      .vendor = vendor::nvidia,
                                      .peak = a100_sxm_40.peak,
                                      .memory = 81152_MiB,
                                      .memory_rate = 2039_GBps,
                                      .scale_up = {300_GBps, scale_up_latency},
                                      .domain = 8,
                                      .network = {200_Gbps, network_latency},
                                      .multiprocessors = 108,
                                      .last_level_cache = 40_MB};

namespace curves {

// -------------------------------------------------------------------------- matrix multiplication

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

// -------------------------------------------------------------------------------------- attention

/// A100, vLLM 0.14.0, wide. a100_sxm/attention/vllm/0.14.0/context_attention_perf. 384 rows,
/// CV 7.9.
inline constexpr prefill_curve<> prefill_a100_vllm{.compute = 0.763,
                                                   .softmax_values = 64.96,
                                                   .bandwidth = 0.9,
                                                   .launch = 8.522_us,
                                                   .tail = 0.544,
                                                   .exposed = 1.0,
                                                   .passes = 0.45,
                                                   .window_padding = 128.0};

/// A100, latent, TensorRT-LLM 1.0.0, wide. a100_sxm/mla/trtllm/1.0.0/context_mla_perf. 185 rows,
/// CV 5.6.
inline constexpr prefill_curve<> latent_prefill_a100_trtllm{.compute = 0.5675,
                                                            .softmax_values = 17.76,
                                                            .bandwidth = 0.9,
                                                            .launch = 12.3_us,
                                                            .block = 3.114_us,
                                                            .tail = 0.2701,
                                                            .exposed = 0.1151,
                                                            .passes = 0.2598};

/// The same, narrow: 185 rows, CV 5.9.
inline constexpr prefill_curve<> latent_prefill_a100_trtllm_narrow{.compute = 0.5652,
                                                                   .softmax_values = 17.76,
                                                                   .bandwidth = 0.9,
                                                                   .launch = 13.25_us,
                                                                   .block = 3.114_us,
                                                                   .tail = 0.2701,
                                                                   .exposed = 0.1151,
                                                                   .passes = 0.2598};

/// A100, vLLM 0.14.0, wide. a100_sxm/attention/vllm/0.14.0/generation_attention_perf. 244 rows,
/// CV 9.7 with multi-head attention unsplit, as that kernel has it. Here it is split as grouped
/// queries are, for more heads must not take less time: in sample 8.1 for grouped queries, 26 for
/// the 46 rows of multi-head attention; 16 and 14 on those of Vidur and Frontier, not fitted to.
inline constexpr decode_curve<> decode_a100_vllm{.compute = 0.9,
                                                 .bandwidth = 0.8042,
                                                 .launch = 8.694_us,
                                                 .reduction = 8.413_us,
                                                 .block = 1.725_us,
                                                 .blocks = 5.835,
                                                 .splits = 32.0,
                                                 .multiprocessor_share = 1.17,
                                                 .exposed = 0.003853,
                                                 .window_padding = 210.1,
                                                 .cache_speedup = 1.0,
                                                 .cache_share = 0.6,
                                                 .rows = 16.0};

/// A100, latent, TensorRT-LLM 1.0.0, wide. a100_sxm/mla/trtllm/1.0.0/generation_mla_perf. 440 rows,
/// CV 7.5.
inline constexpr decode_curve<> latent_decode_a100_trtllm{.compute = 0.4249,
                                                          .bandwidth = 0.88,
                                                          .launch = 10.66_us,
                                                          .block = 0.8826_us,
                                                          .blocks = 1.0,
                                                          .splits = 1.0,
                                                          .multiprocessor_share = 2.119,
                                                          .tail = 0.683,
                                                          .exposed = 0.7726,
                                                          .passes = 0.2607,
                                                          .cache_speedup = 2.0,
                                                          .cache_share = 0.4};

/// The same, narrow: 440 rows, CV 6.9.
inline constexpr decode_curve<> latent_decode_a100_trtllm_narrow{.compute = 0.3959,
                                                                 .bandwidth = 0.88,
                                                                 .launch = 9.747_us,
                                                                 .block = 0.8826_us,
                                                                 .blocks = 1.0,
                                                                 .splits = 1.0,
                                                                 .multiprocessor_share = 2.119,
                                                                 .tail = 0.683,
                                                                 .exposed = 0.7726,
                                                                 .passes = 0.2607,
                                                                 .cache_speedup = 2.0,
                                                                 .cache_share = 0.4};

// ---------------------------------------------------------------------------------------- experts

/// A100 SXM, vLLM 0.14 fused_moe, bf16: a100_sxm/moe/vllm/0.14.0/moe_perf.parquet, 360 rows.
/// 21.1 %.
inline constexpr expert_curve<> a100_vllm_experts_bf16{.compute = 0.7099,
                                                       .bandwidth = shared_expert_bandwidth,
                                                       .launch = 23.27_us,
                                                       .block_rows = 52.39,
                                                       .walk = shared_expert_walk,
                                                       .passes = 1.236,
                                                       .foreign_rows = 1.0};

/// vLLM on A100: bf16 is measured, the others are those of H100.
inline constexpr by_format<expert_curve<>> a100_vllm_experts{
    {a100_vllm_experts_bf16, h100_vllm_experts_fp8, h100_vllm_experts_fp8_block,
     h100_vllm_experts_int4, h100_triton_experts_mxfp4, h100_triton_experts_mxfp4}};

// ------------------------------------------------------------------------------------ collectives

/// NCCL, no engine.
inline constexpr collective_curve<> a100_nccl = nccl_on_nvlink;

/// The same under vLLM and TensorRT-LLM with all-reduces of their own: [aic]. Cross-validated, both
/// together, 6 and 9 % on A100, 8 and 5 % on H100. Up to which size they run is read off the rows,
/// where it depends on the ranks; one size for all costs 0.3 points at most with three of these,
/// 2 points with TensorRT-LLM on H100 (16 MiB on 2 ranks, 2 on 4, 1 on 8).
inline constexpr collective_curve<> a100_vllm =
    detail::with_engine(a100_nccl, 4.058_us, 1.156_us, 8_MiB);
inline constexpr collective_curve<> a100_tensorrt_llm =
    detail::with_engine(a100_nccl, 4.058_us, {}, 2_MiB);

// --------------------------------------------------------------------------------- vector kernels

/// A100 SXM, at 1.41 GHz.
inline constexpr elementwise_curve<> elementwise_a100 = detail::vectors_at(1.41e9);

namespace detail {

constexpr collective_curve<> a100_collectives(const kernel_execution& e) noexcept {
  if (!e.own_all_reduce) return a100_nccl;
  return shardline::detail::runs_tensorrt(e) ? a100_tensorrt_llm : a100_vllm;
}

constexpr fitted a100_kernels(const kernel_execution& e) noexcept {
  fitted f;
  f.gemm.of.fill(shardline::detail::runs_tensorrt(e) ? gemm_a100_tensorrt_llm : gemm_a100_wide);
  f.prefill = by_cache(prefill_a100_vllm, prefill_a100_vllm);
  f.decode = by_cache(decode_a100_vllm, decode_a100_vllm);
  f.latent_prefill = by_cache(latent_prefill_a100_trtllm, latent_prefill_a100_trtllm_narrow);
  f.latent_decode = by_cache(latent_decode_a100_trtllm, latent_decode_a100_trtllm_narrow);
  f.experts = a100_vllm_experts;
  f.elementwise = elementwise_a100;
  f.collectives = a100_collectives(e);
  f.exchange = h100_exchange;
  return f;
}

}  // namespace detail

}  // namespace curves

/// The A100 as measured; under FasterTransformer a busy one's multiplications ran at 0.82 of a
/// benchmark's.
inline constexpr measured_chip measured_a100_sxm{
    .sheet = &a100_sxm, .kernels = curves::detail::a100_kernels, .sustained = 0.82};

}  // namespace shardline::catalog
