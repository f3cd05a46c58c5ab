// SPDX-License-Identifier: BSL-1.0
/// Every figure of a result, by its place in it: "serving.ttft", "memory.weights",
/// "feasibility.violations[0].required". Laws, and whoever compares two versions of the library,
/// read a result through this, so that no field is left out.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "shardline/shardline.hpp"

namespace laws {

namespace detail {

template <class Leaf>
constexpr bool is_plain = std::is_arithmetic_v<Leaf> || std::is_enum_v<Leaf>;

template <class List>
concept is_list = requires(const List& l) {
  l.begin();
  l.end();
  l.size();
};

inline std::string below(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + '.' + std::string(name);
}

}  // namespace detail

/// visit(path, figure) for every figure in `result`, however deep: numbers, enumerators and
/// scalars, quantities without their unit. Lists have their length at "path.size".
template <class Result, class Visit>
void for_each_figure(const Result& result, const std::string& path, const Visit& visit) {
  if constexpr (shardline::has_parts<Result>) {
    for_each_part(result, [&](std::string_view name, const auto& part) {
      for_each_figure(part, detail::below(path, name), visit);
    });
  } else if constexpr (detail::is_list<Result>) {
    if constexpr (requires { result.overflowed; }) {
      visit(detail::below(path, "size"), result.size());
      visit(detail::below(path, "overflowed"), result.overflowed);
    }
    std::size_t i = 0;
    for (const auto& item : result) {
      for_each_figure(item, path + '[' + std::to_string(i++) + ']', visit);
    }
  } else if constexpr (detail::is_plain<Result> || !requires { result.value(); }) {
    visit(path, result);
  } else {
    visit(path, result.value());
  }
}

/// A figure's place and its exact bits.
using figure_bits = std::pair<std::string, std::uint64_t>;

/// The bits of every figure.
template <class Result>
std::vector<figure_bits> bits_of(const Result& result) {
  std::vector<figure_bits> bits;
  for_each_figure(result, "", [&bits](const std::string& path, const auto& figure) {
    if constexpr (std::is_floating_point_v<std::decay_t<decltype(figure)>>) {
      bits.emplace_back(path, std::bit_cast<std::uint64_t>(figure));
    } else {
      bits.emplace_back(path, static_cast<std::uint64_t>(figure));
    }
  });
  return bits;
}

/// The first figure in which two results of one type differ; empty where there is none.
template <class Result>
std::string first_difference(const Result& a, const Result& b) {
  const std::vector<figure_bits> of_a = bits_of(a);
  const std::vector<figure_bits> of_b = bits_of(b);
  for (std::size_t i = 0; i < of_a.size() && i < of_b.size(); ++i) {
    if (of_a[i] != of_b[i]) return of_a[i].first;
  }
  return of_a.size() == of_b.size() ? "" : "the number of figures";
}

namespace detail {

// Where a queue grows for ever, waiting for it has no end, and so has what it is part of.
inline bool may_be_endless(std::string_view name) {
  return name.ends_with("serving.concurrency") || name.ends_with("serving.waiting") ||
         name.ends_with("serving.ttft") || name.ends_with("bands.ttft.low") ||
         name.ends_with("bands.ttft.high");
}

}  // namespace detail

/// The first figure of an estimate that is no number, or negative; empty where there is none. Only
/// where the queue is not `stable` may the wait for it be infinite, or where steps at the upper end
/// of their band leave none, its own upper end.
template <class Result>
std::string first_bad(const Result& result, bool stable) {
  std::string bad;
  for_each_figure(result, "", [&](const std::string& name, const auto& figure) {
    const auto x = static_cast<double>(figure);
    const bool unstable = !stable || name.ends_with("bands.ttft.high");
    const bool endless = unstable && detail::may_be_endless(name) && x > 0.0;
    const bool good = shardline::is_finite(x) ? x >= 0.0 : endless;
    if (!good && bad.empty()) bad = name + " = " + std::to_string(x);
  });
  return bad;
}

}  // namespace laws
