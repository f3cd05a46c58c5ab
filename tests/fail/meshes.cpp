// SPDX-License-Identifier: BSL-1.0
// The same GPUs seen by attention and by the experts: 4 ranks are not 2.
#include "small.hpp"

using namespace shardline;

#ifdef SHARDLINE_TEST_BAD
constexpr layout of_two_minds{{4, 1, 1}, {1, 2, 1}};
#else
constexpr layout of_two_minds{{4, 1, 1}, {1, 4, 1}};
#endif

static_assert(require_feasible<small::eight, small::routed, of_two_minds, small::short_prompt>);
