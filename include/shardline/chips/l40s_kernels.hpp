// SPDX-License-Identifier: BSL-1.0
/// l40s: which curve stands for each kernel and format of each engine, as bench_calibrate
/// writes this file: the engine's own, another's, or another format's.
#pragma once

#include "shardline/chips/l40s_sglang.hpp"
#include "shardline/chips/l40s_trtllm.hpp"
#include "shardline/chips/l40s_vllm.hpp"
#include "shardline/chips/measured.hpp"

namespace shardline::catalog::curves {

inline constexpr kernel_curves l40s_sglang{
    .gemm = {{l40s_sglang_gemm_wide, l40s_sglang_gemm_narrow,
              // 8 bits in blocks: trtllm's
              l40s_trtllm_gemm_narrow_block,
              // 4-bit integers: not measured: as 16 bits
              l40s_sglang_gemm_wide,
              // 4-bit floats: not measured: as 16 bits
              l40s_sglang_gemm_wide,
              // 4-bit multiplication: not measured: as 16 bits
              l40s_sglang_gemm_wide}},
    .prefill = detail::by_cache(l40s_sglang_prefill_wide,
                                // 8 bits: trtllm's
                                l40s_trtllm_prefill_narrow),
    .decode = detail::by_cache(l40s_sglang_decode_wide,
                               // 8 bits: not measured: as 16 bits
                               l40s_sglang_decode_wide),
    .latent_prefill = detail::by_cache(
        // 16 bits: trtllm's
        l40s_trtllm_latent_prefill_wide,
        // 8 bits: trtllm's
        l40s_trtllm_latent_prefill_narrow),
    .latent_decode = detail::by_cache(
        // 16 bits: trtllm's
        l40s_trtllm_latent_decode_wide,
        // 8 bits: trtllm's
        l40s_trtllm_latent_decode_narrow),
    .experts = {{l40s_sglang_experts_wide,
                 // 8 bits: vllm's
                 l40s_vllm_experts_narrow,
                 // 8 bits in blocks: not measured: as 8 bits
                 l40s_vllm_experts_narrow, l40s_sglang_experts_four_bit,
                 // 4-bit floats: not measured: as 4-bit integers
                 l40s_sglang_experts_four_bit,
                 // 4-bit multiplication: not measured: as 4-bit integers
                 l40s_sglang_experts_four_bit}},
};

inline constexpr kernel_curves l40s_trtllm{
    .gemm = {{l40s_trtllm_gemm_wide, l40s_trtllm_gemm_narrow, l40s_trtllm_gemm_narrow_block,
              // 4-bit integers: not measured: as 16 bits
              l40s_trtllm_gemm_wide,
              // 4-bit floats: not measured: as 16 bits
              l40s_trtllm_gemm_wide,
              // 4-bit multiplication: not measured: as 16 bits
              l40s_trtllm_gemm_wide}},
    .prefill = detail::by_cache(l40s_trtllm_prefill_wide, l40s_trtllm_prefill_narrow),
    .decode = detail::by_cache(l40s_trtllm_decode_wide, l40s_trtllm_decode_narrow),
    .latent_prefill =
        detail::by_cache(l40s_trtllm_latent_prefill_wide, l40s_trtllm_latent_prefill_narrow),
    .latent_decode =
        detail::by_cache(l40s_trtllm_latent_decode_wide, l40s_trtllm_latent_decode_narrow),
    .experts = {{l40s_trtllm_experts_wide, l40s_trtllm_experts_narrow,
                 // 8 bits in blocks: not measured: as 8 bits
                 l40s_trtllm_experts_narrow,
                 // 4-bit integers: sglang's
                 l40s_sglang_experts_four_bit,
                 // 4-bit floats: not measured: as 4-bit integers
                 l40s_sglang_experts_four_bit,
                 // 4-bit multiplication: not measured: as 4-bit integers
                 l40s_sglang_experts_four_bit}},
};

inline constexpr kernel_curves l40s_vllm{
    .gemm = {{l40s_vllm_gemm_wide,
              // 8 bits: sglang's
              l40s_sglang_gemm_narrow,
              // 8 bits in blocks: trtllm's
              l40s_trtllm_gemm_narrow_block,
              // 4-bit integers: not measured: as 16 bits
              l40s_vllm_gemm_wide,
              // 4-bit floats: not measured: as 16 bits
              l40s_vllm_gemm_wide,
              // 4-bit multiplication: not measured: as 16 bits
              l40s_vllm_gemm_wide}},
    .prefill = detail::by_cache(l40s_vllm_prefill_wide,
                                // 8 bits: trtllm's
                                l40s_trtllm_prefill_narrow),
    .decode = detail::by_cache(l40s_vllm_decode_wide,
                               // 8 bits: not measured: as 16 bits
                               l40s_vllm_decode_wide),
    .latent_prefill = detail::by_cache(
        // 16 bits: trtllm's
        l40s_trtllm_latent_prefill_wide,
        // 8 bits: trtllm's
        l40s_trtllm_latent_prefill_narrow),
    .latent_decode = detail::by_cache(
        // 16 bits: trtllm's
        l40s_trtllm_latent_decode_wide,
        // 8 bits: trtllm's
        l40s_trtllm_latent_decode_narrow),
    .experts = {{l40s_vllm_experts_wide, l40s_vllm_experts_narrow,
                 // 8 bits in blocks: not measured: as 8 bits
                 l40s_vllm_experts_narrow,
                 // 4-bit integers: sglang's
                 l40s_sglang_experts_four_bit,
                 // 4-bit floats: not measured: as 4-bit integers
                 l40s_sglang_experts_four_bit,
                 // 4-bit multiplication: not measured: as 4-bit integers
                 l40s_sglang_experts_four_bit}},
};

}  // namespace shardline::catalog::curves
