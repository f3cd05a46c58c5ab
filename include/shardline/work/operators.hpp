// SPDX-License-Identifier: BSL-1.0
/// What one rank does, as plain data. Memory, time, traffic and counts are folds over these.
///
/// Operators answer the questions that apply to them (has_flops, has_weight; mixing.hpp adds more):
///   flops(), math()      operations of one execution, and the precision they are done in
///   bytes_moved()        all memory traffic: weights, activations, KV cache
///   activation_bytes()   activations read and written
///   kernels()            kernels launched
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "shardline/base/precision.hpp"
#include "shardline/base/units.hpp"
#include "shardline/describe/engine.hpp"
#include "shardline/describe/weights.hpp"
#include "shardline/work/step.hpp"

namespace shardline {

/// The lines of a time breakdown.
enum class term : unsigned char {
  embedding,
  norms,
  attention_projections,
  attention,
  dense_feed_forward,
  router,
  routed_experts,
  shared_experts,
  head,
  all_reduce,
  all_gather,
  reduce_scatter,
  all_to_all,
  send_recv,
  broadcast,
  draft,
  pipeline_bubble,
  host
};
inline constexpr std::size_t term_count = 18;
/// Terms of operators; those of collectives follow them.
inline constexpr std::size_t operator_term_count = static_cast<std::size_t>(term::all_reduce);

namespace detail {
inline constexpr std::array<std::string_view, term_count> term_names{"embedding",
                                                                     "norms",
                                                                     "attention projections",
                                                                     "attention",
                                                                     "dense feed-forward",
                                                                     "router",
                                                                     "routed experts",
                                                                     "shared experts",
                                                                     "head",
                                                                     "all-reduce",
                                                                     "all-gather",
                                                                     "reduce-scatter",
                                                                     "all-to-all",
                                                                     "send-recv",
                                                                     "broadcast",
                                                                     "draft",
                                                                     "pipeline bubble",
                                                                     "host"};
}  // namespace detail

/// The name of a line of a breakdown, as texts, JSON and the page have it.
///   name(term::attention_projections) = "attention projections", the third of 18
///   (tests/work/operators.cpp)
[[nodiscard]] constexpr std::string_view name(term t) noexcept {
  return detail::term_names[static_cast<std::size_t>(t)];
}

/// `matrices` stored k x n matrices of one class. A vector is 1 x n.
///   resident   false for a tied head, stored with the embedding, and for a layer whose weights are
///              those of another: read here all the same
///   format     how it is stored, and what it is multiplied in
struct weight {
  shardline::weight_class weight_class = weight_class::norm;
  weight_format format{};
  integer k = 0;
  integer n = 0;
  integer matrices = 1;
  bool resident = true;

  /// Values of all its matrices.
  [[nodiscard]] constexpr integer elements() const noexcept { return matrices * k * n; }
  /// Stored bytes of one matrix, scales included.
  [[nodiscard]] constexpr double matrix_bytes() const noexcept { return format.matrix_bytes(k, n); }
  /// Stored bytes of all of them.
  [[nodiscard]] constexpr double total_bytes() const noexcept {
    return static_cast<double>(matrices) * matrix_bytes();
  }
};

/// rows x k times k x n; for experts `rows` routed rows over `matrices_read` of the matrices.
///   flops = 2 rows k n;  bytes = matrices_read matrix_bytes + rows (k math + n activation)
template <class T>
struct gemm {
  shardline::term term = term::head;
  shardline::weight weight{};
  T rows = T(0.0);
  T matrices_read = T(1.0);
  precision activation = precision::bf16;

  /// Two for each row and value of the matrix.
  [[nodiscard]] constexpr shardline::flops<T> flops() const noexcept {
    const T per_row = real<T>(2 * weight.k) * real<T>(weight.n);
    return shardline::flops<T>::from_value(rows * per_row);
  }
  /// The precision that products are taken in.
  [[nodiscard]] constexpr precision math() const noexcept { return weight.format.math; }
  /// Bytes of the matrix, as it is stored.
  [[nodiscard]] constexpr bytes<T> weight_bytes() const noexcept {
    return bytes<T>::from_value(matrices_read * T(weight.matrix_bytes()));
  }
  /// Bytes of the rows that go in and come out.
  [[nodiscard]] constexpr bytes<T> activation_bytes() const noexcept {
    const double row = static_cast<double>(weight.k) * element_bytes(weight.format.math) +
                       static_cast<double>(weight.n) * element_bytes(activation);
    return bytes<T>::from_value(rows * T(row));
  }
  /// Both of these.
  [[nodiscard]] constexpr bytes<T> bytes_moved() const noexcept {
    return weight_bytes() + activation_bytes();
  }
  /// Launched for it.
  [[nodiscard]] constexpr T kernels() const noexcept { return T(1.0); }
};

/// What a vector kernel computes on the way.
enum class vector_kind : unsigned char { addition, norm, activation, rotary, lookup };

/// Reads and writes of a vector kernel, bound by memory; its gains, if any, are the weight.
///   width   values of a token that it produces
template <class T>
struct elementwise {
  shardline::term term = term::norms;
  shardline::weight weight{};
  bytes<T> traffic{};
  vector_kind kind = vector_kind::addition;
  integer width = 0;

  /// Bytes that it reads and writes of all tokens.
  [[nodiscard]] constexpr bytes<T> activation_bytes() const noexcept { return traffic; }
  /// The same; its gains are too few to count.
  [[nodiscard]] constexpr bytes<T> bytes_moved() const noexcept { return traffic; }
  /// Launched for it.
  [[nodiscard]] constexpr T kernels() const noexcept { return T(1.0); }
};

/// Vectors stored with, and read inside, another operator: biases, sinks, score corrections.
template <class T>
struct fused_vector {
  shardline::term term = term::norms;
  shardline::weight weight{};

  /// None: another operator reads them.
  [[nodiscard]] constexpr bytes<T> activation_bytes() const noexcept { return {}; }
  /// Bytes of the vectors.
  [[nodiscard]] constexpr bytes<T> bytes_moved() const noexcept {
    return bytes<T>::from_value(T(weight.total_bytes()));
  }
  /// None of its own.
  [[nodiscard]] constexpr T kernels() const noexcept { return T(0.0); }
};

/// Logits handed to the sampler: `rows` rows of the whole vocabulary on each rank. They take
/// workspace; the sampler's time is not priced.
///   columns   of the vocabulary, those of this rank
template <class T>
struct logits {
  static constexpr shardline::term term = shardline::term::head;
  T rows = T(0.0);
  integer columns = 0;

  /// None: the head writes them.
  [[nodiscard]] constexpr bytes<T> activation_bytes() const noexcept { return {}; }
  /// None: the sampler is not priced.
  [[nodiscard]] constexpr bytes<T> bytes_moved() const noexcept { return {}; }
  /// None of its own.
  [[nodiscard]] constexpr T kernels() const noexcept { return T(0.0); }
};

enum class collective_kind : unsigned char {
  all_reduce,
  all_gather,
  reduce_scatter,
  all_to_all,
  send_recv,
  broadcast
};

/// `size` ranks that are `stride` apart in rank order.
struct rank_group {
  integer size = 1;
  integer stride = 1;
  friend constexpr bool operator==(const rank_group&, const rank_group&) noexcept = default;

  template <class List>
  static constexpr void parts(List&& list) {
    list("size", &rank_group::size);
    list("stride", &rank_group::stride);
  }
};

/// Tokens on the way to the ranks of their experts, or back from there.
///   by             what carries them
///   results        back rather than there
///   sent           those that leave the rank with most of them
///   received       those that come to the busiest rank, as if each came alone
///   all            of the group: none comes to a rank twice
///   destinations   ranks, or groups of etp ranks, that the experts lie on
///   hidden         values of a token, of value_bytes bytes each
///   experts_per_token, experts   that each token takes, of how many
template <class T>
struct routed_tokens {
  expert_exchange by = expert_exchange::pairwise;
  bool results = false;
  T sent = T(0.0);
  T received = T(0.0);
  T all = T(0.0);
  integer experts_per_token = 1;
  integer experts = 1;
  integer destinations = 1;
  integer hidden = 0;
  double value_bytes = 2.0;

  /// Tokens, each copied so often, that leave a rank or come to it, whichever are more.
  [[nodiscard]] constexpr T busiest(double copies) const noexcept {
    return max(sent * T(copies), min(received * T(copies), all));
  }
  /// Bytes of these: busiest() of their values.
  [[nodiscard]] constexpr bytes<T> copied(double copies) const noexcept {
    return bytes<T>::from_value(busiest(copies) * T(real<double>(hidden) * value_bytes));
  }
};

/// One collective. `message` is, in bytes per rank:
///   all_reduce      the buffer that is summed
///   all_gather      the gathered result;   reduce_scatter   the buffer before it is scattered
///   all_to_all      what the rank sends to the group, its own share included
///   send_recv       what is sent to the next stage
///   broadcast       what one rank has and all get
///   tokens                  those that an all-to-all carries to experts or back; none otherwise
///   beside_shared_experts   shared experts are computed while it is under way
template <class T>
struct collective {
  collective_kind kind = collective_kind::all_reduce;
  rank_group group{};
  bytes<T> message{};
  routed_tokens<T> tokens{};
  bool beside_shared_experts = false;
};

/// The breakdown line of a collective: the one of its name.
///   term_of(collective_kind::broadcast) = term::broadcast, number 14 from 0
///   (tests/work/operators.cpp)
[[nodiscard]] constexpr term term_of(collective_kind kind) noexcept {
  switch (kind) {
    case collective_kind::all_reduce:
      return term::all_reduce;
    case collective_kind::all_gather:
      return term::all_gather;
    case collective_kind::reduce_scatter:
      return term::reduce_scatter;
    case collective_kind::all_to_all:
      return term::all_to_all;
    case collective_kind::send_recv:
      return term::send_recv;
    case collective_kind::broadcast:
      return term::broadcast;
  }
  return term::send_recv;
}

template <class Operator>
inline constexpr bool is_collective = false;
template <class T>
inline constexpr bool is_collective<collective<T>> = true;

template <class Operator>
inline constexpr bool is_logits = false;
template <class T>
inline constexpr bool is_logits<logits<T>> = true;

/// True for operators that do arithmetic worth counting.
template <class Operator>
concept has_flops = requires(const Operator& o) {
  o.flops();
};

/// True for operators that own weights.
template <class Operator>
concept has_weight = requires(const Operator& o) {
  o.weight.elements();
};

}  // namespace shardline
