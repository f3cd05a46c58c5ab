// SPDX-License-Identifier: BSL-1.0
#include "shardline/fabric/torus.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "../laws/random_inputs.hpp"
#include "collective_cases.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr basic_link<> of_45{45_GBps, {}};

// Rings along every axis.
constexpr torus_group rings(integer x, integer y = 1, integer z = 1) {
  return {{{{x, 1, true}, {y, 1, true}, {z, 1, true}}}};
}

static_assert(time_of(rings(4, 4, 4), of_45, collective_kind::all_reduce, 1_GB).value() > 7.2e-3);
static_assert(compact_block(8, {16, 16, 1}) == std::array<integer, 3>{4, 2, 1});
static_assert(compact_block(8, {4, 4, 4}) == std::array<integer, 3>{2, 2, 2});

struct known {
  torus_group group;
  collective_kind kind;
  double message;
  double us;
};

// Figures of a model in Python of rings at 40.5 GB/s, 1.5 us a hop; nothing was measured.
const std::array figures{
    known{rings(4, 4, 4), collective_kind::all_reduce, 1000000000, 8119.8518518518522},
    known{rings(16, 16), collective_kind::all_gather, 67108864, 436.63407407407408},
    known{rings(2, 4), collective_kind::reduce_scatter, 1048576, 12.051473251028806},
    known{rings(4, 8), collective_kind::all_to_all, 16777216, 423.25224691358022},
    known{rings(2, 2, 2), collective_kind::all_to_all, 16777216, 211.62612345679011},
};

bool same(const torus_axis& a, integer length, integer stride, bool closed) {
  return a.length == length && a.stride == stride && (length == 1 || a.closed == closed);
}

}  // namespace

TEST_CASE("collectives on rings take the times of the model in Python") {
  for (const known& k : figures) {
    CAPTURE(k.us);
    const basic_link<> link{40.5_GBps, 1.5_us};
    CHECK(1e6 * time_of(k.group, link, k.kind, bytes<>::from_value(k.message)).value() ==
          about(k.us));
  }
}

TEST_CASE("all-reduce of 1 GB on 4 x 4 x 4 at 45 GB/s takes 7.292 ms without latency") {
  const double time = time_of(rings(4, 4, 4), of_45, collective_kind::all_reduce, 1_GB).value();
  CHECK(time == about(2.0 * 63.0 / 64.0 / 6.0 / 45.0));
  CHECK(time * 1e3 == doctest::Approx(7.292).scale(0.0).epsilon(1e-4));
}

TEST_CASE("a broadcast sends every byte once, shared out over all links") {
  const basic_link<> link{45_GBps, 1.5_us};
  CHECK(1e6 * time_of(rings(4, 8, 2), link, collective_kind::broadcast, 1_GB).value() ==
        about(1.5 * 7.0 + 1e6 / (5.0 * 45.0)));
}

TEST_CASE("an axis of one is none, one of two has one link, and the end of a line too") {
  const auto gathered = [](const torus_group& g) {
    return time_of(g, basic_link<>{1_GBps, {}}, collective_kind::all_gather, 1_GB).value();
  };
  CHECK(gathered(rings(4)) == about(0.75 / 2.0));
  CHECK(gathered(rings(1, 4)) == about(0.75 / 2.0));
  CHECK(gathered(rings(1, 2)) == about(0.5));
  CHECK(gathered(rings(2, 2)) == about(0.75 / 2.0));
  CHECK(gathered(rings(1)) == 0.0);
  CHECK(gathered({{{{4, 1, false}, {}, {}}}}) == about(0.75));
  CHECK(gathered({{{{4, 2, true}, {}, {}}}}) == about(0.75));  // two groups share both ways
}

TEST_CASE("an all-to-all is bound by the middle of the axis that most of it crosses") {
  const auto exchanged = [](const torus_group& g) {
    return time_of(g, basic_link<>{1_GBps, {}}, collective_kind::all_to_all, 1_GB).value();
  };
  CHECK(exchanged(rings(3, 2)) == about(0.5));  // 3/8 the ring of three
  CHECK(exchanged(rings(8)) == about(1.0));
  CHECK(exchanged({{{{8, 1, false}, {}, {}}}}) == about(2.0));
  CHECK(exchanged({{{{8, 2, true}, {}, {}}}}) == about(2.0));
}

TEST_CASE("a group is a compact block of the torus, its neighbours a block of the others apart") {
  const torus_links pod{{16, 16, 1}, 16};
  const torus_group near = lay({8, 1}, pod);
  CHECK(same(near.axes[0], 4, 1, false));
  CHECK(same(near.axes[1], 2, 1, false));
  CHECK(same(near.axes[2], 1, 1, false));
  const torus_group apart = lay({8, 8}, pod);
  CHECK(same(apart.axes[0], 2, 4, false));
  CHECK(same(apart.axes[1], 4, 2, false));
  const torus_group far = lay({32, 8}, pod);  // all that is left: rings of every 4th and every 2nd
  CHECK(same(far.axes[0], 4, 4, true));
  CHECK(same(far.axes[1], 8, 2, true));
  const torus_group all = lay({256, 1}, pod);
  CHECK(same(all.axes[0], 16, 1, true));
  CHECK(same(all.axes[1], 16, 1, true));
  // Cubes of 4 x 4 x 4 close to rings in any number.
  const torus_group cube = lay({64, 1}, {{28, 20, 16}, 4});
  for (const torus_axis& a : cube.axes) CHECK(same(a, 4, 1, true));
}

TEST_CASE("any group has as many ranks on the torus as it has") {
  laws::dice d(210);
  for (int number = 0; number < 3000; ++number) {
    torus_links t{{d.whole(1, 30), d.whole(1, 30), d.whole(1, 30)}, d.whole(1, 16)};
    const rank_group g{d.whole(1, 300), d.whole(1, 40)};
    CAPTURE(number);
    REQUIRE(lay(g, t).size() == g.size);
  }
}

TEST_CASE("a torus is never faster than its links, and work never takes less time") {
  laws::dice d(211);
  for (int number = 0; number < 10000; ++number) {
    torus_links t;
    for (integer& axis : t.axes) axis = d.whole(1, 20);
    t.ring = d.whole(1, 4);
    const torus_group g = lay({d.whole(2, 200), d.whole(1, 8)}, t);
    basic_link<> link = laws::random_link(d);
    const collective_kind kind = d.one_of(kinds);
    const auto message = bytes<>::from_value(laws::log_between(d, 1.0, 1e10));
    const double time = time_of(g, link, kind, message).value();
    const auto n = static_cast<double>(g.size());
    double links = 0.0;
    for (const torus_axis& a : g.axes) links += a.length > 1 ? 2.0 : 0.0;
    const bool whole = kind == collective_kind::send_recv || kind == collective_kind::broadcast;
    const double sent = (kind == collective_kind::all_reduce ? 2.0 : 1.0) * (n - 1.0) / n;
    const double used = kind == collective_kind::send_recv ? 1.0 : links;
    const double least = (whole ? 1.0 : sent) * message.value() / (used * link.rate.value());
    CAPTURE(number);
    REQUIRE(time >= least * (1.0 - 1e-12));
    REQUIRE(time_of(g, link, kind, message * 1.5).value() >= time);
    link.rate *= 2.0;
    REQUIRE(time_of(g, link, kind, message).value() <= time);
  }
}

namespace {

template <class Efficiency>
double seconds_on(const basic_cluster<double, Efficiency>& c, collective_kind kind,
                  rank_group group, bytes<> message) {
  return time_of(c, collective<double>{kind, group, message}).value();
}

}  // namespace

TEST_CASE("collectives of a TPU run over its links, four of a v5e that share 200 GB/s") {
  const cluster c = make_cluster(catalog::tpu_v5e, 256);
  // 8 chips are 4 x 2 without rings: two links each at the corners, 4 hops to the farthest.
  CHECK(seconds_on(c, collective_kind::all_gather, {8, 1}, 1_GB) ==
        about(4e-6 + 0.875 / (2.0 * 50.0)));
  CHECK(seconds_on(c, collective_kind::all_reduce, {256, 1}, 1_GB) ==
        about(2.0 * 16e-6 + 2.0 * 255.0 / 256.0 / 200.0));
  CHECK(seconds_on(c, collective_kind::send_recv, {2, 8}, 1_GB) == about(2e-6 + 2.0 / 50.0));
  // Of an all-to-all over two pods half stays: the ring of 16 carries 16/8 of it.
  const double inside = 16e-6 + 0.5 * 2.0 / 50.0;
  const double across = 5e-6 + 0.5 / 3.125;
  CHECK(seconds_on(c, collective_kind::all_to_all, {512, 1}, 1_GB) ==
        about(std::max(inside, across)));
}

TEST_CASE("a torus is slower than a switch of the same rate, hops aside, by every policy") {
  laws::dice d(212);
  for (int number = 0; number < 2000; ++number) {
    accelerator on_torus =
        d.flip() ? catalog::tpu_v5p : (d.flip() ? catalog::trainium2 : catalog::tpu_v6e);
    on_torus.scale_up.latency = {};
    accelerator switched = on_torus;
    switched.torus = {};
    const integer gpus = d.whole(2, on_torus.domain < 256 ? on_torus.domain : 256);
    const rank_group g{gpus, 1};
    const collective_kind kind = d.one_of(kinds);
    const auto message = bytes<>::from_value(laws::log_between(d, 1e8, 1e10));
    CAPTURE(number);
    CAPTURE(gpus);
    REQUIRE(seconds_on(make_cluster(on_torus, gpus), kind, g, message) >=
            seconds_on(make_cluster(switched, gpus), kind, g, message) * (1.0 - 1e-12));
    const auto fitted_torus = make_cluster(with_fitted(on_torus), gpus);
    REQUIRE(seconds_on(fitted_torus, kind, g, message) >=
            seconds_on(make_cluster(on_torus, gpus), kind, g, message));
  }
}

static_assert(1e3 * line_of(rings(4, 4, 4), of_45, collective_kind::all_reduce).time(1e9, 0.0) >
                  7.2916 &&
              1e3 * line_of(rings(4, 4, 4), of_45, collective_kind::all_reduce).time(1e9, 0.0) <
                  7.2917);
