// SPDX-License-Identifier: BSL-1.0
/// A search as one page of HTML that needs nothing else.
#pragma once

#include "../options.hpp"

namespace planner {

/// Writes the page of a search into the file that --html names. Throws unwritten where it cannot.
void write_page(const options& o);

}  // namespace planner
