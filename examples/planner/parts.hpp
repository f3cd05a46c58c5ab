// SPDX-License-Identifier: BSL-1.0
/// Parts of a search as files.
#pragma once

#include <string>
#include <vector>

#include "options.hpp"
#include "words.hpp"

namespace planner {

/// Parts of one search, all of them.
///   question   the command line of the search, without --part and --jobs
struct parts_read {
  words question{};
  std::vector<shardline::found_points> found{};
};

/// What merge reads of a part: {"version", "part", "parts", "question": [[option, text]], "tried",
/// "feasible", "rejected": [points by rule], "points": [{"rank", "order", "setting", "load",
/// "layout"}]}, in one line.
std::string part_text(const options& o, const shardline::found_points& found);

/// Reads them. Throws bad_input where a file is none of part_text(), is of another version or another
/// question than the first, or where a part is missing or there twice.
parts_read read_parts(const std::vector<std::string>& paths);

}  // namespace planner
