// SPDX-License-Identifier: BSL-1.0
/// The time of a layer's routed experts under `fitted`: blocks of rows padded expert by expert, the
/// matrices of the experts that are hit, and the passes over activations around them.
#pragma once

#include <array>

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
constexpr T padded_rows(const std::array<T, 2>& tiles, const T& block_rows, const T& rows,
                        const T& hit) noexcept {
  const T small = row_blocks(rows, hit, tiles[0]) * (tiles[0] + block_rows);
  const T large = row_blocks(rows, hit, tiles[1]) * (tiles[1] + block_rows);
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
constexpr double row_bytes(const expert_activation_shape& op) noexcept {
  const double in = input_bytes(op.format);
  const double wide = element_bytes(op.activation);
  return real<double>(op.hidden) * (in + 2.0 * wide) + real<double>(op.up) * (2.0 * wide) +
         real<double>(op.width) * (2.0 * in);
}
constexpr double token_bytes(const expert_activation_shape& op) noexcept {
  return real<double>(op.hidden) * (2.0 * element_bytes(op.activation));
}

}  // namespace detail

/// Time of one multiplication by a layer's routed experts:
///   r         = rows + foreign_products (rows met - rows)     rows that are multiplied
///   blocks(t) = sqrt(h^2 + h r / t + (r / t)^2)               h experts hit
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
struct grouped_gemm_law {
  std::array<T, 2> tiles{};
  T block_rows = T(0.0);
  T foreign = T(0.0);     // share of rows met that are multiplied too
  T multiplied = T(0.0);  // seconds of a row
  T streamed = T(0.0);    // seconds of memory: a matrix at the kernel's own rate,
  T read = T(0.0);        // at the whole rate, and of a row
  T row = T(0.0);
  T walk = T(0.0);

  [[nodiscard]] constexpr kernel_time<T> time(const T& rows, const T& hit,
                                              const T& met = T(0.0)) const noexcept {
    const T all = rows + foreign * max(met - rows, T(0.0));
    const T compute = detail::padded_rows(tiles, block_rows, all, hit) * multiplied;
    const T memory = max(hit * streamed, hit * read + all * row);
    const T softly = square_root(compute * compute + memory * memory + walk * walk);
    return {compute, memory, max(softly - max(compute, memory), T(0.0)), T(0.0)};
  }
};

/// Seconds of one of the two multiplications by the rows and the experts hit, or of one operator:
/// grouped_gemm_law, where the formula, its source and its worked number stand.
///   8,192 rows of 128 experts, 2048 x 1536 in bf16, vLLM, H100: 319.44 us
///   (tests/fitted/experts.cpp)
template <class T>
[[nodiscard]] constexpr grouped_gemm_law<T> law_of(const fitted_accelerator<T>& a,
                                                   const grouped_gemm_shape& o,
                                                   double bytes_of_matrix) noexcept {
  const weight& w = o.weight;
  const expert_curve<T>& c = a.efficiency.experts[kernel_of(w.format)];
  const T peak = a.peak[supported(a, w.format.math)].value() * c.compute;
  const grouped_gemm<T> row{w, T(1.0), T(1.0), o.activation};
  const T rate = a.memory_rate.value();
  const T matrix(bytes_of_matrix);
  return {c.tiles,
          c.block_rows,
          c.foreign_products,
          row.flops().value() / peak,
          matrix / c.bandwidth / rate,
          matrix / rate,
          row.activation_bytes().value() / rate,
          T(bytes_of_matrix / real<double>(w.n)) * c.walk};
}
template <class T>
[[nodiscard]] constexpr operator_time<T> time_of(const fitted_accelerator<T>& a,
                                                 const grouped_gemm<T>& op) noexcept {
  const grouped_gemm_shape shape{op.weight, op.activation};
  return with_units(
      law_of(a, shape, op.weight.matrix_bytes()).time(op.rows, op.matrices_read, op.rows_met));
}

/// Time of everything else that a layer's routed experts cost, once a layer:
///   passed = rows + foreign_rows (rows_seen - rows)
///   bytes  = passed (hidden (in + 2 wide) + 2 up wide + 2 width in) + 2 tokens hidden wide
///   time   = launch + per_expert experts + sorting min(tokens / sorted_tokens, 1)
///            + passes bytes / memory_rate
/// in, wide: bytes of a value that is multiplied, its scale included, and of an activation.
/// Assumes that each pass goes through memory. Never faster than reading and writing the
/// activation function's own values.
/// Check: 1,024 tokens of 8 experts each, hidden 2048, width 768 in bf16, take 60.6 us under vLLM
/// on an H100 (tests/fitted/experts.cpp).
///   foreign   share of rows of other ranks that are passed too
template <class T>
struct expert_activation_law {
  T foreign = T(0.0);
  T passed = T(0.0);  // seconds of a row in all passes, and of a token
  T token = T(0.0);
  T own = T(0.0);  // of a row's own values
  T launch = T(0.0);
  T sorting = T(0.0);
  T sorted = T(0.0);  // of a token, until all of it shows

  [[nodiscard]] constexpr kernel_time<T> time(const T& rows, const T& tokens,
                                              const T& rows_seen) const noexcept {
    const T all = rows + foreign * max(rows_seen - rows, T(0.0));
    return {T(0.0), max(all * passed + tokens * token, rows * own), T(0.0),
            launch + min(tokens * sorted, sorting)};
  }
};

/// Seconds of everything else of a layer's experts by the rows and tokens, or of one operator:
/// expert_activation_law, where the formula, its source and its worked number stand.
///   1,024 tokens of 8 experts each, 2048 x 768 in bf16, vLLM, H100: 60.62 us
///   (tests/fitted/experts.cpp)
template <class T>
[[nodiscard]] constexpr expert_activation_law<T> law_of(const fitted_accelerator<T>& a,
                                                        const expert_activation_shape& o) noexcept {
  const expert_curve<T>& c = a.efficiency.experts[kernel_of(o.format)];
  const T pass = c.passes / a.memory_rate.value();
  return {c.foreign_rows,
          T(detail::row_bytes(o)) * pass,
          T(detail::token_bytes(o)) * pass,
          T(workspace_each(o)) / a.memory_rate.value(),
          c.launch.value() + c.per_expert.value() * real<T>(o.experts),
          c.sorting.value(),
          c.sorting.value() / c.sorted_tokens};
}
template <class T>
[[nodiscard]] constexpr operator_time<T> time_of(const fitted_accelerator<T>& a,
                                                 const expert_activation<T>& op) noexcept {
  const expert_activation_shape shape{op.format, op.experts, op.hidden,
                                      op.up,     op.width,   op.activation};
  return with_units(law_of(a, shape).time(op.rows, op.tokens, op.rows_seen));
}

}  // namespace shardline
