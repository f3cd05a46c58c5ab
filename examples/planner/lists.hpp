// SPDX-License-Identifier: BSL-1.0
/// What there is: models, accelerators, engines, and the fields of an accelerator.
#pragma once

#include "options.hpp"

namespace planner {

/// Prints the list that was asked for, as a table or as JSON, each line with where its figures come
/// from.
void print_list(const options& o);

}  // namespace planner
