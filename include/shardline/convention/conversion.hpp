/// A framework's flags for a layout, or the reason why they cannot express it.
#pragma once

#include <string_view>

#include "shardline/base/fwd.hpp"

namespace shardline {

/// `flags` mean something only when `why_not` is empty.
template <class Flags>
struct conversion {
  Flags flags{};
  std::string_view why_not{};

  [[nodiscard]] constexpr bool has_value() const noexcept { return why_not.empty(); }
};

}  // namespace shardline
