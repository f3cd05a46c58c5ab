// SPDX-License-Identifier: BSL-1.0
/// The smallest single changes that would make an infeasible deployment work.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "shardline/memory/budget.hpp"
#include "shardline/plan/recommend.hpp"
#include "shardline/plan/search.hpp"

namespace shardline {

/// What may be changed, the layout staying as it is.
enum class knob : unsigned char { weights, kv_cache, memory_share, concurrency, input, output };

/// What a knob is called among the planner's options (examples/planner/commands.cpp).
///   name(knob::memory_share) = "memory-fraction", the third of 6   (tests/plan/changes.cpp)
[[nodiscard]] constexpr std::string_view name(knob k) noexcept {
  constexpr std::array<std::string_view, 6> names{"weights",     "kv",    "memory-fraction",
                                                  "concurrency", "input", "output"};
  return names[static_cast<std::size_t>(k)];
}

/// One change.
///   from, to   the figures; bits of an element where it is a format
///   format     its name, as the planner's options have it; nothing for a number
struct change {
  knob what = knob::concurrency;
  double from = 0.0;
  double to = 0.0;
  std::string_view format{};

  /// How much of a change it is: the logarithm of the ratio, either way.
  [[nodiscard]] double size() const noexcept { return std::abs(std::log(to / from)); }
};

namespace detail {

struct named_weights {
  std::string_view name{};
  weight_format format{};
};
struct named_cache {
  std::string_view name{};
  cache_format format{};
};
// Narrower and narrower, every width of 8 bits and less that options name; of as many bits the one
// that more accelerators of the catalog compute with first.
inline constexpr std::array<named_weights, 5> narrower_weights{{{"fp8", formats::fp8},
                                                                {"int8", formats::int8},
                                                                {"nvfp4", formats::nvfp4},
                                                                {"mxfp4", formats::mxfp4},
                                                                {"int4", formats::int4_g128}}};
inline constexpr std::array<named_cache, 5> narrower_caches{{{"fp8", precision::fp8},
                                                             {"int8", precision::int8},
                                                             {"nvfp4", cache_formats::nvfp4},
                                                             {"fp4", precision::fp4},
                                                             {"int4", precision::int4}}};

// What a layout of a model does under a load, one of the three varied.
template <class Efficiency, class Accepts>
struct variation {
  const basic_cluster<double, Efficiency>& cluster;
  const shardline::model& model;
  const shardline::layout& layout;
  const shardline::workload& workload;
  const Accepts& accepts;

  [[nodiscard]] bool works(const basic_cluster<double, Efficiency>& c, const shardline::model& m,
                           const shardline::workload& w) const {
    return estimate(c, m, layout, w).feasibility.feasible() && accepts(prepare(c, m, layout), w);
  }

  [[nodiscard]] std::optional<change> weights() const {
    const double held = parameters(model).total_bytes().value();
    const auto bits_of = [](const shardline::model& m) {
      return parameters(m).total_bytes().value() * 8.0 / static_cast<double>(parameters(m).total());
    };
    for (const named_weights& n : narrower_weights) {
      const shardline::model m = quantised(model, n.format);
      if (!(parameters(m).total_bytes().value() < held) || !works(cluster, m, workload)) continue;
      return change{knob::weights, bits_of(model), bits_of(m), n.name};
    }
    return std::nullopt;
  }
  [[nodiscard]] std::optional<change> kv_cache() const {
    const double own = model.kv_cache.bytes(128);
    for (const named_cache& n : narrower_caches) {
      shardline::model m = model;
      m.kv_cache = n.format;
      if (!(n.format.bytes(128) < own) || !works(cluster, m, workload)) continue;
      return change{knob::kv_cache, own / 16.0, n.format.bytes(128) / 16.0, n.name};
    }
    return std::nullopt;
  }
  // The share as it is: that which the engine works out where it does.
  [[nodiscard]] double share() const {
    if (const auto* derived = std::get_if<derived_static<>>(&cluster.runtime.budget)) {
      return share_of(*derived, cluster.runtime, layout, cluster.accelerator.memory).share;
    }
    return std::visit([](const auto& rule) { return rule.share; }, cluster.runtime.budget);
  }
  // In hundredths, as users give it.
  [[nodiscard]] std::optional<change> memory_share() const {
    const double own = share();
    for (double hundredths = std::floor(own * 100.0 + 1e-9) + 1.0; hundredths <= 100.0;
         hundredths += 1.0) {
      basic_cluster<double, Efficiency> c = cluster;
      set_share(c.runtime, hundredths / 100.0);
      if (works(c, model, workload)) return change{knob::memory_share, own, hundredths / 100.0};
    }
    return std::nullopt;
  }
  // The largest whole number below `own`, from `least` on, with which it works.
  template <class With>
  [[nodiscard]] std::optional<change> shortened(knob what, double own, const With& with,
                                                double least = 1.0) const {
    const auto fits = [&](double n) { return works(cluster, model, with(n)); };
    const double to = own > least ? largest_that_fits(least, std::ceil(own) - 1.0, fits) : 0.0;
    if (!(to >= least)) return std::nullopt;
    return change{what, own, to};
  }
  [[nodiscard]] std::optional<change> fewer_sequences() const {
    return shortened(knob::concurrency, workload.concurrency, [&](double n) {
      shardline::workload w = workload;
      w.concurrency = n;
      return w;
    });
  }
  [[nodiscard]] std::optional<change> shorter_input() const {
    return shortened(knob::input, workload.input.value(), [&](double n) {
      shardline::workload w = workload;
      w.input = tokens<>::from_value(n);
      return w;
    });
  }
  // A single token has no time between two.
  [[nodiscard]] std::optional<change> shorter_output() const {
    const auto with = [&](double n) {
      shardline::workload w = workload;
      w.output = tokens<>::from_value(n);
      return w;
    };
    return shortened(knob::output, workload.output.value(), with, 2.0);
  }
};

}  // namespace detail

/// Every single change with which this layout keeps all rules, the smallest first; of equals in the
/// order of knob. None where it keeps them already is no question that is asked here.
///   weights, kv_cache   the widest format of 8 bits or less that is narrower and works
///   memory_share        the smallest share, in hundredths
///   concurrency, input, output   the largest number below; found by halving, so the largest where
///                       more never does what less does not
/// accepts(prepared_layout, workload) may ask more than the estimate says, such as a simulation.
/// Proven smallest by trying every number: tests/plan/changes.cpp.
///   Llama-3.1-70B on one H100, 16 sequences of 2048 + 512 tokens: 1, weights in nvfp4
///   (tests/plan/changes.cpp)
template <class Efficiency, class Accepts = as_estimated>
[[nodiscard]] std::vector<change> changes_that_work(const basic_cluster<double, Efficiency>& c,
                                                    const model& m, const layout& l,
                                                    const workload& w,
                                                    const Accepts& accepts = {}) {
  const detail::variation<Efficiency, Accepts> v{c, m, l, w, accepts};
  std::vector<change> all;
  for (const std::optional<change>& one :
       {v.weights(), v.kv_cache(), v.memory_share(), v.fewer_sequences(), v.shorter_input(),
        v.shorter_output()}) {
    if (one) all.push_back(*one);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const change& a, const change& b) { return a.size() < b.size(); });
  return all;
}

/// The first layout that works on the fewest GPUs, more than the cluster's and at most `most`, as
/// search() finds it: of whole nodes where the cluster is; none where no such number does.
///   Llama-3.1-70B, one H100, at most 8: 2 GPUs   (tests/plan/changes.cpp)
template <class Efficiency, class Terms = search_terms<>>
[[nodiscard]] std::optional<layout> more_gpus(const basic_cluster<double, Efficiency>& c,
                                              const model& m, const workload& w, integer most,
                                              const Terms& terms = {}) {
  const integer step = is_divisor(c.gpus_per_domain, c.gpus) ? c.gpus_per_domain : 1;
  const detail::single_setting<double, Efficiency> only(c, m, w);
  for (integer gpus = c.gpus + step; gpus <= most; gpus += step) {
    const auto found =
        search_space(only.settings(), std::span<const integer>(&gpus, 1), terms, best_points(1));
    if (!found.best.empty()) return found.best[0].layout;
  }
  return std::nullopt;
}

}  // namespace shardline
