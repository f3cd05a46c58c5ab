/// Patterns over module names, as lists of exceptions from quantisation have them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shardline/base/fwd.hpp"

namespace shardline::hf {

/// An entry of a list of exceptions, and where the list is.
struct listed_exception {
  std::string text{};
  std::string path{};
};

/// Does `text` match `pattern`, in which * stands for any characters and ? for one?
[[nodiscard]] constexpr bool matches_glob(std::string_view pattern,
                                          std::string_view text) noexcept {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t after_star = std::string_view::npos;  // where to resume in the pattern
  std::size_t star_ends = 0;                        // how far its * reaches in the text
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      star_ends = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (after_star != std::string_view::npos) {
      p = after_star;
      t = ++star_ends;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

namespace detail {

/// A regular expression without (a|b) as a glob over ".name.".
inline std::optional<std::string> glob_of_expression(std::string_view expression) {
  if (expression.starts_with('^')) expression.remove_prefix(1);
  const bool to_the_end = expression.ends_with('$');
  if (to_the_end) expression.remove_suffix(1);
  std::string glob = ".";
  for (std::size_t i = 0; i < expression.size(); ++i) {
    const bool another = i + 1 < expression.size();
    if (expression[i] == '.' && another && expression[i + 1] == '*') {
      glob += '*';
      ++i;
    } else if (expression[i] == '.') {
      glob += '?';
    } else if (expression[i] == '\\' && another && expression[i + 1] == '.') {
      glob += '.';
      ++i;
    } else if (std::string_view("\\*+?()[]{}|^$").find(expression[i]) != std::string_view::npos) {
      return {};
    } else {
      glob += expression[i];
    }
  }
  return glob + (to_the_end ? "." : "*");
}

/// The expressions that `expression` stands for, its first (a|b) replaced by a, b: itself if it has
/// none. Groups within groups stay as they are, and are refused later.
inline std::vector<std::string> without_first_group(const std::string& expression) {
  const std::size_t open = expression.find('(');
  const std::size_t close = expression.find(')');
  const std::size_t nested = expression.find('(', open == std::string::npos ? open : open + 1);
  if (close == std::string::npos || open > close || nested < close) return {expression};
  std::vector<std::string> result;
  std::size_t begin = open + 1;
  while (begin <= close) {
    const std::size_t bar = expression.find('|', begin);
    const std::size_t end = bar < close ? bar : close;
    result.push_back(expression.substr(0, open));
    result.back().append(expression, begin, end - begin).append(expression, close + 1);
    begin = end + 1;
  }
  return result;
}

inline constexpr std::size_t most_expressions = 1024;

/// None where there are more than most_expressions.
inline std::vector<std::string> without_groups(std::string_view expression) {
  std::vector<std::string> result{std::string(expression)};
  for (std::size_t i = 0; i < result.size();) {
    if (result.size() > most_expressions) return {};
    const std::vector<std::string> parts = without_first_group(result[i]);
    if (parts.size() == 1 && parts[0] == result[i]) {
      ++i;
      continue;
    }
    result.erase(result.begin() + static_cast<std::ptrdiff_t>(i));
    result.insert(result.end(), parts.begin(), parts.end());
  }
  return result;
}

/// Characters of module names, and the stars of globs.
inline constexpr std::string_view name_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.*?";

inline bool is_name(std::string_view entry) {
  const bool something = entry.find_first_not_of("._-?") != std::string_view::npos;
  return something && entry.find_first_not_of(name_characters) == std::string_view::npos;
}

}  // namespace detail

/// What an entry may be, for the message about one that cannot be read.
inline constexpr std::string_view readable_entries =
    R"(names with * and ?, or "re:" and an expression of names, . .* \. ^ $ and (a|b), )"
    "at most 1024 alternatives";

/// Globs over ".name." for an entry of modules_to_not_convert, ignore or exclude_modules; none for
/// one that is no readable entry.
///   "lm_head", "model.layers.*.self_attn"   these path segments anywhere in the name
///   "re:.*mlp.gate$"                        a regular expression from the start of the name
/// Writing a small matcher beats std::regex, which throws and recurses on hostile patterns.
[[nodiscard]] inline std::vector<std::string> globs_of(std::string_view entry) {
  constexpr std::string_view expression_mark = "re:";
  if (!entry.starts_with(expression_mark)) {
    if (!detail::is_name(entry)) return {};
    return {"*." + std::string(entry) + ".*"};
  }
  entry.remove_prefix(expression_mark.size());
  std::vector<std::string> globs;
  for (const std::string& expression : detail::without_groups(entry)) {
    const std::optional<std::string> glob = detail::glob_of_expression(expression);
    if (!glob || expression.find_first_not_of("^$") == std::string::npos) return {};
    globs.push_back(*glob);
  }
  return globs;
}

/// Whether an entry is a plain name, found by its path segments alone.
[[nodiscard]] inline bool is_plain_name(std::string_view entry) {
  return !entry.starts_with("re:") && entry.find_first_of("*?") == std::string_view::npos;
}

}  // namespace shardline::hf
