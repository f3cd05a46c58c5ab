// SPDX-License-Identifier: BSL-1.0
/// Constants of a policy from whole runs: times to first token and per output token.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "shardline/estimate/estimate.hpp"
#include "shardline/fitted/policy.hpp"
#include "shardline/plan/calibration/report.hpp"
#include "shardline/plan/calibration/timings.hpp"

namespace shardline {

/// A deployment under load, and what was measured of it: either time, or both. The policy of its
/// accelerator is not read: it is what is fitted.
///   ttft, tpot   on average; what was not measured is empty
struct measured_run {
  shardline::cluster cluster{};
  shardline::model model{};
  shardline::layout layout{};
  shardline::workload workload{};
  std::optional<seconds<>> ttft{};
  std::optional<seconds<>> tpot{};
};

namespace detail {

inline double launch_of(const constant& c) { return c.launch.value() * 1e6; }
inline void set_launch(constant& c, double value) {
  c.launch = seconds<>::from_value(value * 1e-6);
}

// A constant of the host, in microseconds.
template <seconds<> host_curve<>::*Member>
double host_of(const fitted& f) {
  return (f.host.*Member).value() * 1e6;
}
template <seconds<> host_curve<>::*Member>
void set_host(fitted& f, double value) {
  f.host.*Member = seconds<>::from_value(value * 1e-6);
}
template <seconds<> host_curve<>::*Member>
parameter<fitted> host_constant(const char* name, double high) {
  return {name, nullptr, nullptr, 0.0, 0.0, high, host_of<Member>, set_host<Member>, "us"};
}

inline double synchronise_of(const fitted& f) { return f.collectives.synchronise.value() * 1e6; }
inline void set_synchronise(fitted& f, double value) {
  f.collectives.synchronise = seconds<>::from_value(value * 1e-6);
}

template <class Curve>
void scale_compute(by_format<Curve>& curves, double factor) {
  for (Curve& c : curves.of) c.compute = std::min(c.compute * factor, 1.0);
}
template <class Curve>
void scale_bandwidth(by_format<Curve>& curves, double factor) {
  for (Curve& c : curves.of) c.bandwidth = std::min(c.bandwidth * factor, 1.0);
}

// Factors of the policy that the search starts from, none of whose shares exceeds 1.
inline double unscaled(const fitted&) { return 1.0; }
inline void sustain_compute(fitted& f, double factor) {
  scale_compute(f.gemm, factor);
  scale_compute(f.prefill, factor);
  scale_compute(f.decode, factor);
  scale_compute(f.latent_prefill, factor);
  scale_compute(f.latent_decode, factor);
  scale_compute(f.experts, factor);
}
inline void sustain_bandwidth(fitted& f, double factor) {
  scale_bandwidth(f.gemm, factor);
  scale_bandwidth(f.prefill, factor);
  scale_bandwidth(f.decode, factor);
  scale_bandwidth(f.latent_prefill, factor);
  scale_bandwidth(f.latent_decode, factor);
  scale_bandwidth(f.experts, factor);
  f.elementwise.bandwidth = std::min(f.elementwise.bandwidth * factor, 1.0);
}

}  // namespace detail

/// What whole runs can determine of `constant`: its shares [1], from 0.01 to 1, and its launch
/// [us], from 0 to 200; and the names of what is fitted unless named.
///   4 constants, 2 of them usual: mfu and bandwidth   (tests/plan/calibration_runs.cpp)
[[nodiscard]] inline std::vector<parameter<constant>> constants_of(const constant&) {
  return {
      {"mfu", &constant::mfu, nullptr, 0.01, 0.01, 1.0},
      {"bandwidth", &constant::bandwidth, nullptr, 0.01, 0.01, 1.0},
      {"link", &constant::link, nullptr, 0.01, 0.01, 1.0},
      {"launch", nullptr, nullptr, 0.0, 0.0, 200.0, detail::launch_of, detail::set_launch, "us"}};
}
[[nodiscard]] inline std::vector<std::string> usual_constants(const constant&) {
  return {"mfu", "bandwidth"};
}

/// What whole runs can determine of `fitted`: the host's times [us], what ranks wait for each other
/// [us], and two factors [1] from 0.2 to 2 on all compute and all bandwidth shares of the policy
/// started from, `sustained` and `sustained_bandwidth`; and the names of what is fitted unless
/// named.
///   10 constants, 2 of them usual: step and sustained   (tests/plan/calibration_runs.cpp)
[[nodiscard]] inline std::vector<parameter<fitted>> constants_of(const fitted&) {
  using h = host_curve<>;
  return {detail::host_constant<&h::step>("step", 20000.0),
          detail::host_constant<&h::sequence>("sequence", 1000.0),
          detail::host_constant<&h::replay>("replay", 20000.0),
          detail::host_constant<&h::replay_sequence>("replay_sequence", 1000.0),
          detail::host_constant<&h::kernel>("kernel", 500.0),
          detail::host_constant<&h::small_kernels>("small_kernels", 500.0),
          detail::host_constant<&h::admission>("admission", 1e6),
          {"synchronise", nullptr, nullptr, 0.0, 0.0, 200.0, detail::synchronise_of,
           detail::set_synchronise, "us"},
          {"sustained", nullptr, nullptr, 1.0, 0.2, 2.0, detail::unscaled, detail::sustain_compute},
          {"sustained_bandwidth", nullptr, nullptr, 1.0, 0.2, 2.0, detail::unscaled,
           detail::sustain_bandwidth}};
}
[[nodiscard]] inline std::vector<std::string> usual_constants(const fitted&) {
  return {"step", "sustained"};
}

namespace detail {

// One time of one run.
struct run_time {
  const measured_run* run = nullptr;
  bool first_token = false;
};

struct run_predictor {
  template <class Policy>
  double operator()(const Policy& policy, const run_time& t) const {
    const measured_run& r = *t.run;
    const basic_cluster<double, Policy> c = with_efficiency(r.cluster, policy);
    const auto s = serving(c, r.model, r.layout, r.workload);
    return (t.first_token ? s.ttft : s.tpot).value();
  }
};

// Runs that differ only in their concurrency stay together.
inline std::size_t shape_of_timing(const measured_run& r) {
  shape_number n;
  n.with(r.model.hidden_size)
      .with(r.model.layers.size())
      .with(r.cluster.accelerator.memory_rate.value());
  n.with(r.layout.attention.tp).with(r.layout.attention.dp).with(r.layout.pp);
  n.with(r.layout.expert.ep).with(r.workload.input.value()).with(r.workload.output.value());
  return n.value();
}

// Why a run cannot be priced: its first invalid field, or its layout.
inline std::string fault_of_deployment(const measured_run& r) {
  const report answer = check(r.cluster, r.model, r.layout, r.workload);
  if (!answer.invalid.empty()) {
    const invalid_field& first = *answer.invalid.begin();
    return refusal(std::string(name_of(first).view()), in_digits(first.value),
                   std::string(allowed_for(first).view()));
  }
  if (answer.priceable()) return {};
  return refusal("layout", "cannot be priced", "one that check() finds priceable");
}

inline std::string fault_of_run(const measured_run& r) {
  if (!r.ttft && !r.tpot) return refusal("ttft, tpot", "neither", "one or both");
  if (r.ttft && !is_positive(r.ttft->value())) return positive("ttft [s]", r.ttft->value());
  if (r.tpot && !is_positive(r.tpot->value())) return positive("tpot [s]", r.tpot->value());
  std::string fault = fault_of_deployment(r);
  if (!fault.empty() || !r.tpot || r.workload.output.value() > 1.0) return fault;
  return refusal("tpot", "of 1 output token", "that of 2 or more");
}

inline std::string fault_of_runs(const std::vector<measured_run>& runs) {
  if (runs.empty()) return refusal("runs", "none", "at least one");
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::string fault = fault_of_run(runs[i]);
    if (!fault.empty()) return "runs[" + std::to_string(i) + "]." + fault;
  }
  return {};
}

inline void mark_measured(constant&) {}
inline void mark_measured(fitted& f) { f.source = provenance::measured; }

}  // namespace detail

/// Fits constants of a policy, `constant` or `fitted`, to times of whole runs as serving() predicts
/// them, steady state at the run's concurrency, by least squares with Levenberg-Marquardt's method
/// (plan/calibration/least_squares.hpp). All runs take the same policy: `start` with its free
/// constants exchanged. So they are of one accelerator and engine; with `constant` they may be of
/// several. Without `names`: mfu and bandwidth of `constant`, step and sustained of `fitted`; all
/// that can be named is listed above. Time to first token and per output token count alike, each by
/// its relative error. The mean error is cross-validated by deployment and lengths. Each report's
/// timings are numbered in the order of the runs, time to first token before time per output token.
/// The fault names the run's field, its value and what is allowed, or the constant that the runs
/// leave open: runs on one GPU say nothing of `link`.
///   runs made of mfu 0.3 and bandwidth 0.9: both found to a millionth, 1e-6
///   (tests/plan/calibration_runs.cpp)
template <class Policy>
[[nodiscard]] policy_calibration<Policy> calibrate_runs(
    const Policy& start, const std::vector<measured_run>& runs,
    const std::vector<std::string>& names = {}) {
  policy_calibration<Policy> result{start, {}, detail::fault_of_runs(runs)};
  if (!result.has_value()) return result;
  const auto chosen = names.empty() ? usual_constants(start) : names;
  const auto free = detail::named(constants_of(start), chosen, result.fault);
  if (!result.has_value()) return result;
  std::vector<timed<detail::run_time>> times;
  for (const measured_run& r : runs) {
    const std::size_t shape = detail::shape_of_timing(r);
    if (r.ttft) times.push_back({{&r, true}, r.ttft->value(), shape});
    if (r.tpot) times.push_back({{&r, false}, r.tpot->value(), shape});
  }
  curve_report report =
      detail::report_fit(result.policy, starting_at(start, free), times, detail::run_predictor{});
  report.curve = "whole runs";
  for (std::size_t i = 0; i < times.size(); ++i) report.timings.push_back(i);
  if (!report.fault.empty()) result.fault = report.curve + ": " + report.fault;
  result.curves.push_back(report);
  if (result.has_value()) detail::mark_measured(result.policy);
  return result;
}

}  // namespace shardline
