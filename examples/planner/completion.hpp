// SPDX-License-Identifier: BSL-1.0
/// Completion of command lines, made from the options that there are.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

namespace planner {

/// A script for "bash", "zsh" or "fish" that completes commands and their options. Throws bad_input,
/// which names the shells.
std::string completion_text(const CLI::App& app, std::string_view shell);

}  // namespace planner
