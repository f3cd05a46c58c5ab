// SPDX-License-Identifier: BSL-1.0
// 8 ranks either way, but 4 copies of the experts cannot share out 2 replicas of attention.
#include "small.hpp"

using namespace shardline;

#ifdef SHARDLINE_TEST_BAD
constexpr layout copied{{4, 1, 2}, {2, 1, 4}};
#else
constexpr layout copied{{4, 1, 2}, {2, 2, 2}};
#endif

static_assert(require_feasible<small::eight, small::routed, copied, small::short_prompt>);
