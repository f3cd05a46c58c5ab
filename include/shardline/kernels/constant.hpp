// SPDX-License-Identifier: BSL-1.0
/// What the policy `constant` answers: its own share of each data sheet figure, whatever the
/// operator, and its launch of each kernel.
#pragma once

#include "shardline/curves/residuals.hpp"
#include "shardline/describe/efficiency.hpp"
#include "shardline/work/operators.hpp"
#include "shardline/work/step.hpp"

namespace shardline {

/// The same of the policy `constant`: of each data sheet figure one share [1], from 1e-6 to 1,
/// whatever the operator, and one launch [s], from 0, for each kernel. What the engine's program
/// adds is in the shares, so its own times are 0 s.
///   constant{.mfu = 0.5, .bandwidth = 0.25, .link = 0.75, .launch = 3 us}: compute_share 0.5,
///   memory_share 0.25, link_share 0.75, launch_time 3 us, host_time and admission_time 0 s
///   (tests/kernels/roofline.cpp)
template <class T, class Operator>
[[nodiscard]] constexpr T compute_share(const basic_constant<T>& c, const Operator&) noexcept {
  return c.mfu;
}
template <class T, class Operator>
[[nodiscard]] constexpr T memory_share(const basic_constant<T>& c, const Operator&) noexcept {
  return c.bandwidth;
}
template <class T>
[[nodiscard]] constexpr T link_share(const basic_constant<T>& c, const collective<T>&) noexcept {
  return c.link;
}
template <class T>
[[nodiscard]] constexpr seconds<T> launch_time(const basic_constant<T>& c) noexcept {
  return c.launch;
}
template <class T>
[[nodiscard]] constexpr seconds<T> host_time(const basic_constant<T>&, const rank_step<T>&, integer,
                                             const seconds<T>&) noexcept {
  return {};
}
template <class T>
[[nodiscard]] constexpr seconds<T> admission_time(const basic_constant<T>&, const seconds<T>&,
                                                  const T&) noexcept {
  return {};
}
template <class T>
[[nodiscard]] constexpr basic_residuals<T> residuals_of(const basic_constant<T>&) noexcept {
  return {};
}
template <class T>
[[nodiscard]] constexpr provenance source_of(const basic_constant<T>&) noexcept {
  return provenance::constant;
}

}  // namespace shardline
