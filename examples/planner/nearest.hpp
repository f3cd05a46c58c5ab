// SPDX-License-Identifier: BSL-1.0
/// What comes nearest where nothing keeps the rules, and what would have to change.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "options.hpp"
#include "shardline/io/json/output.hpp"
#include "shardline/plan/changes.hpp"
#include "shardline/plan/near_miss.hpp"
#include "spaces.hpp"

namespace planner {

/// A near miss and the single changes with which it works, the smallest first.
struct mended_miss {
  shardline::near_miss miss{};
  std::vector<shardline::change> changes{};
};

/// Near misses.
///   gpus     at most, that they are of
///   larger   the deployment of the fewest GPUs beyond them that works, and how many replicas of it
///   said     what they are of, of the lists that were searched
struct near_misses_found {
  said_options said{};
  std::vector<mended_miss> misses{};
  shardline::count gpus = 0;
  std::optional<std::pair<shardline::layout, shardline::count>> larger{};
};

/// The changes of each, priced on the cluster of one of its replicas.
template <class Cluster>
std::vector<mended_miss> mended(const options& o, Cluster cluster,
                                const std::vector<shardline::near_miss>& misses) {
  std::vector<mended_miss> all;
  for (const shardline::near_miss& n : misses) {
    shardline::workload share = o.workload;
    share.rate = o.workload.rate / static_cast<double>(n.replicas);
    cluster.gpus = n.layout.gpus();
    all.push_back({n, changes_that_work(cluster, o.model, n.layout, share)});
  }
  return all;
}

/// How many times the GPUs that there are a larger deployment is looked for among.
inline constexpr shardline::count most_times_the_gpus = 4;

/// A line for each, what is wrong with it and what would mend it.
std::string nearest_text(const options& o, const near_misses_found& found);

/// "nearest": [{"gpus", "replicas", "layout", "binding", "factor", "changes": [{"option", "from",
/// "to"}]}], "with_more_gpus": {"gpus", "replicas", "layout"} or null, members.
template <class Output>
void put_nearest(shardline::json_output<Output>& out, const near_misses_found& found) {
  const auto put_change = [&out](const shardline::change& c) {
    out.object([&] {
      out.member("option", name(c.what));
      out.member("from", c.from);
      out.member("to", c.to);
      if (!c.format.empty()) out.member("format", c.format);
    });
  };
  if (!found.said.empty()) {
    out.object("nearest_options", [&] {
      for (const auto& [option, value] : found.said) out.member(option.substr(2), value);
    });
  }
  out.array("nearest", [&] {
    for (const mended_miss& m : found.misses) {
      out.object([&] {
        out.member("gpus", m.miss.gpus());
        out.member("replicas", m.miss.replicas);
        out.member("layout", m.miss.layout);
        out.member("binding", m.miss.distance.binding);
        out.member("factor", m.miss.distance.factor);
        out.array("changes", [&] {
          for (const shardline::change& c : m.changes) put_change(c);
        });
      });
    }
  });
  if (!found.larger) return out.member("with_more_gpus", nullptr);
  out.object("with_more_gpus", [&] {
    out.member("gpus", found.larger->first.gpus() * found.larger->second);
    out.member("replicas", found.larger->second);
    out.member("layout", found.larger->first);
  });
}

}  // namespace planner
