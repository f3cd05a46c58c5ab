// SPDX-License-Identifier: BSL-1.0
/// The sizes of a step in one array, so that what was prepared for any step picks its own by
/// number.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include "shardline/model/model.hpp"
#include "shardline/work/shapes.hpp"

namespace shardline {

/// Numbers of sizes: 0, 1, the parts of a step that have tokens, its extents; of prompts, then of
/// decoding sequences, whether the step has such a part with tokens, and its sequences; and for
/// each routing of the model routed rows, experts hit, tokens that come to the rank, and rows that
/// its kernels are handed.
namespace step_size {
inline constexpr std::size_t none = 0;
inline constexpr std::size_t one = 1;
inline constexpr std::size_t phases = 2;
inline constexpr std::size_t first_phase = 3;
inline constexpr std::size_t per_phase = 2;
inline constexpr std::size_t first_extent = first_phase + 2 * per_phase;
inline constexpr std::size_t first_routed = first_extent + extent_count;
inline constexpr std::size_t per_routing = 4;
inline constexpr std::size_t number = first_routed + per_routing * max_layer_kinds;

enum class of_phase : unsigned char { runs, sequences };
enum class routed : unsigned char { rows, distinct, tokens, rows_seen };

/// The number of a size, from 0 in the order above: of an extent, a part of a step or a routing.
///   of(step_extent::tokens) = 7, of(of_phase::sequences, phase::decode) = 6,
///   of(routed::rows, 1) = 18   (tests/model/sizes.cpp)
[[nodiscard]] constexpr unsigned char of(step_extent e) noexcept {
  return static_cast<unsigned char>(first_extent + static_cast<std::size_t>(e));
}
[[nodiscard]] constexpr unsigned char of(of_phase f, phase p) noexcept {
  return static_cast<unsigned char>(first_phase + per_phase * static_cast<std::size_t>(p) +
                                    static_cast<std::size_t>(f));
}
[[nodiscard]] constexpr unsigned char of(routed r, std::size_t routing) noexcept {
  return static_cast<unsigned char>(first_routed + per_routing * routing +
                                    static_cast<std::size_t>(r));
}

/// Whether size number `which` follows the cached tokens of prompts, which differ from chunk to
/// chunk, as expanded_tokens and prompt_context do.
///   true of 2 of the sizes, false of number 7, the tokens   (tests/model/sizes.cpp)
[[nodiscard]] constexpr bool follows_context(std::size_t which) noexcept {
  return which == of(step_extent::expanded_tokens) || which == of(step_extent::prompt_context);
}
}  // namespace step_size

/// The distinct routings of a model on a rank.
using routings = growing<prepared_routing, max_layer_kinds>;

/// A rank's step, and its sizes by number.
///   imbalance   of each routing: rows of the busiest rank over an even share
template <class T>
struct step_sizes {
  rank_step<T> step{};
  std::array<T, step_size::number> of;
  std::array<T, max_layer_kinds> imbalance;

  // Of routings only those of the model are filled in; constants, which must be whole to be copied,
  // hold 0 for the others.
  constexpr step_sizes() noexcept { make_whole(); }
  /// Of the step that make_step() returns, made in its place.
  template <class Make>
  constexpr explicit step_sizes(const Make& make_step) noexcept : step(make_step()) {
    make_whole();
  }

  [[nodiscard]] constexpr const T& operator[](std::size_t number) const noexcept {
    return of[number];
  }
  [[nodiscard]] constexpr const T& operator[](step_extent e) const noexcept {
    return of[step_size::of(e)];
  }

 private:
  constexpr void make_whole() noexcept {
    if (!std::is_constant_evaluated()) return;
    of.fill(T(0.0));
    imbalance.fill(T(0.0));
  }
};

namespace detail {

// What does not follow the cached tokens of prompts.
template <class T>
constexpr void put_phases(step_sizes<T>& s) noexcept {
  const T none(0.0);
  for (std::size_t i = step_size::first_phase; i < step_size::first_extent; ++i) s.of[i] = none;
  s.of[step_size::phases] = none;
  for (std::size_t i = 0; i < s.step.part_count; ++i) {
    const step_part<T>& part = s.step.parts[i];
    T* const of = s.of.data() + step_size::of(step_size::of_phase::runs, part.phase);
    of[0] = select(none < part.sequences * part.new_tokens, T(1.0), none);
    of[1] = part.sequences;
    s.of[step_size::phases] = s.of[step_size::phases] + of[0];
  }
}

template <class T>
constexpr void put_extents(step_sizes<T>& sizes) noexcept {
  const std::array<T, extent_count> extents = extents_of(sizes.step);
  for (std::size_t i = 0; i < extent_count; ++i) sizes.of[step_size::first_extent + i] = extents[i];
}

// All sizes of the step that make_step() returns.
template <class T, class Make>
constexpr step_sizes<T> sizes_made(const Make& make_step, const routings& all) noexcept {
  step_sizes<T> sizes(make_step);
  sizes.of[step_size::none] = T(0.0);
  sizes.of[step_size::one] = T(1.0);
  put_extents(sizes);
  put_phases(sizes);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const routed_extents<T> x = routed_of(all[i], sizes.step);
    T* const routed = sizes.of.data() + step_size::first_routed + step_size::per_routing * i;
    routed[0] = x.rows;
    routed[1] = x.distinct;
    routed[2] = x.tokens;
    routed[3] = x.rows_seen;
    sizes.imbalance[i] = x.imbalance;
  }
  return sizes;
}

// The sizes of a step that differs from theirs in the cached tokens of its parts alone.
template <class T>
constexpr void put_contexts(step_sizes<T>& sizes, const basic_step<T>& s) noexcept {
  for (std::size_t i = 0; i < s.part_count; ++i) {
    sizes.step.parts[i].context = s.parts[i].context;
  }
  put_extents(sizes);
}

}  // namespace detail

/// The sizes of a step as a rank sees it, in tokens, rows, sequences and experts, of these routings
/// too. Derived from extents_of() and routed_of().
///   3 sequences that decode: size 7, tokens, = 3   (tests/model/sizes.cpp)
template <class T>
[[nodiscard]] constexpr step_sizes<T> sizes_of(const rank_step<T>& s,
                                               const routings& all) noexcept {
  return detail::sizes_made<T>([&s]() -> const rank_step<T>& { return s; }, all);
}
/// The same of a step of the whole deployment, as its heaviest rank sees it: of rank_step_of(s, l).
///   3 sequences that decode on one GPU: size 7, tokens, = 3   (tests/model/sizes.cpp)
template <class T>
[[nodiscard]] constexpr step_sizes<T> sizes_of(const basic_step<T>& s, const layout& l,
                                               const routings& all) noexcept {
  return detail::sizes_made<T>([&] { return rank_step_of(s, l); }, all);
}

/// What routing number `i` of those that the sizes were made of gives its experts in a step, in
/// rows, experts and tokens: its routed_of().
///   256 experts, 8 of a token, 8 on this rank, 64 tokens: 16 rows   (tests/model/sizes.cpp)
template <class T>
[[nodiscard]] constexpr routed_extents<T> routed_at(const step_sizes<T>& s,
                                                    std::size_t i) noexcept {
  const T* const of = s.of.data() + step_size::of(step_size::routed::rows, i);
  return {s.imbalance[i], of[0], of[1], of[2], of[3]};
}

}  // namespace shardline
