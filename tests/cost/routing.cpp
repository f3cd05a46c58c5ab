#include "shardline/cost/routing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "../laws/random_inputs.hpp"

using namespace shardline;

namespace {

constexpr std::array<double, 4> one_busy_expert{3.0, 1.0, 1.0, 1.0};

static_assert(power_law_load({256, 8, 8, 1024.0}, 1.2).distinct > 31.0);
static_assert(observed_load(one_busy_expert, {4, 1, 2, 6e6}).distinct > 1.9);

// Rows and distinct experts of the rank with most rows.
struct busiest {
  double rows = 0.0;
  double distinct = 0.0;
};

busiest busiest_of(const expert_group& g, const std::vector<double>& rows_of_expert) {
  busiest found;
  for (count rank = 0; rank < g.ep; ++rank) {
    const item_range own = part_of(g.experts, g.ep, rank);
    busiest here;
    for (count e = own.first; e <= own.last(); ++e) {
      here.rows += rows_of_expert[static_cast<std::size_t>(e)];
      here.distinct += rows_of_expert[static_cast<std::size_t>(e)] > 0.0 ? 1.0 : 0.0;
    }
    if (here.rows > found.rows) found = here;
  }
  return found;
}

// Rows of each expert under a power law, as the measurements draw them: loads by inverting the
// distribution, rounded to whole rows, what is beyond one row a token given to the emptiest.
std::vector<double> drawn_rows(laws::dice& d, const expert_group& g, double exponent) {
  const double low = g.routed_rows() > real<double>(g.experts) ? 1.0 : 0.01;
  const double high = g.routed_rows() > real<double>(g.experts) ? 0.8 * g.tokens : 2.0;
  const double q = 1.0 - exponent;
  std::vector<double> rows(static_cast<std::size_t>(g.experts));
  double sum = 0.0;
  for (double& r : rows) {
    const double low_part = std::pow(low, q);
    r = std::pow((std::pow(high, q) - low_part) * d.unit() + low_part, 1.0 / q);
    sum += r;
  }
  double placed = 0.0;
  for (double& r : rows) {
    r = std::min(std::round(r / sum * g.routed_rows()), g.tokens);
    placed += r;
  }
  for (; placed < g.routed_rows(); ++placed) ++*std::min_element(rows.begin(), rows.end());
  for (; placed > g.routed_rows(); --placed) --*std::max_element(rows.begin(), rows.end());
  return rows;
}

// Rows of each expert where every token takes k different experts, each next one by the loads of
// those that are left.
std::vector<double> chosen_rows(laws::dice& d, const expert_group& g,
                                const std::vector<double>& loads) {
  std::vector<double> rows(loads.size());
  for (double token = 0.0; token < g.tokens; ++token) {
    std::vector<double> left = loads;
    for (count choice = 0; choice < g.experts_per_token; ++choice) {
      double sum = 0.0;
      for (const double load : left) sum += load;
      double mark = d.unit() * sum;
      std::size_t e = 0;
      while (e + 1 < left.size() && (left[e] == 0.0 || mark >= left[e])) mark -= left[e++];
      rows[e] += 1.0;
      left[e] = 0.0;
    }
  }
  return rows;
}

template <class Draw>
busiest mean_of(int trials, const expert_group& g, Draw draw) {
  busiest mean;
  for (int t = 0; t < trials; ++t) {
    const busiest one = busiest_of(g, draw());
    mean.rows += one.rows / trials;
    mean.distinct += one.distinct / trials;
  }
  return mean;
}

double error(double estimated, double simulated) { return std::fabs(estimated / simulated - 1.0); }

// Errors of an estimate against simulations: the worst and, once all are in, the mean.
struct errors {
  double worst = 0.0;
  double sum = 0.0;
  double number = 0.0;

  void add(double estimated, double simulated) {
    worst = std::max(worst, error(estimated, simulated));
    sum += error(estimated, simulated);
    number += 1.0;
  }
  [[nodiscard]] double mean() const { return sum / number; }
};

// What is drawn from: the experts of all tests, and the ranks that they can be placed on.
expert_group random_group(laws::dice& d) {
  constexpr std::array<count, 6> experts{8, 16, 32, 64, 128, 256};
  expert_group g;
  g.experts = d.one_of(experts);
  g.experts_per_token = count{1} << d.whole(0, g.experts == 8 ? 1 : 3);
  g.ep = count{1} << d.whole(0, g.experts == 8 ? 3 : 4);
  g.tokens = std::floor(std::exp2(13.0 * d.unit()));
  return g;
}

}  // namespace

TEST_CASE("busiest rank under a power law: the documented numbers") {
  // Python: the research's closed form with this expected_maximum.
  const expert_load l = power_law_load({256, 8, 8, 1024.0}, 1.2);
  CHECK(l.imbalance == doctest::Approx(1.488435608).epsilon(1e-9));
  CHECK(l.distinct == doctest::Approx(31.36477349).epsilon(1e-9));
  const expert_load few = power_law_load({128, 8, 8, 64.0}, 1.2);
  CHECK(few.imbalance * 64.0 == doctest::Approx(90.88856948).epsilon(1e-9));
  CHECK(few.distinct == doctest::Approx(14.94134338).epsilon(1e-9));
  const expert_load capped = power_law_load({256, 8, 32, 256.0}, 1.5);
  CHECK(capped.imbalance * 64.0 == doctest::Approx(186.6063257).epsilon(1e-9));
  CHECK(capped.distinct == doctest::Approx(8.0).epsilon(1e-9));
}

TEST_CASE("a power law has no gap where its integrals are logarithms: exponents 1, 2 and 3") {
  for (const double exponent : {1.0, 2.0, 3.0}) {
    const expert_group g{64, 6, 8, 300.0};
    const expert_load at = power_law_load(g, exponent);
    for (const double step : {1e-9, 1e-6, 1e-5}) {
      CHECK(power_law_load(g, exponent + step).imbalance ==
            doctest::Approx(at.imbalance).epsilon(10.0 * step));
      CHECK(power_law_load(g, exponent - step).distinct ==
            doctest::Approx(at.distinct).epsilon(10.0 * step));
    }
  }
}

TEST_CASE("busiest rank under a power law: as simulated, from 64 tokens on") {
  laws::dice d(94);
  errors rows;
  errors distinct;
  constexpr int cases = 120;
  for (int number = 0; number < cases; ++number) {
    expert_group g = random_group(d);
    g.tokens = std::max(g.tokens, 64.0);
    const double exponent = d.between(0.6, 1.9);
    const busiest simulated = mean_of(12, g, [&] { return drawn_rows(d, g, exponent); });
    const expert_load l = power_law_load(g, exponent);
    rows.add(l.imbalance * g.mean_rows(), simulated.rows);
    distinct.add(l.distinct, simulated.distinct);
  }
  CHECK(rows.mean() < 0.08);
  CHECK(distinct.mean() < 0.05);
}

TEST_CASE("busiest rank under observed loads: the documented number") {
  const expert_load l = observed_load(one_busy_expert, {4, 1, 2, 6e6});
  CHECK(l.imbalance == doctest::Approx(4.0 / 3.0).epsilon(1e-6));
  CHECK(l.distinct == doctest::Approx(2.0).epsilon(1e-12));
}

namespace {

// The two figures of observed_load against tokens that choose one by one.
struct load_errors {
  errors rows{};
  errors distinct{};

  void add(laws::dice& d, const expert_group& g, const std::vector<double>& loads) {
    const int trials = g.tokens < 50.0 ? 400 : 60;
    const busiest simulated = mean_of(trials, g, [&] { return chosen_rows(d, g, loads); });
    const expert_load l = observed_load(loads, g);
    rows.add(l.imbalance * g.mean_rows(), simulated.rows);
    distinct.add(l.distinct, simulated.distinct);
  }
};

}  // namespace

TEST_CASE("busiest rank under equal loads: as simulated, 16 to 512 tokens of 1 to 8 experts") {
  laws::dice d(95);
  load_errors found;
  for (int number = 0; number < 60; ++number) {
    expert_group g = random_group(d);
    g.tokens = std::floor(std::exp2(4.0 + 5.0 * d.unit()));
    found.add(d, g, std::vector<double>(static_cast<std::size_t>(g.experts), 1.0));
  }
  CHECK(found.rows.mean() < 0.03);
  CHECK(found.rows.worst < 0.1);
  CHECK(found.distinct.mean() < 0.03);
  CHECK(found.distinct.worst < 0.1);
}

TEST_CASE("busiest rank under uneven loads: as simulated, 16 to 512 tokens of 1 expert") {
  laws::dice d(96);
  load_errors found;
  for (int number = 0; number < 60; ++number) {
    expert_group g = random_group(d);
    g.tokens = std::floor(std::exp2(4.0 + 5.0 * d.unit()));
    g.experts_per_token = 1;  // of more, the second choice depends on the first
    std::vector<double> loads;
    for (count e = 0; e < g.experts; ++e) loads.push_back(std::exp(1.5 * d.unit() * d.unit()));
    found.add(d, g, loads);
  }
  CHECK(found.rows.mean() < 0.03);
  CHECK(found.rows.worst < 0.1);
  CHECK(found.distinct.mean() < 0.03);
  CHECK(found.distinct.worst < 0.1);
}

TEST_CASE("no rank has less than the mean, nor more than the tokens can choose there") {
  laws::dice d(97);
  for (int number = 0; number < 3000; ++number) {
    const expert_group g = random_group(d);
    std::vector<double> loads;
    for (count e = 0; e < g.experts; ++e) loads.push_back(std::exp(3.0 * d.unit()));
    const double exponent = d.between(0.0, 3.0);
    for (const expert_load& l : {power_law_load(g, exponent), observed_load(loads, g)}) {
      CAPTURE(number);
      const double rows = l.imbalance * g.mean_rows();
      REQUIRE(l.imbalance >= 1.0 - 1e-12);
      REQUIRE(rows <= g.most_rows() * (1.0 + 1e-12));
      REQUIRE(rows >= 1.0 - 1e-12);
      REQUIRE(l.distinct >= 1.0);
      REQUIRE(l.distinct <= g.local() + 1e-9);
      REQUIRE(l.distinct <= rows + 1e-9);
    }
  }
}

TEST_CASE("more tokens never mean fewer rows or experts on the busiest rank") {
  laws::dice d(98);
  for (int number = 0; number < 3000; ++number) {
    const expert_group g = random_group(d);
    expert_group more = g;
    more.tokens = g.tokens + std::floor(g.tokens * d.unit()) + 1.0;
    const double exponent = d.between(0.0, 3.0);
    const std::vector<double> loads(static_cast<std::size_t>(g.experts), 1.0);
    CAPTURE(number);
    CAPTURE(g.experts);
    CAPTURE(g.ep);
    CAPTURE(g.tokens);
    CAPTURE(exponent);
    const expert_load fewer = power_law_load(g, exponent);
    const expert_load rest = power_law_load(more, exponent);
    CHECK(rest.imbalance * more.mean_rows() >= fewer.imbalance * g.mean_rows() * (1.0 - 1e-9));
    CHECK(rest.distinct >= fewer.distinct * (1.0 - 1e-9));
    const expert_load even = observed_load(loads, g);
    const expert_load even_more = observed_load(loads, more);
    CHECK(even_more.imbalance * more.mean_rows() >= even.imbalance * g.mean_rows() * (1 - 1e-9));
    CHECK(even_more.distinct >= even.distinct * (1.0 - 1e-9));
  }
}
