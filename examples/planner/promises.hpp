// SPDX-License-Identifier: BSL-1.0
/// What a search or a recommendation goes by: the objective, what a simulation must show, and what
/// an engine does under a layout.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "launching.hpp"
#include "options.hpp"
#include "shardline/engines/engine.hpp"
#include "shardline/estimate/cost.hpp"
#include "shardline/plan/search.hpp"
#include "shardline/plan/simulation.hpp"
#include "spaces.hpp"

namespace planner {

/// Figures of a point, the least the best.
///   prices   of each setting, dollars per GPU and hour; 0 where none is given
struct objective {
  std::string_view of{};
  std::vector<double> prices{};

  [[nodiscard]] bool follows_throughput() const { return of == "throughput" || of == "cost"; }
  template <class Point>
  [[nodiscard]] double operator()(const Point& p) const {
    const auto& s = p.serving;
    if (of == "ttft") return s.ttft.value();
    if (of == "tpot") return s.tpot.value();
    if (of == "gpus") return static_cast<double>(p.gpus());
    if (of == "goodput") return -s.requests_per_s.value();
    if (of == "users") return -s.concurrency / static_cast<double>(p.gpus());
    if (of == "cost") {
      const double price = prices[static_cast<std::size_t>(p.setting)];
      return cost_of(s, p.gpus(), price).per_million_output;
    }
    return shardline::most_tokens_per_gpu{}(p);
  }
};

/// What is asked of a deployment that keeps every rule: that launch can start it as these options,
/// which must outlive it, and what a simulation must show; where either is asked for.
struct promised {
  std::optional<shardline::simulation_keeps_promises> simulated{};
  const options* started_as = nullptr;

  template <class Prepared>
  [[nodiscard]] bool operator()(const Prepared& deployed, const shardline::workload& w) const {
    const bool starts =
        started_as == nullptr || why_not_launched(*started_as, deployed.layout, w).empty();
    return starts && (!simulated || (*simulated)(deployed, w));
  }
};

inline promised promised_by(const options& o) {
  promised p;
  if (o.launchable) p.started_as = &o;
  if (o.simulate) {
    p.simulated =
        shardline::simulation_keeps_promises{*o.simulate, o.search.p99_ttft, o.search.p99_tpot};
  }
  return p;
}

/// What the engines of settings do under a layout, as an estimate of it says: the tokens of a step
/// where they are the engine's own.
class as_engines_do {
 public:
  void add(const options& of) { settings_.push_back(&of); }

  template <class Cluster>
  void operator()(shardline::integer setting, const shardline::layout& l, const Cluster& c,
                  std::span<shardline::workload> loads) const {
    const options& o = *settings_[static_cast<std::size_t>(setting)];
    const auto own = engine_chunk(c.runtime, l);
    if (!o.search.own_chunk || !own) return;
    for (shardline::workload& w : loads) w.chunk = own;
  }

 private:
  std::vector<const options*> settings_{};
};

/// Of one setting alone, which must outlive it.
inline as_engines_do deployed_as(const options& o) {
  as_engines_do deploy;
  deploy.add(o);
  return deploy;
}

/// Those of a space, which must outlive them.
inline shardline::search_terms<objective, promised, as_engines_do> terms_of(
    const options& o, const search_space& space) {
  shardline::search_terms<objective, promised, as_engines_do> terms{
      {o.search.objective, {}}, promised_by(o), {}};
  for (const space_setting& s : space.settings) {
    terms.objective.prices.push_back(s.own.price.value_or(0.0));
    terms.deploy.add(s.own);
  }
  return terms;
}

}  // namespace planner
