// SPDX-License-Identifier: BSL-1.0
/// How far measurements were from what was predicted, by kind of operator.
#pragma once

#include "shardline/base/fwd.hpp"

namespace shardline {

/// Measured over predicted: one measurement in ten lies below `low`, one above `high`.
template <class T = double>
struct basic_residual {
  T low = T(1.0);
  T high = T(1.0);
};
using residual_range = basic_residual<>;

/// Residuals of operators by themselves, and of what is made of them.
///   step    of whole steps, beyond what their operators explain: all of them at once
///   queue   of the time before a request's first step
template <class T = double>
struct basic_residuals {
  basic_residual<T> gemm{};
  basic_residual<T> attention{};
  basic_residual<T> experts{};
  basic_residual<T> elementwise{};
  basic_residual<T> collectives{};
  basic_residual<T> host{};
  basic_residual<T> step{};
  basic_residual<T> queue{};
};
using residual_ranges = basic_residuals<>;

}  // namespace shardline
