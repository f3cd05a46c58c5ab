/// Fixed-capacity storage for aggregates that must be constexpr and allocate nothing.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "shardline/base/fwd.hpp"

namespace shardline {

/// Up to `Capacity` values in place. What does not fit is not stored and `overflowed` says so.
template <class T, std::size_t Capacity>
struct bounded {
  std::array<T, Capacity> items{};
  std::size_t length = 0;
  bool overflowed = false;

  constexpr void push_back(const T& item) noexcept {
    if (length == Capacity) {
      overflowed = true;
    } else {
      items[length++] = item;
    }
  }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return length; }
  [[nodiscard]] constexpr bool empty() const noexcept { return length == 0; }
  [[nodiscard]] constexpr const T& operator[](std::size_t i) const noexcept { return items[i]; }
  [[nodiscard]] constexpr T& operator[](std::size_t i) noexcept { return items[i]; }
  [[nodiscard]] constexpr const T* begin() const noexcept { return items.data(); }
  [[nodiscard]] constexpr const T* end() const noexcept { return items.data() + length; }
  [[nodiscard]] constexpr T* begin() noexcept { return items.data(); }
  [[nodiscard]] constexpr T* end() noexcept { return items.data() + length; }

  /// Compares the values held, not the unused places.
  [[nodiscard]] friend constexpr bool operator==(const bounded& a, const bounded& b) noexcept {
    if (a.length != b.length || a.overflowed != b.overflowed) return false;
    for (std::size_t i = 0; i < a.length; ++i) {
      if (!(a.items[i] == b.items[i])) return false;
    }
    return true;
  }
};

/// A name held in place, so that a model imported at run time needs no owner for its text.
/// Longer names keep their first 95 characters.
struct short_name {
  std::array<char, 96> text{};
  std::size_t length = 0;

  constexpr short_name() = default;
  // Constructor parameters have long names: g++ -Wshadow holds them against a consumer's globals.
  constexpr short_name(
      std::string_view full_name) noexcept {  // NOLINT(google-explicit-constructor)
    for (; length < full_name.size() && length + 1 < text.size(); ++length) {
      text[length] = full_name[length];
    }
  }
  constexpr short_name(const char* full_name) noexcept  // NOLINT(google-explicit-constructor)
      : short_name(std::string_view(full_name)) {}

  [[nodiscard]] constexpr std::string_view view() const noexcept { return {text.data(), length}; }
  [[nodiscard]] friend constexpr bool operator==(const short_name& a,
                                                 const short_name& b) noexcept {
    return a.view() == b.view();
  }
};

}  // namespace shardline
