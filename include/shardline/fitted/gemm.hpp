// SPDX-License-Identifier: BSL-1.0
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

// A step of some rows: seconds of an inner value in a small and a large tile, how many tiles there
// are of each, and seconds of memory.
template <class T>
struct gemm_step {
  T small;
  T large;
  T small_tiles;
  T large_tiles;
  T memory;
};

}  // namespace detail

/// Time of rows x k times k x n, as the library runs it: with small tiles or large ones, along the
/// whole inner dimension or in 8 parts that a second kernel adds up, whichever is fastest.
///   u       = multiprocessors slower / (compute peak)          seconds per FLOP of one of them
///   small   = 2 tile^2 u / small_tile, large = 2 128 256 u     seconds per inner value
///   x(p)    = min(waves(tile, tile) small, waves(128, 256) large) (k / p + 400 bytes of values)
///   memory  = bytes moved / (bandwidth memory_rate)
///   t(p)    = max(max(x, memory) + 0.15 min(x, memory) + tail small k / p, walk k / p)
///             + (p > 1: reduction, partials)
///   time    = launch + min(t(1), t(8)) + (where inputs are quantised: another kernel)
/// waves(r, c) = ceil(p ceil(rows / r) ceil(n / c) / multiprocessors). slower = 1 + throttle f / (f
/// + 600 us), f = FLOP / peak: the clock falls in long multiplications. Never faster than the data
/// sheet's roofline; more rows, columns or inner values never take less time.
/// Source of the form: tile and wave quantisation as in NVIDIA's "Matrix Multiplication Background
/// User's Guide", sections 3 and 4; shares and times fitted (chips/curves.hpp).
template <class T>
struct gemm_law {
  T full = T(0.0);  // seconds of a row at the whole peak
  T throttle = T(0.0);
  T tile = T(64.0);
  T row_floor = T(1.0);
  T small = T(0.0);  // seconds of an inner value in a tile
  T large = T(0.0);
  T small_columns = T(0.0);  // tiles side by side
  T large_columns = T(0.0);
  T multiprocessors = T(1.0);
  T inner = T(0.0);
  T filling = T(0.0);  // inner values that filling and draining a tile take the time of
  T tail = T(0.0);
  T read = T(0.0);  // seconds of memory: the matrix, and of a row
  T row = T(0.0);
  T partials = T(0.0);  // of a row's partial sums
  T passes = T(0.0);    // of a row's quantisation
  T walk = T(0.0);      // of an inner value on its way past one tile
  detail::looped_cache<T> cache{};
  bool looped = false;
  T launch = T(0.0);
  T reduction = T(0.0);

  [[nodiscard]] constexpr kernel_time<T> time(const T& rows, const T& reads) const noexcept {
    const T one(1.0);
    const T busy = rows * full;
    const T slower = one + throttle * busy / (busy + T(detail::throttle_seconds));
    const T of_rows = row_floor + (one - row_floor) * (min(rows, tile) / tile);
    const T moved = reads * read + rows * row;
    const detail::gemm_step<T> step{
        small * slower * of_rows, large * slower, round_up(rows / tile) * small_columns,
        round_up(rows * T(1.0 / detail::large_tile_rows)) * large_columns,
        looped ? cache.missed(moved) : moved};
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
  // Along the whole inner dimension.
  [[nodiscard]] constexpr kernel_time<T> whole(const detail::gemm_step<T>& s) const noexcept {
    const T waves_of_small = round_up(s.small_tiles / multiprocessors);
    const T waves_of_large = round_up(s.large_tiles / multiprocessors);
    const T compute = min(waves_of_small * s.small, waves_of_large * s.large) * (inner + filling);
    return {compute, s.memory, exposed(s, compute, inner), launch};
  }
  // In parts, whose sums a second kernel adds up.
  [[nodiscard]] constexpr kernel_time<T> split(const detail::gemm_step<T>& s,
                                               const T& rows) const noexcept {
    const T parts(detail::split_parts);
    const T steps = inner / parts;
    const T waves_of_small = round_up(s.small_tiles * parts / multiprocessors);
    const T waves_of_large = round_up(s.large_tiles * parts / multiprocessors);
    const T compute = min(waves_of_small * s.small, waves_of_large * s.large) * (steps + filling);
    return {compute, s.memory, exposed(s, compute, steps) + rows * partials, launch + reduction};
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
///   16 rows of 4096 x 28672 in bf16, vLLM, H100: 85.174 us   (tests/fitted/gemm.cpp)
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
  law.row_floor = c.row_floor;
  law.small = T(2.0) * c.tile * c.tile * per_flop / c.small_tile;
  law.large = T(2.0 * detail::large_tile_rows * detail::large_tile_columns) * per_flop;
  law.small_columns = round_up(real<T>(w.n) / c.tile);
  law.large_columns = round_up(real<T>(w.n) / T(detail::large_tile_columns));
  law.multiprocessors = processors;
  law.inner = real<T>(w.k);
  law.filling = T(detail::pipeline_bytes / multiplied_bytes);
  law.tail = c.tail;
  law.read = T(matrix) * per_byte;
  law.row = row.activation_bytes().value() * per_byte;
  law.partials = real<T>(w.n) * T(8.0 * detail::split_parts / detail::partial_speedup) * per_byte;
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
