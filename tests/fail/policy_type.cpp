// SPDX-License-Identifier: BSL-1.0
// A number is no efficiency policy.
#include "small.hpp"

using namespace shardline;

#ifdef SHARDLINE_TEST_BAD
constexpr double half = 0.5;
#else
constexpr constant half{.mfu = 0.5};
#endif

constexpr auto one = make_cluster(with_efficiency(small::chip, half), 1);
constexpr layout whole{};

static_assert(estimate(one, small::dense, whole, small::short_prompt).decode.total().value() > 0.0);
