// SPDX-License-Identifier: BSL-1.0
/// Constants that chips of one silicon share but for what their memories make of them.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "study.hpp"

namespace accuracy {

/// Adds how much of a figure the silicon of a study's chips holds, whatever memory each has: 0, the
/// same of each memory's rate; 1, as many bytes a second. So faster memory is never slower. `way`:
/// -1 of a share of the rate, 1 of a multiple of its bytes.
template <class Curve, class Operator>
void add_held(study<Curve, Operator>& s, const std::string& name, double Curve::*member,
              double way) {
  std::vector<double> ratios(s.curves.size(), 1.0);
  const auto rate_of = [](const auto& row) { return row.op.of->bare.memory_rate.value(); };
  double first = 0.0;
  for (const auto& row : s.samples) first = row.curve == 0 ? rate_of(row) : first;
  for (const auto& row : s.samples) ratios[row.curve] = std::pow(rate_of(row) / first, way);
  indices others = detail::first_numbers(s.curves.size());
  others.erase(others.begin());
  if (others.empty()) return;
  const std::size_t last = others.back();
  s.constants.push_back({{name, 0.5, 0.0, 1.0},
                         others,
                         [=](const std::vector<Curve>& curves) {
                           const double times = curves[last].*member / curves[0].*member;
                           return std::log(times) / std::log(ratios[last]);
                         },
                         [=](std::vector<Curve>& curves, double held) {
                           for (const std::size_t i : others) {
                             curves[i].*member = curves[0].*member * std::pow(ratios[i], held);
                           }
                         }});
}

}  // namespace accuracy
