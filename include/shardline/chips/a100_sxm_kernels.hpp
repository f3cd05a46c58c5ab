// SPDX-License-Identifier: BSL-1.0
/// a100-sxm: which curve stands for each kernel and format of each engine, as bench_calibrate
/// writes this file: the engine's own, another's, or another format's.
#pragma once

#include "shardline/chips/a100_sxm_sglang.hpp"
#include "shardline/chips/a100_sxm_trtllm.hpp"
#include "shardline/chips/a100_sxm_vllm.hpp"
#include "shardline/chips/measured.hpp"

namespace shardline::catalog::curves {

inline constexpr kernel_curves a100_sxm_sglang{
    .gemm = {{a100_sxm_sglang_gemm_wide,
              // 8 bits: not measured: as 16 bits
              a100_sxm_sglang_gemm_wide,
              // 8 bits in blocks: not measured: as 16 bits
              a100_sxm_sglang_gemm_wide,
              // 4-bit integers: not measured: as 16 bits
              a100_sxm_sglang_gemm_wide,
              // 4-bit floats: not measured: as 16 bits
              a100_sxm_sglang_gemm_wide,
              // 4-bit multiplication: not measured: as 16 bits
              a100_sxm_sglang_gemm_wide}},
    .prefill = detail::by_cache(a100_sxm_sglang_prefill_wide,
                                // 8 bits: not measured: as 16 bits
                                a100_sxm_sglang_prefill_wide),
    .decode = detail::by_cache(a100_sxm_sglang_decode_wide,
                               // 8 bits: not measured: as 16 bits
                               a100_sxm_sglang_decode_wide),
    .latent_prefill = detail::by_cache(
        // 16 bits: trtllm's
        a100_sxm_trtllm_latent_prefill_wide,
        // 8 bits: trtllm's
        a100_sxm_trtllm_latent_prefill_narrow),
    .latent_decode = detail::by_cache(
        // 16 bits: trtllm's
        a100_sxm_trtllm_latent_decode_wide,
        // 8 bits: trtllm's
        a100_sxm_trtllm_latent_decode_narrow),
    .experts = {{a100_sxm_sglang_experts_wide,
                 // 8 bits: not measured: as 16 bits
                 a100_sxm_sglang_experts_wide,
                 // 8 bits in blocks: not measured: as 16 bits
                 a100_sxm_sglang_experts_wide, a100_sxm_sglang_experts_four_bit,
                 // 4-bit floats: not measured: as 4-bit integers
                 a100_sxm_sglang_experts_four_bit,
                 // 4-bit multiplication: not measured: as 4-bit integers
                 a100_sxm_sglang_experts_four_bit}},
};

inline constexpr kernel_curves a100_sxm_trtllm{
    .gemm = {{a100_sxm_trtllm_gemm_wide,
              // 8 bits: not measured: as 16 bits
              a100_sxm_trtllm_gemm_wide,
              // 8 bits in blocks: not measured: as 16 bits
              a100_sxm_trtllm_gemm_wide,
              // 4-bit integers: not measured: as 16 bits
              a100_sxm_trtllm_gemm_wide,
              // 4-bit floats: not measured: as 16 bits
              a100_sxm_trtllm_gemm_wide,
              // 4-bit multiplication: not measured: as 16 bits
              a100_sxm_trtllm_gemm_wide}},
    .prefill = detail::by_cache(a100_sxm_trtllm_prefill_wide,
                                // 8 bits: not measured: as 16 bits
                                a100_sxm_trtllm_prefill_wide),
    .decode = detail::by_cache(a100_sxm_trtllm_decode_wide,
                               // 8 bits: not measured: as 16 bits
                               a100_sxm_trtllm_decode_wide),
    .latent_prefill = detail::by_cache(a100_sxm_trtllm_latent_prefill_wide,
                                       a100_sxm_trtllm_latent_prefill_narrow),
    .latent_decode =
        detail::by_cache(a100_sxm_trtllm_latent_decode_wide, a100_sxm_trtllm_latent_decode_narrow),
    .experts = {{a100_sxm_trtllm_experts_wide,
                 // 8 bits: not measured: as 16 bits
                 a100_sxm_trtllm_experts_wide,
                 // 8 bits in blocks: not measured: as 16 bits
                 a100_sxm_trtllm_experts_wide,
                 // 4-bit integers: sglang's
                 a100_sxm_sglang_experts_four_bit,
                 // 4-bit floats: not measured: as 4-bit integers
                 a100_sxm_sglang_experts_four_bit,
                 // 4-bit multiplication: not measured: as 4-bit integers
                 a100_sxm_sglang_experts_four_bit}},
};

inline constexpr kernel_curves a100_sxm_vllm{
    .gemm = {{a100_sxm_vllm_gemm_wide,
              // 8 bits: not measured: as 16 bits
              a100_sxm_vllm_gemm_wide,
              // 8 bits in blocks: not measured: as 16 bits
              a100_sxm_vllm_gemm_wide,
              // 4-bit integers: not measured: as 16 bits
              a100_sxm_vllm_gemm_wide,
              // 4-bit floats: not measured: as 16 bits
              a100_sxm_vllm_gemm_wide,
              // 4-bit multiplication: not measured: as 16 bits
              a100_sxm_vllm_gemm_wide}},
    .prefill = detail::by_cache(a100_sxm_vllm_prefill_wide,
                                // 8 bits: not measured: as 16 bits
                                a100_sxm_vllm_prefill_wide),
    .decode = detail::by_cache(a100_sxm_vllm_decode_wide,
                               // 8 bits: not measured: as 16 bits
                               a100_sxm_vllm_decode_wide),
    .latent_prefill = detail::by_cache(
        // 16 bits: trtllm's
        a100_sxm_trtllm_latent_prefill_wide,
        // 8 bits: trtllm's
        a100_sxm_trtllm_latent_prefill_narrow),
    .latent_decode = detail::by_cache(
        // 16 bits: trtllm's
        a100_sxm_trtllm_latent_decode_wide,
        // 8 bits: trtllm's
        a100_sxm_trtllm_latent_decode_narrow),
    .experts = {{a100_sxm_vllm_experts_wide,
                 // 8 bits: not measured: as 16 bits
                 a100_sxm_vllm_experts_wide,
                 // 8 bits in blocks: not measured: as 16 bits
                 a100_sxm_vllm_experts_wide,
                 // 4-bit integers: sglang's
                 a100_sxm_sglang_experts_four_bit,
                 // 4-bit floats: not measured: as 4-bit integers
                 a100_sxm_sglang_experts_four_bit,
                 // 4-bit multiplication: not measured: as 4-bit integers
                 a100_sxm_sglang_experts_four_bit}},
};

}  // namespace shardline::catalog::curves
