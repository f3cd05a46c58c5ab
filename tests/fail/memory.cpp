// SPDX-License-Identifier: BSL-1.0
// By hand, for one sequence of 15 + 1 tokens of the tiny model in bf16:
//   weights                                                   16 bytes
//   KV cache     one page of 16 tokens, 4 bytes each          64
//   activations  15 tokens of residual stream, 2 bytes each   30
//                and of the largest operator (a norm reads
//                and writes 4 values), 8 bytes each          120
//   in all                                                   230
#include "small.hpp"

using namespace shardline;

constexpr accelerator with_memory(double size) noexcept {
  accelerator a = small::chip;
  a.memory = bytes<>::from_value(size);
  return a;
}

#ifdef SHARDLINE_TEST_BAD
constexpr cluster full = small::chips(with_memory(229.0), 1);
#else
constexpr cluster full = small::chips(with_memory(230.0), 1);
#endif
constexpr layout alone{};

static_assert(require_feasible<full, small::tiny, alone, small::short_prompt>);
