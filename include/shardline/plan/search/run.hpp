// SPDX-License-Identifier: BSL-1.0
/// How a search judges layouts under settings and loads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "shardline/estimate/estimate.hpp"
#include "shardline/plan/search/layouts.hpp"
#include "shardline/plan/search/points.hpp"

namespace shardline {

/// One way to run a model, with the loads that are tried on it: an accelerator under an engine, the
/// model in formats of its weights and cache. All of a search are of one architecture, and refer to
/// what must outlive it. The cluster's number of GPUs is the search's own.
template <class T = double, class Efficiency = datasheet>
struct basic_setting {
  const basic_cluster<T, Efficiency>* cluster = nullptr;
  const shardline::model* model = nullptr;
  std::span<const basic_workload<T>> loads{};
};

/// One of `of` parts of a search that are as large as each other: of the layouts, in their order,
/// those whose number leaves `index` when divided by `of`. 0 <= index < of.
struct search_part {
  integer index = 0;
  integer of = 1;

  /// Part j of n of this part.
  ///   search_part{1, 2}.part(2, 3) is part 5 of 6   (tests/plan/search_space.cpp)
  [[nodiscard]] constexpr search_part part(integer j, integer n) const noexcept {
    return {index + of * j, of * n};
  }
};

/// What an objective or a constraint is asked about: a layout, prepared on its setting, under a
/// load.
template <class T, class Efficiency>
struct priced_point {
  integer setting;
  const prepared_layout<T, Efficiency>& prepared;
  const basic_workload<T>& load;
  const basic_memory<T>& memory;
  const basic_serving<T>& serving;

  /// GPUs of the layout.
  [[nodiscard]] constexpr integer gpus() const noexcept { return prepared.layout.gpus(); }
};

/// The objective of a search that has no other: the most output tokens per second per GPU.
/// An objective may say that it follows throughput: under one setting and layout it is the less the
/// more tokens per second come out, in proportion or inverse to them, and nothing else changes it.
/// Loads that cannot be among the best are then not priced (loads_by_fewer).
struct most_tokens_per_gpu {
  /// It is throughput itself.
  [[nodiscard]] static constexpr bool follows_throughput() noexcept { return true; }
  template <class Point>
  [[nodiscard]] constexpr double operator()(const Point& p) const noexcept {
    return -value_of(p.serving.output_tokens_per_s_per_gpu.value());
  }
};

/// Asks no more of a deployment than its estimate does.
struct as_estimated {
  template <class Prepared, class Workload>
  constexpr bool operator()(const Prepared& /*deployed*/, const Workload& /*load*/) const noexcept {
    return true;
  }
};

/// Runs layouts on clusters, and under loads, as they are described.
struct as_described {
  template <class Cluster, class Loads>
  constexpr void operator()(integer /*setting*/, const layout& /*l*/, const Cluster& /*c*/,
                            const Loads& /*loads*/) const noexcept {}
};

/// What a search goes by.
///   objective   (priced_point) -> double: the least is the best
///   accepts     (prepared_layout, workload) -> bool: of what keeps every rule, whether it is good
///               enough; asked last, and only of what would be among the best
///   deploy      (setting, layout, cluster&, loads): changes what an engine does under a layout; is
///               given the setting's own cluster and loads, as the layout before left them; loads
///               that differ in their concurrency alone go on doing so, in the same order
template <class Objective = most_tokens_per_gpu, class Accepts = as_estimated,
          class Deploy = as_described>
struct search_terms {
  Objective objective{};
  Accepts accepts{};
  Deploy deploy{};
};

namespace detail {

// What a point is ranked by where its objective is equal to another's.
template <class T>
constexpr search_rank rank_of(double objective, const basic_serving<T>& s,
                              const basic_memory<T>& held) noexcept {
  return {objective, -value_of(s.output_tokens_per_s_per_gpu.value()), value_of(s.tpot.value()),
          value_of(s.ttft.value()), value_of(held.total().value())};
}

// How many times what more slots serve fewer ones are taken to serve at most, and from how many
// tokens of output on. More slots serve less where a step's prompts, a kernel's tiles or what an
// engine captures fall badly: of 120,000 random searches by 1.42 at most where an answer has 32
// tokens or more, by 2.8 where it has fewer, which are all priced (tests/plan/pruning.cpp).
inline constexpr double most_by_fewer_slots = 2.0;
inline constexpr double fewest_tokens_to_leave_out = 64.0;

// Whether two loads differ in their concurrency alone, of slots that are always full.
template <class T>
bool alike_but_for_slots(const basic_workload<T>& a, const basic_workload<T>& b) noexcept {
  const auto all = [](const basic_workload<T>& of_load) {
    const basic_speculation<T>& guesses = of_load.speculation;
    return std::tuple(of_load.input.value(), of_load.output.value(), of_load.output_cv,
                      of_load.chunk.has_value(), of_load.chunk ? of_load.chunk->value() : T(0.0),
                      of_load.prefix_hit, of_load.host_cache.hit, of_load.host_cache.rate.value(),
                      guesses.draft_tokens, guesses.acceptance, guesses.draft_time.value(),
                      of_load.routing.law, of_load.routing.exponent, of_load.routing.loads.data(),
                      of_load.expert_imbalance);
  };
  const auto full = [](const basic_workload<T>& of_load) {
    return of_load.output.value() >= fewest_tokens_to_leave_out &&
           !(T(0.0) < of_load.rate.value()) && !(T(0.0) < of_load.num_prompts) &&
           !of_load.max_ttft && !of_load.max_tpot;
  };
  return full(a) && full(b) && all(a) == all(b);
}

// A load in the order in which a layout is priced under them: such as differ in concurrency alone
// follow each other, the most first.
//   follows   whether the one before it is such a one
struct load_in_turn {
  std::size_t place = 0;
  bool follows = false;
};

template <class T>
std::vector<load_in_turn> loads_by_fewer(std::span<const basic_workload<T>> loads) {
  std::vector<load_in_turn> order;
  std::vector<bool> done(loads.size());
  for (std::size_t i = 0; i < loads.size(); ++i) {
    if (done[i]) continue;
    const std::size_t first = order.size();
    for (std::size_t j = i; j < loads.size(); ++j) {
      if (j != i && (done[j] || !alike_but_for_slots(loads[i], loads[j]))) continue;
      done[j] = true;
      order.push_back({j, true});
    }
    std::stable_sort(order.begin() + static_cast<std::ptrdiff_t>(first), order.end(),
                     [&](const load_in_turn& this_one, const load_in_turn& that_one) {
                       return loads[that_one.place].concurrency < loads[this_one.place].concurrency;
                     });
    order[first].follows = false;
  }
  return order;
}

// What a load is at least ranked by where one with more in flight has this objective.
constexpr search_rank least_with_fewer(double objective) noexcept {
  constexpr double lowest = std::numeric_limits<double>::lowest();
  const double least =
      objective < 0.0 ? objective * most_by_fewer_slots : objective / most_by_fewer_slots;
  return {least, lowest, lowest, lowest, lowest};
}

// A setting of a search's own, which it deploys.
template <class T, class Efficiency>
struct deployed_setting {
  basic_cluster<T, Efficiency> cluster;
  const shardline::model* model;
  std::vector<basic_workload<T>> loads;
  std::vector<load_in_turn> turns;

  explicit deployed_setting(const basic_setting<T, Efficiency>& asked)
      : cluster(*asked.cluster),
        model(asked.model),
        loads(asked.loads.begin(), asked.loads.end()),
        turns(loads_by_fewer(asked.loads)) {}
};

// Judges layouts one after the other. Most fail a rule on their shape and are never prepared; each
// of the others is, once for all loads of a setting, and priced only as far as it is ranked by.
template <class T, class Efficiency, class Keeper, class Terms, class Watch>
class search_run {
 public:
  search_run(std::span<const basic_setting<T, Efficiency>> settings, const Terms& by_terms,
             Keeper keep, search_part of_all, Watch& watch)
      : terms_(by_terms), keep_(std::move(keep)), part_(of_all), watch_(watch) {
    for (const auto& s : settings) {
      settings_.emplace_back(s);
      points_ += static_cast<integer>(s.loads.size());
    }
  }

  // Of layouts of so many GPUs.
  void on(integer gpus) noexcept {
    for (auto& s : settings_) s.cluster.gpus = gpus;
  }
  // Of a layout whose degrees and inputs are known to be valid.
  void operator()(const layout& l) {
    consider(l, [](const auto& on_cluster, const model& of_model, const layout& given) {
      report verdict;
      check_layout(on_cluster, of_model, given, verdict);
      return verdict;
    });
  }
  // Of one that anybody may have written, under loads likewise.
  void validated(const layout& l) {
    consider(l, [this](const auto& on_cluster, const model& of_model, const layout& given) {
      report verdict = report_on(on_cluster, of_model, given);
      for (const auto& load : settings_.front().loads) {
        verdict.invalid.append(validate(of_model, load).found);
      }
      return verdict;
    });
  }
  [[nodiscard]] found_points finish() {
    found_.best = keep_.take();
    return std::move(found_);
  }

 private:
  template <class Check>
  void consider(const layout& l, const Check& check) {
    const bool own = layouts_++ % part_.of == part_.index;
    if (own) {
      for (std::size_t s = 0; s < settings_.size(); ++s) look_at(l, s, check);
    }
    order_ += own ? 0 : points_;
  }
  template <class Check>
  void look_at(const layout& l, std::size_t number, const Check& check) {
    auto& s = settings_[number];
    const auto points = static_cast<integer>(s.loads.size());
    terms_.deploy(static_cast<integer>(number), l, s.cluster, s.loads);
    const report shape = check(s.cluster, *s.model, l);
    if (shape.feasible()) {
      price(prepare(s.cluster, *s.model, l), number);
    } else {
      found_.reject(shape, points);
    }
    order_ += points;
    watch_(found_.tried);
  }
  void price(const prepared_layout<T, Efficiency>& p, std::size_t number) {
    std::optional<search_rank> least;
    for (const load_in_turn& turn : settings_[number].turns) {
      if (!turn.follows) least.reset();
      price(p, number, turn.place, least);
    }
  }
  // `least` is what the load is at least ranked by, and becomes it of those with fewer in flight.
  void price(const prepared_layout<T, Efficiency>& p, std::size_t number, std::size_t place,
             std::optional<search_rank>& least) {
    const basic_workload<T>& w = settings_[number].loads[place];
    const integer order = order_ + static_cast<integer>(place);
    report r;
    check_load(p.cluster, p.model, p.layout, w, r);
    if (!r.feasible()) return found_.reject(r, 1);
    const basic_memory<T> held = memory(p, w);
    check_memory(held, r);
    if (!r.feasible()) return found_.reject(r, 1);
    if (least && !keep_.wants(*least, order)) return accept();
    const basic_serving<T> served = serving_of(p, w, held);
    check_times(served, w, r);
    if (!r.feasible()) return found_.reject(r, 1);
    accept();
    const auto setting = static_cast<integer>(number);
    const double objective =
        terms_.objective(priced_point<T, Efficiency>{setting, p, w, held, served});
    const search_rank rank = rank_of(objective, served, held);
    if (follows_throughput(terms_.objective)) least = least_with_fewer(objective);
    if (!keep_.wants(rank, order) || !terms_.accepts(p, w)) return;
    keep_.keep({rank, order, setting, static_cast<integer>(place), p.layout});
  }
  void accept() noexcept {
    ++found_.tried;
    ++found_.feasible;
  }
  template <class Objective>
  [[nodiscard]] static bool follows_throughput(const Objective& o) noexcept {
    if constexpr (requires { o.follows_throughput(); }) return o.follows_throughput();
    return false;
  }

  const Terms& terms_;
  Keeper keep_;
  search_part part_;
  Watch& watch_;
  std::vector<deployed_setting<T, Efficiency>> settings_{};
  found_points found_{};
  integer points_ = 0;   // of a layout
  integer layouts_ = 0;  // so far
  integer order_ = 0;    // of the next point
};

}  // namespace detail

}  // namespace shardline
