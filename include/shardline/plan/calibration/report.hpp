// SPDX-License-Identifier: BSL-1.0
/// What a calibration of a policy reports: its constants with their errors, and its residuals.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "shardline/plan/calibration/curve.hpp"

namespace shardline {

/// A constant as found.
///   unit        of the four figures: "us", "GB/s"; empty: a plain number
///   deviation   its standard error
///   low, high   the interval that holds it at 95 %, inside its range
///   at_edge     it ended at the edge of its range: the curve may have another form than what was
///               measured
struct fitted_constant {
  std::string name{};
  std::string unit{};
  double value = 0.0;
  double deviation = 0.0;
  double low = 0.0;
  double high = 0.0;
  bool at_edge = false;
};

/// One curve fitted to timings.
///   curve            what was fitted: "matrix multiplication, 16 bits"
///   timings          those that it was fitted to, numbered as they were given
///   residuals        ln(predicted / measured) of each;   weights   0: taken for an outlier
///   mape             mean of |predicted / measured - 1|, outliers included
///   spread           standard deviation of the residuals, outliers weighted down
///   validated_mape   mean error of timings by constants fitted to the other groups of shapes
///                    (none: `not_validated` says why)
///   source           provenance::measured
///   fault            why it was not fitted: what is wrong, or which constant is left open
struct curve_report {
  std::string curve{};
  std::vector<std::size_t> timings{};
  std::vector<fitted_constant> constants{};
  std::vector<double> residuals{};
  std::vector<double> weights{};
  double mape = 0.0;
  double spread = 0.0;
  std::optional<double> validated_mape{};
  std::string not_validated{};
  provenance source = provenance::measured;
  std::string fault{};

  /// The constant of this name, or null.
  [[nodiscard]] const fitted_constant* find(const std::string& name) const noexcept {
    for (const fitted_constant& c : constants) {
      if (c.name == name) return &c;
    }
    return nullptr;
  }
};

/// A policy with fitted constants, and a report of each curve of it that was fitted. Curves without
/// timings are those it had. With a fault, that of the first curve, it is the policy as it was.
template <class Policy>
struct policy_calibration {
  Policy policy{};
  std::vector<curve_report> curves{};
  std::string fault{};

  /// Whether the curves could be fitted: no fault.
  [[nodiscard]] bool has_value() const noexcept { return fault.empty(); }
};

namespace detail {

template <class Curve>
fitted_constant constant_of(const parameter<Curve>& p, const calibration& found, std::size_t i) {
  const double value = found.constants[i];
  const double half = found.confidence[i];
  return {p.name,
          p.unit(),
          value,
          found.deviations[i],
          std::max(value - half, p.lowest),
          std::min(value + half, p.highest),
          at_edge({p.name, p.initial, p.lowest, p.highest}, value)};
}

template <class Operator>
std::optional<double> mean_error(const validation& v, const std::vector<timed<Operator>>& timings) {
  if (!v.has_value()) return std::nullopt;
  double sum = 0.0;
  for (std::size_t i = 0; i < timings.size(); ++i) {
    sum += std::abs(v.predictions[i] / timings[i].measured - 1.0);
  }
  return sum / static_cast<double>(timings.size());
}

// Fits a curve in place and reports it.
template <class Curve, class Operator, class Predict>
curve_report report_fit(Curve& curve, const std::vector<parameter<Curve>>& parameters,
                        const std::vector<timed<Operator>>& timings, const Predict& predict) {
  curve_report r;
  const calibrated_curve<Curve> c = fit_curve(curve, parameters, timings, predict);
  r.fault = c.found.fault;
  if (!c.found.has_value()) return r;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    r.constants.push_back(constant_of(parameters[i], c.found, i));
  }
  r.residuals = c.found.residuals;
  r.weights = c.found.weights;
  r.mape = c.found.mape;
  r.spread = c.found.spread;
  const validation v = validated(curve, parameters, timings, predict);
  r.validated_mape = mean_error(v, timings);
  r.not_validated = v.fault;
  curve = c.curve;
  return r;
}

// Those of the parameters that are named; `fault` names one that there is not.
template <class Curve>
std::vector<parameter<Curve>> named(const std::vector<parameter<Curve>>& all,
                                    const std::vector<std::string>& names, std::string& fault) {
  std::vector<parameter<Curve>> chosen;
  for (const std::string& name : names) {
    const auto at = std::find_if(all.begin(), all.end(),
                                 [&](const parameter<Curve>& p) { return p.name == name; });
    const bool twice = std::any_of(chosen.begin(), chosen.end(),
                                   [&](const parameter<Curve>& p) { return p.name == name; });
    if (at != all.end() && !twice) {
      chosen.push_back(*at);
      continue;
    }
    std::string known;
    for (const auto& p : all) known += (known.empty() ? "" : ", ") + p.name;
    fault =
        refusal("constant", twice ? name + ", repeated" : name, twice ? "each name once" : known);
    return {};
  }
  return chosen;
}

}  // namespace detail

}  // namespace shardline
