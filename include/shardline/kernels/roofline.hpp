// SPDX-License-Identifier: BSL-1.0
/// The time of one operator on one accelerator.
#pragma once

#include <concepts>

#include "shardline/describe/accelerator.hpp"
#include "shardline/kernels/constant.hpp"
#include "shardline/kernels/datasheet.hpp"

namespace shardline {

/// A policy of shares of data sheet figures, which the roofline and the collectives of
/// fabric/collectives.hpp take. One with formulas of its own is none, and has to have them all.
///   compute_share<T>(policy, op)   of the peak of its precision that `op` reaches, in (0, 1]
///   memory_share<T>(policy, op)    of the memory bandwidth, in (0, 1]
///   link_share(policy, op)         of a link's bandwidth that a collective reaches, in (0, 1]
///   launch_time<T>(policy)         seconds that one kernel costs beside its work
template <class Policy, class T>
concept shares_policy = requires(const Policy& p, const gemm<T>& op, const collective<T>& sent) {
  { compute_share<T>(p, op) } -> std::same_as<T>;
  { memory_share<T>(p, op) } -> std::same_as<T>;
  { link_share(p, sent) } -> std::same_as<T>;
  { launch_time<T>(p) } -> std::same_as<seconds<T>>;
};

/// The two bounds of an operator and what adds to the larger of them.
///   exposed   of the shorter bound, and of a kernel's last blocks: what nothing hides
///   launch    of its kernels
template <class T>
struct operator_time {
  seconds<T> compute{};
  seconds<T> memory{};
  seconds<T> exposed{};
  seconds<T> launch{};

  /// The longer of compute and memory, and what nothing hides.
  [[nodiscard]] constexpr seconds<T> total() const noexcept {
    return shardline::max(compute, memory) + exposed + launch;
  }
};

namespace detail {

// Seconds that an operator takes to do so much of its arithmetic, and to move so many of its bytes.
template <class T, shares_policy<T> Efficiency, class Operator>
constexpr seconds<T> compute_time(const basic_accelerator<T, Efficiency>& a, const Operator& op,
                                  const flops<T>& work) noexcept {
  return work / (a.peak[supported(a, op.math())] * compute_share<T>(a.efficiency, op));
}
template <class T, shares_policy<T> Efficiency, class Operator>
constexpr seconds<T> memory_time(const basic_accelerator<T, Efficiency>& a, const Operator& op,
                                 const bytes<T>& moved) noexcept {
  return moved / (a.memory_rate * memory_share<T>(a.efficiency, op));
}

}  // namespace detail

/// Roofline with efficiencies:
///   compute = flops / (peak(precision) compute_share)            [FLOP / (FLOP/s) = s]
///   memory  = bytes / (memory_rate memory_share)                 [byte / (byte/s) = s]
///   time    = max(compute, memory) + kernels launch
/// The precision is the operator's, or the next wider one that the accelerator has; any operator.
/// Assumes reads overlap arithmetic inside a kernel and kernels do not overlap each other.
/// Source: S. Williams, A. Waterman, D. Patterson, "Roofline", CACM 52(4), 2009, section 3.
/// Check: 4096 rows of a 4096 x 4096 bf16 gemm at 989 TFLOP/s take 137,438,953,472 FLOP, 139 us
/// (tests/kernels/roofline.cpp).
template <class T, shares_policy<T> Efficiency, class Operator>
[[nodiscard]] constexpr operator_time<T> time_of(const basic_accelerator<T, Efficiency>& a,
                                                 const Operator& op) noexcept {
  operator_time<T> t;
  if constexpr (has_flops<Operator>) t.compute = detail::compute_time(a, op, op.flops());
  t.memory = detail::memory_time(a, op, op.bytes_moved());
  t.launch = launch_time<T>(a.efficiency) * op.kernels();
  return t;
}

}  // namespace shardline
