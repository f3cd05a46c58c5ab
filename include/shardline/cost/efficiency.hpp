/// What each efficiency policy says of an operator. A policy is added by overloading these four.
#pragma once

#include "shardline/cost/operators.hpp"
#include "shardline/cost/step.hpp"
#include "shardline/describe/efficiency.hpp"
#include "shardline/describe/fitted.hpp"

namespace shardline {

/// Share of the peak of its precision that `op` reaches, in (0, 1].
template <class T, class Operator>
[[nodiscard]] constexpr T compute_share(const datasheet&, const Operator&) noexcept {
  return T(1.0);
}
template <class T, class Operator>
[[nodiscard]] constexpr T compute_share(const basic_constant<T>& c, const Operator&) noexcept {
  return c.mfu;
}

/// Share of the memory bandwidth that `op` reaches, in (0, 1].
template <class T, class Operator>
[[nodiscard]] constexpr T memory_share(const datasheet&, const Operator&) noexcept {
  return T(1.0);
}
template <class T, class Operator>
[[nodiscard]] constexpr T memory_share(const basic_constant<T>& c, const Operator&) noexcept {
  return c.bandwidth;
}

/// Share of a link's bandwidth that `op` reaches, in (0, 1].
template <class T>
[[nodiscard]] constexpr T link_share(const datasheet&, const collective<T>&) noexcept {
  return T(1.0);
}
template <class T>
[[nodiscard]] constexpr T link_share(const basic_constant<T>& c, const collective<T>&) noexcept {
  return c.link;
}

/// Seconds one kernel costs beside its work.
template <class T>
[[nodiscard]] constexpr seconds<T> launch_time(const datasheet&) noexcept {
  return {};
}
template <class T>
[[nodiscard]] constexpr seconds<T> launch_time(const basic_constant<T>& c) noexcept {
  return c.launch;
}

/// What the engine's program adds to a step beside the accelerator's `busy` time. `layers` of the
/// model run in the step.
template <class T, class Efficiency>
[[nodiscard]] constexpr seconds<T> host_time(const Efficiency&, const rank_step<T>&, count,
                                             const seconds<T>&) noexcept {
  return {};
}

/// What passes from a request's arrival to the first step that can take it up, where the engine is
/// busy for a share `busy` of the time, with steps of so many seconds.
template <class T, class Efficiency>
[[nodiscard]] constexpr seconds<T> admission_time(const Efficiency&, const seconds<T>& /*step*/,
                                                  const T& /*busy*/) noexcept {
  return {};
}

/// Where a policy's figures come from.
template <class Efficiency>
[[nodiscard]] constexpr provenance source_of(const Efficiency&) noexcept {
  return provenance::datasheet;
}

}  // namespace shardline
