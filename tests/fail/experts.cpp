// SPDX-License-Identifier: BSL-1.0
// 4 experts over 8 ranks.
#include "small.hpp"

using namespace shardline;

#ifdef SHARDLINE_TEST_BAD
constexpr layout spread{{1, 1, 8}, {1, 8, 1}};
#else
constexpr layout spread{{1, 1, 8}, {1, 4, 2}};
#endif

static_assert(require_feasible<small::eight, small::routed, spread, small::short_prompt>);
