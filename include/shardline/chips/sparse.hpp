// SPDX-License-Identifier: BSL-1.0
/// Attention to tokens and to blocks that an indexer chose, on the chips and under the
/// engines that it was measured of, as bench_calibrate writes this file: over caches of
/// 16 bits and of 8, rows of the tables and mean error in the fit of those that
/// determine it, of whole attention modules.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

inline constexpr by_format<sparse_curve<>> b200_sxm_sglang_sparse = detail::by_cache(
    // 220 rows, 24.8 %
    sparse_curve<>{.compute = 0.3989, .heads = 128.0, .launch = 13.53_us, .steps = true},
    // 220 rows, 27.8 %
    sparse_curve<>{.compute = 0.8992, .launch = 300_us, .padded = true});

inline constexpr by_format<sparse_curve<>> b200_sxm_trtllm_sparse = detail::by_cache(
    // 440 rows, 21.5 %
    sparse_curve<>{.compute = 0.3002, .launch = 4.706_us},
    // 440 rows, 23.8 %
    sparse_curve<>{.compute = 0.4332, .launch = 1_us});

inline constexpr by_format<sparse_curve<>> b200_sxm_vllm_sparse = detail::by_cache(
    // 440 rows, 27.6 %
    sparse_curve<>{.compute = 0.372, .launch = 226.5_us, .padded = true, .steps = true},
    // 660 rows, 7.9 %
    sparse_curve<>{
        .compute = 0.4764, .heads = 128.0, .launch = 174.4_us, .padded = true, .steps = true});

inline constexpr by_format<sparse_curve<>> h100_sxm_sglang_sparse = detail::by_cache(
    // 440 rows, 15.4 %
    sparse_curve<>{.compute = 0.3777, .launch = 5.078_us, .steps = true},
    // 220 rows, 17.1 %
    sparse_curve<>{
        .compute = 0.4786, .heads = 128.0, .launch = 8.25_us, .padded = true, .steps = true});

inline constexpr by_format<sparse_curve<>> h100_sxm_trtllm_sparse = detail::by_cache(
    // 110 rows, 11.0 %
    sparse_curve<>{.compute = 0.2425, .launch = 168.6_us, .padded = true, .steps = true},
    // 110 rows, 11.0 %
    sparse_curve<>{.compute = 0.2425, .launch = 168.6_us, .padded = true, .steps = true});

inline constexpr by_format<sparse_curve<>> h100_sxm_vllm_sparse = detail::by_cache(
    // 220 rows, 5.2 %
    sparse_curve<>{.compute = 0.5003, .launch = 129.1_us, .padded = true, .steps = true},
    // 220 rows, 11.6 %
    sparse_curve<>{
        .compute = 0.6574, .heads = 128.0, .launch = 117.4_us, .padded = true, .steps = true});

inline constexpr by_format<sparse_curve<>> h200_sxm_sglang_sparse = detail::by_cache(
    // 220 rows, 5.3 %
    sparse_curve<>{.compute = 0.8699, .heads = 128.0, .launch = 1_us, .steps = true},
    // 220 rows, 6.7 %
    sparse_curve<>{
        .compute = 0.8116, .heads = 128.0, .launch = 8.844_us, .padded = true, .steps = true});

inline constexpr by_format<sparse_curve<>> h200_sxm_trtllm_sparse = detail::by_cache(
    // 110 rows, 11.8 %
    sparse_curve<>{.compute = 0.2582, .launch = 169.5_us, .padded = true, .steps = true},
    // 110 rows, 11.8 %
    sparse_curve<>{.compute = 0.2582, .launch = 169.5_us, .padded = true, .steps = true});

inline constexpr by_format<sparse_curve<>> h200_sxm_vllm_sparse = detail::by_cache(
    // 440 rows, 5.4 %
    sparse_curve<>{.compute = 0.5245, .launch = 120_us, .padded = true, .steps = true},
    // 440 rows, 12.0 %
    sparse_curve<>{
        .compute = 0.671, .heads = 128.0, .launch = 87.85_us, .padded = true, .steps = true});

inline constexpr by_format<sparse_curve<>> b200_sxm_sglang_block_sparse = detail::by_cache(
    // 279 rows, 22.9 %
    sparse_curve<>{.compute = 0.03391, .heads = 1.0, .launch = 300_us},
    // 280 rows, 36.6 %
    sparse_curve<>{.compute = 0.01276, .heads = 1.0, .launch = 300_us});

inline constexpr by_format<sparse_curve<>> h100_sxm_sglang_block_sparse = detail::by_cache(
    // 330 rows, 21.8 %
    sparse_curve<>{.compute = 0.07485, .heads = 1.0, .launch = 300_us},
    // 330 rows, 25.4 %
    sparse_curve<>{.compute = 0.02713, .heads = 1.0, .launch = 300_us});

inline constexpr by_format<sparse_curve<>> h200_sxm_sglang_block_sparse = detail::by_cache(
    // 330 rows, 23.5 %
    sparse_curve<>{.compute = 0.07447, .heads = 1.0, .launch = 300_us},
    // 330 rows, 25.5 %
    sparse_curve<>{.compute = 0.0304, .heads = 1.0, .launch = 300_us});

}  // namespace shardline::catalog::curves
