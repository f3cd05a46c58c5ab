// SPDX-License-Identifier: BSL-1.0
/// What a calibration is asked and what it answers, and the check of what it is given.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include "shardline/base/fwd.hpp"

namespace shardline {

/// A constant to be determined: its name, where the search starts, and the range it must stay in.
/// lowest < initial < highest.
struct unknown {
  std::string name{};
  double initial = 0.0;
  double lowest = 0.0;
  double highest = 1.0;
};

/// What a calibration found.
///   constants    in the order of the unknowns
///   deviations   the standard error of each, were measurements independent
///   confidence   half the width of the interval that holds the constant at 95 %: Student's t
///                deviations
///   residuals    ln(predicted / measured) of each measurement
///   weights      how much each of them counted, 0 to 1; 0: an outlier
///   mape         mean of |predicted / measured - 1|, outliers included
///   spread       standard deviation of the residuals, outliers weighted down: the band's width
///   fault        what is wrong with the input or left open by it, in one line; empty if nothing is
struct calibration {
  std::vector<double> constants{};
  std::vector<double> deviations{};
  std::vector<double> confidence{};
  std::vector<double> residuals{};
  std::vector<double> weights{};
  double mape = 0.0;
  double spread = 0.0;
  std::string fault{};

  /// Whether the constants could be fitted: no fault.
  [[nodiscard]] bool has_value() const noexcept { return fault.empty(); }
};

namespace detail {

// Six digits: enough to tell a value from the end of its range.
inline std::string in_digits(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}

// Closer to an end of its range than any step of the search can tell.
inline bool at_edge(const unknown& u, double constant) {
  constexpr double close = 3e-4;
  const double share = (constant - u.lowest) / (u.highest - u.lowest);
  return share < close || share > 1.0 - close;
}

inline bool is_positive(double value) { return value > 0.0 && std::isfinite(value); }

inline std::string refusal(const std::string& field, const std::string& value,
                           const std::string& allowed) {
  return field + ": " + value + "; allowed: " + allowed;
}

inline std::string fault_of(const unknown& u) {
  const bool finite = std::isfinite(u.lowest) && std::isfinite(u.highest);
  if (finite && u.lowest < u.initial && u.initial < u.highest) return {};
  return refusal(u.name, "starts at " + in_digits(u.initial),
                 "inside " + in_digits(u.lowest) + " to " + in_digits(u.highest) + ", both finite");
}

inline std::string fault_of(const std::vector<unknown>& unknowns,
                            const std::vector<double>& measured) {
  if (unknowns.empty()) return refusal("unknowns", "none", "at least one");
  for (const unknown& u : unknowns) {
    std::string fault = fault_of(u);
    if (!fault.empty()) return fault;
  }
  for (std::size_t i = 0; i < measured.size(); ++i) {
    if (!is_positive(measured[i])) {
      return refusal("measurement " + std::to_string(i), in_digits(measured[i]),
                     "a positive number");
    }
  }
  if (measured.size() > unknowns.size()) return {};
  return refusal("measurements", std::to_string(measured.size()),
                 "more than the " + std::to_string(unknowns.size()) + " unknowns");
}

}  // namespace detail

}  // namespace shardline
