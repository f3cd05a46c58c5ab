/// The time of one operator on one accelerator.
#pragma once

#include "shardline/cost/efficiency.hpp"
#include "shardline/describe/accelerator.hpp"

namespace shardline {

/// The two bounds of an operator and what adds to the larger of them.
///   exposed   of the shorter bound, and of a kernel's last blocks: what nothing hides
///   launch    of its kernels
template <class T>
struct operator_time {
  seconds<T> compute{};
  seconds<T> memory{};
  seconds<T> exposed{};
  seconds<T> launch{};

  [[nodiscard]] constexpr seconds<T> total() const noexcept {
    return shardline::max(compute, memory) + exposed + launch;
  }
};

/// Roofline with efficiencies:
///   compute = flops / (peak(precision) compute_share)            [FLOP / (FLOP/s) = s]
///   memory  = bytes / (memory_rate memory_share)                 [byte / (byte/s) = s]
///   time    = max(compute, memory) + kernels launch
/// The precision is the operator's, or the next wider one that the accelerator has.
/// Assumes reads overlap arithmetic inside a kernel and kernels do not overlap each other.
/// Source: S. Williams, A. Waterman, D. Patterson, "Roofline", CACM 52(4), 2009, section 3.
/// Check: 4096 rows of a 4096 x 4096 bf16 gemm at 989 TFLOP/s take 137,438,953,472 FLOP, 139 us
/// (tests/cost/roofline.cpp).
template <class T, class Efficiency, class Operator>
[[nodiscard]] constexpr operator_time<T> time_of(const basic_accelerator<T, Efficiency>& a,
                                                 const Operator& op) noexcept {
  operator_time<T> t;
  if constexpr (has_flops<Operator>) {
    const flop_rate<T>& peak = a.peak[supported(a, op.math())];
    t.compute = op.flops() / (peak * compute_share<T>(a.efficiency, op));
  }
  t.memory = op.bytes_moved() / (a.memory_rate * memory_share<T>(a.efficiency, op));
  t.launch = launch_time<T>(a.efficiency) * op.kernels();
  return t;
}

}  // namespace shardline
