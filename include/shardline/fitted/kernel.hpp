// SPDX-License-Identifier: BSL-1.0
/// What the formulas of `fitted` share: which kernel runs, and what one multiprocessor does.
#pragma once

#include "shardline/curves/fitted.hpp"
#include "shardline/describe/accelerator.hpp"
#include "shardline/kernels/kernel_time.hpp"
#include "shardline/work/shapes.hpp"

namespace shardline {

template <class T>
using fitted_accelerator = basic_accelerator<T, basic_fitted<T>>;

/// The kernel that multiplies weights of this format: by the type it multiplies in, but for 4-bit
/// weights that are widened inside. Every kernel has its own curve, fitted to timings:
/// chips/curves.hpp.
///   kernel_of(formats::fp8_block) = kernel_format::narrow_block: groups of 128
///   (tests/fitted/kernel.cpp)
[[nodiscard]] constexpr kernel_format kernel_of(const weight_format& f) noexcept {
  if (bits(f.math) < 8) return kernel_format::four_bit_math;
  if (bits(f.math) == 8) return f.group_k > 1 ? kernel_format::narrow_block : kernel_format::narrow;
  if (bits(f.element) >= 8) return kernel_format::wide;
  return f.element == precision::fp4 ? kernel_format::four_bit_float : kernel_format::four_bit;
}

/// The kernel that reads a cache of so many bytes per value: narrow below 1.5, since caches were
/// timed in fp8 and in 16 bits.
///   1.03125 bytes: narrow; 2: wide   (tests/fitted/kernel.cpp)
[[nodiscard]] constexpr kernel_format kernel_of_cache(double bytes_per_value) noexcept {
  return bytes_per_value < 1.5 ? kernel_format::narrow : kernel_format::wide;
}

namespace detail {

// Where no figure is known, as many as the accelerator has that was measured last.
inline constexpr integer measured_multiprocessors = 132;

template <class T>
constexpr T multiprocessors(const fitted_accelerator<T>& a) noexcept {
  return real<T>(a.multiprocessors > 0 ? a.multiprocessors : measured_multiprocessors);
}

// Seconds that one multiprocessor takes for a FLOP at a share of the peak.
template <class T>
constexpr T seconds_per_flop(const fitted_accelerator<T>& a, precision math,
                             const T& share) noexcept {
  return multiprocessors(a) / (a.peak[supported(a, math)].value() * share);
}

// Seconds per byte at a share of the memory rate.
template <class T>
constexpr T seconds_per_byte(const fitted_accelerator<T>& a, const T& share) noexcept {
  return T(1.0) / (a.memory_rate.value() * share);
}

// Bytes that a last-level cache misses for each that it lacks room for.
inline constexpr double refill = 2.0;

// What is kept of a benchmark's buffers between its loops: a quantity of memory traffic, as bytes
// or seconds of them, of which `room` is found in a cache so many times as fast.
template <class T>
struct looped_cache {
  T room = T(0.0);
  T speedup = T(1.0);

  /// The same as if all came from memory.
  [[nodiscard]] constexpr T missed(const T& moved) const noexcept {
    const T miss = min(moved, T(refill) * max(T(0.0), moved - room));
    return miss + (moved - miss) / speedup;
  }
};

// No kernel runs for a part of a step without tokens.
template <class T>
constexpr kernel_time<T> unless_idle(const T& tokens, const kernel_time<T>& t) noexcept {
  const T none(0.0);
  const auto runs = tokens > none;
  return {select(runs, t.compute, none), select(runs, t.memory, none),
          select(runs, t.exposed, none), select(runs, t.launch, none)};
}

template <class T>
constexpr seconds<T> in_seconds(const T& value) noexcept {
  return seconds<T>::from_value(value);
}

template <class Condition, class T>
constexpr seconds<T> either(const Condition& first, const seconds<T>& a,
                            const seconds<T>& b) noexcept {
  return in_seconds(select(first, a.value(), b.value()));
}

}  // namespace detail

/// The faster of two ways to run an operator by kernel_time::total() [s], with the parts of that
/// way; the second where both are equal.
///   of 9 s and 8 s: 8 s   (tests/fitted/kernel.cpp)
template <class T>
[[nodiscard]] constexpr kernel_time<T> faster(const kernel_time<T>& a,
                                              const kernel_time<T>& b) noexcept {
  const auto first = a.total() < b.total();
  return {select(first, a.compute, b.compute), select(first, a.memory, b.memory),
          select(first, a.exposed, b.exposed), select(first, a.launch, b.launch)};
}

}  // namespace shardline
