// SPDX-License-Identifier: BSL-1.0
/// Search: every layout of a number of GPUs under every setting and load, and the best of them.
/// Enumeration allocates nothing and is constexpr; ranking is for run time (a constant expression
/// may not take as many steps).
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "shardline/plan/search/run.hpp"

namespace shardline {

/// What a search that nobody watches tells how many points it has looked at.
struct unwatched {
  constexpr void operator()(integer) const noexcept {}
};

/// A feasible layout and what it is estimated to do.
template <class T = double>
struct basic_candidate {
  shardline::layout layout{};
  basic_estimate<T> estimate{};
};
using candidate = basic_candidate<>;

/// What a search found: counts, and
///   best   feasible layouts by output tokens per second per GPU, the fastest first
template <class T = double>
struct basic_search_result : search_counts {
  std::vector<basic_candidate<T>> best{};
};
using search_result = basic_search_result<>;

/// Whether a comes before b in a search: more output tokens per second per GPU first; of equals the
/// shorter time per output token, then the shorter time to first token, then the less full GPU.
/// Where all four are equal neither comes before the other: the order of enumeration stays, so the
/// smaller pp, tp and cp come first.
///   1885 tokens/s per GPU before 1306   (tests/plan/search.cpp)
template <class T>
[[nodiscard]] constexpr bool ranks_before(const basic_candidate<T>& a,
                                          const basic_candidate<T>& b) noexcept {
  return detail::rank_of(0.0, a.estimate.serving, a.estimate.memory) <
         detail::rank_of(0.0, b.estimate.serving, b.estimate.memory);
}

/// Every figure of a point that a search found, in the units of basic_estimate: estimate() of its
/// setting's cluster with the layout's GPUs, deployed as the search deployed it.
///   of a search's best: the 1885 tokens/s per GPU that it found   (tests/plan/search_space.cpp)
template <single_case T, class Efficiency, class Terms>
[[nodiscard]] basic_candidate<T> candidate_of(
    std::span<const basic_setting<T, Efficiency>> settings, const Terms& terms,
    const found_point& p) {
  detail::deployed_setting<T, Efficiency> s(settings[static_cast<std::size_t>(p.setting)]);
  s.cluster.gpus = p.layout.gpus();
  terms.deploy(p.setting, p.layout, s.cluster, s.loads);
  return {p.layout,
          estimate(s.cluster, *s.model, p.layout, s.loads[static_cast<std::size_t>(p.load)])};
}

/// Every layout of each of these numbers of GPUs, in their order, under every setting and each of
/// its loads: layouts in the order of for_each_layout(), settings and loads in theirs. A layout is
/// prepared once for all loads of a setting, and only where it breaks no rule on its shape.
///   terms   what is looked for: search_terms
///   keep    what keeps points: best_points or frontier_points
///   part    of the layouts, all by default
/// Where an input is outside its range nothing is tried, and `inputs` says which. watch(tried) is
/// told how many points were looked at, after each layout under each setting. Holds what `keep`
/// does and nothing else that grows. The result does not depend on how it was parted: merged().
/// Every point's figures are estimate()'s; plan/search/run.hpp proves that what is left out is no
/// better.
///   Llama-3.1-8B on 4 H100, one load: 10 points tried   (tests/plan/search_space.cpp)
template <single_case T, class Efficiency, class Terms, class Keeper, class Watch = unwatched>
[[nodiscard]] found_points search_space(std::span<const basic_setting<T, Efficiency>> settings,
                                        std::span<const integer> gpus, const Terms& terms,
                                        Keeper keep, search_part part = {}, Watch&& watch = {}) {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  found_points refused;
  for (const auto& s : settings) {
    basic_cluster<T, Efficiency> c = *s.cluster;
    for (const integer n : gpus) {
      c.gpus = n;
      const integer ranks = divisors(n).empty() ? 1 : n;  // else the number of GPUs is at fault
      const layout replicas{{1, 1, ranks}, {1, 1, ranks}};
      for (const auto& load : s.loads) {
        if (refused.inputs.empty()) refused.inputs = validate(c, *s.model, replicas, load).found;
      }
    }
  }
  if (!refused.inputs.empty() || settings.empty()) return refused;
  detail::search_run<T, Efficiency, Keeper, Terms, std::remove_reference_t<Watch>> run(
      settings, terms, std::move(keep), part, watch);
  for (const integer n : gpus) {
    run.on(n);
    for_each_layout(n, *settings.front().model, run);
  }
  return run.finish();
}

namespace detail {

// The one setting of a search for layouts alone.
template <class T, class Efficiency>
struct single_setting {
  std::span<const basic_workload<T>> loads;
  basic_setting<T, Efficiency> setting;

  single_setting(const basic_cluster<T, Efficiency>& on_cluster, const model& of_model,
                 const basic_workload<T>& under_load)
      : loads(&under_load, 1), setting{&on_cluster, &of_model, loads} {}
  [[nodiscard]] std::span<const basic_setting<T, Efficiency>> settings() const {
    return {&setting, 1};
  }
  [[nodiscard]] basic_search_result<T> result_of(const found_points& found) const {
    basic_search_result<T> r;
    static_cast<search_counts&>(r) = found;
    for (const found_point& p : found.best) {
      r.best.push_back({p.layout, estimate(*setting.cluster, *setting.model, p.layout, loads[0])});
    }
    return r;
  }
};

}  // namespace detail

/// The best `top` of `layouts`, a range of layouts, by ranks_before(), each with its estimate().
///   of tp 1 dp 4 and tp 4 for Llama-3.1-8B on 4 H100: tp 4, 1885 tokens/s per GPU
///   (tests/plan/search.cpp)
template <single_case T, class Efficiency, class Layouts>
[[nodiscard]] basic_search_result<T> search_among(const basic_cluster<T, Efficiency>& c,
                                                  const model& m, const basic_workload<T>& w,
                                                  const Layouts& layouts, std::size_t top = 10) {
  static_assert(detail::complete_policy<Efficiency, T>::required);
  const detail::single_setting<T, Efficiency> only(c, m, w);
  const unwatched watch;
  const search_terms<> terms;
  detail::search_run<T, Efficiency, best_points, search_terms<>, const unwatched> run(
      only.settings(), terms, best_points(top), search_part{}, watch);
  for (const layout& l : layouts) run.validated(l);
  return only.result_of(run.finish());
}

/// The best `top` layouts of all of the cluster's GPUs, from for_each_layout().
/// Where an input is outside its range nothing is tried, and `inputs` says which. watch(tried) is
/// told how many layouts were looked at, after each.
/// Context parallelism is tried too, but shortens prefill only (layout.hpp): its ranks repeat each
/// other's decoding and hold the whole cache, so it ranks high for long prompts with little output.
/// How long it takes: bench/README.md.
///   Llama-3.1-8B on 4 H100 by their data sheet, 16 sequences of 2048 + 512 tokens: 10 layouts, tp
///   4 first with 1885 tokens/s per GPU   (tests/plan/search.cpp)
template <single_case T, class Efficiency, class Watch = unwatched>
[[nodiscard]] basic_search_result<T> search(const basic_cluster<T, Efficiency>& c, const model& m,
                                            const basic_workload<T>& w, std::size_t top = 10,
                                            Watch&& watch = {}) {
  const detail::single_setting<T, Efficiency> only(c, m, w);
  return only.result_of(search_space(only.settings(), std::span<const integer>(&c.gpus, 1),
                                     search_terms<>{}, best_points(top), search_part{}, watch));
}

}  // namespace shardline
