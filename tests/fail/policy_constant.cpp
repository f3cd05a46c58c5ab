// SPDX-License-Identifier: BSL-1.0
// A fitted policy with a constant out of its range.
#include <shardline/catalog/efficiencies.hpp>

#include "small.hpp"

using namespace shardline;

constexpr auto with_share(double share_of_rate) noexcept {
  auto chip = with_fitted(small::chip);
  chip.efficiency.gemm[kernel_format::wide].bandwidth = share_of_rate;
  auto c = make_cluster(chip, 1);
  c.runtime.reserve = bytes<>{};
  return c;
}
#ifdef SHARDLINE_TEST_BAD
constexpr auto one = with_share(50.0);
#else
constexpr auto one = with_share(0.5);
#endif
constexpr layout whole{};

static_assert(require_feasible<one, small::dense, whole, small::short_prompt>);
