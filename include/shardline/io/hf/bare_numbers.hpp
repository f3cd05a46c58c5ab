// SPDX-License-Identifier: BSL-1.0
/// Infinity, -Infinity and NaN, which Python's json module writes as bare words though JSON has no
/// such values: every published configuration of Nemotron-H and Mamba-2 has one.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shardline/base/fwd.hpp"

namespace shardline::hf::detail {

inline constexpr std::array<std::pair<std::string_view, double>, 3> bare_words{
    {{"Infinity", std::numeric_limits<double>::infinity()},
     {"-Infinity", -std::numeric_limits<double>::infinity()},
     {"NaN", std::numeric_limits<double>::quiet_NaN()}}};

/// A text in which a string of the same length, so that every byte keeps its place, stands for each
/// bare word.
///   numbers   the how manieth string of the text stands for which number, names of members
///             counted too
struct bare_numbers {
  std::string text{};
  std::vector<std::pair<std::size_t, double>> numbers{};
};

// The position behind the string that begins at `at`, or the end of the text.
constexpr std::size_t behind_string(std::string_view text, std::size_t at) noexcept {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at < text.size() ? at + 1 : text.size();
}

// A member cannot be named by a bare word.
constexpr bool names_member(std::string_view rest) noexcept {
  const std::size_t next = rest.find_first_not_of(" \t\r\n");
  return next != std::string_view::npos && rest[next] == ':';
}

/// The word that the text goes on with as a value, null if it is none.
constexpr const std::pair<std::string_view, double>* bare_word(std::string_view text) noexcept {
  for (const auto& known : bare_words) {
    const std::string_view word = known.first;
    if (text.starts_with(word) && !names_member(text.substr(word.size()))) return &known;
  }
  return nullptr;
}

inline bare_numbers find_bare_numbers(std::string_view text) {
  bare_numbers found{std::string(text), {}};
  std::size_t strings = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto* known = bare_word(text.substr(at));
    if (text[at] == '"') {
      at = behind_string(text, at);
      ++strings;
    } else if (known != nullptr) {
      const std::size_t length = known->first.size();
      found.text.replace(at, length, '"' + std::string(length - 2, '.') + '"');
      found.numbers.emplace_back(strings, known->second);
      at += length;
      ++strings;
    } else {
      ++at;
    }
  }
  return found;
}

}  // namespace shardline::hf::detail
