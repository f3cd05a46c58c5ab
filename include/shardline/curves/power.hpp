// SPDX-License-Identifier: BSL-1.0
/// What a chip draws from the wall: a few constants, in watts.
#pragma once

#include "shardline/base/scalar.hpp"

namespace shardline {

/// Power of an accelerator at work.
///   idle      between kernels, its clocks up
///   memory    more while the memory is read at its data sheet's rate
///   compute   more while all multiplies at the data sheet's peak
///   limit     that it is held to
///   error     mean of |predicted / measured - 1| of power, for shapes left out of the fit
template <class T = double>
struct basic_power_curve {
  T idle = T(0.0);
  T memory = T(0.0);
  T compute = T(0.0);
  T limit = T(0.0);
  double error = 0.0;
};
using power_curve = basic_power_curve<>;

/// Watts where a step that takes `seconds` would be bound by the memory and by multiplying for so
/// many at the data sheet's rates:
///   P = min(limit, idle + memory (by_memory / seconds) + compute (by_compute / seconds))
/// Other work beside the larger bound of each kernel draws what the constants have of it. More of
/// either, or less time for it, never draws less.
/// Check: {280, 645, 1204, 1000}, half of the time reading at the full rate: 602.5 W
/// (tests/curves/power.cpp)
template <class T>
[[nodiscard]] constexpr T watts(const basic_power_curve<T>& c, const T& seconds, const T& by_memory,
                                const T& by_compute) noexcept {
  return min(c.limit, c.idle + (c.memory * by_memory + c.compute * by_compute) / seconds);
}

}  // namespace shardline
