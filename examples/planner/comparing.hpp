// SPDX-License-Identifier: BSL-1.0
/// Why one layout beats another.
#pragma once

#include "options.hpp"

namespace planner {

/// Prints what two layouts deliver, and by which operators their times differ, the largest difference
/// first. True where both are feasible. Throws bad_input.
bool run_compare(const options& o);

}  // namespace planner
