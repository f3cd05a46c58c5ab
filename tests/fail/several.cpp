// SPDX-License-Identifier: BSL-1.0
// One compile error per broken rule: too many GPUs, and heads that do not split.
#include "small.hpp"

using namespace shardline;

#ifdef SHARDLINE_TEST_BAD
constexpr layout wide = small::tensor_parallel(12);
#else
constexpr layout wide = small::tensor_parallel(8);
#endif

static_assert(require_feasible<small::eight, small::dense, wide, small::short_prompt>);
