#include "shardline/fitted/torus.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "../laws/random_inputs.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr torus cube{{4, 4, 4}, {45_GBps, {}}};
static_assert(time_of(cube, collective_kind::all_reduce, 1_GB).value() > 7.2e-3);

doctest::Approx about(double x) { return doctest::Approx(x).epsilon(1e-12); }

torus rings(std::array<count, 3> axes) { return {axes, {45_GBps, 1.5_us}, 0.9, 5_us}; }

constexpr std::array<collective_kind, 6> kinds{
    collective_kind::all_reduce, collective_kind::all_gather, collective_kind::reduce_scatter,
    collective_kind::all_to_all, collective_kind::send_recv,  collective_kind::broadcast};

struct known {
  std::array<count, 3> axes;
  collective_kind kind;
  double message;
  double us;
};

// Figures of the Python model, which no figure was measured for.
const std::array figures{
    known{{4, 4, 4}, collective_kind::all_reduce, 1000000000, 8124.8518518518522},
    known{{16, 16, 1}, collective_kind::all_gather, 67108864, 441.63407407407408},
    known{{2, 4, 1}, collective_kind::reduce_scatter, 1048576, 17.051473251028806},
    known{{4, 8, 1}, collective_kind::all_to_all, 16777216, 428.25224691358022},
    known{{2, 2, 2}, collective_kind::all_to_all, 16777216, 216.62612345679011},
    known{{4, 4, 1}, collective_kind::send_recv, 1048576, 32.39076543209876},
};

}  // namespace

TEST_CASE("collectives on a torus take the times of the model in Python") {
  for (const known& k : figures) {
    CAPTURE(k.us);
    CHECK(1e6 * time_of(rings(k.axes), k.kind, bytes<>::from_value(k.message)).value() ==
          about(k.us));
  }
}

TEST_CASE("all-reduce of 1 GB on 4 x 4 x 4 at 45 GB/s takes 7.292 ms without latency") {
  CHECK(time_of(cube, collective_kind::all_reduce, 1_GB).value() ==
        about(2.0 * 63.0 / 64.0 / 6.0 / 45.0));
  CHECK(time_of(cube, collective_kind::all_reduce, 1_GB).value() ==
        doctest::Approx(7.292e-3).epsilon(1e-4));
}

TEST_CASE("a broadcast sends every byte once, shared out over all links") {
  CHECK(1e6 * time_of(rings({4, 8, 2}), collective_kind::broadcast, 1_GB).value() ==
        about(5.0 + 1.5 * 7.0 + 1e6 / (5.0 * 45.0 * 0.9)));
}

TEST_CASE("an axis of one is none, and an axis of two has one link") {
  const auto gathered = [](std::array<count, 3> axes) {
    return time_of(torus{axes, {1_GBps, {}}}, collective_kind::all_gather, 1_GB).value();
  };
  CHECK(gathered({4, 1, 1}) == about(0.75 / 2.0));
  CHECK(gathered({1, 4, 1}) == about(0.75 / 2.0));
  CHECK(gathered({1, 2, 1}) == about(0.5));
  CHECK(gathered({2, 2, 1}) == about(0.75 / 2.0));
  CHECK(gathered({1, 1, 1}) == 0.0);
  // Half of every message crosses the one link of the short axis; 3/8 would the ring of three.
  CHECK(time_of(torus{{3, 2, 1}, {1_GBps, {}}}, collective_kind::all_to_all, 1_GB).value() ==
        about(0.5));
}

TEST_CASE("a torus is never faster than its links, and work never takes less time") {
  laws::dice d(211);
  for (int number = 0; number < 10000; ++number) {
    torus t;
    for (count& axis : t.axes) axis = d.whole(1, 20);
    t.link = laws::random_link(d);
    t.share = d.between(0.1, 1.0);
    const collective_kind kind = d.one_of(kinds);
    const auto message = bytes<>::from_value(laws::log_between(d, 1.0, 1e10));
    if (t.size() == 1) continue;
    const double time = time_of(t, kind, message).value();
    const auto n = static_cast<double>(t.size());
    double links = 0.0;
    for (const count axis : t.axes) links += axis > 2 ? 2.0 : static_cast<double>(axis - 1);
    const bool whole = kind == collective_kind::send_recv || kind == collective_kind::broadcast;
    const double sent = (kind == collective_kind::all_reduce ? 2.0 : 1.0) * (n - 1.0) / n;
    const double used = kind == collective_kind::send_recv ? 1.0 : links;
    const double least = (whole ? 1.0 : sent) * message.value() / (used * t.link.rate.value());
    CAPTURE(number);
    REQUIRE(time >= least * (1.0 - 1e-12));
    REQUIRE(time_of(t, kind, message * 1.5).value() >= time);
    t.link.rate *= 2.0;
    REQUIRE(time_of(t, kind, message).value() <= time);
  }
  CHECK(time_of(cube, collective_kind::all_reduce, 0_B).value() == 0.0);
}
