/// The time of a layer's routed experts under `fitted`: blocks of rows padded expert by expert, the
/// matrices of the experts that are hit, and the passes over activations around them.
#pragma once

#include "shardline/cost/expert_operators.hpp"
#include "shardline/fitted/kernel.hpp"

namespace shardline {

namespace detail {

// Blocks of `tile` rows that hold `rows` rows of `hit` experts, no block of two of them: one each
// where rows are few, half a block each beyond the full ones where they are many. Rises with both.
template <class T>
constexpr T row_blocks(const T& rows, const T& hit, const T& tile) noexcept {
  const T full = rows / tile;
  return square_root(hit * hit + hit * full + full * full);
}

// Rows that a kernel takes the time of, in small blocks or in large ones, whichever is faster.
template <class T>
constexpr T padded_rows(const expert_curve<T>& c, const T& rows, const T& hit) noexcept {
  const T small = row_blocks(rows, hit, c.tiles[0]) * (c.tiles[0] + c.block_rows);
  const T large = row_blocks(rows, hit, c.tiles[1]) * (c.tiles[1] + c.block_rows);
  return min(small, large);
}

// Bytes of one value as a multiplication by weights of this format reads it, its scale included.
constexpr double input_bytes(const weight_format& f) noexcept {
  const double value = element_bytes(f.math);
  if (bits(f.math) > 8 || f.group_k < 2) return value;
  return value + static_cast<double>(f.scale_bits) / (8.0 * static_cast<double>(f.group_k));
}

// Bytes that a layer's experts pass over for each row: gathered and quantised, both multiplications
// written and read again, summed. And for each token, whose sum is read and written.
template <class T>
constexpr double row_bytes(const expert_activation<T>& op) noexcept {
  const double in = input_bytes(op.format);
  const double wide = element_bytes(op.activation);
  return real<double>(op.hidden) * (in + 2.0 * wide) + real<double>(op.up) * (2.0 * wide) +
         real<double>(op.width) * (2.0 * in);
}
template <class T>
constexpr double token_bytes(const expert_activation<T>& op) noexcept {
  return real<double>(op.hidden) * (2.0 * element_bytes(op.activation));
}

}  // namespace detail

/// Time of one multiplication by a layer's routed experts:
///   blocks(t) = sqrt(h^2 + h r / t + (r / t)^2)               r rows, h experts hit
///   padded    = min over the two tiles of blocks(tile) (tile + block_rows)
///   compute   = 2 padded k n / (compute peak)                 [FLOP / (FLOP/s) = s]
///   memory    = max(weights / bandwidth, all bytes) / memory_rate   [byte / (byte/s) = s]
///   walk      = bytes of one column of a matrix x walk        one block passes over all of k
///   time      = sqrt(compute^2 + memory^2 + walk^2)
/// Assumes that rows are spread over experts by chance, evenly or not: skew enters by r and h,
/// those of the busiest rank. Never faster than the data sheet's roofline; more rows, experts or
/// inner values never take less time.
/// Source of the form: tile quantisation as in NVIDIA's "Matrix Multiplication Background User's
/// Guide", section 3, group by group; a smooth maximum of three bounds; constants fitted
/// (chips/curves.hpp).
/// Check: 8,192 rows of 128 experts, 2048 x 1536 in bf16, take 319 us under vLLM on an H100
/// (tests/fitted/experts.cpp).
template <class T>
[[nodiscard]] constexpr operator_time<T> time_of(const fitted_accelerator<T>& a,
                                                 const grouped_gemm<T>& op) noexcept {
  const expert_curve<T>& c = a.efficiency.experts[kernel_of(op.weight.format)];
  const T peak = a.peak[supported(a, op.math())].value() * c.compute;
  const T per_row = real<T>(2 * op.weight.k) * real<T>(op.weight.n);
  const T compute = detail::padded_rows(c, op.rows, op.matrices_read) * per_row / peak;
  const T streamed = max(op.weight_bytes().value() / c.bandwidth, op.bytes_moved().value());
  const T memory = streamed / a.memory_rate.value();
  const T walk = T(op.weight.matrix_bytes() / real<double>(op.weight.n)) * c.walk;
  const T softly = square_root(compute * compute + memory * memory + walk * walk);
  const T exposed = max(softly - max(compute, memory), T(0.0));
  return {detail::in_seconds(compute), detail::in_seconds(memory), detail::in_seconds(exposed), {}};
}

/// Time of everything else that a layer's routed experts cost, once a layer:
///   passed = rows + foreign_rows (rows_seen - rows)
///   bytes  = passed (hidden (in + 2 wide) + 2 up wide + 2 width in) + 2 tokens hidden wide
///   time   = launch + per_expert experts + passes bytes / memory_rate
/// in, wide: bytes of a value that is multiplied, its scale included, and of an activation.
/// Assumes that each pass goes through memory. Never faster than reading and writing the
/// activation function's own values.
/// Check: 1,024 tokens of 8 experts each, hidden 2048, width 768 in bf16, take 60.6 us under vLLM
/// on an H100 (tests/fitted/experts.cpp).
template <class T>
[[nodiscard]] constexpr operator_time<T> time_of(const fitted_accelerator<T>& a,
                                                 const expert_activation<T>& op) noexcept {
  const expert_curve<T>& c = a.efficiency.experts[kernel_of(op.format)];
  const T passed = op.rows + c.foreign_rows * max(op.rows_seen - op.rows, T(0.0));
  const T moved = passed * T(detail::row_bytes(op)) + op.tokens * T(detail::token_bytes(op));
  const T memory = max(c.passes * moved, op.bytes_moved().value()) / a.memory_rate.value();
  const T launch = c.launch.value() + c.per_expert.value() * real<T>(op.experts);
  return {{}, detail::in_seconds(memory), {}, detail::in_seconds(launch)};
}

}  // namespace shardline
