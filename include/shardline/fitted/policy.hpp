// SPDX-License-Identifier: BSL-1.0
/// What the policy `fitted` answers, all of it: what prices under `fitted` includes this, as
/// catalog/efficiencies.hpp does.
#pragma once

// IWYU pragma: begin_exports
#include "shardline/fitted/attention/attention.hpp"
#include "shardline/fitted/elementwise.hpp"
#include "shardline/fitted/experts.hpp"
#include "shardline/fitted/fabric/collectives.hpp"
#include "shardline/fitted/gemm.hpp"
#include "shardline/fitted/host.hpp"
#include "shardline/fitted/laws.hpp"
#include "shardline/fitted/recurrence.hpp"
// IWYU pragma: end_exports

namespace shardline {

/// How far measurements were found to be from the policy, ratios [1], none below 0: its own
/// `residuals`, measured as chips/residuals.hpp says.
///   of a step of 0.5 to 2: 0.5 and 2   (tests/fitted/policy.cpp)
template <class T>
[[nodiscard]] constexpr basic_residuals<T> residuals_of(const basic_fitted<T>& policy) noexcept {
  return policy.residuals;
}

/// Where the policy's curves come from: its own `source`.
///   provenance::measured, 3 from 0, of a measured chip   (tests/fitted/policy.cpp)
template <class T>
[[nodiscard]] constexpr provenance source_of(const basic_fitted<T>& policy) noexcept {
  return policy.source;
}

}  // namespace shardline
