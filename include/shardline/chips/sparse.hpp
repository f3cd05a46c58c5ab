// SPDX-License-Identifier: BSL-1.0
/// Attention to tokens and to blocks that an indexer chose, on the chips and under the
/// engines that it was measured of, as bench_calibrate writes this file: over caches of
/// 16 bits and of 8, rows of the tables and mean error in the fit of those that
/// determine it, of whole attention modules.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

inline constexpr by_format<sparse_curve<>> b200_sxm_sglang_sparse = detail::by_cache(
    // 124 rows, 25.7 %
    sparse_curve<>{.compute = 0.4014, .heads = 128.0, .launch = 15.14_us, .steps = true},
    // 125 rows, 28.7 %
    sparse_curve<>{.compute = 0.9048, .launch = 300_us, .padded = true});

inline constexpr by_format<sparse_curve<>> b200_sxm_trtllm_sparse = detail::by_cache(
    // 440 rows, 21.5 %
    sparse_curve<>{.compute = 0.3004, .launch = 3.25_us},
    // 440 rows, 23.8 %
    sparse_curve<>{.compute = 0.4344, .launch = 1_us});

inline constexpr by_format<sparse_curve<>> b200_sxm_vllm_sparse = detail::by_cache(
    // 137 rows, 27.5 %
    sparse_curve<>{.compute = 0.3715, .launch = 226.4_us, .padded = true, .steps = true},
    // 264 rows, 7.9 %
    sparse_curve<>{
        .compute = 0.4762, .heads = 128.0, .launch = 175.5_us, .padded = true, .steps = true});

inline constexpr by_format<sparse_curve<>> h100_sxm_sglang_sparse = detail::by_cache(
    // 241 rows, 14.9 %
    sparse_curve<>{.compute = 0.3811, .launch = 5.696_us, .steps = true},
    // 130 rows, 17.6 %
    sparse_curve<>{
        .compute = 0.4833, .heads = 128.0, .launch = 11.78_us, .padded = true, .steps = true});

inline constexpr by_format<sparse_curve<>> h100_sxm_trtllm_sparse = detail::by_cache(
    // 110 rows, 11.1 %
    sparse_curve<>{.compute = 0.2472, .launch = 169.9_us, .padded = true, .steps = true},
    // 110 rows, 11.1 %
    sparse_curve<>{.compute = 0.2472, .launch = 169.9_us, .padded = true, .steps = true});

inline constexpr by_format<sparse_curve<>> h100_sxm_vllm_sparse = detail::by_cache(
    // 94 rows, 5.1 %
    sparse_curve<>{.compute = 0.5022, .launch = 120.5_us, .padded = true, .steps = true},
    // 88 rows, 11.3 %
    sparse_curve<>{
        .compute = 0.6611, .heads = 128.0, .launch = 113.6_us, .padded = true, .steps = true});

inline constexpr by_format<sparse_curve<>> h200_sxm_sglang_sparse = detail::by_cache(
    // 122 rows, 5.3 %
    sparse_curve<>{.compute = 0.8747, .heads = 128.0, .launch = 2.024_us, .steps = true},
    // 123 rows, 6.7 %
    sparse_curve<>{
        .compute = 0.8293, .heads = 128.0, .launch = 10.33_us, .padded = true, .steps = true});

inline constexpr by_format<sparse_curve<>> h200_sxm_trtllm_sparse = detail::by_cache(
    // 110 rows, 12.5 %
    sparse_curve<>{.compute = 0.2614, .launch = 171.1_us, .padded = true, .steps = true},
    // 110 rows, 12.5 %
    sparse_curve<>{.compute = 0.2614, .launch = 171.1_us, .padded = true, .steps = true});

inline constexpr by_format<sparse_curve<>> h200_sxm_vllm_sparse = detail::by_cache(
    // 168 rows, 5.5 %
    sparse_curve<>{.compute = 0.5237, .launch = 121.8_us, .padded = true, .steps = true},
    // 199 rows, 12.0 %
    sparse_curve<>{
        .compute = 0.6688, .heads = 128.0, .launch = 79.66_us, .padded = true, .steps = true});

inline constexpr by_format<sparse_curve<>> b200_sxm_sglang_block_sparse = detail::by_cache(
    // 188 rows, 22.3 %
    sparse_curve<>{.compute = 0.03421, .heads = 1.0, .launch = 300_us},
    // 190 rows, 37.4 %
    sparse_curve<>{.compute = 0.0128, .heads = 1.0, .launch = 300_us});

inline constexpr by_format<sparse_curve<>> h100_sxm_sglang_block_sparse = detail::by_cache(
    // 238 rows, 20.6 %
    sparse_curve<>{.compute = 0.07437, .heads = 1.0, .launch = 300_us},
    // 255 rows, 25.4 %
    sparse_curve<>{.compute = 0.02695, .heads = 1.0, .launch = 300_us});

inline constexpr by_format<sparse_curve<>> h200_sxm_sglang_block_sparse = detail::by_cache(
    // 248 rows, 22.9 %
    sparse_curve<>{.compute = 0.07417, .heads = 1.0, .launch = 300_us},
    // 242 rows, 25.9 %
    sparse_curve<>{.compute = 0.03028, .heads = 1.0, .launch = 300_us});

}  // namespace shardline::catalog::curves
