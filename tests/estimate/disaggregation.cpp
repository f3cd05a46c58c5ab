// SPDX-License-Identifier: BSL-1.0
// Two pools: each alone as the other estimators have it, both together by Little's law.
#include "shardline/estimate/disaggregation.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "shardline/base/dual.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/time/prefill.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr layout tp(integer n) noexcept { return {{n, 1, 1}, {n, 1, 1}}; }

constexpr model llama = catalog::llama_3_1_70b;

basic_pool<> pool(integer tensor, integer instances) {
  return {make_cluster(catalog::h200_sxm, tensor), tp(tensor), instances};
}

workload load(double concurrency) {
  workload w;
  w.concurrency = concurrency;
  w.input = 4000_tokens;
  w.output = 401_tokens;
  return w;
}

double in_flight(const basic_serving<>& s, const workload& w) {
  return s.requests_per_s.value() * (s.ttft.value() + (w.output.value() - 1.0) * s.tpot.value());
}

}  // namespace

TEST_CASE("one request: its prompt on one pool, its cache's way, its tokens on the other") {
  const auto p = pool(4, 1);
  const auto d = pool(8, 1);
  const workload w = load(1);
  const disaggregated found = disaggregate(p, d, llama, w);
  REQUIRE(found.feasible());
  const double prompt = prefill(p.cluster, llama, p.layout, w).total().value();
  CHECK(found.serving.tpot.value() ==
        doctest::Approx(decode(d.cluster, llama, d.layout, w).total().value()).epsilon(1e-9));
  CHECK(found.serving.ttft.value() ==
        doctest::Approx(prompt + found.transfer.value()).epsilon(0.01).scale(0.0));
  CHECK(found.serving.ttft.value() >= prompt + found.transfer.value());
}

TEST_CASE("the cache goes from each rank that has it to each that keeps it") {
  // Llama-3.1-70B keeps 327,680 bytes a token, 40,960 of them on each of 8 ranks. From 8 to 8 each
  // rank sends its own; from 4 each sends two ranks'; from 16 the receiving port is the limit.
  const auto to = pool(8, 1);
  const workload w = load(1);
  const auto& network = to.cluster.network;
  const double own = 4000.0 * 40960.0 / network.rate.value();
  const double latency = network.latency.value();
  CHECK(transfer_time(pool(8, 1), to, llama, w).value() == doctest::Approx(latency + own));
  CHECK(transfer_time(pool(4, 1), to, llama, w).value() == doctest::Approx(latency + 2.0 * own));
  CHECK(transfer_time(pool(16, 1), to, llama, w).value() == doctest::Approx(latency + own));
}

TEST_CASE("bands are about what they belong to, and none where nothing is known") {
  const auto a = with_fitted(catalog::h200_sxm);
  const basic_pool<double, fitted> p{make_cluster(a, 4), tp(4), 1};
  const basic_pool<double, fitted> d{make_cluster(a, 8), tp(8), 1};
  const workload w = load(64);
  const disaggregated found = disaggregate(p, d, llama, w);
  REQUIRE(found.feasible());
  const auto about = [](const band& b, const seconds<>& time) {
    CHECK(b.low < time);
    CHECK(time < b.high);
    CHECK(b.low > time * 0.5);
    CHECK(b.high < time * 2.5);
  };
  about(found.bands.ttft, found.serving.ttft);
  about(found.bands.tpot, found.serving.tpot);
  about(found.bands.prefill, prefill(p.cluster, llama, p.layout, w).total());
  const basic_residuals<> r = residuals_of<double>(a.efficiency);
  const seconds<> computing = found.serving.ttft - found.serving.waiting - found.transfer;
  CHECK(found.bands.ttft.low.value() ==
        doctest::Approx(
            (found.serving.waiting * r.queue.low + found.transfer * r.collectives.low).value() +
            found.bands.prefill.low.value())
            .epsilon(1e-9));
  about(found.bands.prefill, computing);
  const disaggregated bare = disaggregate(pool(4, 1), pool(8, 1), llama, w);
  CHECK(bare.bands.ttft.low == bare.bands.ttft.high);
  CHECK(bare.bands.tpot.low == bare.serving.tpot);
  CHECK(bare.bands.decode.high == bare.bands.decode.low);
}

TEST_CASE("two pools are as sure as the less sure of them") {
  const basic_pool<double, fitted> h100{make_cluster(with_fitted(catalog::h100_sxm), 8), tp(8), 1};
  const basic_pool<double, fitted> h20{make_cluster(with_fitted(catalog::h20), 8), tp(8), 1};
  CHECK(disaggregate(h100, h100, llama, load(64)).source == provenance::measured);
  CHECK(disaggregate(h100, h20, llama, load(64)).source == provenance::transferred);
  CHECK(disaggregate(h20, h100, llama, load(64)).source == provenance::transferred);
}

TEST_CASE("Little's law holds with two pools, and neither serves more than it can") {
  for (const integer prefill_instances : {1, 3}) {
    for (const integer decode_instances : {1, 2}) {
      for (const double c : {1.0, 2.0, 13.0, 64.0, 300.0, 5000.0}) {
        const workload w = load(c);
        const disaggregated found =
            disaggregate(pool(4, prefill_instances), pool(8, decode_instances), llama, w);
        CAPTURE(prefill_instances);
        CAPTURE(decode_instances);
        CAPTURE(c);
        REQUIRE(found.prefill.priceable());
        CHECK(in_flight(found.serving, w) == doctest::Approx(c).epsilon(1e-6));
        CHECK(found.serving.requests_per_s <= found.prefill_rate);
        CHECK(found.serving.requests_per_s <= found.decode_rate);
        CHECK(found.serving.utilisation <= 1.0);
        CHECK(found.serving.waiting <= found.serving.ttft);
      }
    }
  }
}

TEST_CASE("prefill instances serve in proportion; a slow pool is what limits") {
  const workload w = load(5000);
  const disaggregated one = disaggregate(pool(4, 1), pool(8, 1), llama, w);
  const disaggregated two = disaggregate(pool(4, 2), pool(8, 1), llama, w);
  CHECK(two.prefill_rate.value() == doctest::Approx(2.0 * one.prefill_rate.value()));
  CHECK(two.decode_rate == one.decode_rate);
  CHECK(one.serving.requests_per_s.value() ==
        doctest::Approx(one.prefill_rate.value()).epsilon(0.01));
}

TEST_CASE("at a rate: few find idle pools; too many are refused by name, and wait for ever") {
  workload w = load(64);
  w.rate = request_rate<>::from_value(1e-5);
  const disaggregated idle = disaggregate(pool(4, 1), pool(8, 1), llama, w);
  const disaggregated alone = disaggregate(pool(4, 1), pool(8, 1), llama, load(1));
  CHECK(idle.serving.ttft.value() ==
        doctest::Approx(alone.serving.ttft.value()).epsilon(0.01).scale(0.0));
  CHECK(idle.serving.utilisation < 1e-4);
  w.rate = idle.prefill_rate * 2.0;
  const disaggregated over = disaggregate(pool(4, 1), pool(8, 1), llama, w);
  CHECK_FALSE(over.feasible());
  CHECK(over.prefill.violations[0].rule == rule::rate);
  CHECK(over.serving.utilisation == doctest::Approx(2.0));
  for (const double endless :
       {over.serving.ttft.value(), over.serving.waiting.value(), over.serving.concurrency,
        over.bands.ttft.low.value(), over.bands.ttft.high.value()}) {
    CHECK(endless == std::numeric_limits<double>::infinity());
  }
  CHECK(std::isfinite(over.serving.tpot.value()));
  CHECK(std::isfinite(over.bands.tpot.high.value()));
  CHECK(over.serving.output_tokens_per_s.value() ==
        doctest::Approx(over.serving.requests_per_s.value() * w.output.value()));
  CHECK(over.serving.requests_per_s.value() ==
        doctest::Approx(idle.prefill_rate.value()).epsilon(1e-9));
}

TEST_CASE("what cannot be priced is refused in its own pool") {
  workload w = load(8);
  w.output = 1_tokens;
  const disaggregated one_token = disaggregate(pool(4, 1), pool(8, 1), llama, w);
  REQUIRE(one_token.decode.invalid.size() == 1);
  CHECK(one_token.decode.invalid[0].field == field::output);
  w = load(8);
  w.num_prompts = 80.0;
  const disaggregated run = disaggregate(pool(4, 1), pool(8, 1), llama, w);
  REQUIRE(run.decode.invalid.size() == 1);
  CHECK(run.decode.invalid[0].field == field::num_prompts);
  const disaggregated odd = disaggregate(pool(4, 1), pool(3, 1), llama, load(8));
  CHECK(odd.prefill.feasible());
  CHECK_FALSE(odd.decode.feasible());
}

TEST_CASE("slopes pass through: more bandwidth, shorter tokens") {
  using slope = dual<1>;
  basic_pool<slope> p;
  p.cluster.accelerator.peak.bf16 = cast<slope>(catalog::h200_sxm.peak.bf16);
  p.cluster.accelerator.memory = cast<slope>(catalog::h200_sxm.memory);
  p.cluster.accelerator.memory_rate = cast<slope>(catalog::h200_sxm.memory_rate);
  p.cluster.gpus = p.cluster.gpus_per_domain = 4;
  p.cluster.scale_up = {cast<slope>(catalog::h200_sxm.scale_up.rate), {}};
  p.cluster.network = {cast<slope>(catalog::h200_sxm.network.rate), {}};
  p.layout = tp(4);
  basic_pool<slope> d = p;
  d.cluster.accelerator.memory_rate =
      bandwidth<slope>::from_value(slope::input(catalog::h200_sxm.memory_rate.value(), 0));
  basic_workload<slope> w;
  w.concurrency = slope(32.0);
  w.input = tokens<slope>::from_value(slope(1000.0));
  w.output = tokens<slope>::from_value(slope(200.0));
  const auto tpot_at = [&](double factor) {
    auto faster = d;
    const slope rate = d.cluster.accelerator.memory_rate.value() * slope(factor);
    faster.cluster.accelerator.memory_rate = bandwidth<slope>::from_value(rate);
    return disaggregate(p, faster, llama, w).serving.tpot.value();
  };
  const double step = 1e-4;
  const double rate = catalog::h200_sxm.memory_rate.value();
  const double difference =
      (tpot_at(1.0 + step).value - tpot_at(1.0 - step).value) / (2.0 * step * rate);
  CHECK(tpot_at(1.0).slope[0] == doctest::Approx(difference).epsilon(0.02).scale(0.0));
  CHECK(difference < 0.0);
}
