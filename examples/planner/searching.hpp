// SPDX-License-Identifier: BSL-1.0
/// Every layout of the GPUs under everything that is tried, the best first.
#pragma once

#include "options.hpp"

namespace planner {

/// Prints the ranking, or what comes nearest where there is none; of a part what merge reads. True
/// where a point is feasible, and of any part. Throws bad_input.
bool run_search(const options& o);

/// Prints what the search prints whose parts these are. Throws bad_input.
bool run_merge(const options& o);

}  // namespace planner
