// SPDX-License-Identifier: BSL-1.0
// A prompt of 15 tokens and 2 more, of a model made for 16.
#include "small.hpp"

using namespace shardline;

constexpr model short_sighted() noexcept {
  model m = small::dense;
  m.max_context = 16;
  return m;
}

constexpr model of_sixteen = short_sighted();
constexpr layout alone{};
#ifdef SHARDLINE_TEST_BAD
constexpr workload talk = small::tokens_of(15.0, 2.0);
#else
constexpr workload talk = small::tokens_of(15.0, 1.0);
#endif

static_assert(require_feasible<small::one, of_sixteen, alone, talk>);
