// SPDX-License-Identifier: BSL-1.0
#include "recommending.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "costs.hpp"
#include "nearest.hpp"
#include "output.hpp"
#include "pricing.hpp"
#include "progress.hpp"
#include "promises.hpp"
#include "report.hpp"
#include "shardline/io/json.hpp"
#include "shardline/io/text.hpp"
#include "shardline/plan/recommend.hpp"
#include "simulated.hpp"
#include "spaces.hpp"
#include "tables.hpp"
#include "values.hpp"

namespace planner {

namespace {

using shardline::integer;

// What was found, priced and simulated anew as a deployment of one replica.
//   own    the options of the setting that it is of
//   said   what that has of each list
struct recommendation {
  options own{};
  said_options said{};
  shardline::recommended searched{};
  shardline::basic_estimate<> again{};
  std::optional<shardline::simulated_serving> simulated{};
  std::optional<costs> cost{};  // of a replica
  near_misses_found nearest{};  // on fewer GPUs, or on those that there are
};

// The options of one replica alone.
options of_replica(const options& o, const shardline::recommendation& r) {
  options own = o;
  own.layout = r.layout;
  own.cluster.gpus = r.layout.gpus();
  own.workload.rate = o.workload.rate / static_cast<double>(r.replicas);
  return own;
}

template <class Cluster>
shardline::recommended search_for(const options& o, const Cluster& cluster) {
  const as_engines_do deploy = deployed_as(o);
  return recommend(cluster, o.model, o.workload,
                   progress("recommendation of up to " + shardline::counted(cluster.gpus, "GPU")),
                   promised_by(o), deploy, most_times_the_gpus * cluster.gpus);
}

template <class Cluster>
void price_again(Cluster cluster, recommendation& a) {
  const options own = of_replica(a.own, *a.searched.found);
  const as_engines_do deploy = deployed_as(a.own);
  shardline::workload load = own.workload;
  cluster.gpus = own.cluster.gpus;
  deploy(0, own.layout, cluster, std::span(&load, 1));
  a.again = estimate(cluster, own.model, own.layout, load);
  a.cost = costs_of(own, cluster, own.layout, a.again);
  if (own.simulate) {
    a.simulated = simulate(prepare(cluster, own.model, own.layout), load, *own.simulate);
  }
}

// With one GPU less, or with more where nothing was found.
template <class Cluster>
void look_nearby(const options& o, Cluster cluster, recommendation& a) {
  near_misses_found& n = a.nearest;
  n.gpus = a.searched.found ? a.searched.found->gpus() - 1 : cluster.gpus;
  cluster.gpus = n.gpus;
  const as_engines_do deploy = deployed_as(o);
  const std::size_t most = a.searched.found ? 1 : 3;
  const auto near = [&](auto&& also) {
    return near_recommendations(cluster, o.model, o.workload, most,
                                progress("nearest recommendations"), deploy, also);
  };
  if (o.simulate) {
    late_misses<Cluster> late(o);
    n.misses = mended(o, cluster, near([&](const auto& l, integer replicas, const auto& e) {
                        late.consider(l, replicas, e);
                      }));
    n.late = late.nearest(o, cluster, most);
  } else {
    n.misses = mended(o, cluster, near(shardline::unasked{}));
  }
  // What was found is the deployment on more of them, and is said above.
  n.looked_beyond = !a.searched.found.has_value();
  if (const auto& more = a.searched.beyond) n.larger = {more->layout, more->replicas};
}

double dollars_of(const options& o, integer gpus) {
  return o.price.value_or(1.0) * static_cast<double>(gpus);
}

// What a recommendation is chosen by, the least first: dollars an hour where there are prices, then
// GPUs; of equals the shorter times.
std::array<double, 4> rank_of(const options& o, const shardline::recommendation& r) {
  const auto& s = r.estimate.serving;
  return {dollars_of(o, r.gpus()), static_cast<double>(r.gpus()), s.tpot.value(), s.ttft.value()};
}

// The most GPUs at a price that cost no more; a quotient may come out just below a whole number.
integer gpus_for(const options& o, double dollars) {
  const auto n = static_cast<integer>(dollars / dollars_of(o, 1));
  return dollars_of(o, n + 1) <= dollars ? n + 1 : n;
}

// Of the settings the best, none of which is looked at beyond what the best so far costs.
recommendation best_of(const search_space& space) {
  recommendation best;
  integer tried = 0;
  for (const space_setting& setting : space.settings) {
    options own = setting.own;
    own.workload = setting.loads.front();
    if (best.searched.found) {
      const integer most = gpus_for(own, rank_of(best.own, *best.searched.found)[0]);
      own.cluster.gpus = std::min(own.cluster.gpus, most);
      if (own.cluster.gpus < 1) continue;
    }
    shardline::recommended r =
        visit_cluster(own, [&](const auto& cluster) { return search_for(own, cluster); });
    refuse_invalid(r.inputs);
    tried += r.tried;
    const bool first = &setting == &space.settings.front();
    const bool better =
        r.found &&
        (!best.searched.found || rank_of(own, *r.found) < rank_of(best.own, *best.searched.found));
    if (!first && !better) continue;
    own.cluster.gpus = setting.own.cluster.gpus;
    best = {.own = std::move(own), .said = of_lists(space, setting.said), .searched = std::move(r)};
  }
  best.searched.tried = tried;
  return best;
}

recommendation answer(const search_space& space) {
  recommendation a = best_of(space);
  visit_cluster(a.own, [&](const auto& cluster) {
    if (a.searched.found) price_again(cluster, a);
    look_nearby(a.own, cluster, a);
  });
  return a;
}

std::string replicas_text(const options& o, const shardline::layout& l, integer replicas) {
  return fmt::format("{}, {} x {}", shardline::counted(replicas * l.gpus(), "GPU"), replicas,
                     short_text(o.model, l));
}

void print_found(const options& o, const recommendation& a) {
  const shardline::recommendation& r = *a.searched.found;
  const options own = of_replica(o, r);
  print("recommended: {}{}\n{}\n", replicas_text(o, r.layout, r.replicas), with_text(a.said),
        shardline::typed_text(o.model, r.layout, convention(o)));
  print("\none replica under {}, priced anew: {}", shardline::to_text(own.workload.rate),
        shardline::to_text(a.again.feasibility));
  print("{}", shardline::to_text(a.again.serving, a.again.bands));
  if (a.simulated) print("{}", simulated_text(*a.simulated, own));
  if (a.cost) {
    print("{}", costs_text(own, *a.cost));
    print("  {} dollars an hour in all\n",
          shardline::short_number(*own.price * static_cast<double>(r.gpus())));
  }
  if (a.nearest.gpus == 0) return;
  print("\nnone on {} or fewer{}; the nearest\n{}", shardline::counted(a.nearest.gpus, "GPU"),
        with_text(a.said), nearest_text(o, a.nearest));
}

void print_recommendation(const options& o, const recommendation& a) {
  print_inputs(o);
  if (a.searched.found) {
    print_found(o, a);
  } else {
    print("no recommendation on {} or fewer{}; the nearest\n{}",
          shardline::counted(a.nearest.gpus, "GPU"), with_text(a.said), nearest_text(o, a.nearest));
  }
  print("\n{} layouts tried\n", a.searched.tried);
}

void put_recommendation(const options& o, const recommendation& a) {
  shardline::json_tree out;
  out.object([&] {
    out.member("tried", a.searched.tried);
    if (!a.said.empty()) {
      out.object("options", [&] {
        for (const auto& [option, value] : a.said) out.member(option.substr(2), value);
      });
    }
    if (a.searched.found) {
      const shardline::recommendation& r = *a.searched.found;
      out.member("gpus", r.gpus());
      out.member("replicas", r.replicas);
      out.object("replica", [&] {
        put_flags(out, o, r.layout);
        put_members(out, o.model, r.layout, a.again, o.notes);
        if (a.simulated) put_simulated(out, *a.simulated, o);
        if (a.cost) put_costs(out, o, *a.cost);
      });
    } else {
      out.member("gpus", nullptr);
    }
    out.object("fewer", [&] {
      out.member("gpus", a.nearest.gpus);
      put_nearest(out, o, a.nearest);
    });
    put_engine(out, o);
  });
  print_result(o, out.take());
}

}  // namespace

bool run_recommend(const options& o) {
  words given;
  for (const auto& [option, text] : o.given) given.add(option, text);
  recommendation a = answer(read_space(given));
  a.own.task = o.task;
  if (o.json) {
    put_recommendation(a.own, a);
  } else {
    print_recommendation(a.own, a);
  }
  return a.searched.found.has_value();
}

}  // namespace planner
