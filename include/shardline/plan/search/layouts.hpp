// SPDX-License-Identifier: BSL-1.0
/// Every layout of a number of GPUs, one after the other; allocates nothing and is constexpr.
#pragma once

#include <cstddef>
#include <utility>

#include "shardline/describe/layout.hpp"
#include "shardline/model/parameters.hpp"

namespace shardline {

/// The most divisors that a number up to 10^6 has (720720 has them).
inline constexpr std::size_t max_divisors = 240;

/// The divisors of n in ascending order; none unless 1 <= n <= 10^6.
///   divisors(12) = 1, 2, 3, 4, 6, 12   (tests/plan/search.cpp)
[[nodiscard]] constexpr bounded<integer, max_divisors> divisors(integer n) noexcept {
  bounded<integer, max_divisors> result;
  if (n < 1 || n > 1'000'000) return result;
  integer root = 1;
  while ((root + 1) * (root + 1) <= n) ++root;
  for (integer d = 1; d <= root; ++d) {
    if (n % d == 0) result.push_back(d);
  }
  for (integer d = n / root == root ? root - 1 : root; d >= 1; --d) {
    if (n % d == 0) result.push_back(n / d);
  }
  return result;
}

namespace detail {

using divisor_list = bounded<integer, max_divisors>;

template <class Visit>
constexpr void visit_dispatches(layout& l, Visit& visit) {
  l.dispatch = expert_dispatch::all_to_all;
  visit(std::as_const(l));
  if (!dispatch_matters(l)) return;
  l.dispatch = expert_dispatch::all_gather;
  visit(std::as_const(l));
}

template <class Visit>
constexpr void visit_expert_meshes(const divisor_list& degrees, layout& l, Visit& visit) {
  const integer ranks = l.attention.size();
  for (const integer etp : degrees) {
    if (ranks % etp != 0) continue;
    for (const integer ep : degrees) {
      if (ranks / etp % ep != 0) continue;
      l.expert = {etp, ep, ranks / etp / ep};
      visit_dispatches(l, visit);
    }
  }
}

// A dense model has no experts to place: its one expert mesh mirrors the attention mesh.
template <class Visit>
constexpr void visit_dense_mesh(layout& l, Visit& visit) {
  l.expert = {l.attention.tp, 1, l.attention.cp * l.attention.dp};
  l.dispatch = expert_dispatch::all_to_all;
  visit(std::as_const(l));
}

// The attention meshes of one pipeline stage of `ranks` ranks.
template <class Visit>
constexpr void visit_attention_meshes(const divisor_list& degrees, integer ranks, layout& l,
                                      Visit& visit) {
  for (const integer tp : degrees) {
    if (ranks % tp != 0) continue;
    for (const integer cp : degrees) {
      if (ranks / tp % cp != 0) continue;
      l.attention = {tp, cp, ranks / tp / cp};
      visit(degrees, l);
    }
  }
}

// visit(divisors of gpus, layout) for every pp and attention mesh; the expert mesh is the
// visitor's.
template <class Visit>
constexpr void for_each_attention_mesh(integer gpus, Visit& visit) {
  const divisor_list degrees = divisors(gpus);
  layout l;
  for (const integer pp : degrees) {
    l.pp = pp;
    visit_attention_meshes(degrees, gpus / pp, l, visit);
  }
}

// Every layout with the attention mesh that it is given.
template <class Visit>
struct expert_expansion {
  bool with_experts = false;
  Visit& visit;

  constexpr void operator()(const divisor_list& degrees, layout& l) {
    if (with_experts) {
      visit_expert_meshes(degrees, l, visit);
    } else {
      visit_dense_mesh(l, visit);
    }
  }
};

}  // namespace detail

/// visit(layout) for every layout of exactly `gpus` GPUs, each once; none unless 1 <= gpus <= 10^6.
///
/// Order: pp, tp, cp ascending (dp is what remains), then etp, ep ascending (edp is what remains),
/// then all-to-all before all-gather.
/// Nothing is left out: gpus = pp tp cp dp and pp etp ep edp, so every degree is a divisor of gpus,
/// and each loop tries all divisors that the outer ones leave; the cache is every rank's own (dcp
/// 1). Shapes that no model allows (tp that divides no head, edp that does not divide cp dp) are
/// visited too; feasibility says why they fail. Not distinguished are layouts that are the same
/// deployment: without experts only the expert mesh etp = tp, ep = 1 is visited, and only
/// all-to-all where dispatch_matters() is false.
///   64 GPUs: 84 layouts of a dense model, 2478 of a mixture of experts   (tests/plan/search.cpp)
template <class Visit>
constexpr void for_each_layout(integer gpus, const model& m, Visit&& visit) {
  detail::expert_expansion<Visit> expand{has_experts(m), visit};
  detail::for_each_attention_mesh(gpus, expand);
}

}  // namespace shardline
