// SPDX-License-Identifier: BSL-1.0
/// Fitted curves as the catalog's headers state them: designated initialisers, to be pasted there.
#pragma once

#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "chip_curves.hpp"
#include "shardline/base/units.hpp"
#include "shardline/chips/curves.hpp"
#include "study.hpp"

namespace accuracy {

inline std::string digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  const std::string found = text;
  return found.find_first_of(".e") == std::string::npos ? found + ".0" : found;
}

inline std::string literal(double value) { return digits(value); }
inline std::string literal(const shardline::seconds<>& time) {
  if (time == shardline::catalog::curves::never_split) return "never_split";
  char text[32];
  std::snprintf(text, sizeof text, "%.4g_us", time.value() * 1e6);
  return text;
}
inline std::string literal(bool value) { return value ? "true" : "false"; }
inline std::string literal(const shardline::bytes<>& size) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f_B", size.value());
  return text;
}
inline std::string literal(const std::array<double, 2>& pair) {
  return "{" + digits(pair[0]) + ", " + digits(pair[1]) + "}";
}

/// A member of a curve as its initialiser is written; empty where it is as by default.
template <class Curve>
struct member {
  std::string name{};
  std::function<std::string(const Curve&)> text{};

  member(const char* of, std::function<std::string(const Curve&)> as)
      : name(of), text(std::move(as)) {}
  template <class Value>
  member(const char* of, Value Curve::*at)
      : name(of), text([at](const Curve& c) {
          const std::string value = literal(c.*at);
          return value == literal(Curve{}.*at) ? std::string{} : value;
        }) {}
};

/// "gemm_curve<>{.bandwidth = 0.8375, .launch = 1.868_us}".
template <class Curve>
std::string initialiser(const std::string& type, const std::vector<member<Curve>>& members,
                        const Curve& curve) {
  std::string text = type + "{";
  for (const member<Curve>& m : members) {
    const std::string value = m.text(curve);
    if (!value.empty()) text += (text.back() == '{' ? "." : ", .") + m.name + " = " + value;
  }
  return text + "}";
}

/// The curves of studies of one kind, each fitted to all of its rows.
template <class Curve, class Operator>
void add_curves(const std::string& type, const std::vector<member<Curve>>& members,
                const std::string& kind, const studies<Curve, Operator>& all, chip_curves& found) {
  for (const auto& s : all) {
    if (s.samples.size() < fewest_rows) continue;
    const findings<Curve> f = fit(s, detail::first_numbers(s.samples.size()));
    for (std::size_t i = 0; i < f.curves.size(); ++i) {
      std::string chip;
      std::size_t rows = 0;
      double error = 0.0;
      for (const auto& row : s.samples) {
        if (row.curve != i || !row.fitted) continue;
        chip = row.op.of->name();
        error += std::abs(s.predict(f.curves[i], row.op) / row.seen.measured - 1.0);
        ++rows;
      }
      char note[80];
      std::snprintf(note, sizeof note, "%zu rows, %.1f %%", rows,
                    100.0 * error / static_cast<double>(rows));
      found[chip][kind][s.format] = {initialiser(type, members, f.curves[i]), note};
    }
  }
}

}  // namespace accuracy
