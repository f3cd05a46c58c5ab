// SPDX-License-Identifier: BSL-1.0
/// A search as one page of HTML that needs nothing else.
#pragma once

#include <optional>
#include <vector>

#include "../nearest.hpp"
#include "../options.hpp"

namespace planner {

/// A layout that was found, as it does when single requests are simulated.
struct simulated_layout {
  shardline::layout layout{};
  shardline::simulated_serving serving{};
};

/// Writes the page of a search into the file that --html names. Throws unwritten where it cannot.
///   simulated   what was found, the best first, where a simulation was asked for
///   nearest     near misses, where nothing was found
void write_page(const options& o, const std::vector<simulated_layout>& simulated,
                const std::optional<near_misses_found>& nearest);

}  // namespace planner
