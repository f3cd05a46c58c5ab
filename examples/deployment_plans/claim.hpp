// SPDX-License-Identifier: BSL-1.0
// A claim of a deployment plan beside what the plan's own inputs give, and the verdict that follows
// from the two figures.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plans {

// One figure, or the range it has over everything that the plan leaves open.
struct figure {
  double low = 0.0;
  double high = 0.0;

  template <class Number>
  requires std::integral<Number> || std::floating_point<Number>
  constexpr figure(Number x) noexcept  // NOLINT(google-explicit-constructor): 8.5 is a figure
      : low(static_cast<double>(x)), high(low) {}
  constexpr figure(double a, double b) noexcept : low(std::min(a, b)), high(std::max(a, b)) {}

  [[nodiscard]] constexpr bool is_range() const noexcept { return low < high; }
};

// The smallest range that holds both.
[[nodiscard]] constexpr figure hull(const figure& a, const figure& b) noexcept {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

enum class relation : unsigned char { equal, below, at_least };
enum class source : unsigned char {
  inputs,   // the computed figure follows from what the plan states as given
  claims,   // it follows from the plan's other claims: agreement shows no more than arithmetic
  training  // what it speaks of belongs to training, which the library does not price
};
enum class verdict : unsigned char {
  reproduced,
  consistent,
  contradicted,
  underdetermined,
  not_priced,
  computed  // the plan names no figure: ours, to complete the picture
};

inline constexpr std::size_t verdict_count = 6;

[[nodiscard]] constexpr std::string_view name(verdict v) noexcept {
  constexpr std::array<std::string_view, verdict_count> names{
      "reproduced", "consistent", "contradicted", "underdetermined", "not priced", "(computed)"};
  return names[static_cast<std::size_t>(v)];
}

struct claim {
  std::string_view text{};
  std::optional<figure> claimed{};
  std::optional<figure> computed{};
  std::string_view unit{};
  int decimals = 0;  // digits that the plan prints, and to which the figures must agree
  plans::relation relation = plans::relation::equal;
  plans::source source = plans::source::inputs;
  std::string reason{};
};

struct plan {
  std::string_view title{};
  std::string_view inputs{};
  std::vector<claim> claims{};
  std::string appendix{};  // maps and graphs
};

// Half of the last digit that the plan prints.
[[nodiscard]] constexpr double rounding(int decimals) noexcept {
  double half = 0.5 * (1.0 + 1e-9);
  for (int i = 0; i < decimals; ++i) half /= 10.0;
  return half;
}

// Whether every, or any, value of the computed range agrees with the claim.
struct agreement {
  bool always = false;
  bool ever = false;
};

[[nodiscard]] constexpr agreement compare(const claim& c) noexcept {
  const figure& ours = *c.computed;
  const figure& theirs = *c.claimed;
  const double slack = rounding(c.decimals);
  switch (c.relation) {
    case relation::below:
      return {ours.high < theirs.low, ours.low < theirs.low};
    case relation::at_least:
      return {ours.low >= theirs.low, ours.high >= theirs.low};
    case relation::equal:
      break;
  }
  const double low = theirs.low - slack;
  const double high = theirs.high + slack;
  return {low <= ours.low && ours.high <= high, low <= ours.high && ours.low <= high};
}

[[nodiscard]] constexpr verdict verdict_of(const claim& c) noexcept {
  if (c.source == source::training) return verdict::not_priced;
  if (!c.claimed && c.computed) return verdict::computed;
  if (!c.claimed || !c.computed) return verdict::underdetermined;
  const agreement found = compare(c);
  if (!found.ever) return verdict::contradicted;
  if (!found.always) return verdict::underdetermined;
  return c.source == source::claims ? verdict::consistent : verdict::reproduced;
}

}  // namespace plans
