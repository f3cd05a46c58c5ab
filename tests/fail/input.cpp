// No pipeline has 0 stages.
#include "small.hpp"

using namespace shardline;

#ifdef SHARDLINE_TEST_BAD
constexpr layout stages{{}, {}, 0};
#else
constexpr layout stages{{}, {}, 1};
#endif

static_assert(require_feasible<small::one, small::dense, stages, small::short_prompt>);
