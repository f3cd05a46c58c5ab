// SPDX-License-Identifier: BSL-1.0
/// h200-sxm: which curve stands for each kernel and format of each engine, as bench_calibrate
/// writes this file: the engine's own, another's, or another format's.
#pragma once

#include "shardline/chips/h200_sxm_sglang.hpp"
#include "shardline/chips/h200_sxm_trtllm.hpp"
#include "shardline/chips/h200_sxm_vllm.hpp"
#include "shardline/chips/measured.hpp"

namespace shardline::catalog::curves {

inline constexpr kernel_curves h200_sxm_sglang{
    .gemm = {{h200_sxm_sglang_gemm_wide, h200_sxm_sglang_gemm_narrow,
              h200_sxm_sglang_gemm_narrow_block,
              // 4-bit integers: not measured: as 16 bits
              h200_sxm_sglang_gemm_wide,
              // 4-bit floats: not measured: as 16 bits
              h200_sxm_sglang_gemm_wide,
              // 4-bit multiplication: not measured: as 16 bits
              h200_sxm_sglang_gemm_wide}},
    .prefill = detail::by_cache(h200_sxm_sglang_prefill_wide, h200_sxm_sglang_prefill_narrow),
    .decode = detail::by_cache(h200_sxm_sglang_decode_wide, h200_sxm_sglang_decode_narrow),
    .latent_prefill = detail::by_cache(
        // 16 bits: trtllm's
        h200_sxm_trtllm_latent_prefill_wide,
        // 8 bits: trtllm's
        h200_sxm_trtllm_latent_prefill_narrow),
    .latent_decode =
        detail::by_cache(h200_sxm_sglang_latent_decode_wide, h200_sxm_sglang_latent_decode_narrow),
    .experts = {{h200_sxm_sglang_experts_wide,
                 // 8 bits: vllm's
                 h200_sxm_vllm_experts_narrow, h200_sxm_sglang_experts_narrow_block,
                 h200_sxm_sglang_experts_four_bit,
                 // 4-bit floats: trtllm's
                 h200_sxm_trtllm_experts_four_bit_float,
                 // 4-bit multiplication: not measured: as 4-bit floats
                 h200_sxm_trtllm_experts_four_bit_float}},
};

inline constexpr kernel_curves h200_sxm_trtllm{
    .gemm = {{h200_sxm_trtllm_gemm_wide, h200_sxm_trtllm_gemm_narrow,
              h200_sxm_trtllm_gemm_narrow_block,
              // 4-bit integers: not measured: as 16 bits
              h200_sxm_trtllm_gemm_wide,
              // 4-bit floats: not measured: as 16 bits
              h200_sxm_trtllm_gemm_wide,
              // 4-bit multiplication: not measured: as 16 bits
              h200_sxm_trtllm_gemm_wide}},
    .prefill = detail::by_cache(h200_sxm_trtllm_prefill_wide, h200_sxm_trtllm_prefill_narrow),
    .decode = detail::by_cache(h200_sxm_trtllm_decode_wide, h200_sxm_trtllm_decode_narrow),
    .latent_prefill = detail::by_cache(h200_sxm_trtllm_latent_prefill_wide,
                                       h200_sxm_trtllm_latent_prefill_narrow),
    .latent_decode =
        detail::by_cache(h200_sxm_trtllm_latent_decode_wide, h200_sxm_trtllm_latent_decode_narrow),
    .experts = {{h200_sxm_trtllm_experts_wide, h200_sxm_trtllm_experts_narrow,
                 h200_sxm_trtllm_experts_narrow_block,
                 // 4-bit integers: vllm's
                 h200_sxm_vllm_experts_four_bit, h200_sxm_trtllm_experts_four_bit_float,
                 // 4-bit multiplication: not measured: as 4-bit floats
                 h200_sxm_trtllm_experts_four_bit_float}},
};

inline constexpr kernel_curves h200_sxm_vllm{
    .gemm = {{h200_sxm_vllm_gemm_wide, h200_sxm_vllm_gemm_narrow, h200_sxm_vllm_gemm_narrow_block,
              // 4-bit integers: not measured: as 16 bits
              h200_sxm_vllm_gemm_wide,
              // 4-bit floats: not measured: as 16 bits
              h200_sxm_vllm_gemm_wide,
              // 4-bit multiplication: not measured: as 16 bits
              h200_sxm_vllm_gemm_wide}},
    .prefill = detail::by_cache(h200_sxm_vllm_prefill_wide, h200_sxm_vllm_prefill_narrow),
    .decode = detail::by_cache(h200_sxm_vllm_decode_wide, h200_sxm_vllm_decode_narrow),
    .latent_prefill = detail::by_cache(
        // 16 bits: trtllm's
        h200_sxm_trtllm_latent_prefill_wide,
        // 8 bits: trtllm's
        h200_sxm_trtllm_latent_prefill_narrow),
    .latent_decode = detail::by_cache(
        // 16 bits: sglang's
        h200_sxm_sglang_latent_decode_wide,
        // 8 bits: trtllm's
        h200_sxm_trtllm_latent_decode_narrow),
    .experts = {{h200_sxm_vllm_experts_wide, h200_sxm_vllm_experts_narrow,
                 h200_sxm_vllm_experts_narrow_block, h200_sxm_vllm_experts_four_bit,
                 // 4-bit floats: trtllm's
                 h200_sxm_trtllm_experts_four_bit_float,
                 // 4-bit multiplication: not measured: as 4-bit floats
                 h200_sxm_trtllm_experts_four_bit_float}},
};

}  // namespace shardline::catalog::curves
