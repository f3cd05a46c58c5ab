/// Curves fitted to rows, and the errors of rows that a fit has not seen.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include "shardline/base/units.hpp"
#include "shardline/plan/calibration.hpp"

namespace accuracy {

/// A constant of a curve: a share or a time (in microseconds), where its search starts and the
/// range it stays in.
template <class Curve>
struct parameter {
  std::string name{};
  double Curve::*share = nullptr;
  shardline::seconds<> Curve::*time = nullptr;
  double initial = 0.0;
  double lowest = 0.0;
  double highest = 1.0;

  void put(Curve& curve, double value) const {
    if (share != nullptr) curve.*share = value;
    if (time != nullptr) curve.*time = shardline::seconds<>::from_value(value * 1e-6);
  }
};

template <class Curve>
Curve with_constants(Curve curve, const std::vector<parameter<Curve>>& parameters,
                     const std::vector<double>& values) {
  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].put(curve, values[i]);
  return curve;
}

/// A row of a kind: what was measured, and which rows stay together when some are left out.
template <class Operator>
struct sample {
  Operator op{};
  double measured = 0.0;
  std::size_t group = 0;
};

/// The curve that fits the samples best; predict(curve, op) in seconds.
template <class Curve, class Operator, class Predict>
Curve fit(const Curve& fixed, const std::vector<parameter<Curve>>& parameters,
          const std::vector<sample<Operator>>& samples, const Predict& predict) {
  std::vector<shardline::unknown> unknowns;
  for (const auto& p : parameters) unknowns.push_back({p.name, p.initial, p.lowest, p.highest});
  std::vector<double> measured;
  for (const auto& s : samples) measured.push_back(s.measured);
  const auto found = shardline::calibrate(
      unknowns, measured, [&](const std::vector<double>& values, std::size_t i) {
        return predict(with_constants(fixed, parameters, values), samples[i].op);
      });
  if (!found.has_value()) throw std::runtime_error(found.fault);
  return with_constants(fixed, parameters, found.constants);
}

inline constexpr std::size_t folds = 5;

/// Each sample's prediction by a curve fitted to the other four fifths of the groups.
template <class Curve, class Operator, class Predict>
std::vector<double> validated(const Curve& fixed, const std::vector<parameter<Curve>>& parameters,
                              const std::vector<sample<Operator>>& samples,
                              const Predict& predict) {
  std::vector<double> predictions(samples.size());
  for (std::size_t fold = 0; fold < folds; ++fold) {
    std::vector<sample<Operator>> others;
    for (const auto& s : samples) {
      if (s.group % folds != fold) others.push_back(s);
    }
    const Curve curve = fit(fixed, parameters, others, predict);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (samples[i].group % folds == fold) predictions[i] = predict(curve, samples[i].op);
    }
  }
  return predictions;
}

/// Numbers names in a shuffled order of their own, so that a fold is no range of sizes.
class groups {
 public:
  std::size_t number(const std::string& name) {
    std::size_t hash = 14695981039346656037ULL;  // FNV-1a
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return hash >> 7U;
  }
};

}  // namespace accuracy
