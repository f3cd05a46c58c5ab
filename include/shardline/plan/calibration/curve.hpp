// SPDX-License-Identifier: BSL-1.0
/// A curve's constants fitted to timings: which are free, what was found, and the error of timings
/// that a fit has not seen.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "shardline/base/units.hpp"
#include "shardline/curves/fitted.hpp"
#include "shardline/plan/calibration/least_squares.hpp"

namespace shardline {

/// A constant of a curve that can be free: a plain number, a time (in microseconds), or what a pair
/// of functions reads and writes; where its search starts and the range it stays in.
///   share, time                the member of the curve that it is; both null: `read` and `write`
///   initial, lowest, highest   of the number itself, a time's in microseconds
///   written_in                 the unit of a number that is no time
template <class Curve>
struct parameter {
  std::string name{};
  double Curve::*share = nullptr;
  seconds<> Curve::*time = nullptr;
  double initial = 0.0;
  double lowest = 0.0;
  double highest = 1.0;
  double (*read)(const Curve&) = nullptr;
  void (*write)(Curve&, double) = nullptr;
  std::string written_in{};

  /// The value in the curve set, a time given in microseconds; and read from it.
  void put(Curve& curve, double value) const {
    if (share != nullptr) curve.*share = value;
    if (time != nullptr) curve.*time = seconds<>::from_value(value * 1e-6);
    if (write != nullptr) write(curve, value);
  }
  [[nodiscard]] double of(const Curve& curve) const {
    if (share != nullptr) return curve.*share;
    if (time != nullptr) return (curve.*time).value() * 1e6;
    return read(curve);
  }
  /// Of that value: "us" of a time.
  [[nodiscard]] std::string unit() const { return time != nullptr ? "us" : written_in; }
};

/// The curve with these values in place of its own: as many as there are parameters, in their
/// order, each in its parameter's unit and within its range.
///   launch, given as 3 us: 3e-6 s   (tests/plan/calibration_operators.cpp)
template <class Curve>
[[nodiscard]] Curve with_constants(Curve curve, const std::vector<parameter<Curve>>& parameters,
                                   const std::vector<double>& values) {
  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].put(curve, values[i]);
  return curve;
}

/// The same parameters, in their units, with searches that start at the values of `curve`, but at
/// least a hundredth of the range inside its ends: initial = clamp(value, lowest + range / 100,
/// highest - range / 100).
///   a share that is 1, of 0.02 to 1: 0.9902   (tests/plan/calibration_operators.cpp)
template <class Curve>
[[nodiscard]] std::vector<parameter<Curve>> starting_at(const Curve& curve,
                                                        std::vector<parameter<Curve>> parameters) {
  for (parameter<Curve>& p : parameters) {
    const double margin = (p.highest - p.lowest) / 100.0;
    p.initial = std::clamp(p.of(curve), p.lowest + margin, p.highest - margin);
  }
  return parameters;
}

/// One timing, seconds. Timings of a `group` stay together when some are left out.
template <class Operator>
struct timed {
  Operator op{};
  double measured = 0.0;
  std::size_t group = 0;
};

/// A curve with fitted constants, and what the fit says of them; the curve as it was where it has a
/// fault.
template <class Curve>
struct calibrated_curve {
  Curve curve{};
  calibration found{};
};

/// The curve that fits the timings best, by least squares of relative errors
/// (plan/calibration/least_squares.hpp); predict(curve, op) is in seconds. Besides what calibrate()
/// refuses, the fault names a constant that could at 95 % be anywhere in half of its range.
///   timings made of bandwidth 0.66 and compute 0.71: both to a millionth
///   (tests/plan/calibration_operators.cpp)
template <class Curve, class Operator, class Predict>
[[nodiscard]] calibrated_curve<Curve> fit_curve(const Curve& fixed,
                                                const std::vector<parameter<Curve>>& parameters,
                                                const std::vector<timed<Operator>>& timings,
                                                const Predict& predict) {
  std::vector<unknown> unknowns;
  unknowns.reserve(parameters.size());
  for (const auto& p : parameters) unknowns.push_back({p.name, p.initial, p.lowest, p.highest});
  std::vector<double> measured;
  measured.reserve(timings.size());
  for (const auto& t : timings) measured.push_back(t.measured);
  const auto predicted = [&](const std::vector<double>& values, std::size_t i) {
    return predict(with_constants(fixed, parameters, values), timings[i].op);
  };
  calibration found = calibrate(unknowns, measured, predicted);
  if (found.has_value()) found.fault = detail::unconfined(unknowns, found);
  if (!found.has_value()) return {fixed, found};
  return {with_constants(fixed, parameters, found.constants), found};
}

inline constexpr std::size_t folds = 5;

/// Predictions by constants fitted without the timing predicted.
///   fault   why there are none: too few groups, or constants that the others leave open
struct validation {
  std::vector<double> predictions{};
  std::string fault{};

  /// Whether there are predictions: no fault.
  [[nodiscard]] bool has_value() const noexcept { return fault.empty(); }
};

namespace detail {

// The fold of each timing: groups are dealt out in the order of their numbers.
template <class Operator>
std::vector<std::size_t> folds_of(const std::vector<timed<Operator>>& timings) {
  std::set<std::size_t> groups;
  for (const auto& t : timings) groups.insert(t.group);
  std::vector<std::size_t> dealt;
  for (const auto& t : timings) {
    const auto before = std::distance(groups.begin(), groups.find(t.group));
    dealt.push_back(static_cast<std::size_t>(before) % folds);
  }
  return dealt;
}

}  // namespace detail

/// Each timing's prediction [s] by a curve fitted to the other four fifths of the groups; of fewer
/// than 5 groups, to all the others. Source: cross-validation, M. Stone, J. R. Stat. Soc. B 36(2),
/// 1974; here in 5 folds.
///   the same timings: each to 1e-6   (tests/plan/calibration_operators.cpp)
template <class Curve, class Operator, class Predict>
[[nodiscard]] validation validated(const Curve& fixed,
                                   const std::vector<parameter<Curve>>& parameters,
                                   const std::vector<timed<Operator>>& timings,
                                   const Predict& predict) {
  const std::vector<std::size_t> fold_of = detail::folds_of(timings);
  const std::set<std::size_t> used(fold_of.begin(), fold_of.end());
  validation result{std::vector<double>(timings.size()), {}};
  if (used.size() < 2) return {{}, detail::refusal("groups", "1", "at least 2")};
  for (const std::size_t fold : used) {
    std::vector<timed<Operator>> others;
    for (std::size_t i = 0; i < timings.size(); ++i) {
      if (fold_of[i] != fold) others.push_back(timings[i]);
    }
    const calibrated_curve<Curve> c = fit_curve(fixed, parameters, others, predict);
    if (!c.found.has_value()) return {{}, c.found.fault};
    for (std::size_t i = 0; i < timings.size(); ++i) {
      if (fold_of[i] == fold) result.predictions[i] = predict(c.curve, timings[i].op);
    }
  }
  return result;
}

}  // namespace shardline
