// SPDX-License-Identifier: BSL-1.0
#include "searching.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "costs.hpp"
#include "nearest.hpp"
#include "output.hpp"
#include "page/page.hpp"
#include "pricing.hpp"
#include "progress.hpp"
#include "report.hpp"
#include "shardline/io/json.hpp"
#include "shardline/io/text.hpp"
#include "shardline/plan/frontier.hpp"
#include "values.hpp"

namespace planner {

namespace {

struct search_found {
  shardline::search_result found{};
  std::vector<std::optional<costs>> cost{};  // of the best, where a price is given
  std::optional<near_misses_found> nearest{};
};

template <class Cluster>
near_misses_found nearest_of(const options& o, const Cluster& cluster) {
  near_misses_found n{.gpus = cluster.gpus};
  n.misses =
      mended(o, cluster, near_misses(cluster, o.model, o.workload, 3, progress("nearest layouts")));
  const auto larger = more_gpus(cluster, o.model, o.workload, most_times_the_gpus * cluster.gpus);
  if (larger) n.larger = {*larger, 1};
  return n;
}

// Of all that are feasible those that none beats both in tokens of a GPU and in tokens of a user, the
// most tokens of a GPU first; at most so many of them.
void keep_frontier(shardline::search_result& found, std::size_t most) {
  std::vector<std::array<double, 2>> points;
  for (const shardline::candidate& c : found.best) {
    const auto& s = c.estimate.serving;
    points.push_back({s.output_tokens_per_s_per_gpu.value(), 1.0 / s.tpot.value()});
  }
  std::vector<shardline::candidate> kept;
  for (const std::size_t i : shardline::frontier(std::span<const std::array<double, 2>>(points))) {
    if (kept.size() < most) kept.push_back(found.best[i]);
  }
  found.best = std::move(kept);
}

template <class Cluster>
search_found answer_of_search(const options& o, const Cluster& cluster) {
  search_found a;
  const std::size_t all = std::numeric_limits<std::size_t>::max();
  a.found = search(cluster, o.model, o.workload, o.frontier ? all : o.top,
                   progress("search of " + shardline::counted(cluster.gpus, "GPU")));
  refuse_invalid(a.found.inputs);
  if (o.frontier) keep_frontier(a.found, o.top);
  for (const shardline::candidate& c : a.found.best) {
    a.cost.push_back(costs_of(o, cluster, c.layout, c.estimate));
  }
  if (a.found.feasible == 0) a.nearest = nearest_of(o, cluster);
  return a;
}

std::string ranked_costs_text(const search_found& a) {
  shardline::text_table table("rrrr");
  table.add({"rank", "$/M output", "$/M tokens", "decode J/output"});
  for (std::size_t i = 0; i < a.cost.size(); ++i) {
    if (!a.cost[i]) continue;
    const costs& c = *a.cost[i];
    table.add({fmt::format("{}", i + 1), fmt::format("{:.3g}", c.dollars.per_million_output),
               fmt::format("{:.3g}", c.dollars.per_million),
               c.energy ? fmt::format("{:.3g}", c.energy->joules) : "-"});
  }
  return table.text();
}

void print_search(const options& o, const search_found& a) {
  print_inputs(o);
  print("{}", shardline::to_text(o.model, a.found, convention(o)));
  if (o.price && !a.cost.empty()) print("\n{}", ranked_costs_text(a));
  if (a.nearest) print("\nthe nearest\n{}", nearest_text(o, *a.nearest));
}

void put_search(const options& o, const search_found& a) {
  shardline::json_tree out;
  out.object([&] {
    put_members(out, o.model, a.found, o.notes);
    if (o.price) {
      out.array("costs", [&] {
        for (const std::optional<costs>& c : a.cost) {
          out.object([&] {
            if (c) put_costs(out, o, *c);
          });
        }
      });
    }
    if (a.nearest) put_nearest(out, *a.nearest);
    put_engine(out, o);
  });
  print("{}\n", out.take().dump(2));
}

}  // namespace

bool run_search(const options& o) {
  const search_found a =
      visit_cluster(o, [&](const auto& cluster) { return answer_of_search(o, cluster); });
  if (o.json) {
    put_search(o, a);
  } else {
    print_search(o, a);
  }
  if (!o.html.empty()) write_page(o);
  return a.found.feasible > 0;
}

}  // namespace planner
