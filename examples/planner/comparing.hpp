// SPDX-License-Identifier: BSL-1.0
/// Why one layout beats another, and what either would gain by better hardware.
#pragma once

#include "options.hpp"

namespace planner {

/// Prints what two layouts deliver, and by which operators their times differ, the largest difference
/// first. True where both are feasible. Throws bad_input.
bool run_compare(const options& o);

/// Prints what TTFT, TPOT and throughput gain by each figure of the hardware, what TPOT gains most by
/// first. True where the layout is feasible. Throws bad_input.
bool run_sensitivity(const options& o);

}  // namespace planner
