// SPDX-License-Identifier: BSL-1.0
// 8 heads over 3 ranks.
#include "small.hpp"

using namespace shardline;

#ifdef SHARDLINE_TEST_BAD
constexpr layout split = small::tensor_parallel(3);
#else
constexpr layout split = small::tensor_parallel(4);
#endif

static_assert(require_feasible<small::eight, small::dense, split, small::short_prompt>);
