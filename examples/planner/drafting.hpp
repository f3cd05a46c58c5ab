// SPDX-License-Identifier: BSL-1.0
/// What decoding guesses ahead: --draft, --acceptance and --draft-time.
#pragma once

#include "options.hpp"
#include "words.hpp"

namespace planner {

/// A number of tokens with how often they are right, or a published speculator, "mtp" or "eagle3:3",
/// that says it. Throws bad_input.
shardline::speculation read_speculation(const words& of, const shardline::model& m);

}  // namespace planner
