// SPDX-License-Identifier: BSL-1.0
#include "shardline/work/routing/routing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "../../fabric/recorded.hpp"
#include "../../laws/random_inputs.hpp"

using namespace shardline;

namespace {

constexpr std::array<double, 4> one_busy_expert{3.0, 1.0, 1.0, 1.0};

static_assert(power_law_load({256, 8, 8, 1024.0}, 1.2).distinct > 31.0);
// Tables draw loads as far apart as there are tokens, deployments do not: of 64 ranks the busiest has
// three times its share of a large batch, not nine.
static_assert(power_law_load({256, 8, 64, 131072.0}, 1.4).imbalance > 8.6);
static_assert(power_law_load({256, 8, 64, 131072.0}, 1.4, 0.0).imbalance < 3.2);
static_assert(power_law_load({256, 8, 64, 131072.0}, 1.4, 0.0).imbalance <
              power_law_load({256, 8, 64, 128.0}, 1.4, 0.0).imbalance);
static_assert(observed_load(one_busy_expert, expert_group{4, 1, 2, 6e6}).distinct > 1.9);

// Rows and distinct experts of the rank with most rows.
struct busiest {
  double rows = 0.0;
  double distinct = 0.0;
};

busiest busiest_of(const expert_group& g, const std::vector<double>& rows_of_expert) {
  busiest found;
  for (integer rank = 0; rank < g.ep; ++rank) {
    const item_range own = part_of(g.experts, g.ep, rank);
    busiest here;
    for (integer e = own.first; e <= own.last(); ++e) {
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
    for (integer choice = 0; choice < g.experts_per_token; ++choice) {
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
  constexpr std::array<integer, 6> experts{8, 16, 32, 64, 128, 256};
  expert_group g;
  g.experts = d.one_of(experts);
  g.experts_per_token = integer{1} << d.whole(0, g.experts == 8 ? 1 : 3);
  g.ep = integer{1} << d.whole(0, g.experts == 8 ? 3 : 4);
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

TEST_CASE("a greater exponent never takes load off the busiest rank, up to 2") {
  for (const double each : {16.0, 300.0, 4096.0}) {
    const expert_group g{128, 8, 8, each};
    double before = 1.0;
    for (double exponent = 0.0; exponent <= 2.0; exponent += 0.05) {
      const double now = power_law_load(g, exponent).imbalance;
      CHECK(now >= before * (1.0 - 1e-12));
      before = now;
    }
  }
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
  const expert_load l = observed_load(one_busy_expert, expert_group{4, 1, 2, 6e6});
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
    const expert_load l = observed_load(std::span<const double>(loads), g);
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
    for (integer e = 0; e < g.experts; ++e) loads.push_back(std::exp(1.5 * d.unit() * d.unit()));
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
    for (integer e = 0; e < g.experts; ++e) loads.push_back(std::exp(3.0 * d.unit()));
    const double exponent = d.between(0.0, 3.0);
    for (const expert_load& l :
         {power_law_load(g, exponent), observed_load(std::span<const double>(loads), g)}) {
      CAPTURE(number);
      const double rows = l.imbalance * g.mean_rows();
      REQUIRE(l.imbalance >= 1.0 - 1e-12);
      REQUIRE(rows <= g.most_over_mean() * g.mean_rows() * (1.0 + 1e-12));
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
    const expert_load even = observed_load(std::span<const double>(loads), g);
    const expert_load even_more = observed_load(std::span<const double>(loads), more);
    CHECK(even_more.imbalance * more.mean_rows() >= even.imbalance * g.mean_rows() * (1 - 1e-9));
    CHECK(even_more.distinct >= even.distinct * (1.0 - 1e-9));
  }
}

TEST_CASE("copies of busy experts: the documented numbers") {
  const expert_load l = power_law_load({256, 8, 8, 1024.0, 32}, 1.2);
  CHECK(l.imbalance == doctest::Approx(1.023).epsilon(1e-3));
  const expert_load spread = power_law_load({256, 8, 288, 4096.0, 32}, 1.2);
  CHECK(spread.imbalance == doctest::Approx(4.589).epsilon(1e-3));
  CHECK(observed_load(one_busy_expert, expert_group{4, 1, 2, 6e6, 2}).imbalance ==
        doctest::Approx(1.0).epsilon(1e-3));
}

namespace {

// Rows of the busiest rank where the copies of experts of these loads are dealt out, heaviest
// first, to the emptiest rank with room: engines' balancers do as much.
double balanced_rows(const std::vector<double>& loads, const expert_group& g) {
  std::vector<double> copies(loads.size(), 1.0);
  for (integer extra = 0; extra < g.redundant; ++extra) {
    std::size_t heaviest = 0;
    for (std::size_t e = 0; e < loads.size(); ++e) {
      if (loads[e] / copies[e] > loads[heaviest] / copies[heaviest]) heaviest = e;
    }
    copies[heaviest] += 1.0;
  }
  std::vector<double> placed;
  for (std::size_t e = 0; e < loads.size(); ++e) {
    placed.insert(placed.end(), static_cast<std::size_t>(copies[e]), loads[e] / copies[e]);
  }
  std::sort(placed.rbegin(), placed.rend());
  std::vector<double> rows(static_cast<std::size_t>(g.ep));
  std::vector<double> held(rows.size());
  for (const double load : placed) {
    std::size_t emptiest = rows.size();
    for (std::size_t r = 0; r < rows.size(); ++r) {
      if (held[r] >= g.local()) continue;
      if (emptiest == rows.size() || rows[r] < rows[emptiest]) emptiest = r;
    }
    rows[emptiest] += load;
    held[emptiest] += 1.0;
  }
  return *std::max_element(rows.begin(), rows.end());
}

}  // namespace

TEST_CASE("copies of busy experts under a power law: as simulated, one or two to a rank") {
  laws::dice d(99);
  errors rows;
  for (int number = 0; number < 60; ++number) {
    const integer experts = 64 * d.whole(1, 4);
    expert_group g{experts, 8, 0, std::exp2(d.between(9.0, 13.0)), 8 * d.whole(2, 8)};
    g.ep = g.placed() / d.whole(1, 2);
    g.redundant = g.ep * (g.placed() / g.ep) - experts;
    if (g.redundant < 8) continue;
    const double exponent = d.between(0.8, 1.6);
    const expert_group single{experts, 8, 1, g.tokens};
    double simulated = 0.0;
    constexpr int trials = 20;
    for (int t = 0; t < trials; ++t) {
      simulated += balanced_rows(drawn_rows(d, single, exponent), g) / trials;
    }
    rows.add(power_law_load(g, exponent).imbalance * g.mean_rows(), simulated);
  }
  CHECK(rows.number > 30.0);
  CHECK(rows.mean() < 0.1);
  CHECK(rows.worst < 0.6);
}

TEST_CASE("copies of busy experts under observed loads: as dealt out, where one copy is too much") {
  laws::dice d(100);
  errors rows;
  for (int number = 0; number < 200; ++number) {
    const integer experts = 8 * d.whole(1, 8);
    expert_group g{experts, 1, experts, 1e9, 0};
    g.redundant = experts;  // a copy to a rank
    g.ep = 2 * experts;
    std::vector<double> loads;
    for (integer e = 0; e < experts; ++e) loads.push_back(std::exp(6.0 * d.unit() * d.unit()));
    double all = 0.0;
    for (const double load : loads) all += load;
    std::vector<double> of_tokens;
    for (const double load : loads) of_tokens.push_back(load / all * g.tokens);
    const double estimated =
        observed_load(std::span<const double>(loads), g).imbalance * g.mean_rows();
    rows.add(estimated, balanced_rows(of_tokens, g));
  }
  CHECK(rows.worst < 1e-3);
}

TEST_CASE("copies never make the busiest rank busier, nor does one more for each rank") {
  laws::dice d(101);
  for (int number = 0; number < 1000; ++number) {
    expert_group g = random_group(d);
    g.tokens *= 1e6;  // chance aside, by which parts of the same rows vary more
    std::vector<double> loads;
    for (integer e = 0; e < g.experts; ++e) loads.push_back(std::exp(5.0 * d.unit()));
    const double exponent = d.between(0.0, 3.0);
    CAPTURE(number);
    double by_law = power_law_load(g, exponent).imbalance;
    double by_loads = observed_load(std::span<const double>(loads), g).imbalance;
    for (int more = 0; more < 3; ++more) {
      g.redundant += g.ep;
      const double law = power_law_load(g, exponent).imbalance;
      const double observed = observed_load(std::span<const double>(loads), g).imbalance;
      REQUIRE(law <= by_law * (1.0 + 1e-9));
      REQUIRE(observed <= by_loads * 1.001);
      REQUIRE(law >= 1.0 - 1e-12);
      REQUIRE(observed >= 1.0 - 1e-12);
      by_law = law;
      by_loads = observed;
    }
  }
}

TEST_CASE("derivatives by the tokens are those of differences") {
  laws::dice d(102);
  using scalar = dual<1>;
  for (int number = 0; number < 500; ++number) {
    expert_group g = random_group(d);
    g.tokens = 100.0 + 1000.0 * d.unit();
    g.redundant = d.flip() ? 0 : g.ep;
    std::vector<double> loads;
    for (integer e = 0; e < g.experts; ++e) loads.push_back(std::exp(2.0 * d.unit()));
    const double exponent = d.between(0.3, 2.5);
    const basic_expert_group<scalar> lifted{g.experts, g.experts_per_token, g.ep,
                                            scalar::input(g.tokens, 0), g.redundant};
    const auto by_law = power_law_load(lifted, scalar(exponent));
    const auto by_loads = observed_load(std::span<const double>(loads), lifted);
    constexpr double step = 1e-4;
    expert_group less = g;
    expert_group more = g;
    less.tokens -= step;
    more.tokens += step;
    const auto slope = [&](auto load) { return (load(more) - load(less)) / (2.0 * step); };
    const auto law_rows = [&](const expert_group& x) {
      return power_law_load(x, exponent).imbalance;
    };
    const auto law_hit = [&](const expert_group& x) {
      return power_law_load(x, exponent).distinct;
    };
    const auto rows = [&](const expert_group& x) {
      return observed_load(std::span<const double>(loads), x).imbalance;
    };
    const auto hit = [&](const expert_group& x) {
      return observed_load(std::span<const double>(loads), x).distinct;
    };
    CAPTURE(number);
    CHECK(by_law.imbalance.value == law_rows(g));
    CHECK(by_loads.distinct.value == hit(g));
    CHECK(std::fabs(by_law.imbalance.slope[0] - slope(law_rows)) < 2e-8);
    CHECK(std::fabs(by_law.distinct.slope[0] - slope(law_hit)) < 2e-7);
    CHECK(std::fabs(by_loads.imbalance.slope[0] - slope(rows)) < 2e-8);
    CHECK(std::fabs(by_loads.distinct.slope[0] - slope(hit)) < 2e-7);
  }
}

TEST_CASE("the laws have the same bits at compile time and at run time") {
  constexpr expert_group g{256, 8, 16, 777.0, 16};
  constexpr expert_load compiled = power_law_load(g, 1.3);
  constexpr expert_load counted = observed_load(one_busy_expert, expert_group{4, 1, 2, 9.0, 1});
  volatile double exponent = 1.3;
  volatile double tokens = 9.0;
  const expert_load run = power_law_load(g, static_cast<double>(exponent));
  const expert_load observed =
      observed_load(one_busy_expert, expert_group{4, 1, 2, static_cast<double>(tokens), 1});
  CHECK(compiled.imbalance == run.imbalance);
  CHECK(compiled.distinct == run.distinct);
  CHECK(counted.imbalance == observed.imbalance);
  CHECK(counted.distinct == observed.distinct);
}

namespace {

constexpr mixture_of_experts sixty_four{.experts = 64, .experts_per_token = 4, .width = 8};

recording::recorded emitted(const layout& l, const basic_step<>& s) {
  const model m = recording::sixteen_wide();
  const model_context e{m, l};
  return recording::feeding_of(sixty_four, e, s);
}

}  // namespace

TEST_CASE("rows, experts read and bytes exchanged of an estimate are those of the busiest rank") {
  const layout l{{1, 1, 8}, {1, 8, 1}};
  const basic_routing<> skewed = power_law_routing(1.2);
  const expert_load load = power_law_load({64, 4, 8, 160.0}, 1.2, 0.0);
  const auto even = emitted(l, decode_step(160.0, 0.0, 1.0));
  const auto r = emitted(l, decode_step(160.0, 0.0, 1.0, skewed));
  CHECK(load.imbalance > 1.5);
  CHECK(r.gemms[1].rows == doctest::Approx(80.0 * load.imbalance).epsilon(1e-12));
  CHECK(r.gemms[1].matrices_read == doctest::Approx(load.distinct).epsilon(1e-12));
  REQUIRE(r.collectives.size() == 2);
  CHECK(r.collectives[0].message.value() ==
        doctest::Approx(even.collectives[0].message.value() * load.imbalance).epsilon(1e-12));
  // The same by loads; with every expert alike there is chance left.
  std::array<double, 64> loads{};
  loads.fill(2.0);
  const auto observed = emitted(l, decode_step(160.0, 0.0, 1.0, observed_routing(loads)));
  CHECK(observed.gemms[1].rows > even.gemms[1].rows);
  loads[3] = 40.0;
  const auto busy = emitted(l, decode_step(160.0, 0.0, 1.0, observed_routing(loads)));
  CHECK(busy.gemms[1].rows > observed.gemms[1].rows);
  // A copy of the busy expert for each rank takes most of that back.
  layout copied = l;
  copied.redundant_experts = 8;
  const auto shared = emitted(copied, decode_step(160.0, 0.0, 1.0, observed_routing(loads)));
  CHECK(shared.gemms[1].rows < busy.gemms[1].rows);
}

TEST_CASE("a step without tokens has no rows under any law") {
  const layout l{{1, 1, 8}, {1, 8, 1}};
  std::array<double, 64> loads{};
  loads[5] = 1.0;
  for (const basic_routing<>& law :
       {basic_routing<>{}, power_law_routing(1.5), observed_routing(loads)}) {
    const auto r = emitted(l, decode_step(0.0, 0.0, 1.0, law));
    CHECK(r.gemms[1].rows == 0.0);
    CHECK(r.gemms[1].matrices_read == 0.0);
  }
}

namespace {

constexpr std::array<double, 64> uneven_loads() noexcept {
  std::array<double, 64> loads{};
  for (std::size_t e = 0; e < loads.size(); ++e) loads[e] = e % 12 == 0 ? 30.0 : 1.0;
  return loads;
}
constexpr std::array<double, 64> uneven = uneven_loads();

// A small model with experts on 8 GPUs of a domain, one attention replica each.
constexpr basic_estimate<> estimate_under(const basic_routing<>& routing, integer redundant = 0) {
  const accelerator chip{.name = "chip",
                         .peak = {.bf16 = flop_rate<>::from_value(1e14)},
                         .memory = bytes<>::from_value(1e12),
                         .memory_rate = bandwidth<>::from_value(1e12),
                         .scale_up = {bandwidth<>::from_value(1e10), {}},
                         .domain = 8};
  const model m{.hidden_size = 256,
                .vocab_size = 1000,
                .layers = {{2, {grouped_query_attention{8, 8, 32}, sixty_four}}}};
  layout l{{1, 1, 8}, {1, 8, 1}};
  l.redundant_experts = redundant;
  workload w;
  w.concurrency = 64.0;
  w.input = tokens<>::from_value(512.0);
  w.routing = routing;
  return estimate(make_cluster(chip, 8), m, l, w);
}

constexpr basic_estimate<> compiled = estimate_under(observed_routing(uneven), 8);

}  // namespace

TEST_CASE("skew makes every figure of an estimate worse, and copies of experts make up for it") {
  const basic_estimate<> even = estimate_under({});
  for (const basic_routing<>& skewed : {power_law_routing(1.2), observed_routing(uneven)}) {
    const basic_estimate<> e = estimate_under(skewed);
    const basic_estimate<> copied = estimate_under(skewed, 8);
    REQUIRE(e.feasibility.feasible());
    CHECK(e.prefill.total() > even.prefill.total());
    CHECK(e.decode.total() > even.decode.total());
    CHECK(e.serving.ttft > even.serving.ttft);
    CHECK(e.serving.tpot > even.serving.tpot);
    CHECK(e.memory.activation > even.memory.activation);
    CHECK(copied.prefill.total() < e.prefill.total());
    CHECK(copied.serving.tpot < e.serving.tpot);
    CHECK(copied.memory.weights > e.memory.weights);
  }
  const basic_estimate<> run = estimate_under(observed_routing(uneven), 8);
  CHECK(compiled.decode.total() == run.decode.total());
  CHECK(compiled.serving.tpot == run.serving.tpot);
}

TEST_CASE("documented numbers of even routing") {
  CHECK(expected_distinct(8, 2, 8, 1.0) == doctest::Approx(2.0).epsilon(1e-12));
  CHECK(expected_distinct(8, 2, 8, 4.0) == doctest::Approx(5.46875).epsilon(1e-12));
  CHECK(expected_destinations(8, 64) == doctest::Approx(7.576).scale(0.0).epsilon(7e-5));
  const auto load =
      busiest_rank(basic_routing<double>{}, basic_expert_group<double>{8, 2, 1, 4.0}, 1.0);
  CHECK(load.imbalance == 1.0);
  CHECK(load.distinct == doctest::Approx(5.46875).epsilon(1e-12));
}
