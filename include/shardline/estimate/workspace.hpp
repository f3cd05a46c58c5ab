/// Workspace: the activations and buffers of the largest step, by operator.
#pragma once

#include <array>
#include <cstddef>

#include "shardline/cost/blocks.hpp"
#include "shardline/describe/cluster.hpp"
#include "shardline/estimate/batching.hpp"

namespace shardline {

/// Bytes that a step needs beside weights and cache.
///   residual   the residual stream of every token of the step, held throughout
///   peak       for each term, the largest of its operators: inputs and outputs, for a collective
///              its buffer
template <class T = double>
struct basic_workspace {
  bytes<T> residual{};
  std::array<bytes<T>, term_count> peak{};

  [[nodiscard]] constexpr const bytes<T>& operator[](term t) const noexcept {
    return peak[static_cast<std::size_t>(t)];
  }

  /// Operators run one after the other and reuse each other's space: residual + the largest.
  [[nodiscard]] constexpr bytes<T> activation() const noexcept {
    bytes<T> largest{};
    for (std::size_t i = 0; i < first_collective; ++i) largest = shardline::max(largest, peak[i]);
    return residual + largest;
  }
  /// Each kind of collective has a buffer of its own, registered for good.
  [[nodiscard]] constexpr bytes<T> communication() const noexcept {
    bytes<T> sum{};
    for (std::size_t i = first_collective; i < term_count; ++i) sum = sum + peak[i];
    return sum;
  }

  constexpr void include(const basic_workspace& other) noexcept {
    residual = shardline::max(residual, other.residual);
    for (std::size_t i = 0; i < term_count; ++i) {
      peak[i] = shardline::max(peak[i], other.peak[i]);
    }
  }
  constexpr void include(const collective<T>& op) noexcept {
    include_at(term_of(op.kind), op.message);
  }
  /// The sampler holds `logit_bytes` per logit.
  constexpr void include(const logits<T>& op, const T& logit_bytes) noexcept {
    include_at(term::head, bytes<T>::from_value(op.rows * real<T>(op.columns) * logit_bytes));
  }
  template <class Operator>
  constexpr void include(const Operator& op) noexcept {
    include_at(op.term, op.activation_bytes());
  }

 private:
  static constexpr auto first_collective = static_cast<std::size_t>(term::all_reduce);
  constexpr void include_at(term t, const bytes<T>& needed) noexcept {
    bytes<T>& own = peak[static_cast<std::size_t>(t)];
    own = shardline::max(own, needed);
  }
};
using workspace_breakdown = basic_workspace<>;

namespace detail {

// The residual stream of every token of the step, held while its operators run.
template <class T>
constexpr bytes<T> residual(const model& m, const rank_step<T>& s) noexcept {
  const double row = static_cast<double>(m.hidden_size) * element_bytes(m.activations);
  return bytes<T>::from_value(s.tokens * T(row));
}

}  // namespace detail

}  // namespace shardline
