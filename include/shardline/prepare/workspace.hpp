// SPDX-License-Identifier: BSL-1.0
/// Workspace: the activations and buffers of the largest step, by operator.
#pragma once

#include <array>
#include <cstddef>

#include "shardline/base/bounded.hpp"
#include "shardline/base/parts.hpp"
#include "shardline/describe/cluster.hpp"
#include "shardline/model/blocks.hpp"
#include "shardline/prepare/batching.hpp"

namespace shardline {

/// What a rank has a buffer for: one kind of collective over one group of ranks.
struct buffer_key {
  collective_kind kind = collective_kind::all_reduce;
  rank_group group{};
  friend constexpr bool operator==(const buffer_key&, const buffer_key&) noexcept = default;

  template <class List>
  static constexpr void parts(List&& list) {
    list("kind", &buffer_key::kind);
    list("group", &buffer_key::group);
  }
};

/// More do not occur: attention has 4, experts 5, tensor ranks 2 and stages 1.
inline constexpr std::size_t max_buffers = 12;

/// The place, an index from 0, of `key` in `keys`, where it is put if it is new; their number where
/// there is no room for one more, and then `keys` say so.
///   of a first key 0, of another 1, of the first again 0   (tests/prepare/workspace.cpp)
template <class Keys>
[[nodiscard]] constexpr std::size_t index_of(Keys& keys, const buffer_key& key) noexcept {
  std::size_t i = 0;
  while (i < keys.size() && !(keys[i] == key)) ++i;
  if (i == keys.size()) keys.push_back(key);
  return i;
}

/// Bytes that a step needs beside weights and cache.
///   residual   the residual stream of every token of the step, held throughout
///   peak       for each term, the largest of its operators: inputs and outputs
///   keys       the collectives that run
///   buffers    of each of them, registered for good: its largest message
template <class T = double>
struct basic_workspace {
  bytes<T> residual{};
  std::array<bytes<T>, operator_term_count> peak{};
  bounded<buffer_key, max_buffers> keys{};
  std::array<bytes<T>, max_buffers> buffers{};

  [[nodiscard]] constexpr const bytes<T>& operator[](term t) const noexcept {
    return peak[static_cast<std::size_t>(t)];
  }
  /// Operators run one after the other and reuse each other's space: residual + the largest.
  [[nodiscard]] constexpr bytes<T> activation() const noexcept {
    bytes<T> largest{};
    for (const bytes<T>& p : peak) largest = shardline::max(largest, p);
    return residual + largest;
  }
  /// Bytes of all buffers together.
  [[nodiscard]] constexpr bytes<T> communication() const noexcept {
    bytes<T> sum{};
    for (const bytes<T>& size : buffers) sum = sum + size;
    return sum;
  }

  template <class List>
  static constexpr void parts(List&& list) {
    list("residual", &basic_workspace::residual);
    list_elements(list, &basic_workspace::peak, detail::term_names);
    list("keys", &basic_workspace::keys);
    list("buffers", &basic_workspace::buffers);
  }
};
using workspace_breakdown = basic_workspace<>;

namespace detail {

// The residual stream of every token of the step, held while its operators run.
template <class T>
constexpr bytes<T> residual(const model& m, const rank_step<T>& s) noexcept {
  const auto values = static_cast<double>(carried_values(m));
  const double row = values * element_bytes(m.activations);
  return bytes<T>::from_value(s.tokens * T(row));
}

// Inputs and outputs of an operator; the sampler holds `logit_bytes` per logit.
template <class T, class Operator>
constexpr bytes<T> workspace_of(const Operator& op, const T& logit_bytes) noexcept {
  if constexpr (is_logits<Operator>) {
    return bytes<T>::from_value(op.rows * (real<T>(op.columns) * logit_bytes));
  } else {
    return op.activation_bytes();
  }
}

// Peaks and buffers of every operator it is given.
template <class T>
struct workspace_fold {
  T logit_bytes{};
  basic_workspace<T> workspace{};

  constexpr void start(std::size_t, integer) noexcept {}
  constexpr void finish(std::size_t) noexcept {}
  constexpr void operator()(const collective<T>& op) noexcept {
    const std::size_t i = index_of(workspace.keys, buffer_key{op.kind, op.group});
    if (i == workspace.buffers.size()) return;
    workspace.buffers[i] = shardline::max(workspace.buffers[i], op.message);
  }
  constexpr void operator()(const sequence_cache&) noexcept {}
  template <class Operator>
  constexpr void operator()(const Operator& op) noexcept {
    bytes<T>& peak = workspace.peak[static_cast<std::size_t>(op.term)];
    peak = shardline::max(peak, workspace_of(op, logit_bytes));
  }
};

}  // namespace detail

}  // namespace shardline
