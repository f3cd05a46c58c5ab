// SPDX-License-Identifier: BSL-1.0
/// What a variant holds: handed to a function object, and compared. With less to compile than
/// std::visit() and the standard's comparison, which make tables of function pointers.
#pragma once

#include <cstddef>
#include <utility>
#include <variant>

#include "shardline/base/fwd.hpp"

namespace shardline {

namespace detail {

template <class Variant>
using alternatives_of = std::make_index_sequence<std::variant_size_v<Variant>>;

template <class Variant, class F, std::size_t... I>
constexpr void visit_one_of(const Variant& v, F& f, std::index_sequence<I...> /*all*/) {
  static_cast<void>(((v.index() == I && (f(std::get<I>(v)), true)) || ...));
}

template <class Variant, std::size_t... I>
constexpr bool one_of_is_equal(const Variant& a, const Variant& b,
                               std::index_sequence<I...> /*all*/) {
  return a.index() == b.index() && ((a.index() == I && std::get<I>(a) == std::get<I>(b)) || ...);
}

}  // namespace detail

/// Calls f(alternative) once, f being callable with every alternative; not at all where the variant
/// has no value (after an exception). A chain of comparisons of std::variant::index(): it inlines,
/// and is constant wherever the variant is.
///   of variant<int, double>(10.5), f being 2 n or 4 x: 42   (tests/base/alternative.cpp)
template <class Variant, class F>
constexpr void visit_alternative(const Variant& v, F&& f) {
  detail::visit_one_of(v, f, detail::alternatives_of<Variant>{});
}

/// Whether both hold the same alternative, of equal value, as std::variant's operator== says.
///   of 21 and 21, not of 21 and 10.5   (tests/base/alternative.cpp)
template <class Variant>
[[nodiscard]] constexpr bool equal_alternatives(const Variant& a, const Variant& b) {
  return detail::one_of_is_equal(a, b, detail::alternatives_of<Variant>{});
}

}  // namespace shardline
