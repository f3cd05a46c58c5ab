/// Feasibility as a compile error, and a deployment as a type.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "shardline/estimate/compile_error.hpp"
#include "shardline/estimate/estimate.hpp"

namespace shardline {

/// A deployment as a type that other code can take as a template argument. The four arguments are
/// constexpr objects with static storage: namespace-scope `constexpr`, or `static constexpr`.
///   feasibility   check() of the four
///   result        estimate() of the four; evaluated only where it is used
template <const auto& Cluster, const auto& Model, const auto& Layout, const auto& Workload>
struct deployment {
  using scalar = typename std::remove_cvref_t<decltype(Cluster)>::scalar;
  static constexpr report feasibility = check(Cluster, Model, Layout, Workload);
  // Not `auto`: deducing it would evaluate the whole estimate wherever feasibility alone is asked,
  // and clang's limit of constant evaluation steps with it.
  static constexpr basic_estimate<scalar> result = estimate(Cluster, Model, Layout, Workload);
};

namespace detail {

// Numbered, since two inputs may be of the same field and a type is a base only once.
template <std::size_t, class Shown>
struct shown : Shown {};

// Every base is completed, and each that cannot be says why; a fold would stop at the first.
template <const report& Report, class Inputs = std::make_index_sequence<Report.invalid.size()>,
          class Rules = std::make_index_sequence<Report.violations.size()>>
struct complete;

template <const report& Report, std::size_t... I, std::size_t... J>
struct complete<Report, std::index_sequence<I...>, std::index_sequence<J...>>
    : shown<I, input_error<Report, I>>...,
      shown<Report.invalid.size() + J, rule_error<Report, J>>... {
  static constexpr bool value = Report.feasible();
};

}  // namespace detail

/// True, or a compile error for each violated rule: its sentence, what is required and what is
/// available; or for each invalid input: the field, its value, and what is allowed.
///   static_assert(shardline::require_feasible<my_cluster, my_model, my_layout, my_workload>);
template <const auto& Cluster, const auto& Model, const auto& Layout, const auto& Workload>
inline constexpr bool require_feasible =
    detail::complete<deployment<Cluster, Model, Layout, Workload>::feasibility>::value;

/// Whether the deployment is feasible, without an error: for `if constexpr` and `requires`.
template <const auto& Cluster, const auto& Model, const auto& Layout, const auto& Workload>
inline constexpr bool is_feasible =
    deployment<Cluster, Model, Layout, Workload>::feasibility.feasible();

}  // namespace shardline
