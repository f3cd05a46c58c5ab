// SPDX-License-Identifier: BSL-1.0
/// What there is to draw: every layout at several loads, those of them that nothing is better than,
/// and those that a rule refuses.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "question.hpp"
#include "shardline/plan/frontier.hpp"
#include "shardline/plan/search.hpp"

namespace planner::page {

/// A layout at a load.
///   per_user, per_gpu   tokens/s of one sequence, 1 / TPOT; output tokens/s per GPU
///   broken   the first rule that it violates
struct point {
  shardline::layout layout{};
  double concurrency = 1.0;
  double per_user = 0.0;
  double per_gpu = 0.0;
  shardline::basic_serving<double> serving{};
  shardline::basic_band<double> tpot_band{};
  std::optional<shardline::violation> broken{};
};

/// The points of `all` that no other one is better than, by tokens/s per user; of equals the first.
/// The others, in their order, stay in `all`.
[[nodiscard]] inline std::vector<point> take_frontier(std::vector<point>& all) {
  std::vector<std::array<double, 2>> rates;
  for (const point& p : all) rates.push_back({p.per_user, p.per_gpu});
  std::vector<bool> taken(all.size(), false);
  std::vector<point> best;
  for (const std::size_t i : shardline::frontier(std::span<const std::array<double, 2>>(rates))) {
    taken[i] = true;
    best.push_back(all[i]);
  }
  std::vector<point> left;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!taken[i]) left.push_back(all[i]);
  }
  all = std::move(left);
  std::reverse(best.begin(), best.end());
  return best;
}

/// Frontier behind frontier until there are `most`: what comes nearest to being best.
[[nodiscard]] inline std::vector<point> nearest_to_frontier(std::vector<point> all,
                                                            std::size_t most) {
  std::vector<point> taken;
  while (!all.empty() && taken.size() < most) {
    for (point& p : take_frontier(all)) {
      if (taken.size() < most) taken.push_back(std::move(p));
    }
  }
  return taken;
}

/// The loads that each layout is priced at: powers of two from one sequence to four times those that
/// were asked for, and these. At a rate, or in a run of so many prompts, these alone.
[[nodiscard]] inline std::vector<double> loads_of(const shardline::workload& w) {
  if (w.rate.value() > 0.0 || w.num_prompts > 0.0) return {w.concurrency};
  std::vector<double> loads;
  for (double c = 1.0; c <= 4.0 * w.concurrency; c *= 2.0) {
    const bool passed = loads.empty() || loads.back() < w.concurrency;
    if (passed && w.concurrency < c) loads.push_back(w.concurrency);
    loads.push_back(c);
  }
  return loads;
}

/// All of a question's answer that is drawn or ranked.
///   found      the search at the load that was asked for
///   frontier   of all layouts at all loads
///   others     feasible at the load that was asked for, the nearest to the frontier
///   refused    at that load, of those that could be priced the nearest of each rule
struct answer {
  shardline::search_result found{};
  std::vector<point> frontier{};
  std::vector<point> others{};
  std::vector<point> refused{};
};

inline constexpr std::size_t most_others = 60;
inline constexpr std::size_t most_refused_by_one_rule = 6;

namespace detail {

// Of each rule those that come nearest to being best.
inline std::vector<point> nearest_by_rule(const std::vector<point>& refused) {
  std::vector<point> nearest;
  for (std::size_t r = 0; r < shardline::rule_count; ++r) {
    std::vector<point> of_rule;
    for (const point& p : refused) {
      if (p.broken->rule == static_cast<shardline::rule>(r)) of_rule.push_back(p);
    }
    for (point& p : nearest_to_frontier(std::move(of_rule), most_refused_by_one_rule)) {
      nearest.push_back(std::move(p));
    }
  }
  return nearest;
}

// Prices layout after layout at every load.
template <class Cluster>
struct sweep {
  Cluster cluster;
  const question& asked;
  shardline::workload load_of_layout = asked.workload;
  std::vector<double> loads = loads_of(asked.workload);
  std::vector<point> feasible{};
  std::vector<point> here{};
  std::vector<point> refused{};

  void operator()(const shardline::layout& l) {
    as_engine_does{asked}(0, l, cluster, std::span(&load_of_layout, 1));
    const shardline::prepared layout(cluster, asked.model, l);
    if (!layout.feasibility().priceable()) return;
    if (!layout.feasibility().feasible()) return add(layout, l, asked.workload.concurrency);
    for (const double load : loads) add(layout, l, load);
  }

 private:
  template <class Prepared>
  void add(const Prepared& layout, const shardline::layout& l, double load) {
    shardline::workload w = load_of_layout;
    w.concurrency = load;
    const auto e = layout(w);
    const bool here_asked = load == asked.workload.concurrency;
    point p{l,
            load,
            1.0 / e.serving.tpot.value(),
            e.serving.output_tokens_per_s_per_gpu.value(),
            e.serving,
            e.bands.tpot,
            {}};
    if (!(p.per_gpu > 0.0) || !shardline::is_finite(p.per_user)) return;
    if (!e.feasibility.feasible()) {
      if (!here_asked) return;
      p.broken = e.feasibility.violations[0];
      refused.push_back(p);
      return;
    }
    feasible.push_back(p);
    if (here_asked) here.push_back(p);
  }
};

// The search that the command line makes.
template <class Cluster>
shardline::search_result ranked_layouts(const question& q, const Cluster& cluster) {
  using policy = typename Cluster::efficiency_policy;
  const std::span<const shardline::workload> load(&q.workload, 1);
  const shardline::basic_setting<double, policy> setting{&cluster, &q.model, load};
  const std::span<const shardline::basic_setting<double, policy>> settings(&setting, 1);
  const shardline::search_terms<shardline::most_tokens_per_gpu, shardline::as_estimated,
                                as_engine_does>
      terms{{}, {}, {q}};
  const auto found =
      shardline::search_space(settings, std::span<const shardline::integer>(&cluster.gpus, 1),
                              terms, shardline::best_points(q.top));
  shardline::search_result r;
  static_cast<shardline::search_counts&>(r) = found;
  for (const auto& p : found.best) r.best.push_back(candidate_of(settings, terms, p));
  return r;
}

}  // namespace detail

/// Searches, and prices every layout at every load. Inputs that cannot be priced leave all empty,
/// and `found.inputs` says which they are.
[[nodiscard]] inline answer answer_to(const question& q) {
  return visit_cluster(q, [&](const auto& cluster) {
    answer a;
    a.found = detail::ranked_layouts(q, cluster);
    if (!a.found.inputs.empty()) return a;
    detail::sweep<std::decay_t<decltype(cluster)>> sweep{cluster, q};
    shardline::for_each_layout(cluster.gpus, q.model, sweep);
    a.frontier = take_frontier(sweep.feasible);
    a.others = nearest_to_frontier(std::move(sweep.here), most_others);
    a.refused = detail::nearest_by_rule(sweep.refused);
    return a;
  });
}

}  // namespace planner::page
