// SPDX-License-Identifier: BSL-1.0
/// The time of a matrix multiplication under `fitted`: tiles and waves, a split inner dimension,
/// the memory side, launch, and the quantisation of its inputs.
#pragma once

#include "shardline/fitted/kernel.hpp"

namespace shardline {

namespace detail {

// Sizes that kernels of all precisions and accelerators measured have in common.
inline constexpr double small_tile_side = 64.0;
inline constexpr double large_tile_rows = 128.0;
inline constexpr double large_tile_columns = 256.0;
inline constexpr double most_parts = 16.0;          // that an inner dimension is split into
inline constexpr double pipeline_bytes = 400.0;     // of the inner dimension: filling and draining
inline constexpr double unhidden_share = 0.15;      // of the shorter of compute and memory
inline constexpr double throttle_seconds = 600e-6;  // of full power bring half of the lost clock
inline constexpr double partial_speedup = 4.0;      // of fp32 partial sums, which stay in the cache

// Waves of so many tiles for each multiprocessor. Of many waves the last is half full on average;
// a library that has tiles of many sizes takes those that fill a few waves.
template <class T>
constexpr T waves(const T& tiles) noexcept {
  const T full = max(tiles, T(1.0));
  return full + T(0.5) * (T(1.0) - T(1.0) / full);
}

// A step of some rows: seconds of an inner value in a small and a large tile, how many tiles of
// each there are for a multiprocessor, and seconds of memory.
template <class T>
struct gemm_step {
  T small;
  T large;
  T small_tiles;
  T large_tiles;
  T memory;
};

}  // namespace detail

/// Time of rows x k times k x n, as the library runs it: with small tiles of s = max(64, tile) rows
/// and columns or large ones of 128 x 256, along the whole inner dimension or in up to 16 parts, as
/// many as fill the multiprocessors, that a second kernel adds up, whichever is fastest.
///   u       = multiprocessors slower / (compute peak)          seconds per FLOP of one of them
///   r(R)    = min(max(rows, tile), R) + block_rows             rows that a tile takes the time of
///   small   = 2 s r(s) u / small_tile, large = 2 256 r(128) u  seconds per inner value
///   t(R, c) = max(rows / R, 1) ceil(n / c) / multiprocessors   tiles of R x c for each of them
///   x(1)    = min(waves(t(s, s)) small, waves(t(128, 256)) large) (k + 400 bytes of values)
///   x(p)    = waves(t(s, s)) small (k / p + 400 bytes of values), p = 1 / t(s, s) from 1 to 16
///   memory  = bytes moved / (bandwidth memory_rate)
///   t(p)    = max(max(x, memory) + 0.15 min(x, memory) + tail small k / p, walk k / p)
///             + (p > 1: reduction, p partial sums)
///   time    = launch + min(t(1), t(p)) + (where inputs are quantised: another kernel)
/// waves(t) = t + (1 - 1 / t) / 2, 1 where t is less. slower = 1 + throttle f / (f + 600 us), f =
/// FLOP / peak: the clock falls in long multiplications. Never faster than the data sheet's
/// roofline; more rows, columns or inner values never take less time, and one row more moves it by
/// no more than its share: libraries choose among tiles of 16 to 256 rows by the number of rows, so
/// that no edge of one tile is an edge of what the best of them takes.
/// Source of the form: tile and wave quantisation as in NVIDIA's "Matrix Multiplication Background
/// User's Guide", sections 3 and 4, on average over sizes; shares and times fitted
/// (chips/curves.hpp).
///   looped   what fits the last-level cache is not read from memory: `cache`
template <class T>
struct gemm_law {
  T full = T(0.0);  // seconds of a row at the whole peak
  T throttle = T(0.0);
  T tile = T(64.0);
  T side = T(64.0);  // of a small tile
  T block_rows = T(0.0);
  T small = T(0.0);  // seconds of an inner value of a row in a tile
  T large = T(0.0);
  T small_columns = T(0.0);  // tiles side by side, for each multiprocessor
  T large_columns = T(0.0);
  T inner = T(0.0);
  T filling = T(0.0);  // inner values that filling and draining a tile take the time of
  T tail = T(0.0);
  T read = T(0.0);  // seconds of memory: the matrix, and of a row
  T row = T(0.0);
  T partials = T(0.0);  // of a row's partial sums in one part
  T passes = T(0.0);    // of a row's quantisation
  T walk = T(0.0);      // of an inner value on its way past one tile
  detail::looped_cache<T> cache{};
  bool looped = false;
  T launch = T(0.0);
  T reduction = T(0.0);

  [[nodiscard]] constexpr kernel_time<T> time(const T& rows, const T& reads) const noexcept {
    const detail::gemm_step<T> step = step_of(rows, reads * read + rows * row);
    kernel_time<T> t = whole(step);
    // In parts it takes no less than its memory and both launches: nothing else is asked for where
    // one part is faster than that.
    if (largest_of(t.total() - (step.memory + (launch + reduction))) >= 0.0) {
      t = faster(t, split(step, rows));
    }
    t.exposed = t.exposed + rows * passes;
    return t;
  }

 private:
  [[nodiscard]] constexpr detail::gemm_step<T> step_of(const T& rows,
                                                       const T& moved) const noexcept {
    const T one(1.0);
    const T large_rows(detail::large_tile_rows);
    const T busy = rows * full;
    const T slower = one + throttle * busy / (busy + T(detail::throttle_seconds));
    const T each = slower * min(rows, one);  // no rows take no time
    const T least = max(rows, tile);
    return {small * each * (min(least, side) + block_rows),
            large * each * (min(least, large_rows) + block_rows),
            small_columns * max(rows / side, one),
            large_columns * max(rows * T(1.0 / detail::large_tile_rows), one),
            looped ? cache.missed(moved) : moved};
  }
  // Along the whole inner dimension.
  [[nodiscard]] constexpr kernel_time<T> whole(const detail::gemm_step<T>& s) const noexcept {
    const T step =
        min(detail::waves(s.small_tiles) * s.small, detail::waves(s.large_tiles) * s.large);
    const T compute = step * (inner + filling);
    return {compute, s.memory, exposed(s, compute, inner), launch};
  }
  // In parts, whose sums a second kernel adds up.
  [[nodiscard]] constexpr kernel_time<T> split(const detail::gemm_step<T>& s,
                                               const T& rows) const noexcept {
    const T part = max(min(s.small_tiles, T(1.0)), T(1.0 / detail::most_parts));
    const T steps = inner * part;
    const T compute = detail::waves(s.small_tiles) * s.small * (steps + filling);
    return {compute, s.memory, exposed(s, compute, steps) + rows * partials / part,
            launch + reduction};
  }
  // What shows beside the longer of compute and memory, so many inner values along.
  [[nodiscard]] constexpr T exposed(const detail::gemm_step<T>& s, const T& compute,
                                    const T& steps) const noexcept {
    const T unhidden = T(detail::unhidden_share) * min(compute, s.memory) + tail * s.small * steps;
    return max(unhidden, steps * walk - max(compute, s.memory));
  }
};

/// Seconds, by the number of rows, of the multiplication by this matrix of `matrix` bytes, with the
/// chip's own constants: gemm_law, where the formula and its source stand.
///   16 rows of 4096 x 28672 in bf16, vLLM, H100: 84.988 us   (tests/fitted/gemm.cpp)
template <class T>
[[nodiscard]] constexpr gemm_law<T> law_of(const fitted_accelerator<T>& a, const gemm_shape& o,
                                           double matrix) noexcept {
  const weight& w = o.weight;
  const precision math = w.format.math;
  const gemm_curve<T>& c = a.efficiency.gemm[kernel_of(w.format)];
  const T peak = a.peak[supported(a, math)].value();
  const double multiplied_bytes = element_bytes(supported(a, math));
  const T processors = detail::multiprocessors(a);
  const T per_flop = processors / (peak * c.compute);
  const T per_byte = detail::seconds_per_byte(a, c.bandwidth);
  const gemm<T> row{o.term, w, T(1.0), T(0.0), o.activation};
  gemm_law<T> law;
  law.full = row.flops().value() / peak;
  law.throttle = c.throttle;
  law.tile = c.tile;
  law.side = max(c.tile, T(detail::small_tile_side));
  law.block_rows = c.block_rows;
  law.small = T(2.0) * law.side * per_flop / c.small_tile;
  law.large = T(2.0 * detail::large_tile_columns) * per_flop;
  const T columns = round_up(real<T>(w.n) / law.side);
  law.small_columns = columns / processors;
  law.large_columns = round_up(real<T>(w.n) / T(detail::large_tile_columns)) / processors;
  law.inner = real<T>(w.k);
  law.filling = T(detail::pipeline_bytes / multiplied_bytes);
  law.tail = c.tail;
  law.read = T(matrix) * per_byte;
  law.row = row.activation_bytes().value() * per_byte;
  law.partials = columns * law.side * T(8.0 / detail::partial_speedup) * per_byte;
  law.walk = c.walk * T(multiplied_bytes);
  law.cache = {c.cache_share * a.last_level_cache.value() * per_byte, c.cache_speedup};
  law.looped = a.efficiency.looped;
  law.launch = c.launch.value();
  law.reduction = c.reduction.value();
  if (value_of(c.quantise_bandwidth) > 0.0) {
    law.passes = T(3.0) * real<T>(w.k) * detail::seconds_per_byte(a, c.quantise_bandwidth);
    law.launch = law.launch + c.quantise.value();
  }
  return law;
}
template <class T>
[[nodiscard]] constexpr operator_time<T> time_of(const fitted_accelerator<T>& a,
                                                 const gemm<T>& op) noexcept {
  const gemm_shape shape{op.term, op.weight, step_extent::tokens, op.activation};
  return with_units(law_of(a, shape, op.weight.matrix_bytes()).time(op.rows, op.matrices_read));
}

}  // namespace shardline
