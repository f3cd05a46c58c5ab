// SPDX-License-Identifier: BSL-1.0
// By hand: one sequence of 15 prompt tokens and 2 of output takes 0.416015625 s (ttft.cpp) and
// 0.064453125 s (tpot.cpp); one after the other, 1 / 0.48046875 s = 2.0813008 requests/s.
#include "small.hpp"

using namespace shardline;

constexpr workload arriving(double rate) noexcept {
  workload w = small::tokens_of(15.0, 2.0);
  w.rate = request_rate<>::from_value(rate);
  return w;
}

#ifdef SHARDLINE_TEST_BAD
constexpr workload busy = arriving(4.0);
#else
constexpr workload busy = arriving(2.0);
#endif
constexpr layout alone{};

static_assert(require_feasible<small::one, small::tiny, alone, busy>);
