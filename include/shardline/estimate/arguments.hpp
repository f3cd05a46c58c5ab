// SPDX-License-Identifier: BSL-1.0
/// What a deployment is made of, as concepts, and a sentence for four arguments that are none.
#pragma once

#include <concepts>
#include <type_traits>

#include "shardline/describe/cluster.hpp"
#include "shardline/describe/layout.hpp"
#include "shardline/describe/workload.hpp"
#include "shardline/model/model.hpp"

namespace shardline {

namespace detail {

template <class T, class Efficiency>
constexpr T scalar_of(const basic_cluster<T, Efficiency>&) noexcept;
template <class T>
constexpr T scalar_of(const basic_workload<T>&) noexcept;

template <class T, class Efficiency>
constexpr void take_cluster(const basic_cluster<T, Efficiency>&) noexcept;
template <class T>
constexpr void take_workload(const basic_workload<T>&) noexcept;

}  // namespace detail

/// A basic_cluster, of any scalar and efficiency policy.
template <class X>
concept is_cluster = requires(const X& x) {
  detail::take_cluster(x);
};
/// A model, or what becomes one.
template <class X>
concept is_model = std::convertible_to<const X&, const model&>;
/// A layout, or what becomes one.
template <class X>
concept is_layout = std::convertible_to<const X&, const layout&>;
/// A basic_workload, of any scalar.
template <class X>
concept is_workload = requires(const X& x) {
  detail::take_workload(x);
};

/// A cluster, a model, a layout and a workload, in this order, all over one scalar: what
/// estimate(), check() and the others take.
template <class Cluster, class Model, class Layout, class Workload>
concept is_deployment = is_cluster<Cluster> && is_model<Model> && is_layout<Layout> &&
    is_workload<Workload> && requires(const Cluster& c, const Workload& w) {
  requires std::same_as<decltype(detail::scalar_of(c)), decltype(detail::scalar_of(w))>;
};

namespace detail {

template <class X>
concept is_noun = is_cluster<X> || is_model<X> || is_layout<X> || is_workload<X>;

// One of ours in a wrong place: other people's functions of four arguments stay theirs.
template <class A, class B, class C, class D>
concept misplaced =
    !is_deployment<A, B, C, D> && (is_noun<A> || is_noun<B> || is_noun<C> || is_noun<D>);

// False after one sentence on the first of four that is out of place.
template <class A, class B, class C, class D>
constexpr bool in_order() noexcept {
  if constexpr (!is_cluster<A>) {
    static_assert(is_cluster<A>,
                  "shardline: the first argument is not a cluster; the order is cluster, model, "
                  "layout, workload");
  } else if constexpr (!is_model<B>) {
    static_assert(is_model<B>,
                  "shardline: the second argument is not a model; the order is cluster, model, "
                  "layout, workload");
  } else if constexpr (!is_layout<C>) {
    static_assert(is_layout<C>,
                  "shardline: the third argument is not a layout; the order is cluster, model, "
                  "layout, workload");
  } else if constexpr (!is_workload<D>) {
    static_assert(is_workload<D>,
                  "shardline: the fourth argument is not a workload; the order is cluster, model, "
                  "layout, workload");
  } else {
    static_assert(is_deployment<A, B, C, D>,
                  "shardline: the cluster and the workload are over different scalars");
  }
  return is_deployment<A, B, C, D>;
}

// A cluster, and fewer than three more.
template <class Cluster, class... Others>
concept incomplete = is_cluster<Cluster> &&(sizeof...(Others) < 3);

template <class... Others>
constexpr bool are_four() noexcept {
  static_assert(sizeof...(Others) == 3,
                "shardline: a deployment is four arguments: cluster, model, layout, workload");
  return true;
}

}  // namespace detail

}  // namespace shardline
