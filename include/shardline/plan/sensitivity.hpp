// SPDX-License-Identifier: BSL-1.0
/// What a deployment's times and throughput gain by each figure of its hardware: exact derivatives,
/// all in one estimate.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "shardline/base/dual.hpp"
#include "shardline/curves/constants.hpp"
#include "shardline/curves/fitted.hpp"
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

namespace detail {

// Calls visit(constant) for those of kernels and collectives, which a chip's figures choose.
template <class T, class Visit>
constexpr void for_each_chosen_constant(basic_fitted<T>& f, const Visit& visit) {
  const auto of_curve = [&visit](auto& curve) {
    list_constants(curve, [&visit](const constant_range&, std::string_view, auto& constant) {
      visit(constant);
    });
  };
  for_each_kernel(f, of_curve);
  of_curve(f.collectives);
}

constexpr std::size_t chosen_constant_count() noexcept {
  std::size_t number = 0;
  fitted f;
  for_each_chosen_constant(f, [&number](const auto&) { ++number; });
  return number;
}
using chosen_constants = std::array<double, chosen_constant_count()>;

constexpr chosen_constants chosen_by(fitted f) noexcept {
  chosen_constants all{};
  std::size_t place = 0;
  for_each_chosen_constant(f, [&](const auto& constant) { all[place++] = number_in(constant); });
  return all;
}

// A constant's slope by figure i, beside those it has.
constexpr void add_slope(hardware_dual& constant, std::size_t i, double slope) noexcept {
  constant.slope[i] += slope;
}
template <class Unit>
constexpr void add_slope(quantity<Unit, hardware_dual>& constant, std::size_t i,
                         double slope) noexcept {
  hardware_dual number = constant.value();
  add_slope(number, i, slope);
  constant = quantity<Unit, hardware_dual>::from_value(number);
}

inline constexpr double figure_step = 1e-6;  // of a figure, by which its constants are compared

// Gives the constants of `f` their slopes by each figure of c's hardware, of which policy_on(chip)
// makes them: of more of the figure.
template <class Cluster, class PolicyOn>
constexpr void add_slopes(basic_fitted<hardware_dual>& f, const Cluster& c,
                          const PolicyOn& policy_on) noexcept {
  const chosen_constants own = chosen_by(policy_on(c.accelerator));
  for (std::size_t i = 0; i < hardware_figures.size(); ++i) {
    Cluster moved = c;
    double more = 0.0;
    for_each_hardware_figure(moved, [&](std::size_t k, auto& figure) {
      if (k != i) return;
      more = figure.value() * figure_step;
      figure *= 1.0 + figure_step;
    });
    if (!(more > 0.0)) continue;
    const chosen_constants there = chosen_by(policy_on(moved.accelerator));
    std::size_t place = 0;
    for_each_chosen_constant(f, [&](auto& constant) {
      add_slope(constant, i, (there[place] - own[place]) / more);
      ++place;
    });
  }
}

template <class Cluster, class Vary>
constexpr shardline::sensitivities varied_sensitivities(const Cluster& c, const model& m,
                                                        const layout& l, const workload& w,
                                                        const Vary& vary) noexcept {
  using scalar = hardware_dual;
  std::array<double, hardware_figures.size()> figures{};
  auto varied = shardline::in_scalar<scalar>(c);
  vary(varied.accelerator.efficiency);
  for_each_hardware_figure(varied, [&](std::size_t i, auto& figure) {
    figures[i] = figure.value().value;
    figure = std::remove_reference_t<decltype(figure)>::from_value(scalar::input(figures[i], i));
  });
  const basic_estimate<scalar> e = estimate(varied, m, l, unvaried(w));
  return {e.feasibility, sensitivity_of(e.serving.ttft.value(), figures),
          sensitivity_of(e.serving.tpot.value(), figures),
          sensitivity_of(e.serving.output_tokens_per_s.value(), figures)};
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
  return detail::varied_sensitivities(c, m, l, w, [](auto&) {});
}

/// The same where the hardware's figures choose the constants of its kernels too: policy_on(chip),
/// a `fitted`, is the policy on that chip, with_fitted() of the catalog's. Constants have their
/// slopes by differences of a millionth more of a figure: at an H100's memory rate those towards an
/// H200's.
///   Llama-3.1-70B on 8 H20, vLLM: as estimates on chips of a little more, to 1e-4
///   (tests/plan/sensitivity.cpp)
template <class PolicyOn>
[[nodiscard]] constexpr sensitivities sensitivities_of(const basic_cluster<double, fitted>& c,
                                                       const model& m, const layout& l,
                                                       const workload& w,
                                                       const PolicyOn& policy_on) noexcept {
  return detail::varied_sensitivities(
      c, m, l, w, [&](auto& policy) { detail::add_slopes(policy, c, policy_on); });
}

}  // namespace shardline
