// SPDX-License-Identifier: BSL-1.0
#include "../../bench/accuracy/score.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace accuracy;

namespace {

observation row(double measured, double fitted) {
  observation o;
  o.measured = measured;
  o.fitted = fitted;
  return o;
}

}  // namespace

TEST_CASE("A quantile is the value that the share of the values lies below") {
  const std::vector<double> ten{9.0, 1.0, 8.0, 2.0, 7.0, 3.0, 6.0, 4.0, 5.0, 10.0};
  CHECK(quantile(ten, 0.0) == 1.0);
  CHECK(quantile(ten, 0.5) == 5.0);  // position 4.5, rounded down
  CHECK(quantile(ten, 0.9) == 9.0);
  CHECK(quantile(ten, 1.0) == 10.0);
  CHECK(quantile({}, 0.5) == 0.0);
}

TEST_CASE("Errors are relative to what was measured, with sign in the bias only") {
  const errors e = errors_of({row(1.0, 1.1), row(2.0, 1.8), row(4.0, 4.0)});
  CHECK(e.mape == doctest::Approx(0.2 / 3.0));
  CHECK(e.bias == doctest::Approx(0.0));
  CHECK(e.median == doctest::Approx(0.1));
  CHECK(e.p90 == doctest::Approx(0.1));
}

TEST_CASE("A row that was left out of a fit is scored by the fit without it") {
  observation o = row(1.0, 1.01);
  o.validated = 1.5;
  CHECK(errors_of({o}).mape == doctest::Approx(0.5));
  CHECK(shipped_mape({o}) == doctest::Approx(0.01));
  CHECK(is_validated({o}));
  CHECK_FALSE(is_validated({row(1.0, 1.0)}));
}

TEST_CASE("The best constant finds the shares and the launch that made the rows") {
  std::vector<observation> rows;
  for (const double size : {1.0, 2.0, 5.0}) {
    for (const bool computes : {true, false}) {
      observation o;
      o.compute = (computes ? size : 0.1) * 1e-5;
      o.memory = (computes ? 0.1 : size) * 1e-5;
      o.kernels = 2.0;
      o.measured = std::max(o.compute / 0.7, o.memory / 0.4) + 2.0 * 6e-6;
      rows.push_back(o);
    }
  }
  CHECK(best_constant_mape(rows) == doctest::Approx(0.0));
  CHECK(datasheet_mape(rows) > 0.5);
}

TEST_CASE("A whole run's constants are those priced, row by row") {
  observation o;
  o.measured = 1.0;
  o.memory = 0.25;
  o.by_constant.assign(candidates().size(), 3.0);
  o.by_constant[7] = 1.25;
  CHECK(best_constant_mape({o}) == doctest::Approx(0.25));
  CHECK(datasheet_mape({o}) == doctest::Approx(0.75));
}

TEST_CASE("Rows set apart are scored, and again without them") {
  observation apart = row(1.0, 2.0);
  apart.apart = true;
  const score_table t{"", {{"a", {row(1.0, 1.1), apart}}}, {}};
  CHECK(errors_of(rows_of(t)).mape == doctest::Approx(0.55));
  CHECK(errors_of(not_apart(rows_of(t))).mape == doctest::Approx(0.1));
}

TEST_CASE("Omissions are counted by reason") {
  std::vector<omission> all;
  omit(all, "a");
  omit(all, "b");
  omit(all, "a");
  REQUIRE(all.size() == 2);
  CHECK(all[0].rows == 2);
  CHECK(all[1].rows == 1);
}

TEST_CASE("Eight rows in ten lie between the ends of the ratios") {
  std::vector<observation> rows;
  for (int i = 1; i <= 11; ++i) rows.push_back(row(0.1 * i, 1.0));
  CHECK(eight_in_ten(rows).low == doctest::Approx(0.2));
  CHECK(eight_in_ten(rows).high == doctest::Approx(1.0));
}

TEST_CASE("A row is in its band or not; one without a band does not count") {
  std::vector<observation> rows{row(1.0, 1.0), row(2.0, 1.0), row(3.0, 1.0)};
  CHECK(share_in_bands(rows) < 0.0);
  for (observation& o : rows) {
    o.low = 0.5;
    o.high = 2.0;
  }
  CHECK(share_in_bands(rows) == doctest::Approx(2.0 / 3.0));
  rows.push_back(row(9.0, 1.0));
  CHECK(share_in_bands(rows) == doctest::Approx(2.0 / 3.0));
}
