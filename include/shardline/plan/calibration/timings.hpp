// SPDX-License-Identifier: BSL-1.0
/// Kernels as a user times them, and which of their timings are of one shape.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <variant>

#include "shardline/fitted/attention/attention.hpp"
#include "shardline/fitted/elementwise.hpp"
#include "shardline/fitted/experts.hpp"
#include "shardline/fitted/gemm.hpp"
#include "shardline/plan/calibration/unknowns.hpp"
#include "shardline/work/expert_operators.hpp"
#include "shardline/work/mixing.hpp"
#include "shardline/work/operators.hpp"
#include "shardline/work/routing/busiest_rank.hpp"

namespace shardline {

/// A layer's routed experts on one rank, timed as one: both multiplications and all around them.
struct expert_layer {
  grouped_gemm<double> up{};
  expert_activation<double> around{};
  grouped_gemm<double> down{};
};

using timed_operator =
    std::variant<gemm<double>, attention_core<double>, expert_layer, elementwise<double>>;

/// How long an operator took on the accelerator.
struct operator_timing {
  timed_operator op{};
  seconds<> measured{};
};

/// The multiplication of m x k by k x n values (m, n, k > 0), the k x n matrix stored as `format`:
/// 2 m n k FLOP.
///   gemm_kernel(16, 1024, 4096, formats::bf16): 134,217,728 FLOP
///   (tests/plan/calibration_operators.cpp)
[[nodiscard]] constexpr gemm<double> gemm_kernel(double m, integer n, integer k,
                                                 const weight_format& format) noexcept {
  gemm<double> op;
  op.rows = m;
  op.weight = {weight_class::attention, format, k, n};
  return op;
}

/// Heads of an attention kernel on one rank, keys and values `head_dim` wide.
///   heads, kv_heads   of a rank, from 1
///   cache             what keys and values are kept in
struct attention_heads {
  integer heads = 32;
  integer kv_heads = 8;
  integer head_dim = 128;
  precision cache = precision::bf16;
};

/// Attention of `new_tokens` after `context` tokens in each of `sequences`, none of them negative.
/// A token's keys and values take 2 kv_heads head_dim element_bytes(cache) bytes.
///   32 heads of 128 over 8 in bf16: 4096 bytes a token   (tests/plan/calibration_operators.cpp)
[[nodiscard]] constexpr attention_core<double> attention_kernel(phase of, double sequences,
                                                                double new_tokens, double context,
                                                                const attention_heads& h) noexcept {
  attention_core<double> op;
  op.phase = of;
  op.sequences = sequences;
  op.new_tokens = new_tokens;
  op.context = context;
  op.heads = h.heads;
  op.kv_heads = h.kv_heads;
  op.qk_dim = op.v_dim = h.head_dim;
  op.bytes_per_token = real<double>(2 * h.kv_heads * h.head_dim) * element_bytes(h.cache);
  return op;
}

/// Attention over whole prompts, numbers of sequences and tokens >= 0: attention_kernel() without
/// context.
///   prompt_kernel(2, 1000, {}): 2 sequences of 1000 new tokens
///   (tests/plan/calibration_operators.cpp)
[[nodiscard]] constexpr attention_core<double> prompt_kernel(double sequences, double prompt,
                                                             const attention_heads& h) noexcept {
  return attention_kernel(phase::prefill, sequences, prompt, 0.0, h);
}

/// Attention of one more token in each sequence, which has `context` >= 0 tokens already:
/// attention_kernel() of one new token.
///   decode_kernel(64, 4095, {}): 64 sequences, 1 new token after 4095
///   (tests/plan/calibration_operators.cpp)
[[nodiscard]] constexpr attention_core<double> decode_kernel(double sequences, double context,
                                                             const attention_heads& h) noexcept {
  return attention_kernel(phase::decode, sequences, 1.0, context, h);
}

/// `tokens` through a gated layer of `experts` experts, all on this rank, each token by chance to
/// `experts_per_token` of them: rows = tokens experts_per_token, experts hit = expected_distinct(),
/// at most as many as rows.
///   4 tokens to 2 of 8 experts: 8 rows, 5.46875 experts   (tests/plan/calibration_operators.cpp)
[[nodiscard]] constexpr expert_layer expert_kernel(double tokens, integer experts,
                                                   integer experts_per_token, integer hidden,
                                                   integer width,
                                                   const weight_format& format) noexcept {
  const double rows = tokens * real<double>(experts_per_token);
  const double hit = min(expected_distinct(experts, experts_per_token, experts, tokens), rows);
  const auto c = weight_class::routed_expert;
  expert_layer layer;
  layer.up = {{c, format, hidden, 2 * width, experts}, rows, hit};
  layer.around = {format, rows, tokens, rows, experts, hidden, 2 * width, width};
  layer.down = {{c, format, width, hidden, experts}, rows, hit};
  return layer;
}

/// A vector kernel of this kind over rows of `width` values, which reads and writes `traffic` >= 0
/// bytes in all.
///   vector_kernel(vector_kind::norm, 8192, 1 MB): 10^6 bytes
///   (tests/plan/calibration_operators.cpp)
[[nodiscard]] constexpr elementwise<double> vector_kernel(vector_kind kind, integer width,
                                                          const bytes<>& traffic) noexcept {
  elementwise<double> op;
  op.traffic = traffic;
  op.kind = kind;
  op.width = width;
  return op;
}

namespace detail {

// Predicted time, in seconds.
template <class Operator>
double kernel_seconds(const fitted_accelerator<double>& a, const Operator& op) {
  return time_of(a, op).total().value();
}
inline double kernel_seconds(const fitted_accelerator<double>& a, const expert_layer& l) {
  return kernel_seconds(a, l.up) + kernel_seconds(a, l.around) + kernel_seconds(a, l.down);
}

// Numbers shapes in a shuffled order of their own, so that a fold is no range of sizes.
class shape_number {
 public:
  shape_number& with(double value) {
    for (const char c : in_digits(value)) add(static_cast<unsigned char>(c));
    add(0);
    return *this;
  }
  shape_number& with(integer value) { return with(real<double>(value)); }
  [[nodiscard]] std::size_t value() const { return hash_ >> 7U; }

 private:
  void add(unsigned char byte) { hash_ = (hash_ ^ byte) * 1099511628211ULL; }
  std::size_t hash_ = 14695981039346656037ULL;  // FNV-1a
};

// Timings that differ only in rows, sequences or lengths are of one shape.
inline std::size_t shape_of_timing(const gemm<double>& op) {
  return shape_number().with(op.weight.n).with(op.weight.k).value();
}
inline std::size_t shape_of_timing(const attention_core<double>& op) {
  return shape_number().with(op.heads).with(op.kv_heads).with(op.qk_dim).with(op.window).value();
}
inline std::size_t shape_of_timing(const expert_layer& l) {
  const auto& a = l.around;
  return shape_number().with(a.experts).with(a.hidden).with(a.width).value();
}
inline std::size_t shape_of_timing(const elementwise<double>& op) {
  return shape_number().with(static_cast<integer>(op.kind)).with(op.width).value();
}

// The first field of `name` that no kernel can have, or nothing.
inline std::string positive(const std::string& name, double value) {
  return is_positive(value) ? "" : refusal(name, in_digits(value), "a positive number");
}
inline std::string not_negative(const std::string& name, double value) {
  const bool fine = value == 0.0 || is_positive(value);
  return fine ? "" : refusal(name, in_digits(value), "zero or a positive number");
}
inline std::string first_of(const std::string& a, const std::string& b) {
  return a.empty() ? b : a;
}

inline std::string fault_of_kernel(const gemm<double>& op) {
  return first_of(positive("rows", op.rows),
                  first_of(positive("weight.n", real<double>(op.weight.n)),
                           positive("weight.k", real<double>(op.weight.k))));
}
inline std::string fault_of_kernel(const grouped_gemm<double>& op) {
  return first_of(fault_of_kernel(op.as_gemm()), positive("matrices_read", op.matrices_read));
}
inline std::string fault_of_kernel(const attention_core<double>& op) {
  std::string fault = positive("sequences", op.sequences);
  fault = first_of(fault, positive("new_tokens", op.new_tokens));
  fault = first_of(fault, not_negative("context", op.context));
  fault = first_of(fault, positive("heads", real<double>(op.heads)));
  fault = first_of(fault, positive("kv_heads", real<double>(op.kv_heads)));
  fault = first_of(fault, positive("qk_dim", real<double>(op.qk_dim)));
  fault = first_of(fault, positive("v_dim", real<double>(op.v_dim)));
  return first_of(fault, positive("bytes_per_token", op.bytes_per_token));
}
inline std::string fault_of_kernel(const expert_layer& l) {
  std::string fault = first_of(fault_of_kernel(l.up), fault_of_kernel(l.down));
  fault = first_of(fault, positive("around.tokens", l.around.tokens));
  return first_of(fault, positive("around.rows_seen", l.around.rows_seen));
}
inline std::string fault_of_kernel(const elementwise<double>& op) {
  return first_of(positive("traffic [bytes]", op.traffic.value()),
                  not_negative("width", real<double>(op.width)));
}

}  // namespace detail

}  // namespace shardline
