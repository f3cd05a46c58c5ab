// SPDX-License-Identifier: BSL-1.0
/// What to type to run what was priced.
#pragma once

#include <string>

#include "options.hpp"

namespace planner {

/// Prints the commands, or the manifest of --format; what is wrong with the layout where it is
/// infeasible. True where it is feasible. Throws bad_input, in the engine's words where no option
/// of it says what was priced.
bool run_launch(const options& o);

/// Why launch cannot start a layout under a load on machines of whole nodes, of four GPUs where a
/// node has more than a machine: what the options or rules of --engine say against it; nothing
/// where it can, or where it is not known how the engine is started.
std::string why_not_launched(const options& o, const shardline::layout& l,
                             const shardline::workload& w);

}  // namespace planner
