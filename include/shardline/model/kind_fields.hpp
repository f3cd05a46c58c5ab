// SPDX-License-Identifier: BSL-1.0
/// The fields that one kind of block alone has, by number: behind those of base/field.hpp, so many
/// for each kind in the order of the index.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>
#include <variant>

#include "shardline/work/kinds/index.hpp"

namespace shardline {

namespace detail {

inline constexpr std::size_t most_own_fields = 7;
inline constexpr std::size_t kind_count =
    std::variant_size_v<attention_kind> + std::variant_size_v<feed_forward_kind>;
static_assert(field_count + kind_count * most_own_fields <= 256,
              "shardline: the fields of all kinds have numbers of one byte");

// Kind number `I` of the index: first those of token mixing.
template <std::size_t I>
struct kind_at {
  using type =
      std::variant_alternative_t<I - std::variant_size_v<attention_kind>, feed_forward_kind>;
};
template <std::size_t I>
requires(I < std::variant_size_v<attention_kind>) struct kind_at<I> {
  using type = std::variant_alternative_t<I, attention_kind>;
};

template <class Kind, std::size_t... I>
constexpr std::size_t number_among(std::index_sequence<I...> /*all*/) noexcept {
  std::size_t number = 0;
  (void(std::is_same_v<Kind, typename kind_at<I>::type> ? number = I : number), ...);
  return number;
}
template <class Kind>
inline constexpr std::size_t number_of_kind =
    number_among<Kind>(std::make_index_sequence<kind_count>{});

// Hears the fields of a kind: the n-th of those that have a range of their own.
struct own_fields {
  std::size_t n = 0;
  std::size_t heard = 0;
  const field_range* nth = nullptr;

  template <const field_range& Range, class Kind, class Value>
  constexpr void operator()(const char*, own_range<Range>, Value Kind::*) noexcept {
    hear(Range);
  }
  template <class Range, class Kind, class Value>
  constexpr void operator()(const char*, Range, Value Kind::*) noexcept {}
  template <class Kind, class Value>
  constexpr void operator()(const char*, Value Kind::*) noexcept {}

 private:
  constexpr void hear(const field_range& range) noexcept {
    if (heard == n) nth = &range;
    ++heard;
  }
};

template <class Kind>
constexpr const field_range* own_field_of(std::size_t n) noexcept {
  own_fields list{n};
  Kind::fields(list);
  return list.nth;
}
template <std::size_t... I>
constexpr bool have_numbers(std::index_sequence<I...>) noexcept {
  return ((own_field_of<typename kind_at<I>::type>(most_own_fields) == nullptr) && ...);
}
static_assert(have_numbers(std::make_index_sequence<kind_count>{}),
              "shardline: a kind of block has at most 7 fields with a range of their own");
template <std::size_t... I>
constexpr const field_range* own_field_at(std::size_t kind, std::size_t n,
                                          std::index_sequence<I...>) noexcept {
  const field_range* found = nullptr;
  ((I == kind ? void(found = own_field_of<typename kind_at<I>::type>(n)) : void()), ...);
  return found;
}
constexpr const field_range* own_field_at(std::size_t kind, std::size_t n) noexcept {
  return own_field_at(kind, n, std::make_index_sequence<kind_count>{});
}

// The number of a range that a kind alone has.
constexpr field own_field(std::size_t kind, const field_range& range) noexcept {
  std::size_t n = 0;
  while (own_field_at(kind, n) != &range) ++n;
  return static_cast<field>(field_count + kind * most_own_fields + n);
}

}  // namespace detail

/// The number of a field that a kind's fields() lists: that of a shared range of base/field.hpp, or
/// of a range of the kind's own, of which each kind has 8 numbers behind the last of `field`.
///   field_of<K>(shared_range<field::heads>{}) = field::heads, range 1 to 100,000
///   (tests/model/model.cpp)
template <class Kind, field Field>
[[nodiscard]] constexpr field field_of(shared_range<Field>) noexcept {
  return Field;
}
template <class Kind, const field_range& Range>
[[nodiscard]] constexpr field field_of(own_range<Range>) noexcept {
  return detail::own_field(detail::number_of_kind<Kind>, Range);
}

/// The range of any field, a kind's own too, in the unit that it names: that of range_of(), or of
/// the kinds' fields().
///   range_of_any(field::heads) = 1 to 100,000   (tests/model/model.cpp)
[[nodiscard]] constexpr const field_range& range_of_any(field f) noexcept {
  const auto number = static_cast<std::size_t>(f);
  if (number < field_count) return range_of(f);
  const std::size_t own = number - field_count;
  return *detail::own_field_at(own / detail::most_own_fields, own % detail::most_own_fields);
}

/// The range that a number of a kind is held to, in the unit that it names.
///   range_of(shared_range<field::heads>{}) = 1 to 100,000   (tests/model/model.cpp)
template <field Field>
[[nodiscard]] constexpr const field_range& range_of(shared_range<Field>) noexcept {
  return range_of(Field);
}
template <const field_range& Range>
[[nodiscard]] constexpr const field_range& range_of(own_range<Range>) noexcept {
  return Range;
}

}  // namespace shardline
