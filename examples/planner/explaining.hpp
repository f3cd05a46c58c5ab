// SPDX-License-Identifier: BSL-1.0
/// Where the time of a layout goes, and what would make it faster.
#pragma once

#include <string>

#include "options.hpp"
#include "shardline/io/json/output.hpp"
#include "shardline/plan/sensitivity.hpp"

namespace planner {

/// Prints the operators of a prompt and of a decode step, each with its equation, and what both gain
/// by better hardware; where asked for, writes them as a trace. True where the layout is feasible.
/// Throws bad_input, or unwritten.
bool run_explain(const options& o);

/// Prints what TTFT, TPOT and throughput gain by each figure of the hardware, what TPOT gains most by
/// first. True where the layout is feasible. Throws bad_input.
bool run_sensitivity(const options& o);

/// What a layout gains by each figure, as a table, and as the member "sensitivity".
std::string sensitivity_text(const shardline::sensitivities& s);
void put_sensitivity(shardline::json_tree& out, const shardline::sensitivities& s);

}  // namespace planner
