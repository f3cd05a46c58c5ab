// SPDX-License-Identifier: BSL-1.0
// A prompt is not so many seconds long.
#include <shardline/describe/workload.hpp>

using namespace shardline::literals;

constexpr shardline::workload talk() {
  shardline::workload w;
#ifdef SHARDLINE_TEST_BAD
  w.input = 5_s;
#else
  w.input = 5_tokens;
#endif
  return w;
}

static_assert(talk().input.value() > 0.0);
