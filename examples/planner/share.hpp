// SPDX-License-Identifier: BSL-1.0
/// Another share of the memory for an engine's own budget rule.
#pragma once

#include <variant>

#include "shardline/describe/engine.hpp"

namespace planner {

/// The engine's own budget rule with another share.
inline void set_share(shardline::runtime& engine, double share) {
  if (std::holds_alternative<shardline::derived_static<>>(engine.budget)) {
    engine.budget = shardline::static_fraction<>{share};  // given, there is nothing to derive
  } else {
    std::visit([share](auto& rule) { rule.share = share; }, engine.budget);
  }
}

}  // namespace planner
