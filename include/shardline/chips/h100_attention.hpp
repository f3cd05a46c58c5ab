/// NVIDIA H100 SXM: the curves of attention measured on it; chips/curves.hpp says how.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

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

}  // namespace shardline::catalog::curves
