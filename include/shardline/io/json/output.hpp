// SPDX-License-Identifier: BSL-1.0
/// JSON as it is put together, value by value: as a tree of nlohmann's, or as text without one.
/// What a type looks like is said once for both, by put_json(output, value).
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "shardline/base/scalar.hpp"

namespace shardline {

/// What both outputs have. `Self` has open(is_array), close(is_array), key(name) and value(v) for
/// null, truth values, numbers and strings.
template <class Self>
class json_output {
 public:
  /// {...}: members() says what is in it. Behind a name: as a member of the object at hand.
  template <class Members>
  void object(const Members& members) {
    self().open(false);
    members();
    self().close(false);
  }
  /// The same as a member of the object at hand.
  template <class Members>
  void object(std::string_view name, const Members& members) {
    self().key(name);
    object(members);
  }
  /// [...]: items() says what is in it.
  template <class Items>
  void array(std::string_view name, const Items& items) {
    self().key(name);
    self().open(true);
    items();
    self().close(true);
  }
  /// A member of the object at hand: a plain value, or what put_json() knows.
  template <class Value>
  void member(std::string_view name, const Value& v) {
    self().key(name);
    put(v);
  }
  /// The value itself: of a member, or in an array.
  template <class Value>
  void put(const Value& v) {
    if constexpr (std::is_arithmetic_v<Value> || std::is_null_pointer_v<Value>) {
      self().value(v);
    } else if constexpr (std::is_convertible_v<const Value&, std::string_view>) {
      self().value(std::string_view(v));
    } else {
      put_json(self(), v);
    }
  }

 private:
  friend Self;
  json_output() = default;
  Self& self() noexcept { return static_cast<Self&>(*this); }
};

/// As a tree.
class json_tree : public json_output<json_tree> {
 public:
  /// Begins an array or an object, to which all belongs up to close().
  void open(bool is_array) {
    using nlohmann::ordered_json;
    open_.push_back(&add(is_array ? ordered_json::array() : ordered_json::object()));
  }
  void close(bool /*is_array*/) { open_.pop_back(); }
  void key(std::string_view name) { name_ = name; }
  template <class Plain>
  void value(const Plain& v) {
    if constexpr (std::is_same_v<Plain, std::string_view>) {
      add(std::string(v));
    } else {
      add(v);
    }
  }
  /// What was put, as a tree; nothing is left.
  [[nodiscard]] nlohmann::ordered_json take() { return std::move(root_); }

 private:
  nlohmann::ordered_json& add(nlohmann::ordered_json v) {
    if (open_.empty()) return root_ = std::move(v);
    nlohmann::ordered_json& at = *open_.back();
    if (!at.is_array()) return at[name_] = std::move(v);
    at.push_back(std::move(v));
    return at.back();
  }

  nlohmann::ordered_json root_;
  std::vector<nlohmann::ordered_json*> open_;  // none of them grows while one inside it is open
  std::string name_;
};

/// As text in one line. Numbers are the shortest that read back as the same bits; those that are
/// none are null, as nlohmann's are.
class json_text : public json_output<json_text> {
 public:
  void open(bool is_array) {
    begin_value();
    text_ += is_array ? '[' : '{';
    separated_ = true;
  }
  void close(bool is_array) {
    text_ += is_array ? ']' : '}';
    separated_ = false;
  }
  void key(std::string_view name) {
    value(name);
    text_ += ':';
    separated_ = true;
  }
  void value(std::nullptr_t) {
    begin_value();
    text_ += "null";
  }
  void value(bool v) {
    begin_value();
    text_ += v ? "true" : "false";
  }
  template <class Number>
  void value(const Number& v) requires std::is_arithmetic_v<Number> {
    if constexpr (std::is_floating_point_v<Number>) {
      if (!is_finite(v)) return value(nullptr);
    }
    begin_value();
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), v);
    const std::string_view number(digits.data(), static_cast<std::size_t>(end.ptr - digits.data()));
    text_ += number;
    // Real numbers stay real ones for whoever reads them.
    if (std::is_floating_point_v<Number> && number.find_first_of(".e") == std::string_view::npos) {
      text_ += ".0";
    }
  }
  void value(std::string_view v) {
    begin_value();
    text_ += '"';
    for (const char c : v) add_escaped(c);
    text_ += '"';
  }
  /// What was put so far, in one line.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// Forgets what was put, and keeps its room.
  void clear() noexcept {
    text_.clear();
    separated_ = true;
  }

 private:
  void begin_value() {
    if (!separated_) text_ += ',';
    separated_ = false;
  }
  void add_escaped(char c) {
    constexpr std::string_view hex = "0123456789abcdef";
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') text_ += '\\';
    if (code >= 0x20) {
      text_ += c;
    } else {
      text_ += "\\u00";
      text_ += hex[code >> 4U];
      text_ += hex[code & 15U];
    }
  }

  std::string text_;
  bool separated_ = true;  // nothing stands before the next value that a comma parts it from
};

/// Values that have a put_json(), or several that make one object, as a tree: figures are in the
/// units that keys name (_bytes, _s), and what is no finite number is null.
///   to_json(layout{})["gpus"] = 1   (tests/io/documented.cpp)
template <class... Value>
[[nodiscard]] nlohmann::ordered_json to_json(const Value&... values) requires
    requires(json_tree& out) {
  put_json(out, values...);
}
{
  json_tree out;
  put_json(out, values...);
  return out.take();
}

}  // namespace shardline
