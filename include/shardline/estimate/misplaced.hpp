// SPDX-License-Identifier: BSL-1.0
/// Calls whose arguments are out of place: one sentence instead of a list of candidates.
#pragma once

#include "shardline/estimate/arguments.hpp"
#include "shardline/estimate/estimate.hpp"

namespace shardline {

/// Does not compile, in one sentence: four arguments, one of which is not in its place.
template <class A, class B, class C, class D>
requires detail::misplaced<A, B, C, D>
constexpr basic_estimate<> estimate(const A&, const B&, const C&, const D&) noexcept {
  (void)detail::in_order<A, B, C, D>();
  return {};
}
template <class A, class B, class C, class D>
requires detail::misplaced<A, B, C, D>
constexpr report check(const A&, const B&, const C&, const D&) noexcept {
  (void)detail::in_order<A, B, C, D>();
  return {};
}
template <class A, class B, class C, class D>
requires detail::misplaced<A, B, C, D>
constexpr field_errors validate(const A&, const B&, const C&, const D&) noexcept {
  (void)detail::in_order<A, B, C, D>();
  return {};
}
template <class A, class B, class C, class D>
requires detail::misplaced<A, B, C, D>
constexpr basic_memory<> memory(const A&, const B&, const C&, const D&) noexcept {
  (void)detail::in_order<A, B, C, D>();
  return {};
}
template <class A, class B, class C, class D>
requires detail::misplaced<A, B, C, D>
constexpr basic_time<> prefill(const A&, const B&, const C&, const D&) noexcept {
  (void)detail::in_order<A, B, C, D>();
  return {};
}
template <class A, class B, class C, class D>
requires detail::misplaced<A, B, C, D>
constexpr basic_time<> decode(const A&, const B&, const C&, const D&) noexcept {
  (void)detail::in_order<A, B, C, D>();
  return {};
}
template <class A, class B, class C, class D>
requires detail::misplaced<A, B, C, D>
constexpr basic_serving<> serving(const A&, const B&, const C&, const D&) noexcept {
  (void)detail::in_order<A, B, C, D>();
  return {};
}

/// Does not compile, in one sentence: a cluster and fewer than three arguments more.
template <class Cluster, class... Others>
requires detail::incomplete<Cluster, Others...>
constexpr basic_estimate<> estimate(const Cluster&, const Others&...) noexcept {
  (void)detail::are_four<Others...>();
  return {};
}
template <class Cluster, class... Others>
requires detail::incomplete<Cluster, Others...>
constexpr report check(const Cluster&, const Others&...) noexcept {
  (void)detail::are_four<Others...>();
  return {};
}

}  // namespace shardline
