// SPDX-License-Identifier: BSL-1.0
/// The inverse queries: how much fits.
#pragma once

#include "options.hpp"

namespace planner {

/// Prints how many sequences fit into the layout, how long they may be, and how few GPUs do. True
/// where at least one sequence fits. Throws bad_input as run() does.
bool run_fit(const options& o);

}  // namespace planner
