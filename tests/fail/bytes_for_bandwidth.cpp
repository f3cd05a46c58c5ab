// SPDX-License-Identifier: BSL-1.0
// A link has a rate, not a size.
#include <shardline/describe/accelerator.hpp>

using namespace shardline::literals;

#ifdef SHARDLINE_TEST_BAD
constexpr shardline::basic_link<> wire{450_GB, 3_us};
#else
constexpr shardline::basic_link<> wire{450_GBps, 3_us};
#endif

static_assert(wire.rate.value() > 0.0);
