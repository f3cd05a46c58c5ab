// SPDX-License-Identifier: BSL-1.0
// The second of two layers runs with the weights of the first, which the other stage would hold.
#include "small.hpp"

using namespace shardline;

constexpr model twice_over() noexcept {
  model m = small::dense;
  layer again = m.layers.kinds[0];
  again.weights_of_another = true;
  m.layers = {{1, m.layers.kinds[0]}, {1, again}};
  return m;
}
constexpr model twice = twice_over();

#ifdef SHARDLINE_TEST_BAD
constexpr layout on_stages{{}, {}, 2};
#else
constexpr layout on_stages{};
#endif

static_assert(require_feasible<small::eight, twice, on_stages, small::short_prompt>);
