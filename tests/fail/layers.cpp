// SPDX-License-Identifier: BSL-1.0
// 2 layers cannot fill 3 pipeline stages.
#include "small.hpp"

using namespace shardline;

#ifdef SHARDLINE_TEST_BAD
constexpr layout pipeline{{}, {}, 3};
#else
constexpr layout pipeline{{}, {}, 2};
#endif

static_assert(require_feasible<small::eight, small::dense, pipeline, small::short_prompt>);
