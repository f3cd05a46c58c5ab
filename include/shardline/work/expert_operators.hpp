// SPDX-License-Identifier: BSL-1.0
/// Operators of routed experts: a rank runs its experts of one layer together, in few kernels.
#pragma once

#include "shardline/work/operators.hpp"

namespace shardline {

/// rows x k times the k x n matrix of each row's expert, in one kernel: `rows` routed rows over
/// `matrices_read` of the rank's experts. It answers as the gemm of the same fields does; it is a
/// type of its own because its blocks of rows are padded expert by expert.
///   rows_met   all rows of the tokens that have one here, wherever their experts are, where every
///              rank is handed all tokens; some kernels multiply those too
template <class T>
struct grouped_gemm {
  static constexpr shardline::term term = shardline::term::routed_experts;
  shardline::weight weight{};
  T rows = T(0.0);
  T matrices_read = T(1.0);
  precision activation = precision::bf16;
  T rows_met = T(0.0);

  [[nodiscard]] constexpr gemm<T> as_gemm() const noexcept {
    return {term, weight, rows, matrices_read, activation};
  }
  /// Two for each value of the weights that a row meets.
  [[nodiscard]] constexpr shardline::flops<T> flops() const noexcept { return as_gemm().flops(); }
  /// The precision that products are taken in.
  [[nodiscard]] constexpr precision math() const noexcept { return as_gemm().math(); }
  /// Bytes of the experts that are hit.
  [[nodiscard]] constexpr bytes<T> weight_bytes() const noexcept {
    return as_gemm().weight_bytes();
  }
  /// Bytes of the rows that go in and come out.
  [[nodiscard]] constexpr bytes<T> activation_bytes() const noexcept {
    return as_gemm().activation_bytes();
  }
  /// Both of these.
  [[nodiscard]] constexpr bytes<T> bytes_moved() const noexcept { return as_gemm().bytes_moved(); }
  /// Launched for it.
  [[nodiscard]] constexpr T kernels() const noexcept { return T(1.0); }
};

/// The activation function between the two multiplications: reads `up` values a row, writes
/// `width`. What engines do around it, once a layer, is priced from the rest:
///   format      of the experts' matrices: inputs are quantised to what it multiplies in
///   tokens      that come to the rank, whose results are summed
///   rows_seen   that its kernels are handed: its own, and where every rank is handed all tokens
///               the other ranks' too
///   experts     on the rank
///   rows        of the rank's experts
///   hidden      values of a token
template <class T>
struct expert_activation {
  static constexpr shardline::term term = shardline::term::routed_experts;
  weight_format format{};
  T rows = T(0.0);
  T tokens = T(0.0);
  T rows_seen = T(0.0);
  integer experts = 1;
  integer hidden = 0;
  integer up = 0;
  integer width = 0;
  precision activation = precision::bf16;

  /// Bytes of the rows that go in and come out.
  [[nodiscard]] constexpr bytes<T> activation_bytes() const noexcept {
    return bytes<T>::from_value(rows *
                                T(static_cast<double>(up + width) * element_bytes(activation)));
  }
  /// The same, and its vectors are read inside others.
  [[nodiscard]] constexpr bytes<T> bytes_moved() const noexcept { return activation_bytes(); }
  /// Launched for it.
  [[nodiscard]] constexpr T kernels() const noexcept { return T(1.0); }
};

}  // namespace shardline
