// SPDX-License-Identifier: BSL-1.0
/// Many loads of one deployment side by side: what a sweep of concurrencies, lengths or rates asks
/// for, in lanes. Opt-in; run time only.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>

#include "shardline/describe/in_scalar.hpp"
#include "shardline/serve/serving.hpp"
#include "shardline/sweep/lanes.hpp"

namespace shardline {

/// What a sweep says of one load.
///   memory                of the fullest GPU, memory().total()
///   ttft, tpot            as serving() has them
///   output_tokens_per_s   likewise, over the whole deployment
struct swept_point {
  bytes<> memory{};
  seconds<> ttft{};
  seconds<> tpot{};
  token_rate<> output_tokens_per_s{};
};

/// Loads priced at once.
inline constexpr std::size_t sweep_lanes = 8;

namespace detail {

// Whether two loads take the same way through the formulas, so that they can lie side by side.
inline bool alike(const workload& a, const workload& b) noexcept {
  return a.chunk.has_value() == b.chunk.has_value() &&
         a.speculation.draft_tokens == b.speculation.draft_tokens &&
         a.routing.law == b.routing.law && a.routing.loads.data() == b.routing.loads.data() &&
         a.routing.loads.size() == b.routing.loads.size();
}

// As many of the first loads as are alike and as there are lanes.
inline std::size_t side_by_side(std::span<const workload> loads) noexcept {
  std::size_t n = 1;
  while (n < sweep_lanes && n < loads.size() && alike(loads[0], loads[n])) ++n;
  return n;
}

constexpr double plain(double x) noexcept { return x; }
template <class Unit>
constexpr double plain(const quantity<Unit, double>& q) noexcept {
  return q.value();
}

// A figure of each load, one a lane; lanes that are left over repeat the first.
template <class T, class Figure>
auto in_lanes(std::span<const workload> loads, const Figure& figure) noexcept {
  using figure_type = std::remove_cvref_t<decltype(figure(loads[0]))>;
  T all(plain(figure(loads[0])));
  for (std::size_t i = 1; i < loads.size(); ++i) all.set(i, plain(figure(loads[i])));
  if constexpr (std::is_same_v<figure_type, double>) {
    return all;
  } else {
    return in_scalar_t<T, figure_type>::from_value(all);
  }
}

template <class T>
basic_workload<T> in_lanes(std::span<const workload> loads) noexcept {
  using load = shardline::workload;
  const load& first = loads[0];
  const auto each = [loads](const auto& figure) { return in_lanes<T>(loads, figure); };
  basic_workload<T> w;
  w.concurrency = each([](const load& l) { return l.concurrency; });
  w.input = each([](const load& l) { return l.input; });
  w.output = each([](const load& l) { return l.output; });
  w.output_cv = each([](const load& l) { return l.output_cv; });
  if (first.chunk) w.chunk = each([](const load& l) { return *l.chunk; });
  w.prefix_hit = each([](const load& l) { return l.prefix_hit; });
  w.rate = each([](const load& l) { return l.rate; });
  w.num_prompts = each([](const load& l) { return l.num_prompts; });
  w.speculation.draft_tokens = first.speculation.draft_tokens;
  w.speculation.acceptance = each([](const load& l) { return l.speculation.acceptance; });
  w.speculation.draft_time = each([](const load& l) { return l.speculation.draft_time; });
  w.routing.law = first.routing.law;
  w.routing.exponent = each([](const load& l) { return l.routing.exponent; });
  w.routing.loads = first.routing.loads;
  w.expert_imbalance = each([](const load& l) { return l.expert_imbalance; });
  return w;
}

}  // namespace detail

/// A cluster, model and layout, prepared for sweeps: what no load changes is worked out once.
///   const sweep over(cluster, model, layout);
///   over(loads, points);   // points[i] of loads[i], as many as there are loads
/// Figures are those of memory() and serving() to 1e-12. Loads that follow each other and take the
/// same way (with or without chunks, the same draft tokens, the same law of routing) are priced
/// eight at once. Assumes inputs that check() accepts, memory aside. It holds a copy of the cluster
/// and refers to the model, which must outlive it; half a megabyte in all.
template <class Efficiency, std::size_t Width = detail::native_width>
class sweep {
  using scalar = lanes<sweep_lanes, Width>;
  using cluster_type = basic_cluster<double, Efficiency>;
  using policy = detail::in_scalar_t<scalar, Efficiency>;

 public:
  sweep(const cluster_type& on_cluster, const model& of_model, const layout& under_layout) noexcept
      : cluster_(in_scalar<scalar>(on_cluster)), parts_(cluster_, of_model, under_layout) {
    detail::fill(parts_, detail::laws_of_layout<scalar, policy>{parts_});
  }
  sweep(const cluster_type&, const model&&, const layout&) = delete;
  sweep(const sweep&) = delete;
  sweep& operator=(const sweep&) = delete;
  ~sweep() = default;

  void operator()(std::span<const workload> loads, std::span<swept_point> points) const noexcept {
    while (!loads.empty()) {
      const std::size_t n = detail::side_by_side(loads);
      price(loads.first(n), points.first(n));
      loads = loads.subspan(n);
      points = points.subspan(n);
    }
  }

 private:
  void price(std::span<const workload> loads, std::span<swept_point> points) const noexcept {
    const basic_workload<scalar> w = detail::in_lanes<scalar>(loads);
    const basic_memory<scalar> held = memory(parts_, w);
    const basic_serving<scalar> s = detail::serving_of(parts_, w, held);
    const scalar total = held.total().value();
    for (std::size_t i = 0; i < points.size(); ++i) {
      points[i] = {bytes<>::from_value(total[i]), seconds<>::from_value(s.ttft.value()[i]),
                   seconds<>::from_value(s.tpot.value()[i]),
                   token_rate<>::from_value(s.output_tokens_per_s.value()[i])};
    }
  }

  basic_cluster<scalar, policy> cluster_;
  prepared_layout<scalar, policy> parts_;
};

}  // namespace shardline
