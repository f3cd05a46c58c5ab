// SPDX-License-Identifier: BSL-1.0
/// Errors of predictions, family by family, and the best that the policy `constant` could do.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace accuracy {

/// What the policy `constant` says of every operator: shares of the peak and of rates (the memory's
/// and the links'), and seconds per kernel.
struct shares {
  double mfu = 1.0;
  double rate = 1.0;
  double launch = 0.0;
};

/// The constants among which the best is looked for.
inline const std::vector<shares>& candidates() {
  static const std::vector<shares> all = [] {
    std::vector<shares> found;
    for (int mfu = 2; mfu <= 10; ++mfu) {
      for (int rate = 2; rate <= 10; ++rate) {
        for (const double launch : {0.0, 2e-6, 4e-6, 6e-6, 8e-6, 12e-6, 16e-6, 24e-6, 40e-6}) {
          found.push_back({mfu * 0.1, rate * 0.1, launch});
        }
      }
    }
    return found;
  }();
  return all;
}

/// One measurement, seconds, and what is predicted for it.
///   fitted            by the constants that are shipped
///   validated         by constants fitted without this row; 0: not refitted
///   compute, memory   at the data sheet's peak and rate (a collective's bytes over its link)
///   kernels           launched
///   by_constant       of a whole run: by each of candidates(); a kernel's follow from the above
///   low, high         of a whole run: the ends of its band, in which eight in ten should lie; else 0
///   apart             set apart by a rule that the family states
struct observation {
  double measured = 0.0;
  double fitted = 0.0;
  double validated = 0.0;
  double compute = 0.0;
  double memory = 0.0;
  double kernels = 1.0;
  std::vector<double> by_constant{};
  double low = 0.0;
  double high = 0.0;
  bool apart = false;

  [[nodiscard]] double predicted() const { return validated > 0.0 ? validated : fitted; }
  [[nodiscard]] double datasheet() const { return std::max(compute, memory); }
  [[nodiscard]] double constant(std::size_t candidate) const {
    if (!by_constant.empty()) return by_constant[candidate];
    const shares& s = candidates()[candidate];
    return std::max(compute / s.mfu, memory / s.rate) + kernels * s.launch;
  }
};

/// Measurements of one kind, in one line of the table.
struct family {
  std::string name{};
  std::vector<observation> rows{};
};

/// Rows of a file that are not scored, and why.
struct omission {
  std::string reason{};
  std::size_t rows = 0;
};

/// A table: families of one kind, their sum, the same rows under a supposition about what their
/// source does not state (beside the sum), and what was left out of it.
struct score_table {
  std::string title{};
  std::vector<family> families{};
  std::vector<family> supposed{};
  std::vector<omission> omitted{};
};

/// Relative errors: predicted / measured - 1.
///   mape     mean size;  median, p90   of the sizes;  bias   mean
struct errors {
  double mape = 0.0;
  double median = 0.0;
  double p90 = 0.0;
  double bias = 0.0;
};

/// The value that a share of the values, rounded down, lie below; 0 of none.
inline double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0.0;
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

template <class Predict>
double mape_of(const std::vector<observation>& rows, const Predict& predict) {
  double sum = 0.0;
  for (const observation& row : rows) sum += std::abs(predict(row) / row.measured - 1.0);
  return sum / static_cast<double>(std::max<std::size_t>(rows.size(), 1));
}

/// Of constants fitted without a row where there are such, else of those shipped.
inline errors errors_of(const std::vector<observation>& rows) {
  errors e;
  std::vector<double> sizes;
  for (const observation& row : rows) {
    const double error = row.predicted() / row.measured - 1.0;
    sizes.push_back(std::abs(error));
    e.bias += error;
  }
  e.bias /= static_cast<double>(std::max<std::size_t>(rows.size(), 1));
  e.mape = mape_of(rows, [](const observation& o) { return o.predicted(); });
  e.median = quantile(sizes, 0.5);
  e.p90 = quantile(sizes, 0.9);
  return e;
}

inline bool is_validated(const std::vector<observation>& rows) {
  return std::any_of(rows.begin(), rows.end(),
                     [](const observation& o) { return o.validated > 0.0; });
}
inline double shipped_mape(const std::vector<observation>& rows) {
  return mape_of(rows, [](const observation& o) { return o.fitted; });
}
inline double datasheet_mape(const std::vector<observation>& rows) {
  return mape_of(rows, [](const observation& o) { return o.datasheet(); });
}

/// The constants that do best on these very rows.
inline double best_constant_mape(const std::vector<observation>& rows) {
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < candidates().size(); ++i) {
    best = std::min(best, mape_of(rows, [i](const observation& o) { return o.constant(i); }));
  }
  return best;
}

/// Measured over predicted: one row in ten lies below `low`, one above `high`.
struct ratios {
  double low = 1.0;
  double high = 1.0;
};
inline ratios eight_in_ten(const std::vector<observation>& rows) {
  std::vector<double> all;
  for (const observation& row : rows) all.push_back(row.measured / row.predicted());
  return {quantile(all, 0.1), quantile(all, 0.9)};
}

/// Share of the rows that lie in their bands; below 0 where none has one.
inline double share_in_bands(const std::vector<observation>& rows) {
  double banded = 0.0;
  double inside = 0.0;
  for (const observation& row : rows) {
    if (!(row.high > 0.0)) continue;
    banded += 1.0;
    if (row.low <= row.measured && row.measured <= row.high) inside += 1.0;
  }
  return banded > 0.0 ? inside / banded : -1.0;
}

/// All rows of a table, and those of a list that are not set apart.
inline std::vector<observation> rows_of(const score_table& t) {
  std::vector<observation> all;
  for (const family& f : t.families) all.insert(all.end(), f.rows.begin(), f.rows.end());
  return all;
}
inline std::vector<observation> not_apart(const std::vector<observation>& rows) {
  std::vector<observation> kept;
  for (const observation& o : rows) {
    if (!o.apart) kept.push_back(o);
  }
  return kept;
}

/// The family of that name, new if there is none.
inline family& family_of(std::vector<family>& families, const std::string& name) {
  const auto same = [&](const family& f) { return f.name == name; };
  const auto found = std::find_if(families.begin(), families.end(), same);
  if (found != families.end()) return *found;
  families.push_back({name, {}});
  return families.back();
}

inline void omit(std::vector<omission>& omitted, const std::string& reason) {
  const auto same = [&](const omission& o) { return o.reason == reason; };
  const auto found = std::find_if(omitted.begin(), omitted.end(), same);
  if (found != omitted.end()) {
    ++found->rows;
  } else {
    omitted.push_back({reason, 1});
  }
}

}  // namespace accuracy
