// SPDX-License-Identifier: BSL-1.0
/// Calls a function object with the alternative that a variant holds.
#pragma once

#include <cstddef>
#include <utility>
#include <variant>

#include "shardline/base/fwd.hpp"

namespace shardline {

/// f(alternative), f being callable with every alternative. A chain of comparisons rather than
/// std::visit's table of function pointers: it inlines, and it is constant wherever the variant is.
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
