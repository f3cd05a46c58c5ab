// SPDX-License-Identifier: BSL-1.0
/// Options from the words behind them, wherever those come from.
#pragma once

#include "options.hpp"
#include "words.hpp"

namespace planner {

/// What each command is to do. They throw bad_input.
options read_estimate(const words& of);
options read_launch(const words& of);
options read_compare(const words& of);
options read_explain(const words& of);
options read_sensitivity(const words& of);
options read_fit(const words& of);
/// Of a search; where options have lists behind them the options are those of the first of each, and
/// `given` keeps all.
options read_search(const words& of);
/// Of a search with one value behind each.
options read_search_point(const words& of);
options read_merge(const words& of);
options read_pools(const words& of);
options read_recommend(const words& of);

/// What an engine loads of --model: the repository of a catalog's model, or a folder itself; nothing
/// where it names neither.
std::string checkpoint_of(const std::string& model);

}  // namespace planner
