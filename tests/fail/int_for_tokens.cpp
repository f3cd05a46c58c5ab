// SPDX-License-Identifier: BSL-1.0
// A bare number is not a number of tokens.
#include <shardline/describe/workload.hpp>

using namespace shardline::literals;

#ifdef SHARDLINE_TEST_BAD
constexpr shardline::workload talk{.input = 2048};
#else
constexpr shardline::workload talk{.input = 2048_tokens};
#endif

static_assert(talk.input.value() > 0.0);
