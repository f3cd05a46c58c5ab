// SPDX-License-Identifier: BSL-1.0
/// Feasibility as a compile error, and a deployment as a type.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "shardline/estimate/arguments.hpp"
#include "shardline/estimate/compile_error.hpp"
#include "shardline/estimate/estimate.hpp"
#include "shardline/estimate/misplaced.hpp"

namespace shardline {

namespace detail {

// Whether Read{}(Object) is a constant: what is not declared constexpr cannot be read here.
template <const auto& Object, class Read>
concept is_constant = requires {
  typename std::bool_constant<(Read{}(Object), true)>;
};
struct read_cluster {
  constexpr auto operator()(const auto& c) const noexcept { return c.gpus; }
};
struct read_model {
  constexpr auto operator()(const auto& m) const noexcept { return m.hidden_size; }
};
struct read_layout {
  constexpr auto operator()(const auto& l) const noexcept { return l.pp; }
};
struct read_workload {
  constexpr auto operator()(const auto& w) const noexcept { return w.concurrency; }
};

template <const auto& Object>
using type_of = std::remove_cvref_t<decltype(Object)>;

// False after one sentence on what is wrong with the four, so that nothing else is said.
template <const auto& Cluster, const auto& Model, const auto& Layout, const auto& Workload>
constexpr bool can_be_judged() noexcept {
  if constexpr (!in_order<type_of<Cluster>, type_of<Model>, type_of<Layout>, type_of<Workload>>()) {
    return false;
  } else {
    static_assert(is_constant<Cluster, read_cluster>,
                  "shardline: the cluster is not a constant; declare it constexpr");
    static_assert(is_constant<Model, read_model>,
                  "shardline: the model is not a constant; declare it constexpr");
    static_assert(is_constant<Layout, read_layout>,
                  "shardline: the layout is not a constant; declare it constexpr");
    static_assert(is_constant<Workload, read_workload>,
                  "shardline: the workload is not a constant; declare it constexpr");
    return is_constant<Cluster, read_cluster> && is_constant<Model, read_model> &&
           is_constant<Layout, read_layout> && is_constant<Workload, read_workload>;
  }
}

// check(), without instantiating the formulas of times where nothing asks for them: they are most
// of what it costs to compile. Of parameters, since g++ evaluates what a function says of constants
// when it instantiates it, and again where it is called.
template <bool LimitsTimes>
struct check_of {
  template <class T, class Efficiency>
  static constexpr report answer(const basic_cluster<T, Efficiency>& c, const model& m,
                                 const layout& l, const basic_workload<T>& w) noexcept {
    if constexpr (LimitsTimes) {
      return check(c, m, l, w);
    } else {
      return check_without_times(c, m, l, w);
    }
  }
};

template <bool Sound, const auto& Cluster, const auto& Model, const auto& Layout,
          const auto& Workload>
struct judged {
  using scalar = typename type_of<Cluster>::scalar;
  static constexpr report feasibility =
      check_of<limits_times(Workload)>::answer(Cluster, Model, Layout, Workload);
  // Not `auto`: deducing it would evaluate the whole estimate wherever feasibility alone is asked,
  // and clang's limit of constant evaluation steps with it.
  static constexpr basic_estimate<scalar> result = estimate(Cluster, Model, Layout, Workload);
};
// Of what cannot be judged, which is an error already.
template <const auto& Cluster, const auto& Model, const auto& Layout, const auto& Workload>
struct judged<false, Cluster, Model, Layout, Workload> {
  using scalar = double;
  static constexpr report feasibility{};
  static constexpr basic_estimate<> result{};
};

}  // namespace detail

/// A deployment as a type that other code can take as a template argument. The four arguments are
/// constexpr objects with static storage: namespace-scope `constexpr`, or `static constexpr`.
///   feasibility   check() of the four
///   result        estimate() of the four; evaluated only where it is used
template <const auto& Cluster, const auto& Model, const auto& Layout, const auto& Workload>
struct deployment : detail::judged<detail::can_be_judged<Cluster, Model, Layout, Workload>(),
                                   Cluster, Model, Layout, Workload> {};

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
/// available; or for each invalid input: the field, its value, and what is allowed; or one for
/// arguments that are not a deployment or not constexpr.
///   static_assert(shardline::require_feasible<my_cluster, my_model, my_layout, my_workload>);
template <const auto& Cluster, const auto& Model, const auto& Layout, const auto& Workload>
inline constexpr bool require_feasible =
    detail::complete<deployment<Cluster, Model, Layout, Workload>::feasibility>::value;

/// Whether the deployment is feasible, without an error: for `if constexpr` and `requires`.
template <const auto& Cluster, const auto& Model, const auto& Layout, const auto& Workload>
inline constexpr bool is_feasible =
    deployment<Cluster, Model, Layout, Workload>::feasibility.feasible();

}  // namespace shardline
