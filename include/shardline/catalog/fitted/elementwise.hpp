/// Vector kernels as measured: the curves of fitted/elementwise.hpp by accelerator.
///
/// Fitted in November 2026 to Vidur's profiles (microsoft/vidur e2d00e9a, data/profiling/compute:
/// norms, activations, rotary embedding, additions of 8 models), 1,392 rows rounded to 1 us. One
/// rate stands for norms, activations and rotary embedding, which differ by a third.
#pragma once

#include "shardline/describe/fitted.hpp"

namespace shardline::catalog::curves {

using namespace shardline::literals;

/// A100 SXM: 10.5 % in the fit by kind of kernel.
inline constexpr elementwise_curve<> elementwise_a100{
    .launch = 2.29_us, .bandwidth = 0.894, .rate = 8.8_GBps};

/// H100 SXM: 14.3 % in the fit by kind of kernel.
inline constexpr elementwise_curve<> elementwise_h100{
    .launch = 1.86_us, .bandwidth = 0.985, .rate = 13.5_GBps};

}  // namespace shardline::catalog::curves
