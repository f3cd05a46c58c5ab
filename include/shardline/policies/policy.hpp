// SPDX-License-Identifier: BSL-1.0
/// What an efficiency policy has to answer, all of it: nothing answers for a policy that does not.
///
/// A policy is a type with these functions in its namespace, found by argument-dependent lookup:
///   time_of(accelerator, op)    operator_time<T> of each operator, and
///   time_of(cluster, op)        seconds<T> of a collective; or, in place of both, the shares that
///                               the roofline asks for: compute_share<T>(policy, op),
///                               memory_share<T>(policy, op), link_share(policy, collective) and
///                               launch_time<T>(policy), as kernels/datasheet.hpp has them
///   host_time(policy, step, kernels, busy)
///                               seconds<T> that the engine's program adds to a rank's step of so
///                               many layers beside the accelerator's `busy` time
///   admission_time(policy, step, busy)
///                               seconds<T> from a request's arrival to the first step that can
///                               take it up, where the engine is busy for a share `busy` of the
///                               time, with steps of so many seconds
///   residuals_of<T>(policy)     basic_residuals<T>: how far measurements were found to be from
///                               what it says
///   source_of(policy)           provenance: where its figures come from
/// A policy derived from another answers with the other's functions where it has none of its own.
#pragma once

#include <concepts>

#include "shardline/curves/residuals.hpp"
#include "shardline/describe/cluster.hpp"
#include "shardline/fabric/collectives.hpp"
#include "shardline/kernels/roofline.hpp"
#include "shardline/work/expert_operators.hpp"
#include "shardline/work/mixing.hpp"

namespace shardline {

/// Answers how long one operator takes on its accelerator.
template <class Policy, class Operator, class T>
concept prices_operator = requires(const basic_accelerator<T, Policy>& a, const Operator& op) {
  { time_of(a, op) } -> std::same_as<operator_time<T>>;
};

/// Answers how long each operator takes that a step is made of.
template <class Policy, class T>
concept prices_operators = prices_operator<Policy, gemm<T>, T> &&
    prices_operator<Policy, elementwise<T>, T> && prices_operator<Policy, fused_vector<T>, T> &&
    prices_operator<Policy, attention_core<T>, T> && prices_operator<Policy, recurrence<T>, T> &&
    prices_operator<Policy, grouped_gemm<T>, T> && prices_operator<Policy, expert_activation<T>, T>;

/// Answers how long a collective takes on a cluster.
template <class Policy, class T>
concept prices_collectives = requires(const basic_cluster<T, Policy>& c, const collective<T>& op) {
  { time_of(c, op) } -> std::same_as<seconds<T>>;
};

/// Answers what the engine's program adds to a step.
template <class Policy, class T>
concept prices_host = requires(const Policy& p, const rank_step<T>& s, const seconds<T>& busy) {
  { host_time(p, s, integer{}, busy) } -> std::same_as<seconds<T>>;
};

/// Answers how long a request waits to be noticed.
template <class Policy, class T>
concept prices_admission = requires(const Policy& p, const seconds<T>& step, const T& busy) {
  { admission_time(p, step, busy) } -> std::same_as<seconds<T>>;
};

/// Answers how far measurements were from what it says.
template <class Policy, class T>
concept states_residuals = requires(const Policy& p) {
  { residuals_of<T>(p) } -> std::same_as<basic_residuals<T>>;
};

/// Answers where its figures come from.
template <class Policy>
concept states_source = requires(const Policy& p) {
  { source_of(p) } -> std::same_as<provenance>;
};

/// Answers everything, for figures of scalar T.
///   efficiency_policy<constant, double>, but not efficiency_policy<constant, dual<1>>: that is
///   basic_constant<dual<1>>
template <class Policy, class T>
concept efficiency_policy =
    prices_operators<Policy, T> && prices_collectives<Policy, T> && prices_host<Policy, T> &&
    prices_admission<Policy, T> && states_residuals<Policy, T> && states_source<Policy>;

namespace detail {

// Whether Policy answers this, said of the first question only that it does not answer.
template <class Policy, class T>
struct answers {
  static constexpr bool any = prices_operators<Policy, T> || prices_collectives<Policy, T> ||
                              prices_host<Policy, T> || prices_admission<Policy, T> ||
                              states_residuals<Policy, T> || states_source<Policy>;
  static constexpr bool operators = prices_operators<Policy, T>;
  static constexpr bool collectives = operators && prices_collectives<Policy, T>;
  static constexpr bool host = collectives && prices_host<Policy, T>;
  static constexpr bool admission = host && prices_admission<Policy, T>;
  static constexpr bool residuals = admission && states_residuals<Policy, T>;
};

// Complete where Policy can price; else an error, once, whose first line says what is missing. What
// prices asks for it first, so that no other error comes before.
template <class Policy, class T>
struct complete_policy {
  using given = answers<Policy, T>;
  static_assert(given::any,
                "shardline: this is no efficiency policy for this scalar: datasheet, constant and "
                "(with shardline/fitted/policy.hpp) fitted are; shardline/policies/policy.hpp says "
                "what one has to answer");
  static_assert(
      !given::any || given::operators,
      "shardline: the efficiency policy does not say for this scalar how long an operator "
      "takes: shares, shardline/kernels/roofline.hpp, or time_of(accelerator, operator), as "
      "for fitted in shardline/fitted/policy.hpp");
  static_assert(!given::operators || given::collectives,
                "shardline: the efficiency policy does not say how long a collective takes: "
                "time_of(cluster, collective)");
  static_assert(!given::collectives || given::host,
                "shardline: the efficiency policy does not say what the engine's program takes: "
                "host_time(policy, step, kernels, busy)");
  static_assert(!given::host || given::admission,
                "shardline: the efficiency policy does not say when a request is noticed: "
                "admission_time(policy, step, busy)");
  static_assert(!given::admission || given::residuals,
                "shardline: the efficiency policy does not say how far measurements were from it: "
                "residuals_of<T>(policy)");
  static_assert(!given::residuals || states_source<Policy>,
                "shardline: the efficiency policy does not say where its figures come from: "
                "source_of(policy)");
  static constexpr bool required = true;
};

}  // namespace detail

}  // namespace shardline
