// SPDX-License-Identifier: BSL-1.0
/// Which recurrence a kernel runs.
#pragma once

#include <cstddef>

#include "shardline/base/fwd.hpp"

namespace shardline {

/// Recurrences that have kernels of their own.
///   convolution       the short causal one before another, whose state is its last inputs
///   delta_rule        gated by one decay for each head (Gated DeltaNet, arXiv 2412.06464)
///   delta_attention   the same with a decay for each channel of the keys (Kimi Delta Attention,
///                     arXiv 2510.26692)
///   state_space       a decay for each head and a rank-one update (Mamba-2, arXiv 2405.21060);
///                     selective scans and linear attention with decay are taken to be like it
enum class recurrence_kind : unsigned char {
  convolution,
  delta_rule,
  delta_attention,
  state_space
};
inline constexpr std::size_t recurrence_kind_count = 4;

}  // namespace shardline
