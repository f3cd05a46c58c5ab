// SPDX-License-Identifier: BSL-1.0
/// Every layout of the GPUs, the best first.
#pragma once

#include "options.hpp"

namespace planner {

/// Prints the ranking, or what comes nearest where there is none. True where a layout is feasible.
/// Throws bad_input.
bool run_search(const options& o);

}  // namespace planner
