// SPDX-License-Identifier: BSL-1.0
/// What one sequence keeps on a rank of a pipeline stage, as a function of its length and back.
#pragma once

#include <concepts>
#include <cstddef>

#include "shardline/memory/memory.hpp"

namespace shardline {

/// More sequences or tokens than any deployment has: what a model without a cache holds.
inline constexpr integer unbounded = 1'000'000'000;

/// What one sequence keeps on one rank of a stage, by kind of layer, each of which has two caches
/// at most.
///   page_bytes   of one page in all layers of the kind
///   ring_pages   that they keep at most; 0: all
///   state_bytes  kept whatever the length
///   page_tokens  of a sequence in one page of each of the dcp ranks
struct stage_cache {
  struct ring {
    double page_bytes = 0.0;
    integer ring_pages = 0;
  };
  growing<ring, 2 * max_layer_kinds> rings;
  double state_bytes = 0.0;
  integer page_tokens = 1;

  /// Bytes of one sequence of `length` tokens, a whole number.
  template <eager_scalar T>
  requires(!std::integral<T>) [[nodiscard]] constexpr T bytes_of(const T& length) const noexcept {
    const T pages = round_up(length / real<T>(page_tokens));
    T sum(state_bytes);
    for (std::size_t i = 0; i < rings.size(); ++i) {
      const ring& r = rings[i];
      const T kept = r.ring_pages == 0 ? pages : min(pages, real<T>(r.ring_pages));
      sum = sum + kept * T(r.page_bytes);
    }
    return sum;
  }
  [[nodiscard]] constexpr double bytes_of(integer length) const noexcept {
    return bytes_of(real<double>(length));
  }

  /// The longest sequence whose bytes are at most `budget`: 0 if not even its state fits. Between
  /// two ring sizes the bytes grow linearly with the pages, so there is one division per kind.
  [[nodiscard]] constexpr integer length_within(double budget) const noexcept {
    double left = budget - state_bytes;
    if (left < 0.0) return 0;
    integer pages = 0;
    for (std::size_t i = 0; i <= rings.size(); ++i) {
      const double slope = growth_beyond(pages);
      const integer full = next_full_ring(pages);
      const double most = real<double>(ceil_div(unbounded, page_tokens) - pages);
      const double fitting = slope > 0.0 ? min(left / slope, most) : most;
      if (full == 0 || fitting < real<double>(full - pages)) {
        return (pages + static_cast<integer>(fitting)) * page_tokens;
      }
      left -= slope * real<double>(full - pages);
      pages = full;
    }
    return pages * page_tokens;
  }

 private:
  // Bytes of one more page per sequence once it has `pages`.
  [[nodiscard]] constexpr double growth_beyond(integer pages) const noexcept {
    double sum = 0.0;
    for (std::size_t i = 0; i < rings.size(); ++i) {
      const ring& r = rings[i];
      sum += r.ring_pages == 0 || pages < r.ring_pages ? r.page_bytes : 0.0;
    }
    return sum;
  }
  // The next size at which a ring stops growing; 0: none.
  [[nodiscard]] constexpr integer next_full_ring(integer pages) const noexcept {
    integer next = 0;
    for (std::size_t i = 0; i < rings.size(); ++i) {
      const ring& r = rings[i];
      if (r.ring_pages > pages && (next == 0 || r.ring_pages < next)) next = r.ring_pages;
    }
    return next;
  }
};

/// The caches of one sequence, bytes by its length, on rank 0 of stage `stage`, 0 <= stage < pp,
/// those of prediction layers with them where the deployment speculates. Derived from the kinds'
/// sequence_cache.
///   Llama-3.1-8B on one GPU: 335,544,320 bytes of 2560 tokens   (tests/memory/capacity.cpp)
template <class T>
[[nodiscard]] constexpr stage_cache cache_of_stage(const prepared_memory<T>& p, integer stage,
                                                   bool speculates = false) noexcept {
  const segment_counts own = segments_of_stage(p.map, p.model, p.layout, stage);
  const segment_counts n = p.held_by(stage, own, speculates);
  stage_cache cache;
  cache.page_tokens = tokens_per_page(p.engine, p.layout);
  for (std::size_t i = 0; i < p.caches.size(); ++i) {
    const prepared_cache& c = p.caches[i];
    const auto layers = static_cast<double>(n[c.segment]);
    cache.state_bytes += layers * c.cache.state_bytes;
    if (!(c.page_bytes * layers > 0.0)) continue;
    cache.rings.push_back({layers * c.page_bytes, c.ring_pages});
  }
  return cache;
}
template <class T, class Efficiency>
[[nodiscard]] constexpr stage_cache cache_of_stage(const basic_cluster<T, Efficiency>& c,
                                                   const model& m, const layout& l, integer stage,
                                                   bool speculates = false) noexcept {
  return cache_of_stage(prepare_memory(c, m, l), stage, speculates);
}

}  // namespace shardline
