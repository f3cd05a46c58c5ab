// SPDX-License-Identifier: BSL-1.0
/// What a deployment's times and throughput gain by each figure of its hardware: exact derivatives,
/// all in one estimate.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "shardline/base/dual.hpp"
#include "shardline/describe/in_scalar.hpp"
#include "shardline/estimate/estimate.hpp"

namespace shardline {

/// A figure of the hardware that times depend on, by the name that --set has for it.
struct hardware_figure {
  std::string_view name{};
  std::string_view unit{};
};

inline constexpr std::array<hardware_figure, 15> hardware_figures{{{"peak.fp32", "FLOP/s"},
                                                                   {"peak.tf32", "FLOP/s"},
                                                                   {"peak.bf16", "FLOP/s"},
                                                                   {"peak.fp16", "FLOP/s"},
                                                                   {"peak.fp8", "FLOP/s"},
                                                                   {"peak.int8", "FLOP/s"},
                                                                   {"peak.fp4", "FLOP/s"},
                                                                   {"peak.int4", "FLOP/s"},
                                                                   {"memory", "B"},
                                                                   {"memory_rate", "B/s"},
                                                                   {"last_level_cache", "B"},
                                                                   {"scale_up.rate", "B/s"},
                                                                   {"scale_up.latency", "s"},
                                                                   {"network.rate", "B/s"},
                                                                   {"network.latency", "s"}}};

/// Calls visit(i, quantity) for each of a cluster's hardware_figures, in their order, as quantities
/// with units.
///   visits 15, of which number 9 from 0 is the memory's rate   (tests/plan/sensitivity.cpp)
template <class Cluster, class Visit>
constexpr void for_each_hardware_figure(Cluster& c, const Visit& visit) {
  auto& a = c.accelerator;
  std::size_t i = 0;
  const auto one = [&](auto& figure) { visit(i++, figure); };
  one(a.peak.fp32);
  one(a.peak.tf32);
  one(a.peak.bf16);
  one(a.peak.fp16);
  one(a.peak.fp8);
  one(a.peak.int8);
  one(a.peak.fp4);
  one(a.peak.int4);
  one(a.memory);
  one(a.memory_rate);
  one(a.last_level_cache);
  one(c.scale_up.rate);
  one(c.scale_up.latency);
  one(c.network.rate);
  one(c.network.latency);
}

/// A figure of the result, and its derivatives.
///   value        seconds, or tokens per second
///   slope        of hardware_figures, each in the result's unit over the figure's
///   elasticity   slope figure / value: per cent of the result for one per cent of the figure
struct sensitivity {
  double value = 0.0;
  std::array<double, hardware_figures.size()> slope{};
  std::array<double, hardware_figures.size()> elasticity{};
};

/// Of the three that deployments are judged by; throughput is of output tokens of all GPUs.
struct sensitivities {
  report feasibility{};
  sensitivity ttft{};
  sensitivity tpot{};
  sensitivity throughput{};
};

namespace detail {

using hardware_dual = dual<static_cast<int>(hardware_figures.size())>;

constexpr sensitivity sensitivity_of(
    const hardware_dual& result,
    const std::array<double, hardware_figures.size()>& figures) noexcept {
  sensitivity s{result.value, result.slope, {}};
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const double share = s.slope[i] * figures[i];
    s.elasticity[i] = s.value > 0.0 ? share / s.value : 0.0;
  }
  return s;
}

// The load, which is not varied.
constexpr basic_workload<hardware_dual> unvaried(const workload& w) noexcept {
  using scalar = hardware_dual;
  basic_workload<scalar> r;
  r.concurrency = scalar(w.concurrency);
  r.input = cast<scalar>(w.input);
  r.output = cast<scalar>(w.output);
  r.output_cv = scalar(w.output_cv);
  if (w.chunk) r.chunk = cast<scalar>(*w.chunk);
  r.prefix_hit = scalar(w.prefix_hit);
  r.host_cache = {scalar(w.host_cache.hit), cast<scalar>(w.host_cache.rate)};
  r.rate = cast<scalar>(w.rate);
  r.num_prompts = scalar(w.num_prompts);
  r.speculation = shardline::in_scalar<scalar>(w.speculation);
  r.routing = shardline::in_scalar<scalar>(w.routing);
  r.expert_imbalance = scalar(w.expert_imbalance);
  if (w.max_ttft) r.max_ttft = cast<scalar>(*w.max_ttft);
  if (w.max_tpot) r.max_tpot = cast<scalar>(*w.max_tpot);
  return r;
}

}  // namespace detail

/// Derivatives of one estimate by every figure of its hardware, by dual numbers. Where something is
/// bound by two figures at once a derivative is that of one side; figures that are rounded
/// (sequences that fit) have none.
/// Equal to central differences to 1e-6: tests/plan/sensitivity.cpp.
template <class Efficiency>
[[nodiscard]] constexpr sensitivities sensitivities_of(const basic_cluster<double, Efficiency>& c,
                                                       const model& m, const layout& l,
                                                       const workload& w) noexcept {
  using scalar = detail::hardware_dual;
  std::array<double, hardware_figures.size()> figures{};
  auto varied = in_scalar<scalar>(c);
  for_each_hardware_figure(varied, [&](std::size_t i, auto& figure) {
    figures[i] = figure.value().value;
    figure = std::remove_reference_t<decltype(figure)>::from_value(scalar::input(figures[i], i));
  });
  const basic_estimate<scalar> e = estimate(varied, m, l, detail::unvaried(w));
  return {e.feasibility, detail::sensitivity_of(e.serving.ttft.value(), figures),
          detail::sensitivity_of(e.serving.tpot.value(), figures),
          detail::sensitivity_of(e.serving.output_tokens_per_s.value(), figures)};
}

}  // namespace shardline
