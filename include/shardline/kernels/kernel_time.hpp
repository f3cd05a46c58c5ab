// SPDX-License-Identifier: BSL-1.0
/// The time of a kernel in plain numbers, and where it belongs in a step.
#pragma once

#include "shardline/base/units.hpp"
#include "shardline/kernels/roofline.hpp"
#include "shardline/work/operators.hpp"

namespace shardline {

/// operator_time in seconds as plain numbers, for loops over many.
///   compute, memory   of which the longer shows
///   exposed, launch   beside it: what it does not hide, and starts of kernels
template <class T>
struct kernel_time {
  T compute = T(0.0);
  T memory = T(0.0);
  T exposed = T(0.0);
  T launch = T(0.0);

  /// Seconds: the longer of compute and memory, and what nothing hides.
  [[nodiscard]] constexpr T total() const noexcept {
    return max(compute, memory) + exposed + launch;
  }
};

/// The same as plain numbers, in seconds, and back with units.
///   of 2 s of memory: 2.0, and back   (tests/kernels/roofline.cpp)
template <class T>
[[nodiscard]] constexpr kernel_time<T> plain(const operator_time<T>& t) noexcept {
  return {t.compute.value(), t.memory.value(), t.exposed.value(), t.launch.value()};
}
template <class T>
[[nodiscard]] constexpr operator_time<T> with_units(const kernel_time<T>& t) noexcept {
  return {seconds<T>::from_value(t.compute), seconds<T>::from_value(t.memory),
          seconds<T>::from_value(t.exposed), seconds<T>::from_value(t.launch)};
}

/// Where the time of a shape goes: its segment of the model, and its line of the breakdown.
struct place_in_step {
  unsigned char segment = 0;
  shardline::term line = term::embedding;
};

}  // namespace shardline
