// SPDX-License-Identifier: BSL-1.0
/// Curves fitted to measured kernels, and what they predict for rows that no fit has seen: other
/// shapes, or another accelerator.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "families.hpp"
#include "score.hpp"
#include "shardline/base/units.hpp"
#include "solvers.hpp"

namespace accuracy {

/// A constant of one or several curves, a number or microseconds: where its search starts and the
/// range that it stays in, and the curves that have it.
template <class Curve>
struct constant {
  shardline::unknown of{};
  std::vector<std::size_t> in{};
  std::function<double(const std::vector<Curve>&)> get{};
  std::function<void(std::vector<Curve>&, double)> put{};
};

/// A constant that the listed curves share, in one member of each.
template <class Curve>
constant<Curve> shared(const std::string& name, double Curve::*member,
                       const std::vector<std::size_t>& in, double start, double lowest,
                       double highest) {
  return {{name, start, lowest, highest},
          in,
          [=](const std::vector<Curve>& curves) { return curves[in.front()].*member; },
          [=](std::vector<Curve>& curves, double value) {
            for (const std::size_t i : in) curves[i].*member = value;
          }};
}
template <class Curve>
constant<Curve> shared(const std::string& name, shardline::seconds<> Curve::*member,
                       const std::vector<std::size_t>& in, double start, double lowest,
                       double highest) {
  return {
      {name, start, lowest, highest},
      in,
      [=](const std::vector<Curve>& curves) { return (curves[in.front()].*member).value() * 1e6; },
      [=](std::vector<Curve>& curves, double value) {
        for (const std::size_t i : in) {
          curves[i].*member = shardline::seconds<>::from_value(value * 1e-6);
        }
      }};
}

/// A measured row.
///   curve     that predicts it, and which accelerator it was measured on
///   group     rows that stay together when some are left out
///   table     that it is scored in, and the line of it
///   fitted    whether it may determine constants; else it is scored only, its reason with the
///   family
template <class Operator>
struct sample {
  std::size_t curve = 0;
  Operator op{};
  std::string gpu{};
  std::string group{};
  std::string table{};
  std::string line{};
  observation seen{};
  bool fitted = true;
};

/// Curves that share constants, and the rows that determine them.
///   names     of the curves in the catalog; curves: those shipped, where the search starts too
///             but for the constants
///   predict   seconds
///   forms     what no search finds its way between, tried in turn: whether a kernel splits its inner
///             dimension, how large its tiles are. Applied to curves after the constants
///   starts    of constants by name, elsewhere than where all others start, tried in turn too: a
///             search does not leave a bound that does not show where it starts
///   format    of the kernels, where each has a curve
template <class Curve, class Operator>
struct study {
  std::vector<std::string> names{};
  std::vector<Curve> curves{};
  std::vector<constant<Curve>> constants{};
  std::vector<sample<Operator>> samples{};
  double (*predict)(const Curve&, const Operator&) = nullptr;
  std::vector<std::function<void(Curve&)>> forms{[](Curve&) {}};
  std::vector<std::map<std::string, double>> starts{{}};
  shardline::kernel_format format = shardline::kernel_format::wide;
};

using indices = std::vector<std::size_t>;

/// The place of a chip's curve in a study of one silicon; it begins as `start` where the study has
/// no row of the chip yet.
template <class Curve, class Operator>
std::size_t curve_of(study<Curve, Operator>& s, const std::string& gpu, const Curve& start) {
  for (const auto& row : s.samples) {
    if (row.gpu == gpu) return row.curve;
  }
  s.curves.push_back(start);
  return s.curves.size() - 1;
}

namespace detail {

inline indices first_numbers(std::size_t n) {
  indices all(n);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

template <class Curve, class Operator>
std::vector<Curve> curves_at(const study<Curve, Operator>& s, std::size_t form, const indices& free,
                             const std::vector<double>& values) {
  std::vector<Curve> curves = s.curves;
  for (const auto& c : s.constants) c.put(curves, c.of.initial);
  for (std::size_t i = 0; i < free.size(); ++i) s.constants[free[i]].put(curves, values[i]);
  for (Curve& c : curves) s.forms[form](c);
  return curves;
}

// Predictions as calibrate() asks for them, row by row at the same constants. Most often one
// constant alone has moved since the last ones, and rows of curves without it are as they were.
template <class Curve, class Operator>
class predictor {
 public:
  predictor(const study<Curve, Operator>& s, std::size_t form, const indices& free,
            const indices& rows)
      : study_(s),
        form_(form),
        free_(free),
        rows_(rows),
        known_(rows.size()),
        fresh_(rows.size(), 0) {}

  double operator()(const std::vector<double>& values, std::size_t i) const {
    if (values != at_) move_to(values);
    const sample<Operator>& row = study_.samples[rows_[i]];
    if (fresh_[i] < moved_[row.curve]) {
      known_[i] = study_.predict(curves_[row.curve], row.op);
      fresh_[i] = now_;
    }
    return known_[i];
  }

 private:
  void move_to(const std::vector<double>& values) const {
    ++now_;
    if (moved_.empty()) moved_.assign(study_.curves.size(), now_);
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (!at_.empty() && at_[k] == values[k]) continue;
      for (const std::size_t c : study_.constants[free_[k]].in) moved_[c] = now_;
    }
    at_ = values;
    curves_ = curves_at(study_, form_, free_, values);
  }

  const study<Curve, Operator>& study_;
  std::size_t form_;
  const indices& free_;
  const indices& rows_;
  mutable std::vector<double> at_{};
  mutable std::vector<Curve> curves_{};
  mutable std::vector<double> known_{};
  mutable std::vector<std::size_t> fresh_{};  // when a row was predicted
  mutable std::vector<std::size_t> moved_{};  // when a curve changed
  mutable std::size_t now_ = 0;
};

}  // namespace detail

/// What a study's rows say: the constants that they determine, and the curves.
template <class Curve>
struct findings {
  std::size_t form = 0;
  indices determined{};
  shardline::calibration fit{};
  std::vector<Curve> curves{};
};

namespace detail {

inline bool at_edge(const shardline::unknown& u, double value) {
  const double near = 1e-3 * (u.highest - u.lowest);
  return value < u.lowest + near || value > u.highest - near;
}

// The search only nears an edge.
inline void snap_to_edges(const std::vector<shardline::unknown>& unknowns,
                          shardline::calibration& found) {
  for (std::size_t i = 0; i < unknowns.size(); ++i) {
    double& value = found.constants[i];
    if (!at_edge(unknowns[i], value)) continue;
    const double middle = 0.5 * (unknowns[i].lowest + unknowns[i].highest);
    value = value < middle ? unknowns[i].lowest : unknowns[i].highest;
    found.deviations[i] = 0.0;
  }
}

// From where the search ended, but for constants that it left at an edge: they start anew.
inline bool can_restart(const shardline::calibration& found,
                        std::vector<shardline::unknown>& unknowns) {
  bool any = false;
  for (std::size_t i = 0; i < unknowns.size(); ++i) {
    if (at_edge(unknowns[i], found.constants[i])) {
      any = true;
    } else {
      unknowns[i].initial = found.constants[i];
    }
  }
  return any;
}

// A search that ends at an edge may have been led there early on: it gets a second chance.
template <class Predict>
shardline::calibration searched(std::vector<shardline::unknown> unknowns,
                                const std::vector<double>& measured, const Predict& predict,
                                bool once) {
  shardline::calibration found = shardline::calibrate(unknowns, measured, predict);
  if (!found.has_value()) return found;
  if (!once && can_restart(found, unknowns)) {
    const auto again = shardline::calibrate(unknowns, measured, predict);
    if (again.has_value() && again.mape < found.mape) found = again;
  }
  snap_to_edges(unknowns, found);
  return found;
}

// From where another search ended, but for constants that it left at an edge.
template <class Curve>
shardline::unknown start_of(const constant<Curve>& c, const findings<Curve>& near,
                            const std::map<std::string, double>& at) {
  shardline::unknown start = c.of;
  if (const auto other = at.find(start.name); other != at.end()) start.initial = other->second;
  if (near.curves.empty()) return start;
  const double value = c.get(near.curves);
  if (!at_edge(start, value)) start.initial = value;
  return start;
}

template <class Operator>
indices determining(const std::vector<sample<Operator>>& samples, const indices& among) {
  indices rows;
  for (const std::size_t i : among) {
    if (samples[i].fitted) rows.push_back(i);
  }
  return rows;
}

}  // namespace detail

namespace detail {

// The curves of one form that fit these rows best.
template <class Curve, class Operator>
findings<Curve> fit_form(const study<Curve, Operator>& s, std::size_t form, const indices& rows,
                         const findings<Curve>& near,
                         const std::map<std::string, double>& at = {}) {
  std::vector<double> measured;
  for (const std::size_t i : rows) measured.push_back(s.samples[i].seen.measured);
  indices free = first_numbers(s.constants.size());
  while (!free.empty()) {
    std::vector<shardline::unknown> unknowns;
    for (const std::size_t i : free) unknowns.push_back(start_of(s.constants[i], near, at));
    const predictor<Curve, Operator> predict(s, form, free, rows);
    const bool once = !near.curves.empty();
    const auto found = searched(unknowns, measured, predict, once);
    if (found.has_value()) {
      return {form, free, found, curves_at(s, form, free, found.constants)};
    }
    const auto named = [&](std::size_t i) {
      return found.fault.starts_with(s.constants[i].of.name + ":");
    };
    const auto open = std::find_if(free.begin(), free.end(), named);
    if (open == free.end()) throw std::runtime_error(found.fault);
    free.erase(open);
  }
  findings<Curve> as_it_starts{form, free, {}, curves_at(s, form, free, {})};
  for (const std::size_t i : rows) {
    const sample<Operator>& row = s.samples[i];
    const double ratio = s.predict(as_it_starts.curves[row.curve], row.op) / row.seen.measured;
    as_it_starts.fit.mape += std::abs(ratio - 1.0) / static_cast<double>(rows.size());
  }
  return as_it_starts;
}

}  // namespace detail

/// The curves that fit these rows best. A constant that they do not determine stays where its
/// search would have started. `near`: constants and form to start the search from instead, from
/// which it does not start anew.
template <class Curve, class Operator>
findings<Curve> fit(const study<Curve, Operator>& s, const indices& among,
                    const findings<Curve>& near = {}) {
  const indices rows = detail::determining(s.samples, among);
  if (!near.curves.empty()) return detail::fit_form(s, near.form, rows, near);
  findings<Curve> best;
  for (std::size_t form = 0; form < s.forms.size(); ++form) {
    for (const auto& at : s.starts) {
      const findings<Curve> other = detail::fit_form(s, form, rows, near, at);
      if (best.curves.empty() || other.fit.mape < best.fit.mape) best = other;
    }
  }
  return best;
}

namespace detail {

inline std::uint64_t scattered(const std::string& name) {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

}  // namespace detail

/// Which fifth of the groups each row is in; which group, where there are eight or fewer. Groups
/// are dealt out in a scattered order, so that a fold is no range of sizes.
template <class Operator>
indices folds_of(const std::vector<sample<Operator>>& samples) {
  std::map<std::pair<std::uint64_t, std::string>, std::size_t> order;
  for (const auto& s : samples) order[{detail::scattered(s.group), s.group}] = 0;
  const std::size_t folds = order.size() <= 8 ? order.size() : 5;
  std::size_t next = 0;
  for (auto& [name, fold] : order) fold = next++ % folds;
  indices found;
  for (const auto& s : samples) found.push_back(order[{detail::scattered(s.group), s.group}]);
  return found;
}

/// Rows that a curve is fitted to at least: a few for each of its constants.
inline constexpr std::size_t fewest_rows = 20;

/// Each row's prediction by curves fitted to the other folds; none where there is one group only.
/// Searches start from `all`, fitted to all rows, which only shortens them.
template <class Curve, class Operator>
void validate(study<Curve, Operator>& s, const findings<Curve>& all) {
  const indices fold = folds_of(s.samples);
  const std::size_t folds = *std::max_element(fold.begin(), fold.end()) + 1;
  for (std::size_t f = 0; f < folds && folds > 1; ++f) {
    indices others;
    for (std::size_t i = 0; i < fold.size(); ++i) {
      if (fold[i] != f) others.push_back(i);
    }
    // What is left must be more than the constants that it is to determine.
    if (detail::determining(s.samples, others).size() <= s.constants.size()) continue;
    const std::vector<Curve> curves = fit(s, others, all).curves;
    for (std::size_t i = 0; i < fold.size(); ++i) {
      sample<Operator>& row = s.samples[i];
      if (fold[i] == f) row.seen.validated = s.predict(curves[row.curve], row.op);
    }
  }
}

template <class Curve, class Operator>
using studies = std::vector<study<Curve, Operator>>;

namespace detail {

inline score_table& table_of(std::vector<score_table>& tables, const std::string& title) {
  for (score_table& t : tables) {
    if (t.title == title) return t;
  }
  tables.push_back({title, {}, {}});
  return tables.back();
}

}  // namespace detail

/// The scores of a kind of kernels, validated over shapes.
template <class Curve, class Operator>
void add_scores(studies<Curve, Operator> all, scores& result) {
  for (auto& s : all) {
    if (s.samples.size() >= fewest_rows) {
      validate(s, fit(s, detail::first_numbers(s.samples.size())));
    }
    for (const auto& row : s.samples) {
      family_of(detail::table_of(result.shapes, row.table).families, row.line)
          .rows.push_back(row.seen);
    }
  }
}

}  // namespace accuracy
