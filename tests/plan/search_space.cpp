// SPDX-License-Identifier: BSL-1.0
#include "shardline/plan/search.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <random>
#include <span>
#include <type_traits>
#include <vector>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/plan/search/jobs.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

// What a program writes and sends as bytes.
static_assert(std::is_trivially_copyable_v<found_point>);

using space_policy = constant;
using space_setting = basic_setting<double, space_policy>;
using space_cluster = basic_cluster<double, space_policy>;

// DeepSeek-V3 in two formats of its cache, on accelerators of two sizes, under six loads.
struct small_space {
  space_cluster small =
      make_cluster(with_efficiency(catalog::h100_sxm, constant{.mfu = 0.5, .bandwidth = 0.8}), 1);
  space_cluster large =
      make_cluster(with_efficiency(catalog::h200_sxm, constant{.mfu = 0.5, .bandwidth = 0.8}), 1);
  model other = [] {
    model m = catalog::deepseek_v3;
    m.kv_cache = precision::fp8;
    return m;
  }();
  std::vector<workload> loads = [] {
    std::vector<workload> all;
    for (const double concurrency : {16.0, 256.0, 4096.0}) {
      for (const double chunk : {2048.0, 8192.0}) {
        workload w{.concurrency = concurrency, .input = 2048_tokens, .output = 512_tokens};
        w.chunk = tokens<>::from_value(chunk);
        all.push_back(w);
      }
    }
    return all;
  }();
  std::array<space_setting, 3> settings{space_setting{&small, &catalog::deepseek_v3, loads},
                                        space_setting{&large, &catalog::deepseek_v3, loads},
                                        space_setting{&large, &other, loads}};
  std::array<integer, 2> gpus{8, 12};
};

bool same(const found_point& a, const found_point& b) {
  return a.rank == b.rank && a.order == b.order && a.setting == b.setting && a.load == b.load &&
         a.layout == b.layout;
}
bool same(const found_points& a, const found_points& b) {
  return a.tried == b.tried && a.feasible == b.feasible && a.invalid == b.invalid &&
         a.rejected == b.rejected &&
         std::equal(a.best.begin(), a.best.end(), b.best.begin(), b.best.end(),
                    [](const found_point& x, const found_point& y) { return same(x, y); });
}

// Every point, priced as anybody prices one, in the documented order.
found_points by_pricing_each(const small_space& s, std::size_t top) {
  found_points all;
  integer order = 0;
  for (const integer n : s.gpus) {
    for_each_layout(n, catalog::deepseek_v3, [&](const layout& l) {
      for (std::size_t k = 0; k < s.settings.size(); ++k) {
        space_cluster c = *s.settings[k].cluster;
        c.gpus = n;
        for (std::size_t i = 0; i < s.loads.size(); ++i, ++order) {
          const auto e = estimate(c, *s.settings[k].model, l, s.loads[i]);
          if (!e.feasibility.feasible()) {
            all.reject(e.feasibility, 1);
            continue;
          }
          ++all.tried;
          ++all.feasible;
          const double tokens = -e.serving.output_tokens_per_s_per_gpu.value();
          all.best.push_back({{tokens, tokens, e.serving.tpot.value(), e.serving.ttft.value(),
                               e.memory.total().value()},
                              order,
                              static_cast<integer>(k),
                              static_cast<integer>(i),
                              l});
        }
      }
    });
  }
  std::stable_sort(all.best.begin(), all.best.end(),
                   [](const found_point& a, const found_point& b) { return a.rank < b.rank; });
  all.best.resize(std::min(all.best.size(), top));
  return all;
}

template <class Keeper>
found_points found_in(const small_space& s, Keeper keep, search_part part = {}) {
  return search_space(std::span<const space_setting>(s.settings), s.gpus, search_terms<>{}, keep,
                      part);
}

TEST_CASE("a search over settings and loads finds what pricing every point finds") {
  const small_space s;
  const found_points expected = by_pricing_each(s, 40);
  REQUIRE(expected.feasible > 100);
  CHECK(same(found_in(s, best_points(40)), expected));
}

TEST_CASE("of equal ranks the earlier point is kept, whenever it is offered") {
  best_points keep(2);
  const search_rank rank{1.0};
  for (const integer order : {7, 5}) keep.keep({rank, order});
  CHECK(keep.wants(rank, 6));
  CHECK_FALSE(keep.wants(rank, 8));
  CHECK(keep.wants({0.5}, 8));
  CHECK_FALSE(keep.wants({1.5}, 0));
  keep.keep({rank, 6});
  const std::vector<found_point> kept = keep.take();
  REQUIRE(kept.size() == 2);
  CHECK(kept[0].order == 5);
  CHECK(kept[1].order == 6);
  CHECK_FALSE(best_points(0).wants(rank, 0));
}

TEST_CASE("parts of a search make the whole, in however many and in whatever order") {
  const small_space s;
  const found_points best = found_in(s, best_points(25));
  const found_points frontier = found_in(s, frontier_points{});
  REQUIRE(frontier.best.size() > 2);
  std::mt19937 random(5);
  for (const integer n : {1, 2, 7, 64}) {
    CAPTURE(n);
    std::vector<found_points> of_best;
    std::vector<found_points> of_frontier;
    for (integer i = 0; i < n; ++i) {
      of_best.push_back(found_in(s, best_points(25), {i, n}));
      of_frontier.push_back(found_in(s, frontier_points{}, {i, n}));
      CHECK(of_best.back().tried < best.tried + (n == 1 ? 1 : 0));
    }
    std::shuffle(of_best.begin(), of_best.end(), random);
    CHECK(same(merged(std::span<const found_points>(of_best), best_points(25)), best));
    CHECK(same(merged(std::span<const found_points>(of_frontier), frontier_points{}), frontier));
  }
}

TEST_CASE("jobs share a part out and find the same") {
  const small_space s;
  constexpr search_part part{1, 2};
  const found_points alone = found_in(s, best_points(25), part);
  for (const integer jobs : {1, 3}) {
    const std::vector<found_points> found = in_jobs(
        part, jobs, [&](search_part own, integer) { return found_in(s, best_points(25), own); });
    CHECK(same(merged(std::span<const found_points>(found), best_points(25)), alone));
  }
  static_assert(part.part(2, 3).index == 5 && part.part(2, 3).of == 6);
}

TEST_CASE("the frontier is that of all feasible points") {
  const small_space s;
  const std::vector<found_point> all = by_pricing_each(s, 1'000'000).best;
  const found_points found = found_in(s, frontier_points{});
  const auto beaten = [&](const found_point& p) {
    return std::any_of(all.begin(), all.end(), [&p](const found_point& q) {
      return q.rank[1] <= p.rank[1] && q.rank[2] <= p.rank[2] &&
             (q.rank[1] < p.rank[1] || q.rank[2] < p.rank[2]);
    });
  };
  for (const found_point& p : found.best) CHECK_FALSE(beaten(p));
  for (const found_point& p : all) {
    const bool kept = std::any_of(found.best.begin(), found.best.end(), [&p](const found_point& q) {
      return q.rank[1] == p.rank[1] && q.rank[2] == p.rank[2];
    });
    CHECK(kept != beaten(p));
  }
}

// The shortest TTFT of those that take at most so many GPUs, each half as loaded on the second setting.
struct shortest_ttft {
  template <class Point>
  double operator()(const Point& p) const {
    return p.serving.ttft.value();
  }
};
struct at_most_12 {
  template <class Prepared>
  bool operator()(const Prepared& p, const workload& /*w*/) const {
    return p.layout.gpus() <= 12;
  }
};
struct halved {
  std::span<const workload> own;
  void operator()(integer setting, const layout& /*l*/, const space_cluster& /*c*/,
                  std::span<workload> loads) const {
    if (setting != 1) return;
    for (std::size_t i = 0; i < loads.size(); ++i) {
      loads[i].concurrency = own[i].concurrency / 2.0;
    }
  }
};

TEST_CASE("objective, constraint and deployment are the caller's") {
  const small_space s;
  const search_terms<shortest_ttft, at_most_12, halved> terms{{}, {}, {s.loads}};
  const std::span<const space_setting> settings(s.settings);
  const found_points found = search_space(settings, s.gpus, terms, best_points(200));
  REQUIRE_FALSE(found.best.empty());
  double last = 0.0;
  for (const found_point& p : found.best) {
    const auto c = candidate_of(settings, terms, p);
    CHECK(p.layout.gpus() <= 12);
    CHECK(c.estimate.serving.ttft.value() == p.rank[0]);
    CHECK(p.rank[0] >= last);
    last = p.rank[0];
    const double asked = s.loads[static_cast<std::size_t>(p.load)].concurrency;
    CHECK(c.estimate.serving.concurrency ==
          doctest::Approx(p.setting == 1 ? asked / 2.0 : asked).epsilon(1e-9));
  }
}

TEST_CASE("an input outside its range is named, and nothing is tried") {
  small_space s;
  s.loads[3].prefix_hit = 2.0;
  const found_points found = found_in(s, best_points(5));
  CHECK(found.tried == 0);
  REQUIRE(found.inputs.size() == 1);
  CHECK(found.inputs[0].field == field::prefix_hit);
}

}  // namespace

TEST_CASE("documented: a space of one setting, the figures of a point, and jobs") {
  const cluster c = make_cluster(catalog::h100_sxm, 4);
  const std::array<workload, 1> loads{
      workload{.concurrency = 16, .input = 2048_tokens, .output = 512_tokens}};
  const std::array<basic_setting<double, datasheet>, 1> settings{
      basic_setting<double, datasheet>{&c, &catalog::llama_3_1_8b, loads}};
  const std::span<const basic_setting<double, datasheet>> all(settings);
  const std::array<integer, 1> gpus{4};
  const search_terms<> terms;
  const found_points found = search_space(all, gpus, terms, best_points(1));
  CHECK(found.tried == 10);
  REQUIRE(found.best.size() == 1);
  CHECK(candidate_of(all, terms, found.best[0])
            .estimate.serving.output_tokens_per_s_per_gpu.value() ==
        doctest::Approx(1885.0).scale(0.0).epsilon(3e-4));
  found_points six;
  six.tried = 6;
  found_points four;
  four.tried = 4;
  const std::array<found_points, 2> parts{six, four};
  CHECK(merged(std::span<const found_points>(parts), best_points(1)).tried == 10);
  CHECK(in_jobs({}, 4, [](search_part, integer) { return found_points{}; }).size() == 4);
}
