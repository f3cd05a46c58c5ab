// SPDX-License-Identifier: BSL-1.0
/// What the policy `constant` answers: its own share of each data sheet figure, whatever the
/// operator, and its launch of each kernel.
#pragma once

#include "shardline/curves/residuals.hpp"
#include "shardline/describe/efficiency.hpp"
#include "shardline/work/operators.hpp"
#include "shardline/work/step.hpp"

namespace shardline {

/// Share of the peak of its precision that `op` reaches, in (0, 1].
template <class T, class Operator>
[[nodiscard]] constexpr T compute_share(const basic_constant<T>& c, const Operator&) noexcept {
  return c.mfu;
}

/// Share of the memory bandwidth that `op` reaches, in (0, 1].
template <class T, class Operator>
[[nodiscard]] constexpr T memory_share(const basic_constant<T>& c, const Operator&) noexcept {
  return c.bandwidth;
}

/// Share of a link's bandwidth that `op` reaches, in (0, 1].
template <class T>
[[nodiscard]] constexpr T link_share(const basic_constant<T>& c, const collective<T>&) noexcept {
  return c.link;
}

/// Seconds one kernel costs beside its work.
template <class T>
[[nodiscard]] constexpr seconds<T> launch_time(const basic_constant<T>& c) noexcept {
  return c.launch;
}

/// What the engine's program adds to a step beside the accelerator's busy time: 0, it is in the
/// shares.
template <class T>
[[nodiscard]] constexpr seconds<T> host_time(const basic_constant<T>&, const rank_step<T>&, integer,
                                             const seconds<T>&) noexcept {
  return {};
}

/// What passes from a request's arrival to the first step that can take it up: 0.
template <class T>
[[nodiscard]] constexpr seconds<T> admission_time(const basic_constant<T>&, const seconds<T>&,
                                                  const T&) noexcept {
  return {};
}

/// How far measurements were found to be from what it says: not known, so that bands have no width.
template <class T>
[[nodiscard]] constexpr basic_residuals<T> residuals_of(const basic_constant<T>&) noexcept {
  return {};
}

/// Where its figures come from.
template <class T>
[[nodiscard]] constexpr provenance source_of(const basic_constant<T>&) noexcept {
  return provenance::constant;
}

}  // namespace shardline
