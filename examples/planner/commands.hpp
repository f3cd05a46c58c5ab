// SPDX-License-Identifier: BSL-1.0
/// The subcommands of shardline-plan and their options, as CLI11 is told of them.
#pragma once

#include <CLI/CLI.hpp>

#include <string_view>

namespace planner {

/// estimate, search and fit, each with its options; batch; and the lists.
void add_subcommands(CLI::App& app);

/// Whether an option may be given as often as needed; any other is given once.
bool repeats(std::string_view option);

}  // namespace planner
