// SPDX-License-Identifier: BSL-1.0
/// The time of vector kernels under `fitted`.
#pragma once

#include "shardline/fitted/kernel.hpp"

namespace shardline {

namespace detail {

// Seconds that a multiprocessor takes for a byte on its way through such a kernel.
template <class T>
constexpr T per_byte_of(const elementwise_curve<T>& c, vector_kind kind) noexcept {
  switch (kind) {
    case vector_kind::norm:
      return c.norm;
    case vector_kind::activation:
      return c.activation;
    case vector_kind::rotary:
      return c.rotary;
    case vector_kind::lookup:
      return c.lookup;
    case vector_kind::addition:
      return T(0.0);
  }
  return T(0.0);
}

// Rows that one block works along from end to end. Additions and lookups are cut up at will.
constexpr bool walks_rows(vector_kind kind) noexcept {
  return kind != vector_kind::addition && kind != vector_kind::lookup;
}

}  // namespace detail

/// Time of a kernel that reads and writes vectors: of three bounds the largest, softly.
///   fixed    = launch + walk width          width: values of a row, where one block walks along it
///   memory   = bytes / (bandwidth memory_rate)
///   through  = bytes (seconds per byte of its kind) / multiprocessors
///   time     = sqrt(fixed^2 + memory^2 + through^2)                                          [s]
/// A smooth maximum: no launch is waited for once the memory is busy. More bytes or wider rows
/// never take less time, and no time is less than the memory's. Source of the form: a block per row
/// and a grid of them, as such kernels are written; constants fitted
/// (chips/curves.hpp). Check: the norm of 4096 rows of 8192 values in bf16, read and
/// written, takes 192.7 us on an A100 (tests/fitted/elementwise.cpp).
template <class T>
struct vector_law {
  T fixed = T(0.0);
  T memory = T(0.0);  // seconds of a token's bytes
  T through = T(0.0);

  [[nodiscard]] constexpr kernel_time<T> time(const T& tokens) const noexcept {
    const T moved = tokens * memory;
    const T walked = tokens * through;
    const T all = square_root(fixed * fixed + moved * moved + walked * walked);
    return {T(0.0), moved, T(0.0), all - moved};
  }
};

namespace detail {

template <class T>
constexpr vector_law<T> vector_law_of(const fitted_accelerator<T>& a, vector_kind kind,
                                      integer width, const T& bytes_each) noexcept {
  const elementwise_curve<T>& c = a.efficiency.elementwise;
  const T walked = walks_rows(kind) ? c.walk.value() * real<T>(width) : T(0.0);
  return {c.launch.value() + walked, bytes_each * seconds_per_byte(a, c.bandwidth),
          bytes_each * per_byte_of(c, kind) / multiprocessors(a)};
}

}  // namespace detail

/// Seconds of a vector kernel with the chip's own constants, for each token of a step or of one
/// operator: vector_law, where the formula, its source and its worked number stand.
///   the norm of 4096 rows of 8192 values on an A100: 192.72 us   (tests/fitted/elementwise.cpp)
template <class T>
[[nodiscard]] constexpr vector_law<T> law_of(const fitted_accelerator<T>& a,
                                             const vector_shape& o) noexcept {
  return detail::vector_law_of(a, o.kind, o.width, T(o.bytes_per_token));
}
template <class T>
[[nodiscard]] constexpr operator_time<T> time_of(const fitted_accelerator<T>& a,
                                                 const elementwise<T>& op) noexcept {
  const auto law = detail::vector_law_of(a, op.kind, op.width, op.traffic.value());
  return with_units(law.time(T(1.0)));
}

/// Seconds of what is read inside another operator's kernel, which costs its bytes alone:
///   memory = bytes / (bandwidth memory_rate)                                                 [s]
///   10^6 values in bf16 at 0.885 of 3350 GB/s: 0.6746 us   (tests/fitted/elementwise.cpp)
template <class T>
[[nodiscard]] constexpr operator_time<T> time_of(const fitted_accelerator<T>& a,
                                                 const fused_vector<T>& op) noexcept {
  const elementwise_curve<T>& c = a.efficiency.elementwise;
  const T memory = op.bytes_moved().value() * detail::seconds_per_byte(a, c.bandwidth);
  return {{}, detail::in_seconds(memory), {}, {}};
}

}  // namespace shardline
