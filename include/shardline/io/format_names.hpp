// SPDX-License-Identifier: BSL-1.0
/// The names by which files and options know storage formats.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "shardline/describe/weights.hpp"

namespace shardline {

/// Formats of weights.
inline constexpr std::array<std::pair<std::string_view, weight_format>, 8> weight_format_names{
    {{"fp32", formats::fp32},
     {"bf16", formats::bf16},
     {"fp16", formats::fp16},
     {"fp8", formats::fp8},
     {"int8", formats::int8},
     {"int4", formats::int4_g128},
     {"mxfp4", formats::mxfp4},
     {"nvfp4", formats::nvfp4}}};

/// Formats of a cache.
inline constexpr std::array<std::pair<std::string_view, cache_format>, 9> cache_format_names{
    {{"fp32", precision::fp32},
     {"bf16", precision::bf16},
     {"fp16", precision::fp16},
     {"fp8", precision::fp8},
     {"int8", precision::int8},
     {"fp4", precision::fp4},
     {"int4", precision::int4},
     {"nvfp4", cache_formats::nvfp4},
     {"fp8-head", cache_formats::fp8_head}}};

/// The names of a table of pairs, the first of each, with commas between, for a message.
///   names_of({{"a", 1}, {"b", 2}}) = "a, b"   (tests/io/documented.cpp)
template <class Table>
[[nodiscard]] std::string names_of(const Table& table) {
  std::string names;
  for (const auto& [name, value] : table) {
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  return names;
}

}  // namespace shardline
