// SPDX-License-Identifier: BSL-1.0
/// A feed-forward block that every token takes.
#pragma once

#include "shardline/work/dense_matrices.hpp"
#include "shardline/work/kind.hpp"

namespace shardline {

/// Two matrices (up, down), or three (gate, up, down) when gated; optional biases on each.
struct dense_feed_forward {
  count width = 0;
  bool gated = true;
  bool bias = false;

  static constexpr bool sums_at_end = true;

  friend constexpr bool operator==(const dense_feed_forward&,
                                   const dense_feed_forward&) noexcept = default;

  template <class List>
  static constexpr void fields(List&& list) {
    list(as<field::feed_forward_width>, &dense_feed_forward::width);
    list(&dense_feed_forward::gated);
    list(&dense_feed_forward::bias);
  }
  template <class Listener>
  constexpr void conditions(Listener&&) const {}
  template <class Listener>
  constexpr void sharding(Listener&& rules) const {
    rules.width(width);
    rules.inner(weight_class::dense_feed_forward, width);
  }
  [[nodiscard]] constexpr count cache_copies(count tp) const noexcept { return tp; }
  template <class List>
  constexpr void matrices(List&& list) const {
    list(weight_class::dense_feed_forward);
  }
  template <class List>
  constexpr void modules(List&& list) const {
    list.dense();
  }
  /// up, activation, down, all-reduce.
  template <class Sink>
  constexpr void emit(const block_context& e, Sink& sink) const {
    detail::emit_dense(term::dense_feed_forward, weight_class::dense_feed_forward,
                       items_in_part(width, e.layout.attention.tp, e.rank.tp), gated, bias, e,
                       sink);
    detail::emit_tensor_reduction(e, sink);
  }
};

}  // namespace shardline
