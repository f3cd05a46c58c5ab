// SPDX-License-Identifier: BSL-1.0
/// What the policy `datasheet` answers: all of every data sheet figure, and nothing beside it.
#pragma once

#include "shardline/curves/residuals.hpp"
#include "shardline/describe/efficiency.hpp"
#include "shardline/work/operators.hpp"
#include "shardline/work/step.hpp"

namespace shardline {

/// What every operator reaches under the policy `datasheet`: all of its precision's peak, of the
/// memory's rate and of a link's rate (shares [1] of 1), and 0 s for a kernel's launch, the
/// engine's program and a request's admission. So times are lower bounds. Residuals are not known,
/// so bands have no width. Source of the figures: data sheets, by chip: chips/.
///   compute_share = memory_share = link_share = 1; launch_time = host_time = admission_time = 0 s
///   (tests/kernels/roofline.cpp)
template <class T, class Operator>
[[nodiscard]] constexpr T compute_share(const datasheet&, const Operator&) noexcept {
  return T(1.0);
}
template <class T, class Operator>
[[nodiscard]] constexpr T memory_share(const datasheet&, const Operator&) noexcept {
  return T(1.0);
}
template <class T>
[[nodiscard]] constexpr T link_share(const datasheet&, const collective<T>&) noexcept {
  return T(1.0);
}
template <class T>
[[nodiscard]] constexpr seconds<T> launch_time(const datasheet&) noexcept {
  return {};
}
template <class T>
[[nodiscard]] constexpr seconds<T> host_time(const datasheet&, const rank_step<T>&, integer,
                                             const seconds<T>&) noexcept {
  return {};
}
template <class T>
[[nodiscard]] constexpr seconds<T> admission_time(const datasheet&, const seconds<T>&,
                                                  const T&) noexcept {
  return {};
}
template <class T>
[[nodiscard]] constexpr basic_residuals<T> residuals_of(const datasheet&) noexcept {
  return {};
}
[[nodiscard]] constexpr provenance source_of(const datasheet&) noexcept {
  return provenance::datasheet;
}

}  // namespace shardline
