/// Runs what the options ask for and prints it.
#pragma once

#include "options.hpp"

namespace planner {

/// Prices the layout, or searches for layouts, and prints the result. True where there is a
/// feasible one. Throws bad_input where the inputs, each allowed by itself, cannot be priced
/// together.
bool run(const options& o);

}  // namespace planner
