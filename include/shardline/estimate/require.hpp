/// Feasibility as a compile error, and a deployment as a type.
#pragma once

#include <utility>

#include "shardline/estimate/estimate.hpp"

namespace shardline {

/// A deployment as a type that other code can take as a template argument. The four arguments are
/// constexpr objects with static storage: namespace-scope `constexpr`, or `static constexpr`.
///   feasibility   check() of the four
///   result        estimate() of the four
template <const auto& Cluster, const auto& Model, const auto& Layout, const auto& Workload>
struct deployment {
  static constexpr report feasibility = check(Cluster, Model, Layout, Workload);
  static constexpr auto result = estimate(Cluster, Model, Layout, Workload);
};

namespace detail {

template <const report& Report, std::size_t... I>
consteval bool all_inputs(std::index_sequence<I...>) {
  return ((sizeof(input<Report.invalid[I].field, false>) > 0) && ... && true);
}

template <const report& Report, std::size_t... I>
consteval bool all_rules(std::index_sequence<I...>) {
  return ((sizeof(violated<Report.violations[I].rule, Report.violations[I].required,
                           Report.violations[I].available>) > 0) && ... && true);
}

template <const report& Report>
consteval bool complete() {
  return all_inputs<Report>(std::make_index_sequence<Report.invalid.size()>{}) &&
         all_rules<Report>(std::make_index_sequence<Report.violations.size()>{});
}

}  // namespace detail

/// True, or a compile error for each violated rule: its sentence and, in
/// `violated<rule::gpus, 16384, 64>`, what is required and what is available.
///   static_assert(shardline::require_feasible<my_cluster, my_model, my_layout, my_workload>);
template <const auto& Cluster, const auto& Model, const auto& Layout, const auto& Workload>
inline constexpr bool require_feasible =
    detail::complete<deployment<Cluster, Model, Layout, Workload>::feasibility>();

/// Whether the deployment is feasible, without an error: for `if constexpr` and `requires`.
template <const auto& Cluster, const auto& Model, const auto& Layout, const auto& Workload>
inline constexpr bool is_feasible =
    deployment<Cluster, Model, Layout, Workload>::feasibility.feasible();

}  // namespace shardline
