// SPDX-License-Identifier: BSL-1.0
#include "shardline/policies/laws.hpp"

#include <doctest/doctest.h>

#include <type_traits>

#include "law_by_law.hpp"

using namespace shardline;
using namespace shardline::literals;
using law_by_law::relative_difference;

namespace {

struct own_policy : constant {};

static_assert(std::is_same_v<operator_laws<double, datasheet>, roof_laws<double>>);
static_assert(std::is_same_v<operator_laws<double, constant>, roof_laws<double>>);
static_assert(
    std::is_same_v<operator_laws<double, own_policy>, listed_laws<double, own_policy>>,
    "what is derived from a policy of shares may answer otherwise, so that it is asked each time");
static_assert(sends_by_laws<double, datasheet> && sends_by_laws<double, constant>);
static_assert(!sends_by_laws<double, own_policy>);

constexpr std::array<collective_kind, 6> kinds{
    collective_kind::all_reduce, collective_kind::all_gather, collective_kind::reduce_scatter,
    collective_kind::all_to_all, collective_kind::send_recv,  collective_kind::broadcast};

// As often as not inside a torus, as of a TPU.
laws::cluster random_fabric(laws::dice& d) {
  laws::cluster c = laws::random_cluster(d, layout{});
  if (!d.flip()) return c;
  for (integer& axis : c.accelerator.torus.axes) axis = d.whole(1, 8);
  c.gpus_per_domain = 64;
  return c;
}

// Compares the exchanges among the shapes that it is given with their operators.
template <class Efficiency>
struct exchanges_compared {
  const basic_cluster<double, Efficiency>& cluster;
  const rank_step<double>& step;
  routed_extents<double> routed{};
  int compared = 0;

  void operator()(const routing_shape& r) { routed = routed_of(r, step); }
  void operator()(const exchange_shape& o) {
    const message_law<double> of_bytes = law_of(cluster, collective_kind::all_to_all, o.group);
    const exchange_law<double> law = law_of(cluster, o, of_bytes);
    const collective<double> op = operator_of(o, step, routed);
    REQUIRE(relative_difference(law.time(op.tokens), time_of(cluster, op).value()) <= 1e-13);
    ++compared;
  }
  template <class Other>
  void operator()(const Other&) const {}
};

}  // namespace

TEST_CASE("the law of a collective gives its time, on links and in a torus") {
  laws::dice d(2103);
  for (int number = 0; number < 20000; ++number) {
    const laws::cluster c = random_fabric(d);
    const collective_kind kind = d.one_of(kinds);
    const rank_group group{d.whole(2, 144), d.flip() ? 1 : d.whole(2, 9)};
    const double message = d.whole(0, 9) == 0 ? 0.0 : laws::log_between(d, 1.0, 1e10);
    const collective<double> op{kind, group, bytes<>::from_value(message)};
    const double by_itself = time_of(c, op).value();
    CAPTURE(number);
    REQUIRE(relative_difference(law_of(c, kind, group).time(message), by_itself) <= 1e-13);
    REQUIRE((by_itself > 0.0) == (message > 0.0));
  }
}

TEST_CASE("the law of an exchange gives its time, whatever carries it") {
  laws::dice d(2104);
  int compared = 0;
  for (int number = 0; number < 2000; ++number) {
    const laws::placed p = laws::random_placed(d, 4, {});
    const laws::cluster c = laws::random_cluster(d, p.layout);
    const rank_step<double> own = rank_step_of(law_by_law::random_step(d), p.layout);
    CAPTURE(number);
    CAPTURE(laws::describe(p.layout));
    exchanges_compared<constant> sink{c, own};
    law_by_law::for_each_segment(model_context_under(c.runtime, p.model, p.layout), sink);
    compared += sink.compared;
  }
  CHECK(compared > 500);
}

TEST_CASE("the documented numbers of a law") {
  cluster c;
  c.gpus = c.gpus_per_domain = 8;
  c.scale_up = {450_GBps, 1_us};
  CHECK(law_of(c, collective_kind::all_reduce, rank_group{8, 1}).time(1e6) * 1e6 ==
        doctest::Approx(10.44).scale(0.0).epsilon(5e-4));
  CHECK(law_of(c, collective_kind::all_reduce, rank_group{8, 1}).time(0.0) == 0.0);
}
