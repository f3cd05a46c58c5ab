// SPDX-License-Identifier: BSL-1.0
// A fitted policy whose curves say nothing.
#include <shardline/catalog/efficiencies.hpp>

#include "small.hpp"

using namespace shardline;

#ifdef SHARDLINE_TEST_BAD
constexpr auto chip = with_efficiency(small::chip, fitted{});
#else
constexpr auto chip = with_fitted(small::chip);
#endif

constexpr auto roomy() noexcept {
  auto c = make_cluster(chip, 1);
  c.runtime.reserve = bytes<>{};
  return c;
}
constexpr auto one = roomy();
constexpr layout whole{};

static_assert(require_feasible<one, small::dense, whole, small::short_prompt>);
