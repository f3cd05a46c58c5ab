// SPDX-License-Identifier: BSL-1.0
// Experts 6 wide over 4 ranks each.
#include "small.hpp"

using namespace shardline;

#ifdef SHARDLINE_TEST_BAD
constexpr layout split = small::tensor_parallel(4);
#else
constexpr layout split = small::tensor_parallel(2);
#endif

static_assert(require_feasible<small::eight, small::routed, split, small::short_prompt>);
