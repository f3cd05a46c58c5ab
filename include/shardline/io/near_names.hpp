// SPDX-License-Identifier: BSL-1.0
/// "Did you mean": the known name that is nearest to one that is not known.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "shardline/base/fwd.hpp"

namespace shardline {

/// Number of characters to insert, leave out or replace to make one name of the other, 0 where only
/// case, or - and _, differ; of two neighbours that are exchanged both are replaced. Source: V.
/// Levenshtein, Soviet Physics Doklady 10(8), 1966.
///   name_distance("h100_sxm", "H100-SXM") == 0, ("qwen3", "qwen3-8b") == 3
///   (tests/io/near_names.cpp)
[[nodiscard]] inline std::size_t name_distance(std::string_view a, std::string_view b) {
  const auto plain = [](char c) {
    if (c == '_') return '-';
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (plain(a[i]) == plain(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

namespace detail {

// Letters and digits alone, in lower case: "llama318b" of "Llama-3.1-8B".
inline std::string squeezed(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') text += static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) text += c;
  }
  return text;
}

// A name that the words of `given`, from one of them on, begin; else the longest with which they
// begin. Dashes and dots are nothing here.
template <class Names>
std::string name_within(std::string_view given, const Names& names) {
  constexpr std::size_t shortest = 4;
  std::string longest;
  for (std::size_t from = 0; from < given.size();) {
    const std::string words = squeezed(given.substr(from));
    for (const auto& name : names) {
      const std::string known = squeezed(name);
      if (words.size() >= shortest && known.starts_with(words)) return std::string(name);
      const bool longer = known.size() > squeezed(longest).size();
      if (known.size() >= shortest && words.starts_with(known) && longer) longest = name;
    }
    const std::size_t end = given.find_first_of("-_/", from);
    from = end == std::string_view::npos ? given.size() : end + 1;
  }
  return longest;
}

}  // namespace detail

/// The name nearest to `given`: the first that goes on where it ends, else the first of those least
/// far away by name_distance(), at most a third of its characters, else one that is a part of it.
/// Empty where none is.
///   "H100" of h100-sxm, h200-sxm: h100-sxm; "meta-llama/Llama-3.1-8B-Instruct": llama-3.1-8b
///   (tests/io/near_names.cpp)
template <class Names>
[[nodiscard]] std::string near_name(std::string_view given, const Names& names) {
  // A longer name is a slip of nobody's, and takes long to compare.
  constexpr std::size_t longest = 96;
  if (given.empty() || given.size() > longest) return {};
  constexpr std::size_t shortest_beginning = 3;
  std::string nearest;
  std::size_t least = given.size() / 3 + 1;
  for (const auto& name : names) {
    const std::string_view known(name);
    const std::size_t distance = name_distance(given, known);
    const bool goes_on = given.size() >= shortest_beginning &&
                         name_distance(given, known.substr(0, given.size())) == 0;
    if (goes_on) return std::string(known);
    if (distance < least) nearest = known;
    least = std::min(least, distance);
  }
  return nearest.empty() ? detail::name_within(given, names) : nearest;
}

/// Names in a line, commas between: of 2 names "h100-sxm, h200-sxm".   (tests/io/documented.cpp)
template <class Names>
[[nodiscard]] std::string listed_names(const Names& names) {
  std::string text;
  for (const auto& one : names) text += (text.empty() ? "" : ", ") + std::string(one);
  return text;
}

namespace detail {

// The numbers of "vllm-0.11", 0 and 11; none where a name does not end in numbers with dots
// between.
inline std::vector<unsigned> version_of(std::string_view name) {
  std::vector<unsigned> numbers{0};
  for (const char c : name.substr(name.find_last_of('-') + 1)) {
    constexpr unsigned most = 100000;
    const bool digit = c >= '0' && c <= '9' && numbers.back() < most;
    if (!digit && c != '.') return {};
    if (digit) numbers.back() = 10 * numbers.back() + static_cast<unsigned>(c - '0');
    if (c == '.') numbers.push_back(0);
  }
  return numbers.size() > 1 ? numbers : std::vector<unsigned>();
}

}  // namespace detail

/// The versions beside one that is not known, of names that are the same up to their last dash: the
/// newest of the older and the oldest of the newer ones, " or " between them. Empty where `given`
/// does not end in numbers with dots between, or no name begins so.
///   "vllm-0.12" of vllm-0.21, vllm-0.18, vllm-0.11: "vllm-0.11 or vllm-0.18"; "vllm-0.6":
///   "vllm-0.11"   (tests/io/near_names.cpp)
template <class Names>
[[nodiscard]] std::string near_versions(std::string_view given, const Names& names) {
  const std::vector<unsigned> asked = detail::version_of(given);
  const std::string_view stem = given.substr(0, given.find_last_of('-') + 1);
  if (asked.empty() || stem.empty()) return {};
  std::string_view older;
  std::string_view newer;
  for (const auto& name : names) {
    const std::string_view known(name);
    const std::vector<unsigned> version = detail::version_of(known);
    if (version.empty() || known.substr(0, known.find_last_of('-') + 1) != stem) continue;
    if (version <= asked && (older.empty() || version > detail::version_of(older))) older = known;
    if (version > asked && (newer.empty() || version < detail::version_of(newer))) newer = known;
  }
  const bool both = !older.empty() && !newer.empty();
  return std::string(older) + (both ? " or " : "") + std::string(newer);
}

/// " (did you mean x?)" with the versions of near_versions(), else the name of near_name(); nothing
/// where no name is near.
///   of "h100-sxn": " (did you mean h100-sxm?)", 100 in both   (tests/io/documented.cpp)
template <class Names>
[[nodiscard]] std::string did_you_mean(std::string_view given, const Names& names) {
  std::string near = near_versions(given, names);
  if (near.empty()) near = near_name(given, names);
  return near.empty() ? near : " (did you mean " + near + "?)";
}

}  // namespace shardline
