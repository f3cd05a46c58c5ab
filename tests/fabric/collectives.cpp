// SPDX-License-Identifier: BSL-1.0
#include "shardline/fabric/collectives.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "../laws/random_inputs.hpp"
#include "collective_cases.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr basic_link<> free_of_latency{450_GBps, {}};

constexpr cluster two_levels() noexcept {
  cluster c;
  c.gpus = 64;
  c.gpus_per_domain = 8;
  c.scale_up = {400_GBps, 1_us};
  c.network = {50_GBps, 5_us};
  return c;
}

seconds<> on(const cluster& c, collective_kind kind, rank_group group, bytes<> message) {
  return time_of(c, collective<double>{kind, group, message});
}

}  // namespace

TEST_CASE("a group fills domains: so many of its members in each, so many domains") {
  const auto lies = [](rank_group g, integer per_domain, integer local, integer domains) {
    const placement p = place(g, per_domain);
    return p.local == local && p.domains == domains;
  };
  CHECK(lies({8, 1}, 8, 8, 1));
  CHECK(lies({8, 8}, 8, 1, 8));
  CHECK(lies({4, 2}, 8, 4, 1));
  CHECK(lies({8, 2}, 8, 4, 2));
  CHECK(lies({16, 1}, 8, 8, 2));
  CHECK(lies({6, 1}, 4, 4, 2));
  CHECK(lies({2, 16}, 8, 1, 2));
  CHECK(lies({1, 64}, 8, 1, 1));
  CHECK(lies({3, 1}, 1, 1, 3));
}

TEST_CASE("all-reduce of 1 GB over 8 ranks at 450 GB/s takes 3.889 ms without latency: the ring") {
  CHECK(all_reduce_time(free_of_latency, 8, 1_GB).value() == about(2.0 * 7.0 / 8.0 / 450.0));
  CHECK(all_reduce_time(free_of_latency, 8, 1_GB).value() ==
        doctest::Approx(3.889e-3).epsilon(1e-4));
}

TEST_CASE("all-reduce takes the fastest of ring, tree and one-shot") {
  const basic_link<> link{1_GBps, 1_us};
  // 16 ranks. Ring: 30 hops and 15/8 of the volume; tree: 8 hops and twice; one-shot: 1 hop, 15
  // times.
  const auto time = [&](bytes<> volume) { return all_reduce_time(link, 16, volume).value(); };
  CHECK(time(1_GB) == about(30e-6 + 1.875));
  CHECK(time(10_KB) == about(8e-6 + 2.0 * 10e-6));
  CHECK(time(100_B) == about(1e-6 + 15.0 * 0.1e-6));
  CHECK(all_reduce_time(link, 1, 1_GB) == 0_s);
  // 5 ranks make a tree of 3 levels.
  CHECK(all_reduce_time(link, 5, 3_KB).value() == about(6e-6 + 2.0 * 3e-6));
}

TEST_CASE("all-gather receives all but the own share") {
  CHECK(all_gather_time(free_of_latency, 8, 1_GB).value() == about(7.0 / 8.0 / 450.0));
  CHECK(all_gather_time({1_GBps, 1_us}, 4, 1_GB).value() == about(1e-6 + 0.75));
  CHECK(all_gather_time(free_of_latency, 1, 1_GB) == 0_s);
}

TEST_CASE("a broadcast goes down a tree and sends every byte once") {
  // 5 ranks make a tree of 3 levels.
  CHECK(broadcast_time({1_GBps, 1_us}, 5, 1_GB).value() == about(3e-6 + 1.0));
  CHECK(broadcast_time(free_of_latency, 1, 1_GB) == 0_s);
  CHECK(on(two_levels(), collective_kind::broadcast, {8, 1}, 1_GB).value() ==
        about(3e-6 + 1.0 / 400.0));
  // Across domains its shards do, an eighth each: scattered before, gathered after.
  CHECK(on(two_levels(), collective_kind::broadcast, {16, 1}, 1_GB).value() ==
        about(2.0 * (1e-6 + 0.875 / 400.0) + 5e-6 + 0.125 / 50.0));
}

TEST_CASE("inside a domain a collective uses its link, across domains the network") {
  const cluster c = two_levels();
  CHECK(on(c, collective_kind::all_reduce, {8, 1}, 1_GB).value() == about(14e-6 + 1.75 / 400.0));
  CHECK(on(c, collective_kind::reduce_scatter, {8, 1}, 1_GB).value() ==
        about(1e-6 + 0.875 / 400.0));
  CHECK(on(c, collective_kind::all_gather, {8, 8}, 1_GB).value() == about(5e-6 + 0.875 / 50.0));
  CHECK(on(c, collective_kind::send_recv, {2, 1}, 1_GB).value() == about(1e-6 + 1.0 / 400.0));
  CHECK(on(c, collective_kind::send_recv, {2, 8}, 1_GB).value() == about(5e-6 + 1.0 / 50.0));
}

TEST_CASE("all-reduce across domains: scatter inside, reduce the shards across, gather inside") {
  // 16 ranks in 2 domains: twice 7/8 GB inside; an eighth of the volume across 2 ranks, which send
  // each other half of it twice (or all of it once) after 2 (or 1) hops.
  const double inside = 2.0 * (1e-6 + 0.875 / 400.0);
  const double across = 5e-6 + 0.125 / 50.0;
  CHECK(on(two_levels(), collective_kind::all_reduce, {16, 1}, 1_GB).value() ==
        about(inside + across));
}

TEST_CASE("all-gather across domains: shards cross in parallel, then spread inside") {
  const double across = 5e-6 + 0.125 * 0.5 / 50.0;
  const double inside = 1e-6 + 0.875 / 400.0;
  CHECK(on(two_levels(), collective_kind::all_gather, {16, 1}, 1_GB).value() ==
        about(across + inside));
}

TEST_CASE("a flat algorithm is taken where the hierarchical one is slower") {
  cluster c = two_levels();
  c.scale_up.rate = 1_GBps;  // a domain slower than the network
  CHECK(on(c, collective_kind::all_gather, {16, 1}, 1_GB).value() ==
        about(5e-6 + 15.0 / 16.0 / 50.0));
}

TEST_CASE("all-to-all sends inside and outside its domain at the same time") {
  // 16 ranks: 7/16 of the volume stays in the domain, 8/16 leave it.
  const cluster c = two_levels();
  CHECK(on(c, collective_kind::all_to_all, {16, 1}, 1_GB).value() == about(5e-6 + 0.5 / 50.0));
  CHECK(on(c, collective_kind::all_to_all, {8, 1}, 1_GB).value() == about(1e-6 + 0.875 / 400.0));
  cluster slow_inside = c;
  slow_inside.scale_up.rate = 1_GBps;
  CHECK(on(slow_inside, collective_kind::all_to_all, {16, 1}, 1_GB).value() ==
        about(1e-6 + 7.0 / 16.0));
}

TEST_CASE("a link's share divides its rate and leaves its latency") {
  basic_cluster<double, constant> c;
  c.gpus_per_domain = 8;
  c.scale_up = {400_GBps, 1_us};
  c.accelerator.efficiency.link = 0.5;
  CHECK(time_of(c, collective<double>{collective_kind::all_gather, {8, 1}, 1_GB}).value() ==
        about(1e-6 + 0.875 / 200.0));
}

namespace {

struct drawn {
  cluster fabric = two_levels();
  collective<double> op{};
};

drawn draw(laws::dice& d) {
  constexpr std::array<integer, 6> domains{1, 2, 4, 8, 16, 72};
  drawn r;
  r.fabric.gpus_per_domain = d.one_of(domains);
  r.fabric.scale_up = laws::random_link(d);
  r.fabric.network = laws::random_link(d);
  r.op.kind = d.one_of(kinds);
  r.op.group = {d.whole(2, 40), d.whole(1, 9)};
  r.op.message = bytes<>::from_value(laws::log_between(d, 1.0, 1e10));
  return r;
}

// Bytes that must leave a rank whatever the algorithm, over the fastest link it can use.
double least_time(const drawn& r) {
  const double n = static_cast<double>(r.op.group.size);
  const double volume = r.op.message.value();
  const double part = volume * (n - 1.0) / n;
  const double near = r.fabric.scale_up.rate.value();
  const double far = r.fabric.network.rate.value();
  const placement p = place(r.op.group, r.fabric.gpus_per_domain);
  const double rate = p.domains == 1 ? near : (p.local == 1 ? far : std::max(near, far));
  switch (r.op.kind) {
    case collective_kind::all_reduce:
      return 2.0 * part / rate;
    case collective_kind::send_recv:
    case collective_kind::broadcast:
      return volume / rate;
    case collective_kind::all_to_all: {
      const double inside = static_cast<double>(p.local - 1) / n * volume / near;
      const double outside = (n - static_cast<double>(p.local)) / n * volume / far;
      return std::max(inside, outside);
    }
    default:
      return part / rate;
  }
}

}  // namespace

TEST_CASE("no collective is faster than the bytes that must leave a rank over its link's rate") {
  laws::dice d(81);
  for (int number = 0; number < 10000; ++number) {
    const drawn r = draw(d);
    CAPTURE(number);
    REQUIRE(time_of(r.fabric, r.op).value() >= least_time(r) * (1.0 - 1e-12));
  }
}

TEST_CASE("a larger message, a slower link or more latency never makes a collective faster") {
  laws::dice d(82);
  for (int number = 0; number < 5000; ++number) {
    const drawn before = draw(d);
    const double factor = laws::log_between(d, 1.0, 100.0);
    for (int change = 0; change < 5; ++change) {
      drawn after = before;
      switch (change) {
        case 0:
          after.op.message *= factor;
          break;
        case 1:
          after.fabric.scale_up.rate /= factor;
          break;
        case 2:
          after.fabric.network.rate /= factor;
          break;
        case 3:
          after.fabric.scale_up.latency += seconds<>::from_value(1e-6 * factor);
          break;
        default:
          after.fabric.network.latency += seconds<>::from_value(1e-6 * factor);
          break;
      }
      CAPTURE(number);
      CAPTURE(change);
      REQUIRE(time_of(after.fabric, after.op).value() >=
              time_of(before.fabric, before.op).value() * (1.0 - 1e-12));
    }
  }
}

TEST_CASE("documented: collectives among 8 ranks at 450 GB/s and 1 us") {
  const basic_link<> link{450_GBps, 1_us};
  const auto us = [](double seconds_taken) { return 1e6 * seconds_taken; };
  CHECK(us(all_gather_line(link, 8).time(8e6, 0.0)) ==
        doctest::Approx(16.56).scale(0.0).epsilon(3e-4));
  CHECK(us(broadcast_line(link, 8).time(9e6, 0.0)) ==
        doctest::Approx(23.0).scale(0.0).epsilon(1e-12));
  CHECK(1e3 * fastest(all_reduce_lines(basic_link<>{450_GBps, 0_s}, 8), 1e9) ==
        doctest::Approx(3.889).scale(0.0).epsilon(3e-5));
  cluster c;
  c.gpus = c.gpus_per_domain = 8;
  c.scale_up = link;
  CHECK(us(fastest(lines_of(c, collective_kind::all_reduce, {8, 1}, 1.0), 8e6)) ==
        doctest::Approx(41.56).scale(0.0).epsilon(2e-4));
}
