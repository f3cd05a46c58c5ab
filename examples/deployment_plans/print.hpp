// SPDX-License-Identifier: BSL-1.0
// Plans as text: aligned columns, the same on every machine.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "claim.hpp"

namespace plans {

// A number with `decimals` decimals and its thousands apart; no locale.
[[nodiscard]] inline std::string text(double x, int decimals) {
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), x,
                                 std::chars_format::fixed, decimals);
  std::string digits(buffer.data(), end.ptr);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  for (std::size_t i = point; i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

// A number with `digits` significant digits, whole ones in full, without zeros at the end.
[[nodiscard]] inline std::string rounded(double x, int digits) {
  if (x == std::floor(x)) return text(x, 0);
  const int decimals = std::max(0, digits - 1 - static_cast<int>(std::floor(std::log10(x))));
  std::string result = text(x, decimals);
  if (decimals > 0) result.erase(result.find_last_not_of('0') + 1);
  if (result.back() == '.') result.pop_back();
  return result;
}

[[nodiscard]] inline std::string_view sign(relation r) noexcept {
  return r == relation::below ? "< " : (r == relation::at_least ? ">= " : "");
}

[[nodiscard]] inline std::string claimed_text(const claim& c) {
  if (!c.claimed) return "-";
  const std::string low = std::string(sign(c.relation)) + text(c.claimed->low, c.decimals);
  return c.claimed->is_range() ? low + " - " + text(c.claimed->high, c.decimals) : low;
}

// A figure that agrees is printed to the digits of the claim, any other one to its own.
[[nodiscard]] inline std::string computed_text(const claim& c, verdict v) {
  if (!c.computed) return "-";
  const figure& f = *c.computed;
  if (f.is_range()) return rounded(f.low, 3) + " - " + rounded(f.high, 3);
  const bool agrees = v == verdict::reproduced || v == verdict::consistent;
  return agrees && c.relation == relation::equal ? text(f.low, c.decimals) : rounded(f.low, 5);
}

// A line of the table, without spaces at its end.
inline void print_row(std::string_view first, std::string_view text, const std::string& claimed,
                      const std::string& computed, std::string_view unit) {
  std::printf("  %-15s  %-40s  %14s  %22s%s%s\n", std::string(first).c_str(),
              std::string(text).c_str(), claimed.c_str(), computed.c_str(),
              unit.empty() ? "" : "  ", std::string(unit).c_str());
}

inline void print(const claim& c) {
  const verdict v = verdict_of(c);
  print_row(name(v), c.text, claimed_text(c), computed_text(c, v), c.unit);
  if (!c.reason.empty()) std::printf("%21s%s\n", "", c.reason.c_str());
}

inline void print(const plan& p) {
  std::printf("%s\n  %s\n\n", std::string(p.title).c_str(), std::string(p.inputs).c_str());
  std::printf("  %-15s  %-40s  %14s  %22s  %s\n", "verdict", "claim", "claimed", "computed",
              "unit");
  for (const claim& c : p.claims) print(c);
  std::printf("\n%s%s", p.appendix.c_str(), p.appendix.empty() ? "" : "\n");
}

// How many claims met each verdict.
inline void print_summary(const std::vector<plan>& all) {
  std::printf("All five plans\n");
  for (std::size_t v = 0; v < verdict_count; ++v) {
    std::ptrdiff_t number = 0;
    for (const plan& p : all) {
      number += std::count_if(p.claims.begin(), p.claims.end(), [v](const claim& c) {
        return verdict_of(c) == static_cast<verdict>(v);
      });
    }
    std::printf("  %-15s  %2td\n", std::string(name(static_cast<verdict>(v))).c_str(), number);
  }
}

}  // namespace plans
