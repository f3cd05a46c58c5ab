// SPDX-License-Identifier: BSL-1.0
/// What is embedded when the planner is built (embed.cmake).
#pragma once

#include <string_view>

namespace planner::page {

/// page.css and page.js.
extern const std::string_view style;
extern const std::string_view script;
/// The estimator for browsers, WebAssembly compressed by gzip; empty where it could not be built.
extern const std::string_view module_of_sliders;

}  // namespace planner::page
