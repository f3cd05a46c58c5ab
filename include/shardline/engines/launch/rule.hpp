// SPDX-License-Identifier: BSL-1.0
/// What engines ask of their options beside a type, as data that is evaluated.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "shardline/base/scalar.hpp"

namespace shardline {

/// How an option stands to others.
///   divides, multiple_of, equals, at_most, at_least, below   its number, to a product of numbers
///   has_entries, sums_to    its list, likewise
///   several                 the product is above 1
///   needs                   the first of them is there, and what stands behind it begins with
///                           `says`
///   excludes                each of them is 1 or not there
///   has_keys                its object has them as keys
enum class rule_kind : unsigned char {
  divides,
  multiple_of,
  equals,
  at_most,
  at_least,
  below,
  has_entries,
  sums_to,
  several,
  needs,
  excludes,
  has_keys
};

/// A rule of an option, which holds where the option is there.
///   of      options, each of which counts 1 where it is not there or has no number; or of what is
///           run: "heads", "layers", "prompt"
///   plus    what is added to their product
///   when    the rule holds only where this one is there too; the option's number, where it is not
///           there, then counts 1
///   unless  it does not hold where this is
///   value   it holds only where what stands behind the option begins with this
///   says    what `needs` wants it to begin with
struct launch_rule {
  std::string_view option{};
  rule_kind kind{};
  std::array<std::string_view, 3> of{};
  double plus = 0.0;
  std::string_view when{};
  std::string_view unless{};
  std::string_view value{};
  std::string_view says{};
};

namespace detail {

// The number that a text is; 1 where it is none.
constexpr double number_or_one(std::optional<std::string_view> text) noexcept {
  double n = 0.0;
  bool any = false;
  for (const char c : text.value_or("")) {
    if (c < '0' || c > '9') return 1.0;
    n = n * 10.0 + static_cast<double>(c - '0');
    any = true;
  }
  return any ? n : 1.0;
}

struct list_totals {
  double entries = 0.0;
  double sum = 0.0;
};

// Of whole numbers with anything between them: "31,30", "[31, 30]".
constexpr list_totals totals_of(std::string_view text) noexcept {
  list_totals t;
  for (std::size_t from = 0; from < text.size();) {
    std::size_t end = from;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    if (end > from) {
      t.entries += 1.0;
      t.sum += number_or_one(text.substr(from, end - from));
    }
    from = end + 1;
  }
  return t;
}

constexpr bool is_whole_multiple(double n, double of) noexcept {
  return of > 0.0 && round_up(n / of) * of == n;
}

// Whether an object has this member.
constexpr bool has_key(std::string_view object, std::string_view key) noexcept {
  for (std::size_t at = object.find(key); at != std::string_view::npos;
       at = object.find(key, at + 1)) {
    if (at > 0 && object[at - 1] == '"' && object.substr(at + key.size()).starts_with("\":")) {
      return true;
    }
  }
  return false;
}

// Evaluates rules: find(name) is what stands behind an option, none where it is not there.
template <class Find>
struct rule_reader {
  const Find& find;

  [[nodiscard]] constexpr bool applies(const launch_rule& r) const {
    const std::optional<std::string_view> own = find(r.option);
    if (!r.unless.empty() && find(r.unless)) return false;
    if (!r.when.empty() && !find(r.when)) return false;
    const bool counts_one = !r.when.empty() && r.kind <= rule_kind::below;
    return own ? own->starts_with(r.value) : counts_one;
  }
  [[nodiscard]] constexpr double product(const launch_rule& r) const {
    double n = 1.0;
    for (const std::string_view name : r.of) {
      if (!name.empty()) n *= number_or_one(find(name));
    }
    return n + r.plus;
  }
  [[nodiscard]] constexpr bool excludes(const launch_rule& r) const {
    for (const std::string_view name : r.of) {
      const auto other = name.empty() ? std::nullopt : find(name);
      if (other && *other != "1") return false;
    }
    return true;
  }
  [[nodiscard]] constexpr bool has_keys(const launch_rule& r, std::string_view object) const {
    for (const std::string_view key : r.of) {
      if (!key.empty() && !has_key(object, key)) return false;
    }
    return true;
  }
  [[nodiscard]] constexpr bool holds(const launch_rule& r) const {
    const std::string_view text = find(r.option).value_or("");
    const double own = number_or_one(find(r.option));
    const double other = product(r);
    switch (r.kind) {
      case rule_kind::divides:
        return is_whole_multiple(other, own);
      case rule_kind::multiple_of:
        return is_whole_multiple(own, other);
      case rule_kind::equals:
        return !(own < other) && !(own > other);
      case rule_kind::at_most:
        return own <= other;
      case rule_kind::at_least:
        return own >= other;
      case rule_kind::below:
        return own < other;
      case rule_kind::has_entries:
        return !(totals_of(text).entries < other) && !(totals_of(text).entries > other);
      case rule_kind::sums_to:
        return !(totals_of(text).sum < other) && !(totals_of(text).sum > other);
      case rule_kind::several:
        return other > 1.0;
      case rule_kind::needs:
        return find(r.of[0]) && find(r.of[0])->starts_with(r.says);
      case rule_kind::excludes:
        return excludes(r);
      case rule_kind::has_keys:
        return has_keys(r, text);
    }
    return false;
  }
};

}  // namespace detail

/// The first of some rules that is broken; null where none is. find(name) is what stands behind an
/// option, a number, word or path as text, or what is run: std::optional<std::string_view>, none
/// where it is not there. Source: what each engine checks before it starts, named beside its rules.
///   --max-num-seqs 1024 beside --max-num-batched-tokens 512: at_most
///   (tests/engines/launch_rules.cpp)
template <class Find>
[[nodiscard]] constexpr const launch_rule* broken_rule(std::span<const launch_rule> rules,
                                                       const Find& find) {
  const detail::rule_reader<Find> reader{find};
  for (const launch_rule& r : rules) {
    if (reader.applies(r) && !reader.holds(r)) return &r;
  }
  return nullptr;
}

}  // namespace shardline
