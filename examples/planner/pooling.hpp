// SPDX-License-Identifier: BSL-1.0
/// Prefill and decode on pools of their own, sized within the GPUs, beside the best without.
#pragma once

#include "options.hpp"

namespace planner {

/// Prints the pairs of pools, the best first, and what the same GPUs do where every one of them reads
/// and decodes. True where pools are feasible. Throws bad_input.
bool run_size_pools(const options& o);

}  // namespace planner
