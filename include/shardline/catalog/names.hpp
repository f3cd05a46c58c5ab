// SPDX-License-Identifier: BSL-1.0
/// How catalog entries are looked up: by name, upper and lower case alike.
#pragma once

#include <cstddef>
#include <string_view>

#include "shardline/base/fwd.hpp"

namespace shardline::catalog::detail {

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// ASCII only, as the names are; std::tolower is neither constexpr nor free of the locale.
constexpr bool same_name(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

}  // namespace shardline::catalog::detail
