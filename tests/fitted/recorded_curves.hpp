// SPDX-License-Identifier: BSL-1.0
/// Curves of an earlier and larger sample of A100 and H100, which worked numbers of tests are of. Nothing
/// is priced by them: chips/ has those fitted since.
///
/// Matrix multiplication: NVIDIA aiconfigurator's gemm_perf tables (commit 095f58a5: a100_sxm
/// vllm/0.14.0; h100_sxm vllm and trtllm), 2,419 shapes in CUDA graphs. Attention, experts, collectives:
/// the same commit's tables, as the comment of each says. "CV" and errors: per cent, cross-validated.
#pragma once

#include "shardline/chips/a100_sxm.hpp"
#include "shardline/chips/h100_sxm.hpp"

namespace recorded {

using namespace shardline;
using namespace shardline::literals;
using catalog::curves::never_split;

/// NCCL 2.27 on A100 with NVSwitch, no engine: [aic], [vidur]. Cross-validated 7 and 8 % ([aic]),
/// 17 and 20 % ([vidur]), above and below 64 KiB.
inline constexpr collective_curve<> nccl_on_nvlink{.launch = 9.624_us,
                                                   .hop = 0.785_us,
                                                   .hop_line = 0.9283_us,
                                                   .hop_bulk = 0.8169_us,
                                                   .start_line = 0.257_us,
                                                   .start_bulk = 12.99_us,
                                                   .fill = 7.985_us,
                                                   .peer = 0.362_us,
                                                   .pair = 2.306_us,
                                                   .flag_share = 0.05109,
                                                   .line_share = 0.3924,
                                                   .bulk_share = 0.7604,
                                                   .peer_share = 0.01313,
                                                   .copy_share = 0.5607,
                                                   .own_scatter = 0.7144,
                                                   .own_exchange = 0.6451,
                                                   .own_flag = 1.212,
                                                   .incast = 0.07388,
                                                   .network_share = 0.9,
                                                   .exchange_share = 0.9,
                                                   .pair_share = 0.72,
                                                   .tree_share = 0.8,
                                                   .network_hop = 7_us,
                                                   .network_peer = 0.5_us,
                                                   .network_phase = 15_us};

/// Of experts, one pair for all: share of the memory rate, and seconds per byte of a block's way.
inline constexpr double shared_expert_bandwidth = 0.88;
inline constexpr double shared_expert_walk = 2e-9;

namespace detail {

constexpr collective_curve<> with_engine(collective_curve<> c, const seconds<>& launch,
                                         const seconds<>& barrier, const bytes<>& most) noexcept {
  c.engine_most = most;
  c.engine_launch = launch;
  c.engine_rank = 0.1095_us;
  c.engine_barrier = barrier;
  c.engine_second = 7.741_us;
  c.one_shot_share = 0.6045;
  c.two_shot_share = 0.712;
  return c;
}

}  // namespace detail

// -------------------------------------------------------------------------- matrix multiplication

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
/// H100 SXM, fp8 in blocks of 128 x 128: vLLM 5.6 %, TensorRT-LLM 4.7 %.
inline constexpr gemm_curve<> gemm_h100_block_vllm{.bandwidth = 0.7721,
                                                   .compute = 0.8166,
                                                   .throttle = 0.5731,
                                                   .launch = 2.4_us,
                                                   .reduction = never_split,
                                                   .quantise = 5.323_us,
                                                   .quantise_bandwidth = 0.4609,
                                                   .tile = 128.0};
// ---------------------------------------------------------------------------------------- experts

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

/// vLLM on H100.
inline constexpr by_format<expert_curve<>> h100_vllm_experts{
    {h100_vllm_experts_bf16, h100_vllm_experts_fp8, h100_vllm_experts_fp8_block,
     h100_vllm_experts_int4, h100_triton_experts_mxfp4, h100_triton_experts_mxfp4}};

/// TensorRT-LLM on H100.
inline constexpr by_format<expert_curve<>> h100_tensorrt_experts{
    {h100_tensorrt_experts_bf16, h100_tensorrt_experts_fp8, h100_tensorrt_experts_fp8_block,
     h100_vllm_experts_int4, h100_triton_experts_mxfp4, h100_triton_experts_mxfp4}};

/// Any engine.
inline constexpr by_format<expert_curve<>> pooled_experts{
    {pooled_experts_bf16, pooled_experts_fp8, pooled_experts_fp8_block, pooled_experts_four_bit,
     pooled_experts_four_bit, pooled_experts_four_bit}};

// -------------------------------------------------------------------------------------- attention

// ---------------------------------------------------------------------------------------- prompts

/// H100, vLLM 0.19.0, wide. h100_sxm/attention/vllm/0.19.0/context_attention_perf. 724 rows,
/// CV 10.4.
inline constexpr prefill_curve<> prefill_h100_vllm{.compute = 0.95,
                                                   .softmax_values = 64.96,
                                                   .bandwidth = 0.9,
                                                   .launch = 8.522_us,
                                                   .block = 2.164_us,
                                                   .tail = 0.2194,
                                                   .passes = 0.45,
                                                   .window_padding = 128.0};

/// The same, narrow: 724 rows, CV 8.4.
inline constexpr prefill_curve<> prefill_h100_vllm_narrow{.compute = 0.5589,
                                                          .softmax_values = 64.96,
                                                          .bandwidth = 0.9,
                                                          .launch = 8.522_us,
                                                          .block = 2.164_us,
                                                          .tail = 0.2194,
                                                          .passes = 0.6951,
                                                          .window_padding = 128.0};

/// The same, narrow cache and queries: 601 rows, CV 8.3.
inline constexpr prefill_curve<> prefill_h100_trtllm_narrow_queries{.compute = 0.6974,
                                                                    .softmax_values = 98.98,
                                                                    .bandwidth = 0.9,
                                                                    .launch = 8.225_us,
                                                                    .block = 6.365_us,
                                                                    .tail = 0.6619,
                                                                    .passes = 0.4757,
                                                                    .window_padding = 1311.0};

/// H100, latent, TensorRT-LLM 1.3.0rc10, wide. h100_sxm/mla/trtllm/1.3.0rc10/context_mla_perf.
/// 147 rows, CV 4.6.
inline constexpr prefill_curve<> latent_prefill_h100_trtllm{.compute = 0.6928,
                                                            .softmax_values = 17.76,
                                                            .bandwidth = 0.9,
                                                            .launch = 12.3_us,
                                                            .block = 3.083_us,
                                                            .tail = 0.5741,
                                                            .passes = 0.2598};

// ----------------------------------------------------------------------------------- decode steps

/// H100, vLLM 0.19.0, wide. h100_sxm/attention/vllm/0.19.0/generation_attention_perf. 512 rows, CV
/// 6.7.
inline constexpr decode_curve<> decode_h100_vllm{.compute = 0.9,
                                                 .bandwidth = 0.9365,
                                                 .launch = 8.694_us,
                                                 .reduction = 1.984_us,
                                                 .block = 2.031_us,
                                                 .blocks = 0.6405,
                                                 .splits = 32.0,
                                                 .multiprocessor_share = 2.113,
                                                 .exposed = 0.05,
                                                 .window_padding = 210.1,
                                                 .cache_speedup = 2.274,
                                                 .cache_share = 0.6,
                                                 .rows = 16.0};

/// The same, narrow: 512 rows, CV 8.4.
inline constexpr decode_curve<> decode_h100_vllm_narrow{.compute = 0.9,
                                                        .bandwidth = 0.776,
                                                        .launch = 8.694_us,
                                                        .reduction = 1.984_us,
                                                        .block = 2.031_us,
                                                        .blocks = 0.6405,
                                                        .splits = 32.0,
                                                        .multiprocessor_share = 2.113,
                                                        .exposed = 0.05,
                                                        .window_padding = 376.1,
                                                        .cache_speedup = 2.274,
                                                        .cache_share = 0.6,
                                                        .rows = 16.0};

/// H100, TensorRT-LLM 1.3.0rc10, wide. h100_sxm/attention/trtllm/1.3.0rc10/
/// generation_attention_perf. 545 rows, CV 13.9, where grouped queries were taken to read half of
/// their bytes: many of those rows are faster than the memory could be. Here every byte counts,
/// which is 25 in sample, too slow by 21.
inline constexpr decode_curve<> decode_h100_trtllm{.compute = 0.9,
                                                   .bandwidth = 0.9389,
                                                   .launch = 8.353_us,
                                                   .reduction = 4.24_us,
                                                   .block = 1.598_us,
                                                   .blocks = 14.54,
                                                   .splits = 97.65,
                                                   .multiprocessor_share = 1.655,
                                                   .exposed = 0.05,
                                                   .window_padding = 64.0,
                                                   .cache_speedup = 1.0,
                                                   .cache_share = 0.6,
                                                   .unseen_blocks = true,
                                                   .rows = 16.0};

/// H100, latent, TensorRT-LLM 1.3.0rc10, wide. h100_sxm/mla/trtllm/1.3.0rc10/generation_mla_perf.
/// 264 rows, CV 10.3.
inline constexpr decode_curve<> latent_decode_h100_trtllm{.compute = 0.69,
                                                          .bandwidth = 0.9349,
                                                          .launch = 10.66_us,
                                                          .reduction = 2.448_us,
                                                          .block = 6.613_us,
                                                          .blocks = 1.367,
                                                          .splits = 84.51,
                                                          .multiprocessor_share = 1.869,
                                                          .exposed = 0.05,
                                                          .passes = 0.2607,
                                                          .cache_speedup = 2.052,
                                                          .cache_share = 0.6};

/// The same, narrow: 264 rows, CV 11.4.
inline constexpr decode_curve<> latent_decode_h100_trtllm_narrow{.compute = 0.43,
                                                                 .bandwidth = 0.8974,
                                                                 .launch = 9.747_us,
                                                                 .reduction = 2.448_us,
                                                                 .block = 6.613_us,
                                                                 .blocks = 1.367,
                                                                 .splits = 84.51,
                                                                 .multiprocessor_share = 1.869,
                                                                 .exposed = 0.05,
                                                                 .passes = 1.115,
                                                                 .cache_speedup = 2.052,
                                                                 .cache_share = 0.6};

namespace detail {

constexpr collective_curve<> on_hopper(collective_curve<> c) noexcept {
  c.launch = 4.801_us;
  c.start_bulk = 6.479_us;
  c.fill = 3.983_us;
  c.bulk_share = 0.8341;
  c.switch_start = 50.03_us;
  c.switch_fill = 2.882_us;
  c.switch_share = 0.6899;
  return c;
}

}  // namespace detail

/// NCCL 2.27 on H100 and H200, which reduces in the switch (NVLS): [aic], [apex], [vidur], [stas].
/// Cross-validated 7 and 6 % ([aic]), 7 and 7 % ([apex]), 3 and 13 % ([vidur]; 20 and 40 % with the
/// rows set aside), 1 and 7 % ([stas]).
inline constexpr collective_curve<> h100_nccl = detail::on_hopper(nccl_on_nvlink);

/// The same under engines with all-reduces of their own, as on A100 (chips/a100_sxm.hpp).
inline constexpr collective_curve<> h100_vllm =
    detail::with_engine(h100_nccl, 2.626_us, 1.156_us, 32_MiB);
inline constexpr collective_curve<> h100_tensorrt_llm =
    detail::with_engine(h100_nccl, 2.626_us, {}, 4_MiB);

// -------------------------------------------------------------------------- matrix multiplication

/// A100 SXM, vLLM 0.14, bf16: 6.2 %.
inline constexpr gemm_curve<> gemm_a100_wide{.bandwidth = 0.7604,
                                             .compute = 0.9822,
                                             .small_tile = 0.8016,
                                             .launch = 4.082_us,
                                             .reduction = 0.7957_us,
                                             .tile = 32.0};

/// The same under TensorRT-LLM and FasterTransformer, whose whole runs want 0.90 of the memory rate
/// (242 and 12 rows). vLLM's 0.76 is also that of its whole runs (Splitwise) and of PyTorch
/// (Vidur).
inline constexpr gemm_curve<> gemm_a100_tensorrt_llm{.bandwidth = 0.90,
                                                     .compute = 0.9822,
                                                     .small_tile = 0.8016,
                                                     .launch = 4.082_us,
                                                     .reduction = 0.7957_us,
                                                     .tile = 32.0};

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

}  // namespace recorded
