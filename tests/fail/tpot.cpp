// SPDX-License-Identifier: BSL-1.0
// By hand, bytes moved by one token at a context of 15 + 2 / 2 = 16, at 2048 bytes/s:
//   norm 8, q k v 6 + 8 = 14, rotary 8, attention 4 + 17 x 4 = 72, output 2 + 4 = 6, norm 8, up 6,
//   activation function 4, down 6: 132 bytes
//   132 / 2048 = 0.064453125 s
#include "small.hpp"

using namespace shardline;

constexpr workload within(double allowed) noexcept {
  workload w = small::tokens_of(15.0, 2.0);
  w.max_tpot = seconds<>::from_value(allowed);
  return w;
}

#ifdef SHARDLINE_TEST_BAD
constexpr workload impatient = within(0.03125);
#else
constexpr workload impatient = within(0.064453125);
#endif
constexpr layout alone{};

static_assert(require_feasible<small::one, small::tiny, alone, impatient>);
