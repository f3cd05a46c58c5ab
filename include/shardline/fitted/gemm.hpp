/// The time of a matrix multiplication under `fitted`: tiles and waves, a split inner dimension,
/// the memory side, launch, and the quantisation of its inputs.
#pragma once

#include "shardline/fitted/kernel.hpp"

namespace shardline {

namespace detail {

// Sizes that kernels of all precisions and accelerators measured have in common.
inline constexpr double large_tile_rows = 128.0;
inline constexpr double large_tile_columns = 256.0;
inline constexpr double split_parts = 8.0;
inline constexpr double pipeline_bytes = 400.0;     // of the inner dimension: filling and draining
inline constexpr double unhidden_share = 0.15;      // of the shorter of compute and memory
inline constexpr double throttle_seconds = 600e-6;  // of full power bring half of the lost clock
inline constexpr double partial_speedup = 4.0;      // of fp32 partial sums, which stay in the cache

// The shape of a multiplication on its accelerator, and what one step along the inner dimension
// costs a multiprocessor: of a small and of a large tile.
template <class T>
struct gemm_shape {
  T rows;
  T columns;
  T inner;
  T multiprocessors;
  T tile;
  T small_step;
  T large_step;
  T input_bytes;  // of one value
  T memory;       // seconds
  T seconds_per_byte;

  [[nodiscard]] constexpr T waves(const T& tile_rows, const T& tile_columns,
                                  const T& parts) const noexcept {
    const T tiles = round_up(rows / tile_rows) * round_up(columns / tile_columns);
    return round_up(tiles * parts / multiprocessors);
  }
  [[nodiscard]] constexpr operator_time<T> in_parts(const gemm_curve<T>& c,
                                                    double parts) const noexcept {
    const T p(parts);
    const T small = waves(tile, tile, p) * small_step;
    const T large = waves(T(large_tile_rows), T(large_tile_columns), p) * large_step;
    const T steps = inner / p;
    const T compute = min(small, large) * (steps + T(pipeline_bytes) / input_bytes);
    T exposed = T(unhidden_share) * min(compute, memory) + c.tail * small_step * steps;
    T launch = c.launch.value();
    if (parts > 1.0) {
      exposed = exposed + rows * columns * T(8.0 * parts / partial_speedup) * seconds_per_byte;
      launch = launch + c.reduction.value();
    }
    return {in_seconds(compute), in_seconds(memory), in_seconds(exposed), in_seconds(launch)};
  }
};

template <class T>
constexpr gemm_shape<T> shape_of(const fitted_accelerator<T>& a, const gemm_curve<T>& c,
                                 const gemm<T>& op) noexcept {
  const precision math = op.weight.format.math;
  const T full = op.flops().value() / a.peak[supported(a, math)].value();
  const T slower = T(1.0) + c.throttle * full / (full + T(throttle_seconds));
  const T per_flop = seconds_per_flop(a, math, c.compute) * slower;
  const T filled = min(op.rows, c.tile) / c.tile;
  const T of_rows = c.row_floor + (T(1.0) - c.row_floor) * filled;
  const T per_byte = seconds_per_byte(a, c.bandwidth);
  return {op.rows,
          real<T>(op.weight.n),
          real<T>(op.weight.k),
          multiprocessors(a),
          c.tile,
          T(2.0) * c.tile * c.tile * per_flop / c.small_tile * of_rows,
          T(2.0 * large_tile_rows * large_tile_columns) * per_flop,
          T(element_bytes(math)),
          op.bytes_moved().value() * per_byte,
          per_byte};
}

}  // namespace detail

/// Time of rows x k times k x n, as the library runs it: with small tiles or large ones, along the
/// whole inner dimension or in 8 parts that a second kernel adds up, whichever is fastest.
///   u       = multiprocessors slower / (compute peak)          seconds per FLOP of one of them
///   small   = 2 tile^2 u / small_tile, large = 2 128 256 u     seconds per inner value
///   x(p)    = min(waves(tile, tile) small, waves(128, 256) large) (k / p + 400 bytes of values)
///   memory  = bytes moved / (bandwidth memory_rate)
///   t(p)    = max(x, memory) + 0.15 min(x, memory) + tail small k / p + (p > 1: reduction,
///   partials) time    = launch + min(t(1), t(8)) + (where inputs are quantised: another kernel)
/// waves(r, c) = ceil(p ceil(rows / r) ceil(n / c) / multiprocessors). slower = 1 + throttle f / (f
/// + 600 us), f = FLOP / peak: the clock falls in long multiplications. Never faster than the data
/// sheet's roofline; more rows, columns or inner values never take less time.
/// Source of the form: tile and wave quantisation as in NVIDIA's "Matrix Multiplication Background
/// User's Guide", sections 3 and 4; shares and times fitted (chips/curves.hpp).
template <class T>
[[nodiscard]] constexpr operator_time<T> time_of(const fitted_accelerator<T>& a,
                                                 const gemm<T>& op) noexcept {
  const gemm_curve<T>& c = a.efficiency.gemm[kernel_of(op.weight.format)];
  const detail::gemm_shape<T> shape = detail::shape_of(a, c, op);
  operator_time<T> t = faster(shape.in_parts(c, 1.0), shape.in_parts(c, detail::split_parts));
  if (value_of(c.quantise_bandwidth) > 0.0) {
    const T values = op.rows * shape.inner;
    const T passes = T(3.0) * values * detail::seconds_per_byte(a, c.quantise_bandwidth);
    t.exposed = t.exposed + detail::in_seconds(passes);
    t.launch = t.launch + c.quantise;
  }
  return t;
}

}  // namespace shardline
