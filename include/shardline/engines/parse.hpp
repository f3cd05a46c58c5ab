// SPDX-License-Identifier: BSL-1.0
/// Flags of a convention as text: `tp=8,dp=2,ep=on`.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "shardline/engines/flags.hpp"

namespace shardline {

/// What is wrong with a layout's text.
enum class parse_fault : unsigned char {
  none,
  convention,  // the part before ':' names no convention
  key,         // the convention has no such key, or there is an empty item
  repeated,    // a key stands twice
  value        // missing, not what the key takes, out of range, or not beside the others
};

/// A layout, or what is wrong with the first faulty part of its text. The views point into that
/// text, except `allowed`, which is a sentence of its own.
///   subject   the key, or the convention where that is the fault
///   value     what stands there, possibly nothing
/// One line for a user: subject ": " value "; allowed: " allowed (io/text.hpp has it).
struct parsed_layout {
  shardline::layout layout{};
  parse_fault fault = parse_fault::none;
  std::string_view subject{};
  std::string_view value{};
  std::string_view allowed{};

  /// Whether the text is a layout; else `fault` and `subject` say what is wrong.
  [[nodiscard]] constexpr bool has_value() const noexcept { return fault == parse_fault::none; }
};

namespace detail {

// A constant of its own, since what is allowed is a view.
constexpr text_line allowed_stages() noexcept {
  text_line line;
  line.add("whole numbers from ").add(lowest_count(field::layers));
  line.add(" to ").add(highest_count(field::layers)).add(" with / between them, at most ");
  return line.add(highest_count(field::listed_stages));
}
inline constexpr text_line stage_numbers = allowed_stages();

// Cuts `text` at the first `mark`: returns what is before it and leaves what is behind it.
constexpr std::string_view cut(std::string_view& text, char mark) noexcept {
  const std::size_t at = text.find(mark);
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return head;
}

// The whole number that `text` is, from 0 to `most`, or -1.
constexpr integer read_whole(std::string_view text, integer most) noexcept {
  integer value = text.empty() ? -1 : 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
    if (value > most) return -1;  // before it can overflow
  }
  return value;
}

// Numbers of layers with '/' between them; false where `text` is anything else.
constexpr bool read_stages(std::string_view text, stage_layers& stages) noexcept {
  for (bool more = true; more;) {
    more = text.find('/') != std::string_view::npos;
    const integer layers = read_whole(cut(text, '/'), highest_count(field::layers));
    if (layers < lowest_count(field::layers)) return false;
    stages.push_back(static_cast<std::uint16_t>(layers));
  }
  return !stages.overflowed;
}

constexpr parsed_layout refuse(parse_fault fault, std::string_view subject, std::string_view value,
                               std::string_view allowed) noexcept {
  return {{}, fault, subject, value, allowed};
}

// "all-to-all or all-gather", "first, before-last or last": the words of a key.
constexpr text_line allowed_words(std::span<const std::string_view> words) noexcept {
  text_line line;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) line.add(i + 1 < words.size() ? ", " : " or ");
    line.add(words[i]);
  }
  return line;
}
// Constants of their own, since what is allowed is a view.
template <class Flags>
constexpr auto words_of_keys() noexcept {
  std::array<text_line, Flags::keys().size()> allowed{};
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    allowed[i] = allowed_words(Flags::keys()[i].words);
  }
  return allowed;
}
template <class Flags>
inline constexpr auto key_words = words_of_keys<Flags>();

// The place of `text` among the words, or -1.
constexpr integer read_word(std::string_view text,
                            std::span<const std::string_view> words) noexcept {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == text) return static_cast<integer>(i);
  }
  return -1;
}

// What a key takes; empty where it took the value.
template <class Flags>
constexpr std::string_view read_value(std::size_t index, std::string_view value,
                                      Flags& flags) noexcept {
  const flag_key<Flags> k = Flags::keys()[index];
  if (k.on != nullptr) {
    flags.*k.on = value == "on";
    return value == "on" || value == "off" ? "" : "on or off";
  }
  if (k.layers != nullptr) {
    return read_stages(value, flags.*k.layers) ? "" : stage_numbers.view();
  }
  if (!k.words.empty()) {
    flags.*k.number = read_word(value, k.words);
    return flags.*k.number >= 0 ? "" : key_words<Flags>[index].view();
  }
  flags.*k.number = read_whole(value, k.takes.most);
  return flags.*k.number >= k.takes.least ? "" : k.takes.allowed;
}

// What stood behind each key.
template <class Flags>
struct given_values {
  static constexpr auto keys = Flags::keys();
  static_assert(!key_names<Flags>.overflowed, "shardline: too many keys for a line of text");
  std::array<std::string_view, keys.size()> values{};
  std::array<bool, keys.size()> seen{};

  // keys.size() where there is no such key.
  [[nodiscard]] constexpr std::size_t find(std::string_view key) const noexcept {
    std::size_t i = 0;
    while (i < keys.size() && !keys[i].is_named(key)) ++i;
    return i;
  }
  constexpr parsed_layout read(std::string_view key, std::string_view value,
                               Flags& flags) noexcept {
    const std::size_t i = find(key);
    if (i == keys.size()) return refuse(parse_fault::key, key, value, key_names<Flags>.view());
    if (seen[i]) return refuse(parse_fault::repeated, key, value, "each key once");
    seen[i] = true;
    values[i] = value;
    const std::string_view allowed = read_value(i, value, flags);
    return allowed.empty() ? parsed_layout{} : refuse(parse_fault::value, key, value, allowed);
  }
};

}  // namespace detail

/// Reads a convention's flags, counts and switches: `key=value` items with commas between them, at
/// least one, in any order, each key once, by whichever of its names; what is left out has its
/// default. Case matters, and no space is skipped. Otherwise an error: which key, its value, what
/// is allowed. Source of keys and defaults: Flags::keys() and the members of Flags.
///   parse_flags<vllm>("tp=8,dp=2,ep=on").layout ==
///       to_layout(vllm{.tp = 8, .dp = 2, .expert_parallel = true})   (tests/engines/parse.cpp)
template <layout_flags Flags>
[[nodiscard]] constexpr parsed_layout parse_flags(std::string_view text) noexcept {
  Flags flags;
  detail::given_values<Flags> given;
  for (bool more = true; more;) {
    more = text.find(',') != std::string_view::npos;
    std::string_view value = detail::cut(text, ',');
    const std::string_view key = detail::cut(value, '=');
    const parsed_layout read = given.read(key, value, flags);
    if (!read.has_value()) return read;
  }
  const flag_refusal refused = flags.refused();
  if (!refused.key.empty()) {
    return detail::refuse(parse_fault::value, refused.key, given.values[given.find(refused.key)],
                          refused.allowed);
  }
  return {to_layout(flags)};
}

}  // namespace shardline
