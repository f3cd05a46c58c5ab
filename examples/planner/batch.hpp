// SPDX-License-Identifier: BSL-1.0
/// Many estimates in one run: a line in, a line out.
#pragma once

namespace planner {

/// Reads standard input, each line a JSON object of estimate's options by their names without the
/// dashes: numbers, strings, true for those that take no value; null and false say that one is not
/// given. Prints for each line, in their order, the result of that estimate in one line, or
///   {"line": 3, "field": "gpus", "error": "--gpus: 0; allowed: a whole number from 1 to 1000000"}
/// where it is refused; the field is null where it is the line itself. What is printed is sent off
/// when no more lines wait. At the end throws bad_input where lines were refused, saying how many.
void run_batch();

}  // namespace planner
