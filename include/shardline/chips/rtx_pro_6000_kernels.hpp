// SPDX-License-Identifier: BSL-1.0
/// rtx-pro-6000: which curve stands for each kernel and format of each engine, as bench_calibrate
/// writes this file: the engine's own, another's, or another format's.
#pragma once

#include "shardline/chips/measured.hpp"
#include "shardline/chips/rtx_pro_6000_sglang.hpp"
#include "shardline/chips/rtx_pro_6000_trtllm.hpp"
#include "shardline/chips/rtx_pro_6000_vllm.hpp"

namespace shardline::catalog::curves {

inline constexpr kernel_curves rtx_pro_6000_sglang{
    .gemm = {{rtx_pro_6000_sglang_gemm_wide, rtx_pro_6000_sglang_gemm_narrow,
              // 8 bits in blocks: trtllm's
              rtx_pro_6000_trtllm_gemm_narrow_block,
              // 4-bit integers: not measured: as 16 bits
              rtx_pro_6000_sglang_gemm_wide,
              // 4-bit floats: not measured: as 16 bits
              rtx_pro_6000_sglang_gemm_wide, rtx_pro_6000_sglang_gemm_four_bit_math}},
    .prefill =
        detail::by_cache(rtx_pro_6000_sglang_prefill_wide, rtx_pro_6000_sglang_prefill_narrow),
    .decode = detail::by_cache(rtx_pro_6000_sglang_decode_wide, rtx_pro_6000_sglang_decode_narrow),
    .latent_prefill = detail::by_cache(
        // 16 bits: trtllm's
        rtx_pro_6000_trtllm_latent_prefill_wide,
        // 8 bits: trtllm's
        rtx_pro_6000_trtllm_latent_prefill_narrow),
    .latent_decode = detail::by_cache(rtx_pro_6000_sglang_latent_decode_wide,
                                      // 8 bits: not measured: as 16 bits
                                      rtx_pro_6000_sglang_latent_decode_wide),
    .experts = {{rtx_pro_6000_sglang_experts_wide,
                 // 8 bits: vllm's
                 rtx_pro_6000_vllm_experts_narrow, rtx_pro_6000_sglang_experts_narrow_block,
                 rtx_pro_6000_sglang_experts_four_bit,
                 // 4-bit floats: not measured: as 4-bit integers
                 rtx_pro_6000_sglang_experts_four_bit,
                 // 4-bit multiplication: trtllm's
                 rtx_pro_6000_trtllm_experts_four_bit_math}},
};

inline constexpr kernel_curves rtx_pro_6000_trtllm{
    .gemm = {{rtx_pro_6000_trtllm_gemm_wide, rtx_pro_6000_trtllm_gemm_narrow,
              rtx_pro_6000_trtllm_gemm_narrow_block,
              // 4-bit integers: not measured: as 16 bits
              rtx_pro_6000_trtllm_gemm_wide,
              // 4-bit floats: not measured: as 16 bits
              rtx_pro_6000_trtllm_gemm_wide, rtx_pro_6000_trtllm_gemm_four_bit_math}},
    .prefill =
        detail::by_cache(rtx_pro_6000_trtllm_prefill_wide, rtx_pro_6000_trtllm_prefill_narrow),
    .decode = detail::by_cache(rtx_pro_6000_trtllm_decode_wide, rtx_pro_6000_trtllm_decode_narrow),
    .latent_prefill = detail::by_cache(rtx_pro_6000_trtllm_latent_prefill_wide,
                                       rtx_pro_6000_trtllm_latent_prefill_narrow),
    .latent_decode = detail::by_cache(rtx_pro_6000_trtllm_latent_decode_wide,
                                      rtx_pro_6000_trtllm_latent_decode_narrow),
    .experts = {{rtx_pro_6000_trtllm_experts_wide, rtx_pro_6000_trtllm_experts_narrow,
                 // 8 bits in blocks: vllm's
                 rtx_pro_6000_vllm_experts_narrow_block,
                 // 4-bit integers: sglang's
                 rtx_pro_6000_sglang_experts_four_bit,
                 // 4-bit floats: not measured: as 4-bit integers
                 rtx_pro_6000_sglang_experts_four_bit, rtx_pro_6000_trtllm_experts_four_bit_math}},
};

inline constexpr kernel_curves rtx_pro_6000_vllm{
    .gemm = {{rtx_pro_6000_vllm_gemm_wide, rtx_pro_6000_vllm_gemm_narrow,
              // 8 bits in blocks: trtllm's
              rtx_pro_6000_trtllm_gemm_narrow_block,
              // 4-bit integers: not measured: as 16 bits
              rtx_pro_6000_vllm_gemm_wide,
              // 4-bit floats: not measured: as 16 bits
              rtx_pro_6000_vllm_gemm_wide, rtx_pro_6000_vllm_gemm_four_bit_math}},
    .prefill = detail::by_cache(rtx_pro_6000_vllm_prefill_wide,
                                // 8 bits: trtllm's
                                rtx_pro_6000_trtllm_prefill_narrow),
    .decode = detail::by_cache(rtx_pro_6000_vllm_decode_wide, rtx_pro_6000_vllm_decode_narrow),
    .latent_prefill = detail::by_cache(
        // 16 bits: trtllm's
        rtx_pro_6000_trtllm_latent_prefill_wide,
        // 8 bits: trtllm's
        rtx_pro_6000_trtllm_latent_prefill_narrow),
    .latent_decode = detail::by_cache(
        // 16 bits: sglang's
        rtx_pro_6000_sglang_latent_decode_wide,
        // 8 bits: not measured: as 16 bits
        rtx_pro_6000_sglang_latent_decode_wide),
    .experts = {{rtx_pro_6000_vllm_experts_wide, rtx_pro_6000_vllm_experts_narrow,
                 rtx_pro_6000_vllm_experts_narrow_block,
                 // 4-bit integers: sglang's
                 rtx_pro_6000_sglang_experts_four_bit,
                 // 4-bit floats: not measured: as 4-bit integers
                 rtx_pro_6000_sglang_experts_four_bit,
                 // 4-bit multiplication: trtllm's
                 rtx_pro_6000_trtllm_experts_four_bit_math}},
};

}  // namespace shardline::catalog::curves
