// SPDX-License-Identifier: BSL-1.0
// A limit of 0.2 could be seconds or milliseconds.
#include <shardline/describe/workload.hpp>

using namespace shardline::literals;

#ifdef SHARDLINE_TEST_BAD
constexpr shardline::workload talk{.max_ttft = 0.2};
#else
constexpr shardline::workload talk{.max_ttft = 0.2_s};
#endif

static_assert(talk.max_ttft->value() > 0.0);
