// SPDX-License-Identifier: BSL-1.0
/// The fewest GPUs that keep promises, and why fewer do not.
#pragma once

#include "options.hpp"

namespace planner {

/// Prints what is recommended, priced anew, and what comes nearest with one GPU less; or what comes
/// nearest where nothing does. True where something does. Throws bad_input.
bool run_recommend(const options& o);

}  // namespace planner
