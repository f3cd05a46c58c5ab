// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

#include "shardline/engines/index.hpp"
#include "shardline/io/text.hpp"

/// Why a text is no layout.
inline std::string refusal(std::string_view text) {
  return shardline::fault_text(shardline::parse_layout(text));
}
