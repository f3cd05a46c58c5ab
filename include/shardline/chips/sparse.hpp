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
    sparse_curve<>{
        .compute = 0.4016, .heads = 128.0, .launch = 15.08_us, .splits = 32.0, .steps = true},
    // 125 rows, 28.4 %
    sparse_curve<>{.compute = 0.6745, .launch = 4.208_us, .steps = true});

inline constexpr by_format<sparse_curve<>> b200_sxm_trtllm_sparse = detail::by_cache(
    // 440 rows, 21.5 %
    sparse_curve<>{.compute = 0.3005, .launch = 3.264_us, .splits = 32.0},
    // 440 rows, 23.7 %
    sparse_curve<>{.compute = 0.4, .launch = 3.927_us, .steps = true});

inline constexpr by_format<sparse_curve<>> b200_sxm_vllm_sparse = detail::by_cache(
    // 137 rows, 27.5 %
    sparse_curve<>{
        .compute = 0.3714, .launch = 8_us, .splits = 32.0, .padded = true, .steps = true},
    // 264 rows, 7.8 %
    sparse_curve<>{
        .compute = 0.476, .heads = 128.0, .launch = 8_us, .padded = true, .steps = true});

inline constexpr by_format<sparse_curve<>> h100_sxm_sglang_sparse = detail::by_cache(
    // 241 rows, 14.4 %
    sparse_curve<>{.compute = 0.424, .launch = 1_us, .splits = 32.0, .steps = true},
    // 130 rows, 19.2 %
    sparse_curve<>{.compute = 0.6266,
                   .heads = 128.0,
                   .launch = 9.118_us,
                   .splits = 32.0,
                   .padded = true,
                   .steps = true});

inline constexpr by_format<sparse_curve<>> h100_sxm_trtllm_sparse = detail::by_cache(
    // 110 rows, 13.1 %
    sparse_curve<>{
        .compute = 0.3903, .heads = 128.0, .launch = 1_us, .padded = true, .steps = true},
    // 110 rows, 13.1 %
    sparse_curve<>{
        .compute = 0.3903, .heads = 128.0, .launch = 1_us, .padded = true, .steps = true});

inline constexpr by_format<sparse_curve<>> h100_sxm_vllm_sparse = detail::by_cache(
    // 94 rows, 5.1 %
    sparse_curve<>{
        .compute = 0.5138, .launch = 8_us, .splits = 32.0, .padded = true, .steps = true},
    // 88 rows, 11.5 %
    sparse_curve<>{
        .compute = 0.6628, .heads = 128.0, .launch = 8_us, .padded = true, .steps = true});

inline constexpr by_format<sparse_curve<>> h200_sxm_sglang_sparse = detail::by_cache(
    // 122 rows, 5.3 %
    sparse_curve<>{.compute = 0.424, .launch = 1_us, .splits = 32.0, .steps = true},
    // 123 rows, 11.0 %
    sparse_curve<>{.compute = 0.6266,
                   .heads = 128.0,
                   .launch = 9.118_us,
                   .splits = 32.0,
                   .padded = true,
                   .steps = true});

inline constexpr by_format<sparse_curve<>> h200_sxm_trtllm_sparse = detail::by_cache(
    // 110 rows, 10.4 %
    sparse_curve<>{
        .compute = 0.3903, .heads = 128.0, .launch = 1_us, .padded = true, .steps = true},
    // 110 rows, 10.4 %
    sparse_curve<>{
        .compute = 0.3903, .heads = 128.0, .launch = 1_us, .padded = true, .steps = true});

inline constexpr by_format<sparse_curve<>> h200_sxm_vllm_sparse = detail::by_cache(
    // 168 rows, 5.2 %
    sparse_curve<>{
        .compute = 0.5138, .launch = 8_us, .splits = 32.0, .padded = true, .steps = true},
    // 199 rows, 11.8 %
    sparse_curve<>{
        .compute = 0.6628, .heads = 128.0, .launch = 8_us, .padded = true, .steps = true});

inline constexpr by_format<sparse_curve<>> b200_sxm_sglang_block_sparse = detail::by_cache(
    // 188 rows, 22.3 %
    sparse_curve<>{.compute = 0.03421, .heads = 1.0, .launch = 300_us, .splits = 32.0},
    // 190 rows, 37.4 %
    sparse_curve<>{.compute = 0.0128, .heads = 1.0, .launch = 300_us, .splits = 32.0});

inline constexpr by_format<sparse_curve<>> h100_sxm_sglang_block_sparse = detail::by_cache(
    // 238 rows, 20.6 %
    sparse_curve<>{.compute = 0.07541, .heads = 1.0, .launch = 300_us, .splits = 32.0},
    // 255 rows, 24.9 %
    sparse_curve<>{.compute = 0.02831, .heads = 1.0, .launch = 300_us, .splits = 32.0});

inline constexpr by_format<sparse_curve<>> h200_sxm_sglang_block_sparse = detail::by_cache(
    // 248 rows, 23.1 %
    sparse_curve<>{.compute = 0.07541, .heads = 1.0, .launch = 300_us, .splits = 32.0},
    // 242 rows, 26.4 %
    sparse_curve<>{.compute = 0.02831, .heads = 1.0, .launch = 300_us, .splits = 32.0});

}  // namespace shardline::catalog::curves
