// SPDX-License-Identifier: BSL-1.0
/// Recurrences of the chips and engines that they were measured of, as bench_calibrate writes
/// this file: of each kind whose they are, rows of the table and mean error in the fit.
#pragma once

#include "shardline/chips/curves.hpp"

namespace shardline::catalog::curves {

inline constexpr by_recurrence<recurrence_curve<>> h100_sxm_sglang_recurrences{{{
    // convolution
    //   decode 110 rows, 4.0 %
    //   prompts 110 rows, 8.5 %
    {.bandwidth = 0.6778, .launch = 4.182_us, .prompt = 2.895_us, .token = 7.581e-11},
    // delta rule
    //   decode 172 rows, 5.8 %
    //   prompts trtllm's, 110 rows, 9.2 %
    {.bandwidth = 0.9317,
     .launch = 4.909_us,
     .prompt = 15.45_us,
     .along = 0.02198_us,
     .token = 1.355e-11,
     .sequence = 4.958e-10},
    // delta attention
    //   decode 152 rows, 8.8 %
    //   prompts 110 rows, 6.8 %
    {.bandwidth = 0.7728,
     .launch = 5.828_us,
     .prompt = 23.38_us,
     .along = 0.02735_us,
     .token = 3.456e-11,
     .sequence = 1.056e-09},
    // state space
    //   decode not measured: as a delta rule, 172 rows, 5.8 %
    //   prompts not measured: as a delta rule, trtllm's, 110 rows, 9.2 %
    {.bandwidth = 0.9317,
     .launch = 4.909_us,
     .prompt = 15.45_us,
     .along = 0.02198_us,
     .token = 1.355e-11,
     .sequence = 4.958e-10},
}}};

inline constexpr by_recurrence<recurrence_curve<>> h100_sxm_trtllm_recurrences{{{
    // convolution
    //   decode 132 rows, 7.8 %
    //   prompts 220 rows, 17.2 %
    {.bandwidth = 0.3797,
     .launch = 4.203_us,
     .prompt = 3.547_us,
     .along = 0.0009938_us,
     .token = 5.14e-11,
     .sequence = 7.627e-08},
    // delta rule
    //   decode 86 rows, 5.3 %
    //   prompts 110 rows, 9.2 %
    {.bandwidth = 0.778,
     .launch = 4.82_us,
     .prompt = 15.45_us,
     .along = 0.02198_us,
     .token = 1.355e-11,
     .sequence = 4.958e-10},
    // delta attention
    //   decode vllm's, 151 rows, 8.0 %
    //   prompts vllm's, 110 rows, 8.0 %
    {.bandwidth = 0.8437,
     .launch = 4.703_us,
     .prompt = 18.9_us,
     .along = 0.0462_us,
     .token = 7.951e-12,
     .sequence = 7.208e-10},
    // state space
    //   decode not measured: as a delta rule, 86 rows, 5.3 %
    //   prompts not measured: as a delta rule, 110 rows, 9.2 %
    {.bandwidth = 0.778,
     .launch = 4.82_us,
     .prompt = 15.45_us,
     .along = 0.02198_us,
     .token = 1.355e-11,
     .sequence = 4.958e-10},
}}};

inline constexpr by_recurrence<recurrence_curve<>> h100_sxm_vllm_recurrences{{{
    // convolution
    //   decode 198 rows, 9.9 %
    //   prompts sglang's, 110 rows, 8.5 %
    {.bandwidth = 0.6177, .launch = 4.492_us, .prompt = 2.895_us, .token = 7.581e-11},
    // delta rule
    //   decode sglang's, 172 rows, 5.8 %
    //   prompts trtllm's, 110 rows, 9.2 %
    {.bandwidth = 0.9317,
     .launch = 4.909_us,
     .prompt = 15.45_us,
     .along = 0.02198_us,
     .token = 1.355e-11,
     .sequence = 4.958e-10},
    // delta attention
    //   decode 151 rows, 8.0 %
    //   prompts 110 rows, 8.0 %
    {.bandwidth = 0.8437,
     .launch = 4.703_us,
     .prompt = 18.9_us,
     .along = 0.0462_us,
     .token = 7.951e-12,
     .sequence = 7.208e-10},
    // state space
    //   decode not measured: as a delta rule, sglang's, 172 rows, 5.8 %
    //   prompts not measured: as a delta rule, trtllm's, 110 rows, 9.2 %
    {.bandwidth = 0.9317,
     .launch = 4.909_us,
     .prompt = 15.45_us,
     .along = 0.02198_us,
     .token = 1.355e-11,
     .sequence = 4.958e-10},
}}};

inline constexpr by_recurrence<recurrence_curve<>> h200_sxm_sglang_recurrences{{{
    // convolution
    //   decode 110 rows, 3.9 %
    //   prompts 110 rows, 7.6 %
    {.bandwidth = 0.5906, .launch = 4.756_us, .prompt = 2.815_us, .token = 6.854e-11},
    // delta rule
    //   decode 86 rows, 4.2 %
    //   prompts vllm's, 110 rows, 7.9 %
    {.bandwidth = 0.7903,
     .launch = 4.952_us,
     .prompt = 17.49_us,
     .along = 0.02202_us,
     .token = 1.47e-11,
     .sequence = 4.933e-10},
    // delta attention
    //   decode 152 rows, 8.5 %
    //   prompts 110 rows, 6.0 %
    {.bandwidth = 0.6884,
     .launch = 6.003_us,
     .prompt = 28.86_us,
     .along = 0.03338_us,
     .token = 2.983e-11,
     .sequence = 9.422e-10},
    // state space
    //   decode not measured: as a delta rule, 86 rows, 4.2 %
    //   prompts not measured: as a delta rule, vllm's, 110 rows, 7.9 %
    {.bandwidth = 0.7903,
     .launch = 4.952_us,
     .prompt = 17.49_us,
     .along = 0.02202_us,
     .token = 1.47e-11,
     .sequence = 4.933e-10},
}}};

inline constexpr by_recurrence<recurrence_curve<>> h200_sxm_trtllm_recurrences{{{
    // convolution
    //   decode 132 rows, 6.4 %
    //   prompts 220 rows, 15.6 %
    {.bandwidth = 0.2648,
     .launch = 4.08_us,
     .prompt = 3.47_us,
     .along = 0.001197_us,
     .token = 4.56e-11,
     .sequence = 7.567e-08},
    // delta rule
    //   decode 86 rows, 5.9 %
    //   prompts 110 rows, 7.6 %
    {.bandwidth = 0.6285,
     .launch = 4.789_us,
     .prompt = 15.41_us,
     .along = 0.01472_us,
     .token = 1.234e-11,
     .sequence = 4.981e-10},
    // delta attention
    //   decode vllm's, 151 rows, 8.2 %
    //   prompts vllm's, 110 rows, 8.5 %
    {.bandwidth = 0.7929,
     .launch = 5.847_us,
     .prompt = 17.71_us,
     .along = 0.04447_us,
     .token = 6.612e-12,
     .sequence = 6.724e-10},
    // state space
    //   decode not measured: as a delta rule, 86 rows, 5.9 %
    //   prompts not measured: as a delta rule, 110 rows, 7.6 %
    {.bandwidth = 0.6285,
     .launch = 4.789_us,
     .prompt = 15.41_us,
     .along = 0.01472_us,
     .token = 1.234e-11,
     .sequence = 4.981e-10},
}}};

inline constexpr by_recurrence<recurrence_curve<>> h200_sxm_vllm_recurrences{{{
    // convolution
    //   decode 275 rows, 10.7 %
    //   prompts sglang's, 110 rows, 7.6 %
    {.bandwidth = 0.4607, .launch = 4.121_us, .prompt = 2.815_us, .token = 6.854e-11},
    // delta rule
    //   decode sglang's, 86 rows, 4.2 %
    //   prompts 110 rows, 7.9 %
    {.bandwidth = 0.7903,
     .launch = 4.952_us,
     .prompt = 17.49_us,
     .along = 0.02202_us,
     .token = 1.47e-11,
     .sequence = 4.933e-10},
    // delta attention
    //   decode 151 rows, 8.2 %
    //   prompts 110 rows, 8.5 %
    {.bandwidth = 0.7929,
     .launch = 5.847_us,
     .prompt = 17.71_us,
     .along = 0.04447_us,
     .token = 6.612e-12,
     .sequence = 6.724e-10},
    // state space
    //   decode not measured: as a delta rule, sglang's, 86 rows, 4.2 %
    //   prompts not measured: as a delta rule, 110 rows, 7.9 %
    {.bandwidth = 0.7903,
     .launch = 4.952_us,
     .prompt = 17.49_us,
     .along = 0.02202_us,
     .token = 1.47e-11,
     .sequence = 4.933e-10},
}}};

inline constexpr by_recurrence<recurrence_curve<>> b200_sxm_sglang_recurrences{{{
    // convolution
    //   decode 33 rows, 9.5 %
    //   prompts 110 rows, 48.6 %
    {.bandwidth = 0.3998,
     .launch = 4.438_us,
     .prompt = 3.22_us,
     .along = 0.02_us,
     .token = 4.727e-11},
    // delta rule
    //   decode 86 rows, 5.9 %
    //   prompts vllm's, 110 rows, 7.0 %
    {.bandwidth = 0.7113,
     .launch = 6.111_us,
     .prompt = 22.99_us,
     .along = 0.01957_us,
     .token = 1.457e-11,
     .sequence = 4.83e-10},
    // delta attention
    //   decode 151 rows, 6.4 %
    //   prompts 110 rows, 5.8 %
    {.bandwidth = 0.6208,
     .launch = 6.546_us,
     .prompt = 28.1_us,
     .along = 0.03534_us,
     .token = 2.563e-11,
     .sequence = 8.439e-10},
    // state space
    //   decode not measured: as a delta rule, 86 rows, 5.9 %
    //   prompts trtllm's, 110 rows, 16.0 %
    {.bandwidth = 0.7113,
     .launch = 6.111_us,
     .prompt = 21.2_us,
     .along = 0.01594_us,
     .token = 9.776e-12,
     .sequence = 1.793e-09},
}}};

inline constexpr by_recurrence<recurrence_curve<>> b200_sxm_trtllm_recurrences{{{
    // convolution
    //   decode 154 rows, 7.0 %
    //   prompts 220 rows, 9.8 %
    {.bandwidth = 0.3699,
     .launch = 3.969_us,
     .prompt = 4.396_us,
     .along = 0.0009489_us,
     .token = 4.705e-11,
     .sequence = 3.814e-08},
    // delta rule
    //   decode 172 rows, 8.3 %
    //   prompts 220 rows, 7.9 %
    {.bandwidth = 0.5573,
     .launch = 5.396_us,
     .prompt = 18.44_us,
     .along = 0.01875_us,
     .token = 1.244e-11,
     .sequence = 4.941e-10},
    // delta attention
    //   decode vllm's, 151 rows, 13.2 %
    //   prompts vllm's, 110 rows, 7.9 %
    {.bandwidth = 0.6821,
     .launch = 7.116_us,
     .prompt = 16.32_us,
     .along = 0.04347_us,
     .token = 5.897e-12,
     .sequence = 5.298e-10},
    // state space
    //   decode not measured: as a delta rule, 172 rows, 8.3 %
    //   prompts 110 rows, 16.0 %
    {.bandwidth = 0.5573,
     .launch = 5.396_us,
     .prompt = 21.2_us,
     .along = 0.01594_us,
     .token = 9.776e-12,
     .sequence = 1.793e-09},
}}};

inline constexpr by_recurrence<recurrence_curve<>> b200_sxm_vllm_recurrences{{{
    // convolution
    //   decode 286 rows, 11.0 %
    //   prompts sglang's, 110 rows, 48.6 %
    {.bandwidth = 0.2815,
     .launch = 4.362_us,
     .prompt = 3.22_us,
     .along = 0.02_us,
     .token = 4.727e-11},
    // delta rule
    //   decode sglang's, 86 rows, 5.9 %
    //   prompts 110 rows, 7.0 %
    {.bandwidth = 0.7113,
     .launch = 6.111_us,
     .prompt = 22.99_us,
     .along = 0.01957_us,
     .token = 1.457e-11,
     .sequence = 4.83e-10},
    // delta attention
    //   decode 151 rows, 13.2 %
    //   prompts 110 rows, 7.9 %
    {.bandwidth = 0.6821,
     .launch = 7.116_us,
     .prompt = 16.32_us,
     .along = 0.04347_us,
     .token = 5.897e-12,
     .sequence = 5.298e-10},
    // state space
    //   decode not measured: as a delta rule, sglang's, 86 rows, 5.9 %
    //   prompts trtllm's, 110 rows, 16.0 %
    {.bandwidth = 0.7113,
     .launch = 6.111_us,
     .prompt = 21.2_us,
     .along = 0.01594_us,
     .token = 9.776e-12,
     .sequence = 1.793e-09},
}}};

}  // namespace shardline::catalog::curves
