/// NVIDIA H100 SXM: its data sheet, and the curves measured on it; those of attention are in
/// chips/h100_attention.hpp.
#pragma once

#include "shardline/chips/chip.hpp"
#include "shardline/chips/curves.hpp"
#include "shardline/chips/h100_attention.hpp"
#include "shardline/chips/h100_sxm_collectives.hpp"
#include "shardline/chips/h100_sxm_sglang.hpp"
#include "shardline/chips/h100_sxm_trtllm.hpp"
#include "shardline/chips/h100_sxm_vllm.hpp"
#include "shardline/chips/measured.hpp"

namespace shardline::catalog {

/// H100 SXM with 80 GB. Source: NVIDIA H100 data sheet, halved where "with sparsity"; [aic]
/// h100_sxm; [stas].
inline constexpr accelerator h100_sxm{.name = "h100-sxm",
                                      .vendor = vendor::nvidia,
                                      .peak = {.fp32 = 67_TFLOPS,
                                               .tf32 = 494.5_TFLOPS,
                                               .bf16 = 989_TFLOPS,
                                               .fp16 = 989_TFLOPS,
                                               .fp8 = 1979_TFLOPS,
                                               .int8 = 1979_TFLOPS},
                                      .memory = 81080_MiB,
                                      .memory_rate = 3350_GBps,
                                      .scale_up = {450_GBps, scale_up_latency},
                                      .domain = 8,
                                      .network = {400_Gbps, network_latency},
                                      .multiprocessors = 132,
                                      .last_level_cache = 50_MB};

namespace curves {

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

// ------------------------------------------------------------------------------------ collectives

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

/// DeepEP's throughput kernels on H100, fp8 with a scale per 128 values to dispatch, bf16 to
/// combine: [aic]. Cross-validated 5 % in one domain, 10 and 15 % in two, 32 and 24 % in four.
/// Eight domains were left out of the fit and are not described: 42 and 21 %. That a token goes to
/// four domains at most is assumed.
inline constexpr throughput_exchange_curve<> h100_throughput_dispatch{.launch = 23.72_us,
                                                                      .domain = 1.811_us,
                                                                      .token = 0.3974_us,
                                                                      .copy = 0.0715_us,
                                                                      .copy_value = 2.562e-11,
                                                                      .forwarding = 1.998,
                                                                      .fill = 7.062_us,
                                                                      .link_share = 0.6847,
                                                                      .network_share = 0.9235,
                                                                      .most_domains = 4};
inline constexpr throughput_exchange_curve<> h100_throughput_combine{.launch = 21.35_us,
                                                                     .domain = 1.763_us,
                                                                     .copies_value = 1.448e-9,
                                                                     .token_value = 2.104e-10,
                                                                     .copy_value = 6.678e-11,
                                                                     .forwarding = 1.998,
                                                                     .fill = 7.062_us,
                                                                     .link_share = 0.7061,
                                                                     .network_share = 0.9235,
                                                                     .most_domains = 4};

/// DeepEP's low-latency kernels on H100: [aic]. Cross-validated 8 and 6 % in one domain, 7 and
/// 12 % in two, 3 and 2 % in four, 5 and 9 % in eight.
inline constexpr latency_exchange_curve<> h100_latency_dispatch{.launch = 6.36_us,
                                                                .expert = 0.1235_us,
                                                                .value = 5.053e-10,
                                                                .doubling = 6.426_us,
                                                                .block = 4.467e-10,
                                                                .fill = 0.007335_us,
                                                                .link_share = 0.5635,
                                                                .network_share = 0.9542,
                                                                .header = 16_B};
inline constexpr latency_exchange_curve<> h100_latency_combine{.launch = 9.835_us,
                                                               .expert = 0.01922_us,
                                                               .value = 1.848e-10,
                                                               .doubling = 6.499_us,
                                                               .link_share = 0.4735,
                                                               .network_share = 0.9081};

/// Taken over by every accelerator: shares of links, and the times of an H100.
inline constexpr exchange_curves<> h100_exchange{h100_throughput_dispatch, h100_throughput_combine,
                                                 h100_latency_dispatch, h100_latency_combine};

// --------------------------------------------------------------------------------- vector kernels

/// H100 SXM, at 1.83 GHz.
inline constexpr elementwise_curve<> elementwise_h100 = detail::vectors_at(1.83e9);

namespace detail {

constexpr fitted h100_sxm_kernels(const kernel_execution& e) noexcept {
  using shardline::detail::of_library;
  fitted f;
  shardline::detail::take(f,
                          of_library(e.library, h100_sxm_vllm, h100_sxm_sglang, h100_sxm_trtllm));
  if (e.library == kernel_library::vllm) {
    f.experts[kernel_format::four_bit_float].launch = triton_launches;
  }
  f.elementwise = elementwise_h100;
  f.collectives = e.own_all_reduce
                      ? of_library(e.library, h100_sxm_vllm_collectives,
                                   h100_sxm_sglang_collectives, h100_sxm_trtllm_collectives)
                      : h100_sxm_nccl_collectives;
  f.exchange = h100_exchange;
  return f;
}

}  // namespace detail

}  // namespace curves

/// The H100 as measured; in runs under vLLM and TensorRT-LLM, an H200's too, a busy one's
/// multiplications ran at 0.92 of a benchmark's.
inline constexpr measured_chip measured_h100_sxm{
    .sheet = &h100_sxm, .kernels = curves::detail::h100_sxm_kernels, .sustained = 0.92};

}  // namespace shardline::catalog
