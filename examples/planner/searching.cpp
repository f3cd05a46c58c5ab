// SPDX-License-Identifier: BSL-1.0
#include "searching.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "costs.hpp"
#include "nearest.hpp"
#include "output.hpp"
#include "page/page.hpp"
#include "parts.hpp"
#include "pricing.hpp"
#include "progress.hpp"
#include "promises.hpp"
#include "reading.hpp"
#include "report.hpp"
#include "shardline/io/json.hpp"
#include "shardline/io/text.hpp"
#include "shardline/plan/search/jobs.hpp"
#include "simulated.hpp"
#include "spaces.hpp"
#include "tables.hpp"
#include "values.hpp"

namespace planner {

namespace {

using shardline::integer;

// A line of the ranking, with the setting that it is of.
struct ranked {
  const space_setting* setting = nullptr;
  shardline::candidate candidate{};
  std::optional<costs> cost{};
  std::vector<std::string> said{};  // of each list
  std::optional<shardline::simulated_serving> simulated{};
};

struct search_found {
  shardline::search_counts counts{};
  std::vector<ranked> best{};
  std::optional<near_misses_found> nearest{};
};

// The settings of a space as the library takes them, under one policy.
template <class Cluster>
struct library_space {
  using policy = typename Cluster::efficiency_policy;
  std::vector<Cluster> clusters{};
  std::vector<shardline::basic_setting<double, policy>> settings{};

  explicit library_space(const search_space& space) {
    clusters.reserve(space.settings.size());
    for (const space_setting& s : space.settings) {
      visit_cluster(s.own, [&](const auto& cluster) {
        if constexpr (std::is_same_v<std::decay_t<decltype(cluster)>, Cluster>) {
          clusters.push_back(cluster);
          settings.push_back({&clusters.back(), &s.own.model, s.loads});
        }
      });
    }
  }
};

// What a search tells the one line that is shown, whichever of its jobs looks.
class told_by_job {
 public:
  told_by_job(std::atomic<integer>& looks, progress* shown) : looks_(looks), shown_(shown) {}
  void operator()(integer tried) {
    const integer all = looks_ += tried - told_;
    told_ = tried;
    if (shown_ != nullptr) (*shown_)(all);
  }

 private:
  std::atomic<integer>& looks_;
  progress* shown_;
  integer told_ = 0;
};

std::string what_is_searched(const search_space& space) {
  const auto [low, high] = std::minmax_element(space.gpus.begin(), space.gpus.end());
  return *low == *high ? "search of " + shardline::counted(*low, "GPU")
                       : fmt::format("search of {} to {} GPUs", *low, *high);
}

template <class Cluster, class Keeper>
shardline::found_points points_of(const options& o, const search_space& space,
                                  const library_space<Cluster>& asked, const Keeper& keep) {
  using setting = typename decltype(asked.settings)::value_type;
  const std::span<const setting> settings(asked.settings);
  const auto terms = terms_of(o, space);
  progress shown(what_is_searched(space));
  std::atomic<integer> looks{0};
  const auto run = [&](shardline::search_part part, integer job) {
    return shardline::search_space(settings, std::span<const integer>(space.gpus), terms, keep,
                                   part, told_by_job(looks, job == 0 ? &shown : nullptr));
  };
  const auto part = o.search.part.value_or(shardline::search_part{});
  const auto found = shardline::in_jobs(part, o.search.jobs, run);
  for (const auto& f : found) refuse_invalid(f.inputs);
  return merged(std::span<const shardline::found_points>(found), keep);
}

template <class Cluster>
shardline::found_points points_of(const options& o, const search_space& space,
                                  const library_space<Cluster>& asked) {
  if (o.frontier) return points_of(o, space, asked, shardline::frontier_points{});
  return points_of(o, space, asked, shardline::best_points(o.top));
}

std::string said_of(const said_options& said, const std::string& option) {
  for (const auto& [name, text] : said) {
    if (name == option) return text;
  }
  return {};
}

std::vector<std::string> said_of(const search_space& space, const shardline::found_point& p) {
  std::vector<std::string> cells;
  for (const auto& list : space.lists) {
    const std::string& option = list.first;
    if (option == "--gpus") {
      cells.push_back(fmt::format("{}", p.layout.gpus()));
      continue;
    }
    const std::string of_load = said_of(space.loads[static_cast<std::size_t>(p.load)], option);
    const auto& setting = space.settings[static_cast<std::size_t>(p.setting)];
    cells.push_back(of_load.empty() ? said_of(setting.said, option) : of_load);
  }
  return cells;
}

// A point of which an objective is asked once more.
struct priced_again {
  integer setting;
  const shardline::basic_serving<>& serving;
  const shardline::layout& layout;
  [[nodiscard]] integer gpus() const { return layout.gpus(); }
};

// What a point has of each list with several values.
said_options said_of_point(const search_space& space, std::size_t setting, std::size_t load,
                           integer gpus) {
  said_options all = space.settings[setting].said;
  all.insert(all.end(), space.loads[load].begin(), space.loads[load].end());
  all.emplace_back("--gpus", fmt::format("{}", gpus));
  return of_lists(space, std::move(all));
}

// Whether the first of some near misses is nearer than the first of others.
bool is_nearer(const std::vector<late_miss>& a, const std::vector<late_miss>& b) {
  if (a.empty() || b.empty()) return !a.empty() && b.empty();
  return a.front().late.factor() < b.front().late.factor();
}
bool is_nearer(const std::vector<shardline::near_miss>& a,
               const std::vector<shardline::near_miss>& b) {
  if (a.empty() || b.empty()) return !a.empty() && b.empty();
  return a.front().distance < b.front().distance;
}

// Of a number of GPUs under one load: near misses by rules, and by percentiles alone.
template <class Cluster>
std::vector<shardline::near_miss> nearest_at(const options& o, const Cluster& cluster,
                                             progress& watch, std::vector<late_miss>& later) {
  const as_engines_do deploy = deployed_as(o);
  std::optional<late_misses<Cluster>> late;
  if (o.simulate) late.emplace(o);
  auto found = near_misses(cluster, o.model, o.workload, 3, watch, deploy,
                           [&late](const shardline::layout& l, integer replicas, const auto& e) {
                             if (late) late->consider(l, replicas, e);
                           });
  if (late) later = late->nearest(o, cluster, 3);
  return found;
}

// Of all that was tried, the near misses of what comes nearest.
template <class Cluster>
near_misses_found nearest_of(const search_space& space, const library_space<Cluster>& asked) {
  progress watch("nearest layouts");
  near_misses_found n;
  std::vector<shardline::near_miss> nearest;
  options own;
  Cluster cluster = asked.clusters.front();
  for (std::size_t s = 0; s < space.settings.size(); ++s) {
    const space_setting& setting = space.settings[s];
    for (std::size_t load = 0; load < setting.loads.size(); ++load) {
      for (const integer gpus : space.gpus) {
        Cluster tried = asked.clusters[s];
        tried.gpus = gpus;
        options at_load = setting.own;
        at_load.workload = setting.loads[load];
        std::vector<late_miss> later;
        auto found = nearest_at(at_load, tried, watch, later);
        if (n.gpus > 0 && !is_nearer(later, n.late) &&
            !(later.empty() && n.late.empty() && is_nearer(found, nearest))) {
          continue;
        }
        n.gpus = gpus;
        n.late = std::move(later);
        nearest = std::move(found);
        own = at_load;
        cluster = tried;
        n.said = said_of_point(space, s, load, gpus);
      }
    }
  }
  n.misses = mended(own, cluster, nearest);
  const shardline::search_terms<shardline::most_tokens_per_gpu, promised, as_engines_do> terms{
      {}, promised_by(own), deployed_as(own)};
  const auto larger =
      more_gpus(cluster, own.model, own.workload, most_times_the_gpus * cluster.gpus, terms);
  if (larger) n.larger = {*larger, 1};
  return n;
}

// The simulation of a point that was found, by which it was accepted.
template <class Cluster>
shardline::simulated_serving simulated_as(const options& o, Cluster cluster,
                                          const shardline::layout& l) {
  const as_engines_do deploy = deployed_as(o);
  shardline::workload load = o.workload;
  deploy(0, l, cluster, std::span(&load, 1));
  return simulate(prepare(cluster, o.model, l), load, *o.simulate);
}

// All figures of the points; those of a part that was priced elsewhere must be the same.
template <class Cluster>
search_found answer_of(const options& o, const search_space& space,
                       const library_space<Cluster>& asked, const shardline::found_points& found) {
  using setting = typename decltype(asked.settings)::value_type;
  search_found a;
  a.counts = found;
  const auto terms = terms_of(o, space);
  for (const shardline::found_point& p : found.best) {
    if (a.best.size() == o.top) break;
    const auto& of = space.settings[static_cast<std::size_t>(p.setting)];
    ranked r{&of,
             candidate_of(std::span<const setting>(asked.settings), terms, p),
             {},
             said_of(space, p)};
    const auto& e = r.candidate.estimate;
    const double least = terms.objective(priced_again{p.setting, e.serving, p.layout});
    if (shardline::detail::rank_of(least, e.serving, e.memory) != p.rank) {
      refuse("files", "figures that this program does not find again",
             "parts of this program, over the same files");
    }
    Cluster own = asked.clusters[static_cast<std::size_t>(p.setting)];
    own.gpus = p.layout.gpus();
    options at_load = of.own;
    at_load.workload = of.loads[static_cast<std::size_t>(p.load)];
    r.cost = costs_of(at_load, own, p.layout, e);
    if (o.simulate) r.simulated = simulated_as(at_load, own, p.layout);
    a.best.push_back(std::move(r));
  }
  if (a.best.empty()) a.nearest = nearest_of(space, asked);
  return a;
}

// visit(the settings as the library takes them)
template <class Visit>
decltype(auto) visit_space(const search_space& space, const Visit& visit) {
  return visit_cluster(space.settings.front().own, [&](const auto& first) {
    return visit(library_space<std::decay_t<decltype(first)>>(space));
  });
}

std::string ranked_costs_text(const search_found& a) {
  shardline::text_table table("rrrr");
  table.add({"rank", "$/M output", "$/M tokens", "decode J/output"});
  for (std::size_t i = 0; i < a.best.size(); ++i) {
    if (!a.best[i].cost) continue;
    const costs& c = *a.best[i].cost;
    table.add({fmt::format("{}", i + 1), fmt::format("{:.3g}", c.dollars.per_million_output),
               fmt::format("{:.3g}", c.dollars.per_million),
               c.energy ? fmt::format("{:.3g}", c.energy->joules) : "-"});
  }
  return table.text();
}

std::string ranked_simulations_text(const search_found& a) {
  const auto time = [](double t) {
    return shardline::to_text(shardline::seconds<>::from_value(t));
  };
  const auto tpot = [](double t) {
    return shardline::tpot_text(shardline::seconds<>::from_value(t));
  };
  shardline::text_table table("rrrrrr");
  table.add({"rank", "TTFT p50", "p99", "TPOT p50", "p99", "requests/s"});
  for (std::size_t i = 0; i < a.best.size(); ++i) {
    if (!a.best[i].simulated) continue;
    const shardline::simulated_serving& s = *a.best[i].simulated;
    table.add({fmt::format("{}", i + 1), time(s.ttft.p50), time(s.ttft.p99), tpot(s.tpot.p50),
               tpot(s.tpot.p99), shardline::short_number(s.requests_per_s)});
  }
  return table.text();
}

// "--gpus" heads its column as "gpus".
std::vector<std::string> heads_of(const search_space& space) {
  std::vector<std::string> heads;
  for (const auto& list : space.lists) heads.push_back(list.first.substr(2));
  return heads;
}

std::string ranking_of(const search_space& space, const search_found& a) {
  if (a.best.empty()) {
    if (a.counts.feasible == 0) return "no feasible layout\n";
    const options& o = space.settings.front().own;
    return fmt::format("no layout that {}\n",
                       !o.simulate     ? "launch can start"
                       : !o.launchable ? "keeps its promises in a simulation"
                                       : "launch can start and keeps its promises in a simulation");
  }
  std::vector<shardline::basic_ranked_line<>> lines;
  for (const ranked& r : a.best) {
    lines.push_back({&r.setting->own.model, &r.candidate, convention(r.setting->own), r.said});
  }
  return ranking_text(std::span<const shardline::basic_ranked_line<>>(lines), heads_of(space));
}

// What is ranked need not be what an engine can be told: where it is so of the first, that is said.
std::string launch_text(const ranked& first) {
  const options& own = first.setting->own;
  const std::string why = why_not_launched(own, first.candidate.layout, own.workload);
  if (why.empty()) return {};
  return fmt::format(
      "\nlaunch cannot start the first of these: {}\n--launchable ranks what it can\n", why);
}

void print_search(const options& o, const search_space& space, const search_found& a) {
  print_inputs(o);
  if (!space.is_single()) {
    std::string lists;
    for (const auto& [option, text] : space.lists) {
      lists += fmt::format("{}{} {}", lists.empty() ? "" : ", ", option, text);
    }
    print("tried: {}; above stands the first of each\n\n", lists);
  }
  print("{}\n{}", ranking_of(space, a),
        counts_text(a.counts, space.is_single() ? "layouts" : "points"));
  if (o.price && !a.best.empty()) print("\n{}", ranked_costs_text(a));
  if (o.simulate && !a.best.empty()) {
    print("\nsimulated step by step, seed {}\n{}", o.simulate->seed, ranked_simulations_text(a));
  }
  if (!a.best.empty()) print("{}", launch_text(a.best.front()));
  if (!a.nearest) return;
  print("\nthe nearest{}\n{}", with_text(a.nearest->said), nearest_text(o, *a.nearest));
}

template <class Output>
void put_ranked(shardline::json_output<Output>& out, const search_space& space, const ranked& r) {
  out.object([&] {
    if (!space.is_single()) {
      out.object("options", [&] {
        for (std::size_t i = 0; i < space.lists.size(); ++i) {
          out.member(space.lists[i].first.substr(2), r.said[i]);
        }
      });
    }
    put_flags(out, r.setting->own, r.candidate.layout);
    put_members(out, r.setting->own.model, r.candidate.layout, r.candidate.estimate,
                r.setting->own.notes);
    if (r.simulated) put_simulated(out, *r.simulated, r.setting->own);
  });
}

void put_search(const options& o, const search_space& space, const search_found& a) {
  shardline::json_tree out;
  out.object([&] {
    put_members(out, a.counts);
    out.array("layouts", [&] {
      for (const ranked& r : a.best) put_ranked(out, space, r);
    });
    if (o.price) {
      out.array("costs", [&] {
        for (const ranked& r : a.best) {
          out.object([&] {
            if (r.cost) put_costs(out, r.setting->own, *r.cost);
          });
        }
      });
    }
    if (a.nearest) put_nearest(out, o, *a.nearest);
    put_engine(out, o);
  });
  print_result(o, out.take());
}

bool show_search(const options& o, const search_space& space, const search_found& a) {
  if (o.json) {
    put_search(o, space, a);
  } else {
    print_search(o, space, a);
  }
  return !a.best.empty();
}

// Whether a search of this space can have found the point, which a file says.
bool is_of(const search_space& space, const shardline::found_point& p) {
  const shardline::layout& l = p.layout;
  const auto within = [](integer place, std::size_t size) {
    return place >= 0 && place < static_cast<integer>(size);
  };
  const auto degrees = {l.attention.tp,
                        l.attention.cp,
                        l.attention.dp,
                        l.expert.etp,
                        l.expert.ep,
                        l.expert.edp,
                        l.pp};
  return within(p.setting, space.settings.size()) && within(p.load, space.loads.size()) &&
         *std::min_element(degrees.begin(), degrees.end()) >= 1 &&
         l.attention.size() == l.expert.size() &&
         std::find(space.gpus.begin(), space.gpus.end(), l.gpus()) != space.gpus.end();
}

void refuse_foreign(const search_space& space, const shardline::found_points& found) {
  for (const shardline::found_point& p : found.best) {
    if (!is_of(space, p)) refuse("files", "a point of no such search", "what search --part wrote");
  }
}

std::vector<simulated_layout> simulated_of(const search_found& a) {
  std::vector<simulated_layout> all;
  for (const ranked& r : a.best) {
    if (r.simulated) all.push_back({r.candidate.layout, *r.simulated});
  }
  return all;
}

words words_of(const options& o) {
  words given;
  for (const auto& [option, text] : o.given) given.add(option, text);
  return given;
}

}  // namespace

bool run_search(const options& o) {
  const search_space space = read_space(words_of(o));
  return visit_space(space, [&](const auto& asked) {
    const shardline::found_points found = points_of(o, space, asked);
    if (o.search.part) {
      print("{}\n", part_text(o, found));
      return true;
    }
    const search_found answer = answer_of(o, space, asked, found);
    const bool any = show_search(o, space, answer);
    if (!o.html.empty()) write_page(o, simulated_of(answer), answer.nearest);
    return any;
  });
}

bool run_merge(const options& o) {
  const parts_read parts = read_parts(o.search.parts);
  const options whole = read_search(parts.question);
  const search_space space = read_space(parts.question);
  const std::span<const shardline::found_points> all(parts.found);
  const shardline::found_points found = whole.frontier
                                            ? merged(all, shardline::frontier_points{})
                                            : merged(all, shardline::best_points(whole.top));
  refuse_foreign(space, found);
  return visit_space(space, [&](const auto& asked) {
    return show_search(whole, space, answer_of(whole, space, asked, found));
  });
}

}  // namespace planner
