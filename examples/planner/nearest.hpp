// SPDX-License-Identifier: BSL-1.0
/// What comes nearest where nothing keeps the rules, and what would have to change.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "options.hpp"
#include "promises.hpp"
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

/// What keeps every rule as estimated, and a promise of percentiles not.
struct late_miss {
  shardline::layout layout{};
  shardline::integer replicas = 1;
  shardline::late_percentile late{};

  [[nodiscard]] shardline::integer gpus() const { return replicas * layout.gpus(); }
};

/// Near misses.
///   late     those that fail by percentiles alone, the nearest first: nearer than `misses`
///   gpus     at most, that they are of
///   larger   the deployment of the fewest GPUs beyond them that works, and how many replicas of
///            it; nothing is said of it where none was looked for
///   said     what they are of, of the lists that were searched
struct near_misses_found {
  said_options said{};
  std::vector<mended_miss> misses{};
  std::vector<late_miss> late{};
  shardline::integer gpus = 0;
  std::optional<std::pair<shardline::layout, shardline::integer>> larger{};
  bool looked_beyond = true;
};

/// The changes of each, priced on the cluster of one of its replicas; what is promised of
/// percentiles is asked of them too.
template <class Cluster>
std::vector<mended_miss> mended(const options& o, Cluster cluster,
                                const std::vector<shardline::near_miss>& misses) {
  std::vector<mended_miss> all;
  const as_engines_do deploy = deployed_as(o);
  for (const shardline::near_miss& n : misses) {
    shardline::workload share = o.workload;
    share.rate = o.workload.rate / static_cast<double>(n.replicas);
    cluster.gpus = n.layout.gpus();
    deploy(0, n.layout, cluster, std::span(&share, 1));
    all.push_back({n, changes_that_work(cluster, o.model, n.layout, share, promised_by(o))});
  }
  return all;
}

/// The nearest of those that keep every rule as estimated and not their promises in a simulation:
/// of the so many whose estimated times are the shortest beside what is promised.
template <class Cluster>
class late_misses {
 public:
  static constexpr std::size_t most_simulated = 40;

  explicit late_misses(const options& o) : promises_(*promised_by(o).simulated) { deploy_.add(o); }

  /// Of one that keeps every rule.
  void consider(const shardline::layout& l, shardline::integer replicas,
                const shardline::basic_estimate<>& e) {
    const auto factor = [](shardline::seconds<> t, const std::optional<shardline::seconds<>>& of) {
      return of ? t.value() / of->value() : 0.0;
    };
    const auto& s = e.serving;
    const double longest =
        std::max(factor(s.ttft, promises_.p99_ttft), factor(s.tpot, promises_.p99_tpot));
    const candidate own{longest, l, replicas};
    const auto nearer = [](const candidate& a, const candidate& b) { return a.factor < b.factor; };
    found_.insert(std::upper_bound(found_.begin(), found_.end(), own, nearer), own);
    if (found_.size() > most_simulated) found_.pop_back();
  }
  /// At most `most` of them, simulated on the cluster of a replica.
  std::vector<late_miss> nearest(const options& o, Cluster cluster, std::size_t most) const {
    std::vector<late_miss> kept;
    for (const candidate& c : found_) {
      shardline::workload share = o.workload;
      share.rate = o.workload.rate / static_cast<double>(c.replicas);
      cluster.gpus = c.layout.gpus();
      deploy_(0, c.layout, cluster, std::span(&share, 1));
      const double enough = kept.size() < most ? 1e9 : kept.back().late.factor();
      const auto s = simulate(prepare(cluster, o.model, c.layout), share, promises_.with,
                              promises_.patience_times(enough));
      const auto late = promises_.late(s);
      if (s.given_up || !late) continue;
      const late_miss own{c.layout, c.replicas, *late};
      const auto nearer = [](const late_miss& a, const late_miss& b) {
        return a.late.factor() < b.late.factor();
      };
      kept.insert(std::upper_bound(kept.begin(), kept.end(), own, nearer), own);
      if (kept.size() > most) kept.pop_back();
    }
    return kept;
  }

 private:
  struct candidate {
    double factor = 0.0;
    shardline::layout layout{};
    shardline::integer replicas = 1;
  };
  shardline::simulation_keeps_promises promises_;
  as_engines_do deploy_{};
  std::vector<candidate> found_{};
};

/// How many times the GPUs that there are a larger deployment is looked for among.
inline constexpr shardline::integer most_times_the_gpus = 4;

/// A line for each, what is wrong with it and what would mend it.
std::string nearest_text(const options& o, const near_misses_found& found);

/// "the time to first token of 99 in 100 requests is longer than allowed: 2.31 s required, 2.00 s
/// available"
std::string to_text(const shardline::late_percentile& late);

/// {"rule", "message", "required", "available"}, a member.
template <class Output>
void put_late(shardline::json_output<Output>& out, const shardline::late_percentile& late) {
  out.object("binding", [&] {
    out.member("rule", late.of_tpot ? "tpot_p99" : "ttft_p99");
    out.member("message", to_text(late));
    out.member("required", late.takes);
    out.member("available", late.longest);
  });
}

/// "nearest": [{"gpus", "replicas", "layout", "flags", "binding", "factor", "changes": [{"option",
/// "from", "to"}]}], "with_more_gpus": {"gpus", "replicas", "layout", "flags"} or null, members;
/// the last where a larger deployment was looked for.
template <class Output>
void put_nearest(shardline::json_output<Output>& out, const options& o,
                 const near_misses_found& found) {
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
    for (const late_miss& m : found.late) {
      out.object([&] {
        out.member("gpus", m.gpus());
        out.member("replicas", m.replicas);
        out.member("layout", m.layout);
        put_flags(out, o, m.layout);
        put_late(out, m.late);
        out.member("factor", m.late.factor());
      });
    }
    if (!found.late.empty()) return;
    for (const mended_miss& m : found.misses) {
      out.object([&] {
        out.member("gpus", m.miss.gpus());
        out.member("replicas", m.miss.replicas);
        out.member("layout", m.miss.layout);
        put_flags(out, o, m.miss.layout);
        out.member("binding", m.miss.distance.binding);
        out.member("factor", m.miss.distance.factor);
        out.array("changes", [&] {
          for (const shardline::change& c : m.changes) put_change(c);
        });
      });
    }
  });
  if (!found.looked_beyond) return;
  if (!found.larger) return out.member("with_more_gpus", nullptr);
  out.object("with_more_gpus", [&] {
    out.member("gpus", found.larger->first.gpus() * found.larger->second);
    out.member("replicas", found.larger->second);
    out.member("layout", found.larger->first);
    put_flags(out, o, found.larger->first);
  });
}

}  // namespace planner
