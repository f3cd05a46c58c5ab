// SPDX-License-Identifier: BSL-1.0
#include "recommending.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>

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
#include "tables.hpp"
#include "values.hpp"

namespace planner {

namespace {

using shardline::count;

// What was found, priced and simulated anew as a deployment of one replica.
struct recommendation {
  shardline::recommended searched{};
  shardline::basic_estimate<> again{};
  std::optional<shardline::simulated_serving> simulated{};
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
  as_engines_do deploy;
  deploy.add(o);
  return recommend(cluster, o.model, o.workload,
                   progress("recommendation of up to " + shardline::counted(cluster.gpus, "GPU")),
                   promised_by(o), deploy);
}

template <class Cluster>
void price_again(const options& o, Cluster cluster, recommendation& a) {
  const shardline::recommendation& r = *a.searched.found;
  const options own = of_replica(o, r);
  cluster.gpus = own.cluster.gpus;
  a.again = estimate(cluster, own.model, own.layout, own.workload);
  if (own.simulate) a.simulated = simulated(own, cluster);
}

// With one GPU less, or with more where nothing was found.
template <class Cluster>
void look_nearby(const options& o, Cluster cluster, recommendation& a) {
  near_misses_found& n = a.nearest;
  n.gpus = a.searched.found ? a.searched.found->gpus() - 1 : cluster.gpus;
  cluster.gpus = n.gpus;
  const auto misses = near_recommendations(cluster, o.model, o.workload, a.searched.found ? 1 : 3,
                                           progress("nearest recommendations"));
  n.misses = mended(o, cluster, misses);
  if (a.searched.found) {
    n.larger = {a.searched.found->layout, a.searched.found->replicas};
    return;
  }
  cluster.gpus *= most_times_the_gpus;
  const auto more = search_for(o, cluster).found;
  if (more) n.larger = {more->layout, more->replicas};
}

template <class Cluster>
recommendation answer(const options& o, Cluster cluster) {
  recommendation a{.searched = search_for(o, cluster)};
  refuse_invalid(a.searched.inputs);
  if (a.searched.found) price_again(o, cluster, a);
  look_nearby(o, cluster, a);
  return a;
}

std::string replicas_text(const options& o, const shardline::layout& l, count replicas) {
  return fmt::format("{}, {} x {}", shardline::counted(replicas * l.gpus(), "GPU"), replicas,
                     short_text(o.model, l));
}

void print_found(const options& o, const recommendation& a) {
  const shardline::recommendation& r = *a.searched.found;
  const options own = of_replica(o, r);
  print("recommended: {}\n{}\n", replicas_text(o, r.layout, r.replicas),
        shardline::flags_text(o.model, r.layout, convention(o)));
  print("\none replica under {}, priced anew: {}", shardline::to_text(own.workload.rate),
        shardline::to_text(a.again.feasibility));
  print("{}", shardline::to_text(a.again.serving, a.again.bands));
  if (a.simulated) print("{}", simulated_text(*a.simulated, own));
  if (a.nearest.gpus == 0) return;
  print("\nnone on {} or fewer; the nearest\n{}", shardline::counted(a.nearest.gpus, "GPU"),
        nearest_text(o, a.nearest));
}

void print_recommendation(const options& o, const recommendation& a) {
  print_inputs(o);
  if (a.searched.found) {
    print_found(o, a);
  } else {
    print("no recommendation on {} or fewer; the nearest\n{}",
          shardline::counted(a.nearest.gpus, "GPU"), nearest_text(o, a.nearest));
  }
  print("\n{} layouts tried\n", a.searched.tried);
}

void put_recommendation(const options& o, const recommendation& a) {
  shardline::json_tree out;
  out.object([&] {
    out.member("tried", a.searched.tried);
    if (a.searched.found) {
      const shardline::recommendation& r = *a.searched.found;
      out.member("gpus", r.gpus());
      out.member("replicas", r.replicas);
      out.object("replica", [&] {
        put_members(out, o.model, r.layout, a.again, o.notes);
        if (a.simulated) put_simulated(out, *a.simulated, o);
      });
    } else {
      out.member("gpus", nullptr);
    }
    out.object("fewer", [&] {
      out.member("gpus", a.nearest.gpus);
      put_nearest(out, a.nearest);
    });
    put_engine(out, o);
  });
  print_result(o, out.take());
}

}  // namespace

bool run_recommend(const options& o) {
  return visit_cluster(o, [&](const auto& cluster) {
    const recommendation a = answer(o, cluster);
    if (o.json) {
      put_recommendation(o, a);
    } else {
      print_recommendation(o, a);
    }
    return a.searched.found.has_value();
  });
}

}  // namespace planner
