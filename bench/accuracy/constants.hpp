/// Fitted curves as the catalog's headers state them: designated initialisers, to be pasted there.
#pragma once

#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "shardline/base/units.hpp"
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

template <class Curve>
std::string initialiser(const std::string& type, const std::vector<member<Curve>>& members,
                        const std::string& name, const Curve& curve) {
  const std::string head = "inline constexpr " + type + " " + name + "{";
  std::string text;
  for (const member<Curve>& m : members) {
    const std::string value = m.text(curve);
    if (value.empty()) continue;
    if (!text.empty()) text += ",\n" + std::string(head.size(), ' ');
    text += "." + m.name + " = " + value;
  }
  return head + text + "};\n";
}

namespace detail {

// One constant: what was found, its standard error, and how far the shipped one is from it.
template <class Curve>
std::string comparison(const constant<Curve>& c, double found, double error, double shipped) {
  const double off = error > 0.0 ? (shipped - found) / error : 0.0;
  char text[200];
  std::snprintf(text, sizeof text, "//   %-62s %10s +- %-9s shipped %10s%s\n", c.of.name.c_str(),
                digits(found).c_str(), digits(error).c_str(), digits(shipped).c_str(),
                error <= 0.0         ? ", at the edge of its range"
                : std::abs(off) <= 1 ? ""
                                     : (", " + digits(off) + " errors off").c_str());
  return text;
}

inline std::string errors_text(const std::string& name, const std::vector<observation>& rows,
                               double in_fit) {
  char text[200];
  const double validated = 100.0 * errors_of(rows).mape;
  std::snprintf(text, sizeof text, "/// %s: %zu rows, %.1f %% in the fit", name.c_str(),
                rows.size(), 100.0 * in_fit);
  char more[80] = ", not cross-validated.\n";
  if (is_validated(rows))
    std::snprintf(more, sizeof more, ", %.1f %% cross-validated.\n", validated);
  return std::string(text) + more;
}

}  // namespace detail

/// One study as text: its constants with their standard errors beside those shipped, then its
/// curves with their errors.
template <class Curve, class Operator>
std::string text_of(const std::string& type, const std::vector<member<Curve>>& members,
                    study<Curve, Operator> s) {
  const findings<Curve> found = fit(s, detail::first_numbers(s.samples.size()));
  validate(s, found);
  std::string text;
  for (std::size_t i = 0; i < found.determined.size(); ++i) {
    const constant<Curve>& c = s.constants[found.determined[i]];
    text += detail::comparison(c, found.fit.constants[i], found.fit.deviations[i], c.get(s.curves));
  }
  for (std::size_t i = 0; i < s.curves.size(); ++i) {
    std::vector<observation> rows;
    double in_fit = 0.0;
    for (const auto& row : s.samples) {
      if (row.curve != i) continue;
      rows.push_back(row.seen);
      in_fit += std::abs(s.predict(found.curves[i], row.op) / row.seen.measured - 1.0);
    }
    text += detail::errors_text(s.names[i], rows, in_fit / static_cast<double>(rows.size()));
    text += initialiser(type, members, s.names[i], found.curves[i]);
  }
  return text + "\n";
}

template <class Curve, class Operator>
std::string text_of(const std::string& type, const std::vector<member<Curve>>& members,
                    const studies<Curve, Operator>& all) {
  std::string text;
  for (const auto& s : all) text += text_of(type, members, s);
  return text;
}

}  // namespace accuracy
