// SPDX-License-Identifier: BSL-1.0
/// Fixed-capacity storage for aggregates that must be constexpr and allocate nothing.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <new>
#include <string_view>
#include <type_traits>

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
  /// What others hold, and whether they had no room for more; not their empty places.
  constexpr void append(const bounded& others) noexcept {
    for (const T& item : others) push_back(item);
    overflowed = overflowed || others.overflowed;
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

/// Up to `Capacity` values in place, of which only those pushed are ever made: room for many costs
/// nothing where few are needed. What does not fit is not stored and `overflowed` says so.
template <class T, std::size_t Capacity>
class growing {
 public:
  constexpr growing() noexcept {}  // NOLINT(modernize-use-equals-default): leaves the places alone

  constexpr void push_back(const T& item) noexcept {
    append([&item]() -> const T& { return item; });
  }
  /// What make() returns, made in its place.
  template <class Make>
  constexpr void append(const Make& make) noexcept {
    if (length_ == Capacity) {
      overflowed_ = true;
      return;
    }
    if (std::is_constant_evaluated()) {
      places_[length_] = place(by_making{}, make);
    } else {
      ::new (static_cast<void*>(&places_[length_])) place(by_making{}, make);
    }
    ++length_;
  }
  /// What it has room for, what it has, and whether something came that had no room.
  [[nodiscard]] static constexpr std::size_t capacity() noexcept { return Capacity; }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return length_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return length_ == 0; }
  [[nodiscard]] constexpr bool overflowed() const noexcept { return overflowed_; }
  [[nodiscard]] constexpr const T& operator[](std::size_t i) const noexcept {
    return places_[i].value;
  }
  [[nodiscard]] constexpr T& operator[](std::size_t i) noexcept { return places_[i].value; }

 private:
  struct by_making {};
  // Without an active member at run time, since g++ clears what begins with one; with one in
  // constants, which must be whole.
  union bare {
    char none;
    T value;
    constexpr bare() noexcept {
      if (std::is_constant_evaluated()) none = 0;
    }
    template <class Make>
    constexpr bare(by_making, const Make& make_item) noexcept : value(make_item()) {}
  };
  struct made {
    T value{};
    constexpr made() noexcept = default;
    template <class Make>
    constexpr made(by_making, const Make& make_item) noexcept : value(make_item()) {}
  };
  // What copies itself in a way of its own (a pack of Eigen's) is made from the start.
  using place = std::conditional_t<std::is_trivially_copyable_v<T>, bare, made>;
  std::array<place, Capacity> places_;
  std::size_t length_ = 0;
  bool overflowed_ = false;
};

/// A name held in place, so that what is named at run time needs no owner for its text.
///   length   of the name as it was given; of one that is longer than `most` characters only the
///            first `most` are held, and validation refuses it
struct short_name {
  static constexpr std::size_t most = 95;
  std::array<char, most + 1> text{};
  std::size_t length = 0;

  constexpr short_name() = default;
  // Constructor parameters have long names: g++ -Wshadow holds them against a consumer's globals.
  template <std::convertible_to<std::string_view> Text>
  // NOLINTNEXTLINE(google-explicit-constructor): a name is written as text
  constexpr short_name(const Text& given_text) noexcept
      : text(held_of(given_text)), length(std::string_view(given_text).size()) {}

  [[nodiscard]] constexpr std::size_t held() const noexcept {
    return length < most ? length : most;
  }
  /// The characters, as long as this lives.
  [[nodiscard]] constexpr std::string_view view() const noexcept { return {text.data(), held()}; }
  [[nodiscard]] friend constexpr bool operator==(const short_name& a,
                                                 const short_name& b) noexcept {
    return a.length == b.length && a.view() == b.view();
  }

 private:
  // Apart from the constructor's body, in which g++ 12 changes no member of a constant.
  static constexpr std::array<char, most + 1> held_of(std::string_view full_name) noexcept {
    std::array<char, most + 1> held{};
    for (std::size_t i = 0; i < full_name.size() && i < most; ++i) held[i] = full_name[i];
    return held;
  }
};

}  // namespace shardline
