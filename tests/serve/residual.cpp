// SPDX-License-Identifier: BSL-1.0
// What is left of answers: of lengths that do not spread, and of drawn ones.
#include "shardline/serve/residual.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "shardline/plan/simulation/client.hpp"

using namespace shardline;

TEST_CASE("half of equal answers is left on average, and nearly all of the longest") {
  CHECK(mean_residual(0.0) == 0.5);
  CHECK(mean_residual(1.0) == 1.0);
  CHECK(longest_residual(1e6, 0.0) == doctest::Approx(1.0).epsilon(0.05));
  CHECK(longest_residual(20.0, 0.0) == doctest::Approx(20.0 / 21.0).epsilon(0.03));
  CHECK(longest_residual(1.0, 0.0) == doctest::Approx(0.5).epsilon(0.1));
}

TEST_CASE("the longest of what is left is that of drawn answers, and grows with them") {
  CHECK(longest_residual(100.0, 1.0) == doctest::Approx(7.609).epsilon(1e-3));
  simulation::dice d(3);
  for (const double cv : {0.3, 1.0}) {
    const double s = std::sqrt(std::log1p(cv * cv));
    double before = 0.0;
    for (const int number : {5, 20, 100, 500}) {
      const int draws = 200000 / number;
      double sum = 0.0;
      for (int i = 0; i < draws; ++i) {
        double longest = 0.0;
        // One in flight is met the more often the longer it is, at any time of it.
        for (int k = 0; k < number; ++k) {
          longest = std::max(longest, d.unit() * d.spread(cv) * std::exp(s * s));
        }
        sum += longest;
      }
      CAPTURE(cv);
      CAPTURE(number);
      const double found = longest_residual(static_cast<double>(number), cv);
      CHECK(found == doctest::Approx(sum / draws).epsilon(cv < 0.5 ? 0.08 : 0.15));
      CHECK(found > before);
      before = found;
    }
  }
}

static_assert(mean_residual(1.0) == 1.0 && mean_residual(2.0) == 2.5);
