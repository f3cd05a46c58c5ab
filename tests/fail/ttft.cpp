// SPDX-License-Identifier: BSL-1.0
// By hand, bytes moved by one prompt of 15 tokens of the tiny model in bf16, at 2048 bytes/s:
//   norm 15 x 8 = 120, q k v 6 + 15 x 8 = 126, rotary 15 x 8 = 120, attention 15 x (4 + 4) = 120,
//   output 2 + 15 x 4 = 62, norm 120, up 62, activation function 15 x 4 = 60, down 62: 852 bytes
//   852 / 2048 = 0.416015625 s
#include "small.hpp"

using namespace shardline;

constexpr workload within(double allowed) noexcept {
  workload w = small::short_prompt;
  w.max_ttft = seconds<>::from_value(allowed);
  return w;
}

#ifdef SHARDLINE_TEST_BAD
constexpr workload impatient = within(0.25);
#else
constexpr workload impatient = within(0.416015625);
#endif
constexpr layout alone{};

static_assert(require_feasible<small::one, small::tiny, alone, impatient>);
