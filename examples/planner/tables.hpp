// SPDX-License-Identifier: BSL-1.0
/// Results as tables for other programs: what --json says, as CSV or as a table of Markdown.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "options.hpp"

namespace planner {

/// Prints a result as it is asked for: JSON, CSV (RFC 4180, a heading, lines that end in \n), or a
/// table of Markdown. A row is an element of the arrays that the command is about (layouts of a
/// search, operators, what a list lists), their members the columns, "attention.tp" of nested ones; of
/// any other result a row is a field and its value. In Markdown figures have six digits, what is the
/// same in every row stands before the table, once, and lists are left out.
void print_result(const options& o, const nlohmann::ordered_json& result);

/// The tables of a result, as text.
std::string tables_text(const options& o, const nlohmann::ordered_json& result);

}  // namespace planner
