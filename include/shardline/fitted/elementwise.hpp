/// The time of vector kernels under `fitted`.
#pragma once

#include "shardline/fitted/kernel.hpp"

namespace shardline {

/// Time of a kernel that reads and writes vectors: of three bounds the largest, softly.
///   fixed    = launch
///   memory   = bytes / (bandwidth memory_rate)
///   through  = bytes / (multiprocessors rate)
///   time     = sqrt(fixed^2 + memory^2 + through^2)
/// A smooth maximum: no launch is waited for once the memory is busy. Never faster than the memory.
template <class T>
[[nodiscard]] constexpr operator_time<T> time_of(const fitted_accelerator<T>& a,
                                                 const elementwise<T>& op) noexcept {
  const elementwise_curve<T>& c = a.efficiency.elementwise;
  const T moved = op.traffic.value();
  const T memory = moved * detail::seconds_per_byte(a, c.bandwidth);
  const T through = moved / (detail::multiprocessors(a) * c.rate.value());
  const T fixed = c.launch.value();
  const T all = square_root(fixed * fixed + memory * memory + through * through);
  return {{}, detail::in_seconds(memory), {}, detail::in_seconds(all - memory)};
}

/// What is read inside another operator's kernel costs its bytes alone.
template <class T>
[[nodiscard]] constexpr operator_time<T> time_of(const fitted_accelerator<T>& a,
                                                 const fused_vector<T>& op) noexcept {
  const elementwise_curve<T>& c = a.efficiency.elementwise;
  const T memory = op.bytes_moved().value() * detail::seconds_per_byte(a, c.bandwidth);
  return {{}, detail::in_seconds(memory), {}, {}};
}

}  // namespace shardline
