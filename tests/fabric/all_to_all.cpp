// SPDX-License-Identifier: BSL-1.0
#include "shardline/fabric/all_to_all.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "../laws/random_inputs.hpp"
#include "collective_cases.hpp"
#include "recorded.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr std::array<expert_exchange, 4> ways{
    expert_exchange::pairwise, expert_exchange::hierarchical, expert_exchange::low_latency,
    expert_exchange::fastest};

// What tokens of so many values make of `ranks` ranks in domains of 8.
collective<double> carrying(expert_exchange by, double tokens, integer k, integer ranks,
                            double value_bytes) {
  const routed_tokens<double> x{.by = by,
                                .sent = tokens,
                                .experts_per_token = k,
                                .experts = 4 * ranks,
                                .destinations = ranks,
                                .hidden = 1000,
                                .value_bytes = value_bytes};
  return {collective_kind::all_to_all, {ranks, 1}, x.copied(expected_destinations(k, ranks)), x};
}

cluster two_levels(bandwidth<> near, bandwidth<> far) {
  cluster c;
  c.gpus = 64;
  c.gpus_per_domain = 8;
  c.scale_up.rate = near;
  c.network.rate = far;
  return c;
}

}  // namespace

TEST_CASE("1000 tokens on 16 ranks in 2 domains: pairwise 96.9 us, low-latency 100, staged 75") {
  const cluster c = two_levels(100_GBps, 10_GBps);
  const auto us = [&c](expert_exchange by) {
    return 1e6 * time_of(c, carrying(by, 1000.0, 2, 16, 1.0)).value();
  };
  CHECK(us(expert_exchange::pairwise) == about(96.875));
  CHECK(us(expert_exchange::low_latency) == about(100.0));
  CHECK(us(expert_exchange::hierarchical) == about(75.0));
  CHECK(us(expert_exchange::fastest) == about(75.0));
}

TEST_CASE("a slow domain is what passing tokens on waits for") {
  const cluster c = two_levels(5_GBps, 10_GBps);
  // 1.9375 copies of 1 MB, of which 7/8 go to others of the domain.
  CHECK(1e6 * time_of(c, carrying(expert_exchange::hierarchical, 1000.0, 2, 16, 1.0)).value() ==
        about(1.9375e6 * 0.875 / 5e9 * 1e6));
}

TEST_CASE("each way has a name") {
  CHECK(name(expert_exchange::pairwise) == "pairwise");
  CHECK(name(expert_exchange::hierarchical) == "hierarchical");
  CHECK(name(expert_exchange::low_latency) == "low-latency");
  CHECK(name(expert_exchange::fastest) == "fastest");
}

namespace {

template <class Efficiency>
double on(const basic_cluster<double, Efficiency>& c, const collective<double>& op) {
  return time_of(c, op).value();
}

// By any policy: the fastest is that of the others, more never takes less, and bytes take time.
template <class Efficiency>
void check_laws(basic_cluster<double, Efficiency> c, std::uint64_t seed) {
  laws::dice d(seed);
  for (int number = 0; number < 2000; ++number) {
    c.scale_up.rate = bandwidth<>::from_value(laws::log_between(d, 1e9, 1e12));
    c.network.rate = bandwidth<>::from_value(laws::log_between(d, 1e9, 1e12));
    const double tokens = laws::log_between(d, 1.0, 1e5);
    const integer k = d.whole(1, 10);
    const integer ranks = 8 * d.whole(1, 8);
    double least = 1e300;
    CAPTURE(number);
    for (const expert_exchange by : ways) {
      const double bf16 = on(c, carrying(by, tokens, k, ranks, 2.0));
      const double fp8 = on(c, carrying(by, tokens, k, ranks, wire_bytes(precision::fp8)));
      if (by == expert_exchange::fastest) {
        REQUIRE(bf16 == least);
      }
      least = std::min(least, bf16);
      REQUIRE(fp8 <= bf16 * (1.0 + 1e-12));
      REQUIRE(on(c, carrying(by, 2.0 * tokens, k, ranks, 2.0)) >= bf16 * (1.0 - 1e-12));
      REQUIRE(on(c, carrying(by, tokens, k + 1, ranks, 2.0)) >= bf16 * (1.0 - 1e-12));
      // One copy of every token that has an expert in another domain must go there.
      const double domains = static_cast<double>(ranks) / 8.0;
      const double open = std::min(domains, 4.0);
      const double leaving = expected_destinations(k, static_cast<integer>(open)) / open;
      const double bytes_out = tokens * 2000.0 * leaving * (domains - 1.0) / domains;
      REQUIRE(bf16 >= bytes_out / c.network.rate.value() * (1.0 - 1e-12));
    }
  }
}

}  // namespace

TEST_CASE("exchanges: the fastest is one of them, more tokens or bytes never take less time") {
  check_laws(make_cluster(catalog::h100_sxm, 64), 231);
  check_laws(make_cluster(with_efficiency(catalog::h100_sxm, constant{.link = 0.7}), 64), 232);
  check_laws(make_cluster(with_fitted(catalog::h100_sxm), 64), 233);
  check_laws(make_cluster(with_fitted(catalog::mi300x), 64), 234);
}

TEST_CASE("few tokens go fastest to each expert at once, many once to each domain") {
  const auto c = make_cluster(with_fitted(catalog::h100_sxm), 64);
  const auto us = [&c](expert_exchange by, double tokens) {
    return 1e6 * on(c, carrying(by, tokens, 8, 32, 2.0));
  };
  CHECK(us(expert_exchange::low_latency, 16.0) < us(expert_exchange::hierarchical, 16.0));
  CHECK(us(expert_exchange::low_latency, 4096.0) > us(expert_exchange::hierarchical, 4096.0));
}

namespace {

constexpr mixture_of_experts sixteen{.experts = 16, .experts_per_token = 4, .width = 8};

std::vector<collective<double>> exchanged(const expert_execution& how, const layout& l) {
  const model m = recording::sixteen_wide();
  model_context e{m, l};
  e.experts = how;
  return recording::feeding_of(sixteen, e, decode_step(64.0, 0.0, 1.0)).collectives;
}

}  // namespace

TEST_CASE("tokens and results travel in the precisions that the engine states, each its own") {
  const layout sent{{1, 1, 4}, {1, 4, 1}};
  layout gathered = sent;
  gathered.dispatch = expert_dispatch::all_gather;
  const expert_execution narrow{.dispatch = precision::fp8};
  for (const layout& l : {sent, gathered}) {
    const auto wide = exchanged({}, l);
    const auto mixed = exchanged(narrow, l);
    REQUIRE(wide.size() == 2);
    REQUIRE(mixed.size() == 2);
    CHECK(mixed[0].message.value() == about(wide[0].message.value() * 1.03125 / 2.0));
    CHECK(mixed[1].message == wide[1].message);
  }
  const auto combined = exchanged({.combine = precision::fp32}, sent);
  CHECK(combined[0].message == exchanged({}, sent)[0].message);
  CHECK(combined[1].message.value() == about(2.0 * combined[0].message.value()));
}

TEST_CASE("an exchange knows its tokens, experts and which way it goes") {
  const layout l{{1, 1, 4}, {1, 4, 1}, 1, expert_dispatch::all_to_all, {}, 4};
  const auto ops = exchanged({.exchange = expert_exchange::fastest}, l);
  REQUIRE(ops.size() == 2);
  CHECK_FALSE(ops[0].tokens.results);
  CHECK(ops[1].tokens.results);
  for (const collective<double>& op : ops) {
    CHECK(op.tokens.by == expert_exchange::fastest);
    CHECK(op.tokens.busiest(1.0) == 16.0);
    CHECK(op.tokens.experts == 20);
    CHECK(op.tokens.experts_per_token == 4);
    CHECK(op.tokens.destinations == 4);
    CHECK(op.tokens.hidden == 16);
  }
}

TEST_CASE("documented: ways of 1000 tokens on 16 ranks in 2 domains, and copies of a token") {
  const cluster c = two_levels(100_GBps, 10_GBps);
  const auto ways_by = [&c](expert_exchange by) {
    const collective<double> op = carrying(by, 1000.0, 2, 16, 1.0);
    return 1e6 * fastest(ways_of(c, op.group, op.tokens, 1.0), op.tokens);
  };
  CHECK(ways_by(expert_exchange::pairwise) == doctest::Approx(96.9).scale(0.0).epsilon(3e-4));
  CHECK(ways_by(expert_exchange::low_latency) == doctest::Approx(100.0).scale(0.0).epsilon(1e-9));
  CHECK(ways_by(expert_exchange::fastest) == doctest::Approx(75.0).scale(0.0).epsilon(1e-9));
  const collective<double> sent = carrying(expert_exchange::pairwise, 1000.0, 2, 16, 1.0);
  const auto pairs = exchange_ways_of(c.scale_up, c.network, place(sent.group, 8), 16, sent.tokens);
  CHECK(1e6 * fastest(pairs, sent.tokens) == doctest::Approx(96.9).scale(0.0).epsilon(3e-4));
  routed_tokens<double> x;
  x.experts_per_token = 8;
  x.destinations = 64;
  CHECK(copies_of_token(x) == doctest::Approx(7.576).scale(0.0).epsilon(7e-5));
}
