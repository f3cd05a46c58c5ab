// SPDX-License-Identifier: BSL-1.0
/// What to type to run what was priced.
#pragma once

#include "options.hpp"

namespace planner {

/// Prints the commands, or the manifest of --format; what is wrong with the layout where it is
/// infeasible. True where it is feasible. Throws bad_input, in the engine's words where no option of
/// it says what was priced.
bool run_launch(const options& o);

}  // namespace planner
