// SPDX-License-Identifier: BSL-1.0
/// Patterns over module names, as lists in quantisation settings have them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "shardline/base/fwd.hpp"
#include "shardline/io/hf/weights/expression.hpp"

namespace shardline::hf {

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
    R"(names with * and ?, or "re:" and a regular expression without references)";

/// An entry of modules_to_not_convert, ignore, exclude_modules, targets or dynamic, read once.
///   "lm_head", "model.layers.*.self_attn"   these path segments anywhere in the name
///   "re:.*mlp.gate$"                        a regular expression from the start of the name
class pattern {
 public:
  /// None for what is no readable entry.
  [[nodiscard]] static std::optional<pattern> of(std::string_view entry) {
    constexpr std::string_view expression_mark = "re:";
    pattern p;
    if (!entry.starts_with(expression_mark)) {
      if (!detail::is_name(entry)) return {};
      p.glob_ = "*." + std::string(entry) + ".*";
      return p;
    }
    entry.remove_prefix(expression_mark.size());
    if (entry.find_first_not_of("^$") == std::string_view::npos) return {};
    p.expression_ = expression::of(entry);
    if (!p.expression_) return {};
    return p;
  }
  [[nodiscard]] bool names(const std::string& module) const {
    if (expression_) return expression_->begins(module);
    return matches_glob(glob_, "." + module + ".");
  }

 private:
  std::string glob_{};
  std::optional<expression> expression_{};
};

/// Whether an entry is a plain name, found by its path segments alone.
[[nodiscard]] inline bool is_plain_name(std::string_view entry) {
  return !entry.starts_with("re:") && entry.find_first_of("*?") == std::string_view::npos;
}

}  // namespace shardline::hf
