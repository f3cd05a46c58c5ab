// SPDX-License-Identifier: BSL-1.0
// A policy of a consumer's own that does not say what the engine's program takes.
#include "small.hpp"

namespace own {

using namespace shardline;

struct shares {};

template <class T, class Operator>
constexpr T compute_share(const shares&, const Operator&) noexcept {
  return T(0.5);
}
template <class T, class Operator>
constexpr T memory_share(const shares&, const Operator&) noexcept {
  return T(0.5);
}
template <class T>
constexpr T link_share(const shares&, const collective<T>&) noexcept {
  return T(0.5);
}
template <class T>
constexpr seconds<T> launch_time(const shares&) noexcept {
  return {};
}
template <class T>
constexpr seconds<T> admission_time(const shares&, const seconds<T>&, const T&) noexcept {
  return {};
}
template <class T>
constexpr basic_residuals<T> residuals_of(const shares&) noexcept {
  return {};
}
constexpr provenance source_of(const shares&) noexcept { return provenance::constant; }

#ifndef SHARDLINE_TEST_BAD
template <class T>
constexpr seconds<T> host_time(const shares&, const rank_step<T>&, integer,
                               const seconds<T>&) noexcept {
  return {};
}
#endif

}  // namespace own

using namespace shardline;

constexpr auto roomy() noexcept {
  auto c = make_cluster(with_efficiency(small::chip, own::shares{}), 1);
  c.runtime.reserve = bytes<>{};
  return c;
}
constexpr auto one = roomy();
constexpr layout whole{};

static_assert(require_feasible<one, small::dense, whole, small::short_prompt>);
