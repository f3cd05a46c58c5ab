// SPDX-License-Identifier: BSL-1.0
/// What the policy `datasheet` answers: all of every data sheet figure, and nothing beside it.
#pragma once

#include "shardline/curves/residuals.hpp"
#include "shardline/describe/efficiency.hpp"
#include "shardline/work/operators.hpp"
#include "shardline/work/step.hpp"

namespace shardline {

/// Share of the peak of its precision that `op` reaches: 1.
template <class T, class Operator>
[[nodiscard]] constexpr T compute_share(const datasheet&, const Operator&) noexcept {
  return T(1.0);
}

/// Share of the memory bandwidth that `op` reaches: 1.
template <class T, class Operator>
[[nodiscard]] constexpr T memory_share(const datasheet&, const Operator&) noexcept {
  return T(1.0);
}

/// Share of a link's bandwidth that `op` reaches: 1.
template <class T>
[[nodiscard]] constexpr T link_share(const datasheet&, const collective<T>&) noexcept {
  return T(1.0);
}

/// Seconds one kernel costs beside its work: 0.
template <class T>
[[nodiscard]] constexpr seconds<T> launch_time(const datasheet&) noexcept {
  return {};
}

/// What the engine's program adds to a step beside the accelerator's busy time: 0.
template <class T>
[[nodiscard]] constexpr seconds<T> host_time(const datasheet&, const rank_step<T>&, integer,
                                             const seconds<T>&) noexcept {
  return {};
}

/// What passes from a request's arrival to the first step that can take it up: 0.
template <class T>
[[nodiscard]] constexpr seconds<T> admission_time(const datasheet&, const seconds<T>&,
                                                  const T&) noexcept {
  return {};
}

/// How far measurements were found to be from what it says: not known, so that bands have no width.
template <class T>
[[nodiscard]] constexpr basic_residuals<T> residuals_of(const datasheet&) noexcept {
  return {};
}

/// Where its figures come from.
[[nodiscard]] constexpr provenance source_of(const datasheet&) noexcept {
  return provenance::datasheet;
}

}  // namespace shardline
