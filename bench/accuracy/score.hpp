/// Errors of predictions, family by family, and the best that two shares and a launch time can do.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace accuracy {

/// One measurement, seconds, and what is predicted for it.
///   validated         the prediction of constants fitted without this row; 0: not fitted
///   compute, memory   at the data sheet's peak and rate (a collective's bytes over its link)
///   kernels           launched
struct observation {
  double measured = 0.0;
  double fitted = 0.0;
  double validated = 0.0;
  double compute = 0.0;
  double memory = 0.0;
  double kernels = 1.0;

  [[nodiscard]] double datasheet() const { return std::max(compute, memory); }
  [[nodiscard]] double constant(double mfu, double rate, double launch) const {
    return std::max(compute / mfu, memory / rate) + kernels * launch;
  }
};

/// Measurements of one kind, in one line of the table.
struct family {
  std::string name{};
  std::vector<observation> rows{};
};

/// Relative errors: predicted / measured - 1.
///   mape     mean size;  median, p90   of the sizes;  bias   mean
struct errors {
  double mape = 0.0;
  double median = 0.0;
  double p90 = 0.0;
  double bias = 0.0;
};

inline double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0.0;
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

template <class Predict>
errors errors_of(const std::vector<observation>& rows, const Predict& predict) {
  errors e;
  std::vector<double> sizes;
  for (const observation& row : rows) {
    const double error = predict(row) / row.measured - 1.0;
    sizes.push_back(std::abs(error));
    e.bias += error;
    e.mape += std::abs(error);
  }
  const auto n = static_cast<double>(std::max<std::size_t>(rows.size(), 1));
  e.bias /= n;
  e.mape /= n;
  e.median = quantile(sizes, 0.5);
  e.p90 = quantile(sizes, 0.9);
  return e;
}

inline errors fitted_errors(const std::vector<observation>& rows) {
  return errors_of(rows, [](const observation& o) { return o.fitted; });
}
inline bool is_validated(const std::vector<observation>& rows) {
  return std::all_of(rows.begin(), rows.end(),
                     [](const observation& o) { return o.validated > 0.0; });
}
inline errors validated_errors(const std::vector<observation>& rows) {
  return errors_of(rows, [](const observation& o) { return o.validated; });
}
inline errors datasheet_errors(const std::vector<observation>& rows) {
  return errors_of(rows, [](const observation& o) { return o.datasheet(); });
}

/// The shares and the launch time of `constant` that do best on these very rows.
inline errors best_constant_errors(const std::vector<observation>& rows) {
  errors best;
  best.mape = std::numeric_limits<double>::infinity();
  for (double mfu = 0.2; mfu <= 1.001; mfu += 0.05) {
    for (double rate = 0.2; rate <= 1.001; rate += 0.05) {
      for (const double launch : {0.0, 2e-6, 4e-6, 6e-6, 8e-6, 12e-6, 16e-6, 24e-6, 40e-6}) {
        const errors e =
            errors_of(rows, [&](const observation& o) { return o.constant(mfu, rate, launch); });
        if (e.mape < best.mape) best = e;
      }
    }
  }
  return best;
}

}  // namespace accuracy
