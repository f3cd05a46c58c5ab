// SPDX-License-Identifier: BSL-1.0
// Collectives, expert exchange and tori over packs: every lane is the case of that lane alone.
#include <doctest/doctest.h>

#include "../../fabric/collective_cases.hpp"
#include "../recorded_curves.hpp"
#include "fabrics.hpp"
#include "shardline/eigen/pack.hpp"
#include "shardline/fitted/fabric/expert_exchange.hpp"

using namespace shardline;
namespace curves = shardline::catalog::curves;

namespace {

using scalar = pack<4>;

scalar random_lanes(laws::dice& d, double low, double high) {
  scalar lanes;
  for (int i = 0; i < 4; ++i) lanes.lanes[i] = laws::log_between(d, low, high);
  return lanes;
}

fabrics::cluster lane_of(fabrics::cluster c, const scalar& link, const scalar& port, int lane) {
  c.scale_up.rate = bandwidth<>::from_value(link[lane]);
  c.network.rate = bandwidth<>::from_value(port[lane]);
  return c;
}

}  // namespace

TEST_CASE("every lane of a pack is that lane's collective") {
  laws::dice d(221);
  for (int number = 0; number < 3000; ++number) {
    const fabrics::cluster c = fabrics::random_cluster(d);
    const collective<double> op = fabrics::random_collective(d);
    const scalar link = random_lanes(d, 1e9, 1e12);
    const scalar port = random_lanes(d, 1e9, 1e12);
    scalar message = random_lanes(d, 1.0, 1e10);
    if (d.flip()) message.lanes[2] = 0.0;
    auto together = fabrics::lift<scalar>(c);
    together.scale_up.rate = bandwidth<scalar>::from_value(link);
    together.network.rate = bandwidth<scalar>::from_value(port);
    const auto all = bytes<scalar>::from_value(message);
    const scalar t = time_of(together, collective<scalar>{op.kind, op.group, all}).value();
    CAPTURE(number);
    for (int lane = 0; lane < 4; ++lane) {
      const auto one = bytes<>::from_value(message[lane]);
      const fabrics::cluster alone = lane_of(c, link, port, lane);
      REQUIRE(t[lane] == about(time_of(alone, collective<double>{op.kind, op.group, one}).value()));
    }
  }
}

TEST_CASE("every lane of a pack is that lane's exchange") {
  laws::dice d(222);
  const fabrics::cluster c = fabrics::h100(recorded::h100_nccl);
  for (int number = 0; number < 300; ++number) {
    routed_tokens<scalar> carried{.experts_per_token = d.whole(1, 20)};
    carried.hidden = d.whole(1, 9000);
    carried.experts = d.whole(1, 500);
    carried.destinations = 8 * d.whole(1, 9);
    const rank_group group{carried.destinations, 1};
    const scalar link = random_lanes(d, 1e9, 1e12);
    const scalar port = random_lanes(d, 1e9, 1e12);
    carried.sent = random_lanes(d, 0.1, 1e5);
    auto together = fabrics::lift<scalar>(c);
    together.scale_up.rate = bandwidth<scalar>::from_value(link);
    together.network.rate = bandwidth<scalar>::from_value(port);
    const auto check = [&](const auto& curve) {
      const scalar t =
          exchange_time(together, fabrics::lift<scalar>(curve), carried, group).value();
      for (int lane = 0; lane < 4; ++lane) {
        const fabrics::cluster alone = lane_of(c, link, port, lane);
        const routed_tokens<double> one{.sent = carried.sent[lane],
                                        .experts_per_token = carried.experts_per_token,
                                        .experts = carried.experts,
                                        .destinations = carried.destinations,
                                        .hidden = carried.hidden};
        REQUIRE(t[lane] == about(exchange_time(alone, curve, one, group).value()));
      }
    };
    check(curves::h100_throughput_combine);
    check(curves::h100_latency_dispatch);
  }
}

TEST_CASE("every lane of a pack is that lane's torus, and a dual has its slope") {
  laws::dice d(223);
  const torus_group group = lay({24, 1}, {{4, 2, 3}, 1});
  const scalar rate = random_lanes(d, 1e9, 1e12);
  const scalar message = random_lanes(d, 1.0, 1e9);
  const basic_link<scalar> together{bandwidth<scalar>::from_value(rate), {}};
  for (const collective_kind kind : fabrics::kinds) {
    const scalar t = time_of(group, together, kind, bytes<scalar>::from_value(message)).value();
    for (int lane = 0; lane < 4; ++lane) {
      const basic_link<> alone{bandwidth<>::from_value(rate[lane]), {}};
      const auto one = bytes<>::from_value(message[lane]);
      CHECK(t[lane] == about(time_of(group, alone, kind, one).value()));
    }
  }
  const basic_link<dual<1>> link{bandwidth<dual<1>>::from_value(dual<1>(2.0)), {}};
  const auto volume = bytes<dual<1>>::from_value(dual<1>::input(8.0, 0));
  CHECK(time_of(group, link, collective_kind::send_recv, volume).value().slope[0] == 0.5);
}
