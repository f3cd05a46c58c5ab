// SPDX-License-Identifier: BSL-1.0
// Layers of three stages are listed, and there are two.
#include "small.hpp"

using namespace shardline;

constexpr layout listing(std::size_t stages) noexcept {
  layout l{{}, {}, 2};
  for (std::size_t i = 0; i < stages; ++i) l.stages.listed.push_back(1);
  return l;
}

#ifdef SHARDLINE_TEST_BAD
constexpr layout pipeline = listing(3);
#else
constexpr layout pipeline = listing(2);
#endif

static_assert(require_feasible<small::eight, small::dense, pipeline, small::short_prompt>);
