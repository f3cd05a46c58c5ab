// SPDX-License-Identifier: BSL-1.0
// bf16 activations on a chip that only multiplies 8-bit integers.
#include "small.hpp"

using namespace shardline;

constexpr accelerator multiplier() noexcept {
  accelerator a = small::chip;
  a.peak = {};
#ifdef SHARDLINE_TEST_BAD
  a.peak.int8 = small::chip.peak.bf16;
#else
  a.peak.bf16 = small::chip.peak.bf16;
#endif
  return a;
}

constexpr cluster integers = small::chips(multiplier(), 1);
constexpr layout alone{};

static_assert(require_feasible<integers, small::dense, alone, small::short_prompt>);
