// SPDX-License-Identifier: BSL-1.0
/// A time as a breakdown that sums exactly and says what bounds it.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "shardline/base/parts.hpp"
#include "shardline/base/units.hpp"
#include "shardline/work/operators.hpp"

namespace shardline {

/// What a time is spent on: the resource that the operators wait for.
enum class bound : unsigned char { compute, memory, link, launch };
inline constexpr std::size_t bound_count = 4;

namespace detail {
inline constexpr std::array<std::string_view, bound_count> bound_names{"compute", "memory", "link",
                                                                       "launch"};
}  // namespace detail

/// The name of a bound, as breakdowns and their JSON have it: "compute", "memory", "link" or
/// "launch".
///   name(bound::link) = "link", the third of 4   (tests/time/time.cpp)
[[nodiscard]] constexpr std::string_view name(bound b) noexcept {
  return detail::bound_names[static_cast<std::size_t>(b)];
}

/// Seconds by term; `total()` is their sum in order, so the parts sum to it exactly.
/// The same seconds by bound: each operator's time belongs to the larger of its two roofline
/// bounds, a collective's and a pipeline bubble's to the link.
template <class T = double>
struct basic_time {
  std::array<seconds<T>, term_count> terms{};
  std::array<seconds<T>, bound_count> bounds{};

  [[nodiscard]] constexpr const seconds<T>& operator[](term t) const noexcept {
    return terms[static_cast<std::size_t>(t)];
  }
  [[nodiscard]] constexpr const seconds<T>& operator[](bound b) const noexcept {
    return bounds[static_cast<std::size_t>(b)];
  }
  /// Seconds of all lines, in their order.
  [[nodiscard]] constexpr seconds<T> total() const noexcept {
    seconds<T> sum{};
    for (const seconds<T>& s : terms) sum = sum + s;
    return sum;
  }
  /// The bound with the most seconds; of equals the first in order.
  [[nodiscard]] constexpr bound bounded_by() const noexcept {
    std::size_t most = 0;
    for (std::size_t i = 1; i < bound_count; ++i) {
      if (value_of(bounds[i].value()) > value_of(bounds[most].value())) most = i;
    }
    return static_cast<bound>(most);
  }

  /// Seconds that a pipeline waits: of its own line, and of the link.
  constexpr void spend_on_bubble(const seconds<T>& s) noexcept {
    spend(term::pipeline_bubble, s);
    wait(bound::link, s);
  }
  /// Seconds of a line, and the same seconds of what they wait for.
  constexpr void spend(term line, const seconds<T>& s) noexcept {
    auto& spent = terms[static_cast<std::size_t>(line)];
    spent = spent + s;
  }
  /// Seconds that are bound by something.
  constexpr void wait(bound on, const seconds<T>& s) noexcept {
    auto& waited = bounds[static_cast<std::size_t>(on)];
    waited = waited + s;
  }
  /// Adds `times` executions of `other`.
  constexpr void add(const basic_time& other, const T& times) noexcept {
    for (std::size_t i = 0; i < term_count; ++i) terms[i] = terms[i] + other.terms[i] * times;
    for (std::size_t i = 0; i < bound_count; ++i) bounds[i] = bounds[i] + other.bounds[i] * times;
  }

  template <class List>
  static constexpr void addends(List&& list) {
    list_elements(list, &basic_time::terms, detail::term_names);
  }
  template <class List>
  static constexpr void parts(List&& list) {
    addends(list);
    list_elements(list, &basic_time::bounds, detail::bound_names);
  }
};
using time_breakdown = basic_time<>;

/// A time without its breakdown, for what asks for many totals and no lines. The last two lines are
/// kept apart, so that all is added up in the order of a breakdown: the same bits.
///   before   sum of all other lines
///   bubble   of a pipeline, the only one that is spent later
///   host     the last line: what the engine itself takes
template <class T = double>
struct basic_total_time {
  seconds<T> before{};
  seconds<T> bubble{};
  seconds<T> host{};

  constexpr basic_total_time() = default;
  constexpr explicit basic_total_time(const basic_time<T>& broken_down) noexcept
      : bubble(broken_down[term::pipeline_bubble]), host(broken_down[term::host]) {
    for (std::size_t i = 0; i + 2 < term_count; ++i) before = before + broken_down.terms[i];
  }

  /// Seconds in all, bubble included.
  [[nodiscard]] constexpr seconds<T> total() const noexcept { return before + bubble + host; }
  constexpr void spend_on_bubble(const seconds<T>& s) noexcept { bubble = bubble + s; }
  /// Adds `times` executions of another time.
  constexpr void add(const basic_time<T>& other, const T& times) noexcept {
    before = before + other.total() * times;
  }
};

}  // namespace shardline
