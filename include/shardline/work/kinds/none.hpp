// SPDX-License-Identifier: BSL-1.0
/// Halves that a layer does not have.
#pragma once

#include "shardline/work/kind.hpp"

namespace shardline {

namespace detail {

// What a half says that is not there.
struct absent_half {
  static constexpr std::string_view kind_name{"none"};

  template <class List>
  static constexpr void fields(List&&) {}
  template <class Listener>
  constexpr void conditions(Listener&&) const {}
  template <class Listener>
  constexpr void sharding(Listener&&) const {}
  [[nodiscard]] constexpr integer cache_copies(integer tp) const noexcept { return tp; }
  template <class List>
  constexpr void matrices(List&&) const {}
  template <class List>
  constexpr void modules(List&&) const {}
  constexpr void emit(const block_context&, shape_sink&) const {}
};

}  // namespace detail

/// A layer that only has a feed-forward block (Nemotron-H counts such layers).
struct no_attention : detail::absent_half {
  friend constexpr bool operator==(const no_attention&, const no_attention&) noexcept {
    return true;
  }
};

/// A layer that only mixes tokens (Nemotron-H, Mamba-2).
struct no_feed_forward : detail::absent_half {
  static constexpr bool sums_at_end = false;
  friend constexpr bool operator==(const no_feed_forward&, const no_feed_forward&) noexcept {
    return true;
  }
};

}  // namespace shardline
