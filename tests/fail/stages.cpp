// Stages of 1 and 2 layers hold 3, one more than the 2 there are.
#include "small.hpp"

using namespace shardline;

constexpr layout listing(std::uint16_t last) noexcept {
  layout l{{}, {}, 2};
  l.stages.listed.push_back(1);
  l.stages.listed.push_back(last);
  return l;
}

#ifdef SHARDLINE_TEST_BAD
constexpr layout pipeline = listing(2);
#else
constexpr layout pipeline = listing(1);
#endif

static_assert(require_feasible<small::eight, small::dense, pipeline, small::short_prompt>);
