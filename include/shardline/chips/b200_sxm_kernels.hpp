// SPDX-License-Identifier: BSL-1.0
/// b200-sxm: which curve stands for each kernel and format of each engine, as bench_calibrate
/// writes this file: the engine's own, another's, or another format's.
#pragma once

#include "shardline/chips/b200_sxm_sglang.hpp"
#include "shardline/chips/b200_sxm_trtllm.hpp"
#include "shardline/chips/b200_sxm_vllm.hpp"
#include "shardline/chips/measured.hpp"

namespace shardline::catalog::curves {

inline constexpr kernel_curves b200_sxm_sglang{
    .gemm = {{b200_sxm_sglang_gemm_wide, b200_sxm_sglang_gemm_narrow,
              b200_sxm_sglang_gemm_narrow_block,
              // 4-bit integers: not measured: as 16 bits
              b200_sxm_sglang_gemm_wide,
              // 4-bit floats: not measured: as 16 bits
              b200_sxm_sglang_gemm_wide, b200_sxm_sglang_gemm_four_bit_math}},
    .prefill = detail::by_cache(b200_sxm_sglang_prefill_wide, b200_sxm_sglang_prefill_narrow),
    .decode = detail::by_cache(b200_sxm_sglang_decode_wide, b200_sxm_sglang_decode_narrow),
    .latent_prefill = detail::by_cache(
        // 16 bits: trtllm's
        b200_sxm_trtllm_latent_prefill_wide,
        // 8 bits: trtllm's
        b200_sxm_trtllm_latent_prefill_narrow),
    .latent_decode =
        detail::by_cache(b200_sxm_sglang_latent_decode_wide, b200_sxm_sglang_latent_decode_narrow),
    .experts = {{b200_sxm_sglang_experts_wide,
                 // 8 bits: vllm's
                 b200_sxm_vllm_experts_narrow,
                 // 8 bits in blocks: trtllm-gen's, measured in NVFP4, multiplying as sglang's
                 detail::multiplying_as(b200_sxm_trtllm_experts_four_bit_math,
                                        b200_sxm_sglang_experts_narrow_block),
                 b200_sxm_sglang_experts_four_bit, b200_sxm_sglang_experts_four_bit_float,
                 b200_sxm_sglang_experts_four_bit_math}},
};

inline constexpr kernel_curves b200_sxm_trtllm{
    .gemm = {{b200_sxm_trtllm_gemm_wide, b200_sxm_trtllm_gemm_narrow,
              b200_sxm_trtllm_gemm_narrow_block,
              // 4-bit integers: not measured: as 16 bits
              b200_sxm_trtllm_gemm_wide,
              // 4-bit floats: not measured: as 16 bits
              b200_sxm_trtllm_gemm_wide, b200_sxm_trtllm_gemm_four_bit_math}},
    .prefill = detail::by_cache(b200_sxm_trtllm_prefill_wide, b200_sxm_trtllm_prefill_narrow),
    .decode = detail::by_cache(b200_sxm_trtllm_decode_wide, b200_sxm_trtllm_decode_narrow),
    .latent_prefill = detail::by_cache(b200_sxm_trtllm_latent_prefill_wide,
                                       b200_sxm_trtllm_latent_prefill_narrow),
    .latent_decode =
        detail::by_cache(b200_sxm_trtllm_latent_decode_wide, b200_sxm_trtllm_latent_decode_narrow),
    .experts = {{b200_sxm_trtllm_experts_wide, b200_sxm_trtllm_experts_narrow,
                 b200_sxm_trtllm_experts_narrow_block,
                 // 4-bit integers: sglang's
                 b200_sxm_sglang_experts_four_bit, b200_sxm_trtllm_experts_four_bit_float,
                 b200_sxm_trtllm_experts_four_bit_math}},
};

inline constexpr kernel_curves b200_sxm_vllm{
    .gemm = {{b200_sxm_vllm_gemm_wide,
              // 8 bits: FlashInfer's, as trtllm's
              b200_sxm_trtllm_gemm_narrow, b200_sxm_vllm_gemm_narrow_block,
              // 4-bit integers: not measured: as 16 bits
              b200_sxm_vllm_gemm_wide,
              // 4-bit floats: not measured: as 16 bits
              b200_sxm_vllm_gemm_wide, b200_sxm_vllm_gemm_four_bit_math}},
    .prefill = detail::by_cache(b200_sxm_vllm_prefill_wide, b200_sxm_vllm_prefill_narrow),
    .decode = detail::by_cache(b200_sxm_vllm_decode_wide, b200_sxm_vllm_decode_narrow),
    .latent_prefill = detail::by_cache(
        // 16 bits: trtllm's
        b200_sxm_trtllm_latent_prefill_wide,
        // 8 bits: trtllm's
        b200_sxm_trtllm_latent_prefill_narrow),
    .latent_decode = detail::by_cache(
        // 16 bits: sglang's
        b200_sxm_sglang_latent_decode_wide,
        // 8 bits: sglang's
        b200_sxm_sglang_latent_decode_narrow),
    .experts = {{b200_sxm_vllm_experts_wide, b200_sxm_vllm_experts_narrow,
                 // 8 bits in blocks: trtllm-gen's, measured in NVFP4, multiplying as sglang's
                 detail::multiplying_as(b200_sxm_trtllm_experts_four_bit_math,
                                        b200_sxm_sglang_experts_narrow_block),
                 // 4-bit integers: sglang's
                 b200_sxm_sglang_experts_four_bit,
                 // 4-bit floats: trtllm-gen's
                 b200_sxm_trtllm_experts_four_bit_float, b200_sxm_vllm_experts_four_bit_math}},
};

}  // namespace shardline::catalog::curves
