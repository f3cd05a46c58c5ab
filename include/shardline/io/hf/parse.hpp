// SPDX-License-Identifier: BSL-1.0
/// Parses JSON that cannot be trusted: strict text in, the first fault in words.
#pragma once

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shardline/base/integer.hpp"
#include "shardline/io/hf/bare_numbers.hpp"

namespace shardline::hf {

using json = nlohmann::json;

/// What an import has to say: the first fault, and remarks on what was read but is not priced.
struct diagnosis {
  std::string error{};
  std::vector<std::string> notes{};

  [[nodiscard]] bool failed() const { return !error.empty(); }
  void fail(std::string sentence) {
    if (!failed()) error = std::move(sentence);
  }
};

/// `text` on one line of ASCII, at most 60 characters: what strangers wrote may go to a terminal.
[[nodiscard]] inline std::string printable(std::string_view text) {
  constexpr std::size_t longest = 60;
  std::string result(text.substr(0, longest));
  for (char& c : result) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text.size() > longest ? result + "..." : result;
}

/// A value as JSON text, fit for a message; infinities and NaN as Python's json module writes them.
[[nodiscard]] inline std::string shown(const json& value) {
  const auto* x = value.get_ptr<const json::number_float_t*>();
  if (x != nullptr && std::isnan(*x)) return "NaN";
  if (x != nullptr && std::isinf(*x)) return *x < 0 ? "-Infinity" : "Infinity";
  return printable(value.dump(-1, ' ', true, json::error_handler_t::replace));
}

/// The words as JSON strings, with commas: what a refusal lists as allowed.
[[nodiscard]] inline std::string quoted(std::initializer_list<std::string_view> words) {
  std::string result;
  for (const std::string_view word : words) {
    if (!result.empty()) result += ", ";
    result.append(1, '"').append(word).append(1, '"');
  }
  return result;
}

/// The whole number that `value` is, 4096.0 included; none for another type, a fraction, or a
/// number beyond 64 bits.
[[nodiscard]] inline std::optional<integer> whole_number(const json& value) {
  constexpr auto largest =
      static_cast<json::number_unsigned_t>((std::numeric_limits<integer>::max)());
  if (const auto* n = value.get_ptr<const json::number_unsigned_t*>()) {
    return *n <= largest ? std::optional(static_cast<integer>(*n)) : std::nullopt;
  }
  if (const auto* n = value.get_ptr<const json::number_integer_t*>()) return *n;
  const auto* x = value.get_ptr<const json::number_float_t*>();
  constexpr double exactly_whole_below = 9007199254740992.0;  // 2^53
  if (x == nullptr || !(*x > -exactly_whole_below && *x < exactly_whole_below)) return {};
  const auto n = static_cast<integer>(*x);
  return static_cast<double>(n) < *x || static_cast<double>(n) > *x ? std::nullopt
                                                                    : std::optional(n);
}

namespace detail {

/// " (byte 8 of 9)"
inline std::string at_byte(std::size_t byte, std::size_t bytes) {
  return " (byte " + std::to_string(byte) + " of " + std::to_string(bytes) + ")";
}

/// Whether a parser stopped at a number that no double holds: 1e400.
[[nodiscard]] inline bool is_beyond_double(const nlohmann::detail::exception& e) noexcept {
  constexpr int number_overflow = 406;  // as nlohmann::json numbers its exceptions
  return e.id == number_overflow;
}

inline constexpr const char* allowed_of_numbers =
    "; allowed: a number between -1.8e+308 and 1.8e+308";

/// Follows a parse without storing it, to refuse what nlohmann::json lets pass: a key given twice
/// (the last would win silently) and depth without end.
class strict_reader final : public nlohmann::json_sax<json> {
 public:
  strict_reader(std::size_t bytes, diagnosis& d) : bytes_(bytes), diagnosis_(d) {}

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool string(string_t&) override { return value(); }
  bool binary(binary_t&) override { return value(); }
  bool start_object(std::size_t) override { return open(false); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    frame& top = frames_.back();
    top.key = name;
    return top.keys.insert(name).second || fail(path() + ": the key is given twice; allowed: once");
  }

  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::detail::exception& e) override {
    if (is_beyond_double(e)) return fail(path() + ": " + printable(token) + allowed_of_numbers);
    const std::string_view what(e.what());
    const bool cut_off = what.find("unexpected end of input") != std::string_view::npos ||
                         what.find("missing closing quote") != std::string_view::npos;
    const std::size_t byte = position < bytes_ ? position : bytes_;
    return fail(path() + (cut_off ? ": the text ends inside a JSON value" : ": not valid JSON") +
                at_byte(byte, bytes_));
  }

 private:
  struct frame {
    bool is_array = false;
    std::size_t index = 0;
    std::string key{};
    std::set<std::string> keys{};
  };

  bool fail(std::string sentence) {
    diagnosis_.fail(std::move(sentence));
    return false;
  }
  // The frame's place is its next member's from here on.
  bool value() {
    if (frames_.empty()) return true;
    ++frames_.back().index;
    frames_.back().key.clear();
    return true;
  }
  bool open(bool is_array) {
    constexpr std::size_t deepest = 64;
    if (frames_.size() == deepest)
      return fail("$: nested deeper than 64 levels; allowed: no deeper");
    frames_.push_back({is_array, 0, {}, {}});
    return true;
  }
  bool close() {
    frames_.pop_back();
    return value();
  }
  // Appends piece by piece: "[" + std::to_string(i) trips g++ 12's -Wrestrict (GCC bug 105651).
  [[nodiscard]] std::string path() const {
    std::string result(1, '$');
    for (const frame& f : frames_) {
      if (f.is_array) {
        result.append(1, '[').append(std::to_string(f.index)).append(1, ']');
      } else if (!f.key.empty()) {
        result.append(1, '.').append(printable(f.key));
      }
    }
    return result;
  }

  std::size_t bytes_;
  diagnosis& diagnosis_;
  std::vector<frame> frames_{};
};

}  // namespace detail

namespace detail {

/// What the text says, its bare words read as the numbers they stand for. Assumes valid JSON.
inline json read_sound(const bare_numbers& sound) {
  std::size_t strings = 0;
  auto next = sound.numbers.begin();
  const auto put_number = [&](int, json::parse_event_t event, json& parsed) {
    const bool whole = event == json::parse_event_t::key || event == json::parse_event_t::value;
    if (!whole || !parsed.is_string()) return true;
    if (next != sound.numbers.end() && next->first == strings) parsed = (next++)->second;
    ++strings;
    return true;
  };
  return json::parse(sound.text, put_number, false);
}

}  // namespace detail

/// The JSON object in `text`; null, and a fault in `d`, if it is anything else. Parsed twice: once
/// to check, once to keep. Bare infinities and NaN are numbers, which no field here may be: they
/// are refused where they are read.
[[nodiscard]] inline json parse_object(std::string_view text, diagnosis& d) {
  // nlohmann::json takes a NUL for the end of the text and would pass over what follows.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    d.fail("$: not valid JSON" + detail::at_byte(nul + 1, text.size()));
    return {};
  }
  const detail::bare_numbers sound = detail::find_bare_numbers(text);
  detail::strict_reader checker(text.size(), d);
  if (!json::sax_parse(sound.text, &checker)) return {};
  json document = detail::read_sound(sound);
  if (document.is_object()) return document;
  d.fail("$: " + shown(document) + "; allowed: an object");
  return {};
}

}  // namespace shardline::hf
