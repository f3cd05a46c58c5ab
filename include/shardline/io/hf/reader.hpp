// SPDX-License-Identifier: BSL-1.0
/// Reads the members of a JSON object as checked values: the first fault in words.
#pragma once

#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shardline/base/field.hpp"
#include "shardline/base/integer.hpp"
#include "shardline/io/hf/parse.hpp"

namespace shardline::hf {

/// Smallest and largest value that a member of a JSON object may have: those of a field of ours, so
/// that what is imported can be priced, or what the format allows.
struct range {
  integer least = 1;
  integer most = 1000000;

  constexpr range() = default;
  constexpr range(integer smallest, integer largest) noexcept : least(smallest), most(largest) {}
  // NOLINTNEXTLINE(google-explicit-constructor): a field is a range
  constexpr range(field priced) noexcept
      : least(lowest_count(priced)), most(highest_count(priced)) {}

  /// text("a whole number") = "a whole number from 1 to 1000000"
  [[nodiscard]] std::string text(const std::string& numbers) const {
    return numbers + " from " + std::to_string(least) + " to " + std::to_string(most);
  }
};

/// The range of a field without 0, which stands for "none" where a checkpoint leaves it out.
[[nodiscard]] constexpr range above_0(field f) noexcept { return {1, highest_count(f)}; }

/// The members of one JSON object. Each read yields a value in range whatever the text says; a
/// fault goes to the diagnosis, with the path, what was found, and what is allowed.
class fields {
 public:
  fields(const json& object, std::string path, diagnosis& d)
      : object_(object), path_(std::move(path)), diagnosis_(d) {}

  [[nodiscard]] diagnosis& report() const { return diagnosis_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string path_of(std::string_view key) const {
    return path_ + "." + std::string(key);
  }

  [[nodiscard]] const json& members() const { return object_; }
  /// Whether something here has looked at the key.
  [[nodiscard]] bool was_read(const std::string& key) const { return read_.contains(key); }

  void note(const char* key, const std::string& remark) const {
    diagnosis_.notes.push_back(path_of(key) + ": " + remark);
  }

  /// No such key, not even with null.
  [[nodiscard]] bool absent(const char* key) const {
    read_.insert(key);
    return !object_.contains(key);
  }
  /// The value; none if it is missing or null, which Hugging Face treats alike in most places.
  [[nodiscard]] const json* find(const char* key) const {
    read_.insert(key);
    const auto it = object_.find(key);
    return it == object_.end() || it->is_null() ? nullptr : &*it;
  }
  /// The one of several names of one value that is there; the first if none is. Two names that say
  /// different things are a fault.
  [[nodiscard]] const char* name_of(std::initializer_list<const char*> names) const {
    const char* found = nullptr;
    for (const char* name : names) {
      if (find(name) == nullptr) continue;
      if (found == nullptr) {
        found = name;
      } else if (*find(name) != *find(found)) {
        refuse(name, shown(*find(found)) + ", as in " + path_of(found));
      }
    }
    return found == nullptr ? *names.begin() : found;
  }
  void refuse(const char* key, const std::string& allowed) const {
    const auto it = object_.find(key);
    const std::string found = it == object_.end() ? "missing" : shown(*it);
    diagnosis_.fail(path_of(key) + ": " + found + "; allowed: " + allowed);
  }

  /// A whole number in range; missing is a fault.
  [[nodiscard]] integer whole(const char* key, range r = {}) const {
    const json* value = find(key);
    const std::optional<integer> n = value == nullptr ? std::nullopt : whole_number(*value);
    if (n && *n >= r.least && *n <= r.most) return *n;
    refuse(key, r.text("a whole number"));
    return r.least;
  }
  /// The same, `fallback` if it is missing or null.
  [[nodiscard]] integer whole_or(const char* key, integer fallback, range r = {}) const {
    return find(key) == nullptr ? fallback : whole(key, r);
  }
  /// The same, with a note that the fallback was assumed.
  [[nodiscard]] integer whole_or_noted(const char* key, integer fallback, range r = {}) const {
    if (find(key) == nullptr) note(key, "missing; read as " + std::to_string(fallback));
    return whole_or(key, fallback, r);
  }
  /// The same, telling a missing key from one that says null.
  [[nodiscard]] integer whole_or(const char* key, integer if_absent, integer if_null,
                                 range r) const {
    return whole_or(key, absent(key) ? if_absent : if_null, r);
  }

  [[nodiscard]] bool flag(const char* key, bool fallback) const {
    const json* value = find(key);
    if (value == nullptr) return fallback;
    if (const auto* b = value->get_ptr<const json::boolean_t*>()) return *b;
    refuse(key, "true or false");
    return fallback;
  }

  /// A string; `fallback` if it is missing or null.
  [[nodiscard]] std::string word(const char* key, std::string_view fallback) const {
    const json* value = find(key);
    if (value == nullptr) return std::string(fallback);
    if (const auto* s = value->get_ptr<const json::string_t*>()) return *s;
    refuse(key, "a string");
    return std::string(fallback);
  }

  /// One of the strings in `allowed`, of which the first stands for a missing key or null.
  [[nodiscard]] std::string choice(const char* key,
                                   std::initializer_list<std::string_view> allowed) const {
    std::string found = word(key, *allowed.begin());
    for (const std::string_view one : allowed) {
      if (found == one) return found;
    }
    refuse(key, quoted(allowed));
    return found;
  }

  /// The members of an object within; null and a fault if the value is something else.
  [[nodiscard]] const json* object(const char* key) const {
    const json* value = find(key);
    if (value == nullptr || value->is_object()) return value;
    refuse(key, "an object");
    return nullptr;
  }

  /// The strings of an array; none if it is missing or null.
  [[nodiscard]] std::vector<std::string> words(const char* key) const {
    const json* value = find(key);
    std::vector<std::string> result;
    if (value == nullptr) return result;
    if (!value->is_array()) refuse(key, "an array of strings");
    for (const json& item : *value) {
      const auto* s = item.get_ptr<const json::string_t*>();
      if (s == nullptr) {
        refuse(key, "an array of strings");
        return {};
      }
      result.push_back(*s);
    }
    return result;
  }

  /// The whole numbers of an array, all in range; none if it is missing, null or at fault.
  [[nodiscard]] std::optional<std::vector<integer>> whole_list(const char* key, range r,
                                                               const std::string& allowed) const {
    const json* value = find(key);
    if (value == nullptr) return {};
    bool sound = value->is_array();
    std::vector<integer> result;
    for (const json& item : *value) {
      result.push_back(whole_number(item).value_or(r.least - 1));
      sound = sound && result.back() >= r.least && result.back() <= r.most;
    }
    if (sound) return result;
    refuse(key, allowed);
    return {};
  }

 private:
  const json& object_;
  std::string path_;
  diagnosis& diagnosis_;
  mutable std::set<std::string> read_{};
};

}  // namespace shardline::hf
