/// Vector kernels as measured: the curves of fitted/elementwise.hpp by accelerator.
///
/// Fitted in November 2026 to Vidur's profiles (microsoft/vidur 7d475133, data/profiling/compute;
/// eager PyTorch and vLLM kernels of 2023), 1,392 rows rounded to 1 us, of A100, H100 and A40: one
/// set for all, the rates those of a multiprocessor and a clock cycle. 15.3 % cross-validated over
/// kinds and widths (in sample A100 10.8, H100 18.5; where a kernel takes 10 us or more, 12.0); one
/// accelerator left out: A100 16.0, H100 21.2.
#pragma once

#include "shardline/describe/fitted.hpp"

namespace shardline::catalog::curves {

using namespace shardline::literals;

namespace detail {

// The one set at so many clock cycles a second.
constexpr elementwise_curve<> vectors_at(double clock) noexcept {
  return {.launch = 2.01_us,
          .walk = seconds<>::from_value(4.44e-10),
          .bandwidth = 0.885,
          .norm = 1.0 / (4.96 * clock),
          .activation = 1.0 / (8.02 * clock),
          .rotary = 1.0 / (6.75 * clock),
          .lookup = 1.0 / (2.22 * clock)};
}

}  // namespace detail

/// A100 SXM, at 1.41 GHz.
inline constexpr elementwise_curve<> elementwise_a100 = detail::vectors_at(1.41e9);

/// H100 SXM, at 1.83 GHz.
inline constexpr elementwise_curve<> elementwise_h100 = detail::vectors_at(1.83e9);

}  // namespace shardline::catalog::curves
