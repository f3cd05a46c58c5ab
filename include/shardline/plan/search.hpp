// SPDX-License-Identifier: BSL-1.0
/// Search: every layout of a number of GPUs, and the best of them for a workload.
/// Enumeration allocates nothing and is constexpr; ranking is for run time (a constant expression
/// may not take as many steps).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "shardline/estimate/estimate.hpp"

namespace shardline {

/// The most divisors that a number up to 10^6 has (720720 has them).
inline constexpr std::size_t max_divisors = 240;

/// The divisors of n in ascending order; none unless 1 <= n <= 10^6.
///   divisors(12) = 1, 2, 3, 4, 6, 12   (tests/plan/search.cpp)
[[nodiscard]] constexpr bounded<count, max_divisors> divisors(count n) noexcept {
  bounded<count, max_divisors> result;
  if (n < 1 || n > 1'000'000) return result;
  count root = 1;
  while ((root + 1) * (root + 1) <= n) ++root;
  for (count d = 1; d <= root; ++d) {
    if (n % d == 0) result.push_back(d);
  }
  for (count d = n / root == root ? root - 1 : root; d >= 1; --d) {
    if (n % d == 0) result.push_back(n / d);
  }
  return result;
}

namespace detail {

using divisor_list = bounded<count, max_divisors>;

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
  const count ranks = l.attention.size();
  for (const count etp : degrees) {
    if (ranks % etp != 0) continue;
    for (const count ep : degrees) {
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
constexpr void visit_attention_meshes(const divisor_list& degrees, count ranks, layout& l,
                                      Visit& visit) {
  for (const count tp : degrees) {
    if (ranks % tp != 0) continue;
    for (const count cp : degrees) {
      if (ranks / tp % cp != 0) continue;
      l.attention = {tp, cp, ranks / tp / cp};
      visit(degrees, l);
    }
  }
}

// visit(divisors of gpus, layout) for every pp and attention mesh; the expert mesh is the
// visitor's.
template <class Visit>
constexpr void for_each_attention_mesh(count gpus, Visit& visit) {
  const divisor_list degrees = divisors(gpus);
  layout l;
  for (const count pp : degrees) {
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
constexpr void for_each_layout(count gpus, const model& m, Visit&& visit) {
  detail::expert_expansion<Visit> expand{has_experts(m), visit};
  detail::for_each_attention_mesh(gpus, expand);
}

/// What a search that nobody watches tells how many layouts it has looked at.
struct unwatched {
  constexpr void operator()(count) const noexcept {}
};

/// A feasible layout and what it is estimated to do.
template <class T = double>
struct basic_candidate {
  shardline::layout layout{};
  basic_estimate<T> estimate{};
};
using candidate = basic_candidate<>;

/// What a search found.
///   best       feasible layouts by output tokens per second per GPU, the fastest first
///   tried      layouts looked at = feasible + invalid + sum of rejected
///   feasible   layouts that violate no rule
///   invalid    layouts that could not be judged because an input is outside its range
///   inputs     the fields outside their range, of the first such layout
///   rejected   infeasible layouts by the first rule, in the order of check(), that each violates
template <class T = double>
struct basic_search_result {
  std::vector<basic_candidate<T>> best{};
  count tried = 0;
  count feasible = 0;
  count invalid = 0;
  bounded<invalid_field, 8> inputs{};
  std::array<count, rule_count> rejected{};

  [[nodiscard]] count rejected_by(rule r) const noexcept {
    return rejected[static_cast<std::size_t>(r)];
  }
};
using search_result = basic_search_result<>;

namespace detail {

// What a search puts in order, the least first.
template <class T>
constexpr std::array<double, 4> rank_of(const basic_serving<T>& s,
                                        const basic_memory<T>& held) noexcept {
  return {-value_of(s.output_tokens_per_s_per_gpu.value()), value_of(s.tpot.value()),
          value_of(s.ttft.value()), value_of(held.total().value())};
}

}  // namespace detail

/// The order of a search: more output tokens per second per GPU first; of equals the shorter time
/// per output token, then the shorter time to first token, then the less full GPU. What is equal in
/// all four stays in the order of enumeration, so the smaller pp, tp and cp come first.
template <class T>
[[nodiscard]] constexpr bool ranks_before(const basic_candidate<T>& a,
                                          const basic_candidate<T>& b) noexcept {
  return detail::rank_of(a.estimate.serving, a.estimate.memory) <
         detail::rank_of(b.estimate.serving, b.estimate.memory);
}

namespace detail {

// A layout and what it is ranked by.
struct ranked_layout {
  std::array<double, 4> rank{};
  shardline::layout layout{};

  [[nodiscard]] friend bool operator<(const ranked_layout& a, const ranked_layout& b) noexcept {
    return a.rank < b.rank;
  }
};

template <class T>
void count_infeasible(basic_search_result<T>& result, const report& r) noexcept {
  if (r.invalid.empty()) {
    ++result.rejected[static_cast<std::size_t>(r.violations[0].rule)];
  } else if (++result.invalid == 1) {
    result.inputs = r.invalid;
  }
}

// Judges layouts one after the other. Most fail a rule on their shape and are never priced; of those
// that hold, only what they are ranked by is, and all of an estimate in the end of the best alone.
template <class T, class Efficiency, class Watch>
struct judge {
  const basic_cluster<T, Efficiency>& cluster;
  const shardline::model& model;
  const basic_workload<T>& workload;
  Watch& watch;
  std::size_t top = 0;
  basic_search_result<T> result{};
  std::vector<ranked_layout> best{};

  // Of a layout whose degrees and inputs are known to be valid.
  void operator()(const layout& l) { consider(l, check_valid(cluster, model, l, workload)); }
  void validated(const layout& l) { consider(l, check_shape(cluster, model, l, workload)); }
  [[nodiscard]] basic_search_result<T> finish() {
    for (const ranked_layout& r : best) {
      result.best.push_back({r.layout, estimate(cluster, model, r.layout, workload)});
    }
    return std::move(result);
  }

 private:
  void consider(const layout& l, const report& shape) {
    watch(++result.tried);
    if (!shape.feasible()) return count_infeasible(result, shape);
    const prepared_layout<T, Efficiency> p = prepare(cluster, model, l);
    report all = shape;
    const basic_memory<T> held = memory(p, workload);
    check_memory(held, all);
    if (!all.feasible()) return count_infeasible(result, all);
    const basic_serving<T> served = serving_of(p, workload, held);
    check_times(served, workload, all);
    if (!all.feasible()) return count_infeasible(result, all);
    ++result.feasible;
    keep({rank_of(served, held), l});
  }
  void keep(const ranked_layout& found) {
    if (best.size() == top && (top == 0 || !(found < best.back()))) return;
    best.insert(std::upper_bound(best.begin(), best.end(), found), found);
    if (best.size() > top) best.pop_back();
  }
};

}  // namespace detail

/// The best `top` of `layouts`, any range of layouts.
template <single_case T, class Efficiency, class Layouts>
[[nodiscard]] basic_search_result<T> search_among(const basic_cluster<T, Efficiency>& c,
                                                  const model& m, const basic_workload<T>& w,
                                                  const Layouts& layouts, std::size_t top = 10) {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  const unwatched watch;
  detail::judge<T, Efficiency, const unwatched> judge{c, m, w, watch, top};
  for (const layout& l : layouts) judge.validated(l);
  return judge.finish();
}

/// The best `top` layouts of all of the cluster's GPUs, from for_each_layout().
/// Where an input is outside its range nothing is tried, and `inputs` says which. watch(tried) is
/// told how many layouts were looked at, after each.
/// Context parallelism is tried too, but shortens prefill only (layout.hpp): its ranks repeat each
/// other's decoding and hold the whole cache, so it ranks high for long prompts with little output.
/// Measured (g++ 12 -O2, one core, DeepSeek-V3): 64 GPUs 2478 layouts in 16 ms, 1024 GPUs 20163 in
/// 0.09 s, 960 GPUs 268776 in 0.7 s.
template <single_case T, class Efficiency, class Watch = unwatched>
[[nodiscard]] basic_search_result<T> search(const basic_cluster<T, Efficiency>& c, const model& m,
                                            const basic_workload<T>& w, std::size_t top = 10,
                                            Watch&& watch = {}) {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  detail::judge<T, Efficiency, std::remove_reference_t<Watch>> judge{c, m, w, watch, top};
  const count ranks = divisors(c.gpus).empty() ? 1 : c.gpus;  // else cluster.gpus is at fault
  const layout replicas{{1, 1, ranks}, {1, 1, ranks}};
  judge.result.inputs = validate(c, m, replicas, w).found;
  if (judge.result.inputs.empty()) for_each_layout(c.gpus, m, judge);
  return judge.finish();
}

}  // namespace shardline
