/// Vector kernels as measured: the curves of fitted/elementwise.hpp by accelerator.
///
/// From Vidur's profiles (microsoft/vidur e2d00e9a, data/profiling/compute), 1,392 rows rounded to
/// 1 us. One rate stands for norms and additions alike, and a kernel's walk along a row is left
/// out, so kernels alone are rough: mean error over norms and additions 48 % (median 28) on A100,
/// 52 % (43) on H100. A step takes the share of the memory rate only (catalog/efficiencies.hpp).
#pragma once

#include "shardline/describe/fitted.hpp"

namespace shardline::catalog::curves {

using namespace shardline::literals;

/// A100 SXM.
inline constexpr elementwise_curve<> elementwise_a100{
    .launch = 2.29_us, .bandwidth = 0.894, .rate = 8.8_GBps};

/// H100 SXM.
inline constexpr elementwise_curve<> elementwise_h100{
    .launch = 1.86_us, .bandwidth = 0.985, .rate = 13.5_GBps};

}  // namespace shardline::catalog::curves
