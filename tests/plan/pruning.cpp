// SPDX-License-Identifier: BSL-1.0
// A search that leaves loads out which cannot be among the best finds what one finds that prices
// them all, bit for bit.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "../laws/dice.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/plan/search.hpp"

namespace {

namespace pruning {

using namespace shardline;

// The usual objective, which does not say that it follows throughput: every load is priced. It
// notes how much more fewer slots ever serve than more of them, under one layout.
struct priced_all {
  double* furthest;
  std::vector<std::pair<double, double>>* of_layout;  // slots, tokens

  template <class Point>
  double operator()(const Point& p) const {
    const double served = -most_tokens_per_gpu{}(p);
    // Loads of a layout come with the most slots first.
    if (!of_layout->empty() && !(p.load.concurrency < of_layout->back().first)) of_layout->clear();
    const bool long_answer = p.load.output.value() >= detail::fewest_tokens_to_leave_out;
    for (const auto& more : *of_layout) {
      if (long_answer) *furthest = std::max(*furthest, served / more.second);
    }
    of_layout->emplace_back(p.load.concurrency, served);
    return -served;
  }
};

bool found_alike(const found_points& a, const found_points& b) {
  const auto same = [](const found_point& x, const found_point& y) {
    return x.rank == y.rank && x.order == y.order && x.load == y.load && x.layout == y.layout;
  };
  return a.tried == b.tried && a.feasible == b.feasible && a.rejected == b.rejected &&
         std::equal(a.best.begin(), a.best.end(), b.best.begin(), b.best.end(), same);
}

// Loads that differ in their slots alone, a few at once to thousands.
std::vector<workload> random_loads(laws::dice& d) {
  workload w;
  w.input = tokens<>::from_value(std::floor(std::pow(2.0, d.between(4.0, 14.0))));
  w.output = tokens<>::from_value(std::floor(std::pow(2.0, d.between(1.0, 11.0))));
  if (d.flip()) w.chunk = tokens<>::from_value(std::floor(std::pow(2.0, d.between(8.0, 14.0))));
  if (d.whole(0, 3) == 0) w.output_cv = d.between(0.0, 1.0);
  if (d.whole(0, 3) == 0) w.prefix_hit = d.between(0.0, 0.9);
  if (d.whole(0, 3) == 0) w.speculation = {.draft_tokens = 2, .acceptance = 0.7};
  std::vector<workload> loads;
  for (integer n = d.whole(2, 8); n > 0; --n) {
    w.concurrency = std::floor(std::pow(2.0, d.between(0.0, 12.0)));
    loads.push_back(w);
  }
  return loads;
}

}  // namespace pruning

}  // namespace

TEST_CASE("loads that are left out of a search change nothing of what it finds") {
  using namespace shardline;
  laws::dice d(77);
  double furthest = 0.0;
  integer feasible = 0;
  for (int number = 0; number < laws::cases(2000); ++number) {
    const model& m = *d.one_of(catalog::models);
    const accelerator& a = d.one_of(catalog::accelerators);
    const engine_version& e = *d.one_of(engines::all);
    const auto cluster = with_engine(make_cluster(with_fitted(a, e), 1), e);
    const std::vector<workload> loads = pruning::random_loads(d);
    const integer gpus = d.whole(1, 8);
    const std::size_t top = static_cast<std::size_t>(d.whole(1, 4));
    const basic_setting<double, fitted> setting{&cluster, &m, loads};
    const std::span<const basic_setting<double, fitted>> settings(&setting, 1);
    const auto found = [&](const auto& terms) {
      return search_space(settings, std::span<const integer>(&gpus, 1), terms, best_points(top));
    };
    std::vector<std::pair<double, double>> of_layout;
    const auto all = found(search_terms<pruning::priced_all>{{&furthest, &of_layout}, {}, {}});
    CAPTURE(number);
    CAPTURE(m.name.view());
    CAPTURE(a.name.view());
    CAPTURE(e.name);
    REQUIRE(pruning::found_alike(found(search_terms<>{}), all));
    feasible += all.feasible;
  }
  CHECK(feasible > 1000);
  CHECK(furthest > 1.0);
  CHECK(furthest < 0.9 * detail::most_by_fewer_slots);
}
