// SPDX-License-Identifier: BSL-1.0
/// Calls a function object with the alternative that a variant holds.
#pragma once

#include <cstddef>
#include <utility>
#include <variant>

#include "shardline/base/fwd.hpp"

namespace shardline {

/// Calls f(alternative) once, f being callable with every alternative. A chain of comparisons
/// rather than std::visit's table of function pointers: it inlines, and is constant wherever the
/// variant is. I, 0 for users, is the index at which the chain starts. A variant without a value
/// (after an exception) counts as its last alternative. By definition of std::variant::index().
///   of variant<int, double>(10.5), f being 2 n or 4 x: 42   (tests/base/alternative.cpp)
template <std::size_t I = 0, class Variant, class F>
constexpr void visit_alternative(const Variant& v, F&& f) {
  if constexpr (I + 1 < std::variant_size_v<Variant>) {
    if (v.index() == I) {
      f(std::get<I>(v));
    } else {
      visit_alternative<I + 1>(v, std::forward<F>(f));
    }
  } else {
    f(std::get<I>(v));
  }
}

}  // namespace shardline
