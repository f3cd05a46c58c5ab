// SPDX-License-Identifier: BSL-1.0
// dual: one estimate with its exact derivatives. Compared with central differences of the estimate
// over doubles, and with what a derivative must be on paper.
#include "shardline/base/dual.hpp"

#include <doctest/doctest.h>

#include "random_inputs.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

using laws::deployed;
using laws::dice;

// Inputs that derivatives are taken by.
enum class by : std::size_t { memory_rate, peak, scale_up, network, latency, mfu, number };
constexpr auto inputs = static_cast<int>(by::number);
using scalar = dual<inputs>;

scalar variable(double value, by which) {
  return scalar::input(value, static_cast<std::size_t>(which));
}

// One peak for all precisions, so that a derivative by it is one number.
void flatten(laws::cluster& c) {
  const auto peak = c.accelerator.peak.bf16;
  c.accelerator.peak = {peak, peak, peak, peak, peak, peak, peak, peak};
}

basic_cluster<scalar, basic_constant<scalar>> lifted(const laws::cluster& c) {
  basic_cluster<scalar, basic_constant<scalar>> r;
  const auto peak =
      flop_rate<scalar>::from_value(variable(c.accelerator.peak.bf16.value(), by::peak));
  r.accelerator.peak = {peak, peak, peak, peak, peak, peak, peak, peak};
  r.accelerator.memory = cast<scalar>(c.accelerator.memory);
  r.accelerator.memory_rate =
      bandwidth<scalar>::from_value(variable(c.accelerator.memory_rate.value(), by::memory_rate));
  r.accelerator.efficiency = {
      variable(c.accelerator.efficiency.mfu, by::mfu), scalar(c.accelerator.efficiency.bandwidth),
      scalar(c.accelerator.efficiency.link), cast<scalar>(c.accelerator.efficiency.launch)};
  r.gpus = c.gpus;
  r.gpus_per_domain = c.gpus_per_domain;
  r.scale_up = {bandwidth<scalar>::from_value(variable(c.scale_up.rate.value(), by::scale_up)),
                seconds<scalar>::from_value(variable(c.scale_up.latency.value(), by::latency))};
  r.network = {bandwidth<scalar>::from_value(variable(c.network.rate.value(), by::network)),
               cast<scalar>(c.network.latency)};
  r.runtime = laws::over<scalar>(c.runtime);
  return r;
}

basic_workload<scalar> lifted(const workload& w) {
  basic_workload<scalar> r;
  r.concurrency = scalar(w.concurrency);
  r.input = cast<scalar>(w.input);
  r.output = cast<scalar>(w.output);
  if (w.chunk) r.chunk = cast<scalar>(*w.chunk);
  r.expert_imbalance = scalar(w.expert_imbalance);
  return r;
}

double value_of_input(const laws::cluster& c, by which) {
  switch (which) {
    case by::memory_rate:
      return c.accelerator.memory_rate.value();
    case by::peak:
      return c.accelerator.peak.bf16.value();
    case by::scale_up:
      return c.scale_up.rate.value();
    case by::network:
      return c.network.rate.value();
    case by::latency:
      return c.scale_up.latency.value();
    default:
      return c.accelerator.efficiency.mfu;
  }
}

void set_input(laws::cluster& c, by which, double x) {
  auto& a = c.accelerator;
  switch (which) {
    case by::memory_rate:
      a.memory_rate = bandwidth<>::from_value(x);
      break;
    case by::peak:
      a.peak.bf16 = flop_rate<>::from_value(x);
      flatten(c);
      break;
    case by::scale_up:
      c.scale_up.rate = bandwidth<>::from_value(x);
      break;
    case by::network:
      c.network.rate = bandwidth<>::from_value(x);
      break;
    case by::latency:
      c.scale_up.latency = seconds<>::from_value(x);
      break;
    default:
      a.efficiency.mfu = x;
      break;
  }
}

template <class T>
std::array<T, 5> figures_of(const basic_estimate<T>& e) {
  return {e.prefill.total().value(), e.decode.total().value(), e.serving.ttft.value(),
          e.serving.tpot.value(), e.serving.output_tokens_per_s.value()};
}

std::array<double, 5> figures_at(const deployed& r, by which, double x) {
  deployed at = r;
  set_input(at.cluster, which, x);
  return figures_of(estimate(at.cluster, at.model, at.layout, at.workload));
}

// Between the one-sided differences, which differ where a bound changes hands in between. The
// second slack is the rounding of a difference of nearly equal times.
bool matches(double slope, double below, double at, double above, double step, double scale) {
  const double left = (at - below) / step;
  const double right = (above - at) / step;
  const double slack = scale * 1e-4 + 1e-9 * at / step;
  const double low = left < right ? left : right;
  const double high = left < right ? right : left;
  return slope >= low - slack && slope <= high + slack;
}

}  // namespace

TEST_CASE("values of an estimate over duals are the estimate's, bit for bit") {
  dice d(31);
  for (int number = 0; number < 500; ++number) {
    deployed r = laws::random_deployment(d);
    flatten(r.cluster);
    const auto plain = figures_of(estimate(r.cluster, r.model, r.layout, r.workload));
    const auto e = estimate(lifted(r.cluster), r.model, r.layout, lifted(r.workload));
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    for (std::size_t i = 0; i < plain.size(); ++i) {
      CAPTURE(i);
      REQUIRE(figures_of(e)[i].value == plain[i]);
    }
    REQUIRE(e.memory.total().value().value ==
            memory(r.cluster, r.model, r.layout, r.workload).total().value());
  }
}

TEST_CASE("slopes of an estimate over duals match finite differences") {
  dice d(32);
  for (int number = 0; number < 400; ++number) {
    deployed r = laws::random_deployment(d);
    flatten(r.cluster);
    r.cluster.accelerator.efficiency.mfu = d.between(0.2, 0.9);
    r.cluster.scale_up.latency = 1_us;
    const auto e = figures_of(estimate(lifted(r.cluster), r.model, r.layout, lifted(r.workload)));
    for (int i = 0; i < inputs; ++i) {
      const auto which = static_cast<by>(i);
      const double x = value_of_input(r.cluster, which);
      const double step = x * 1e-6;
      const auto below = figures_at(r, which, x - step);
      const auto at = figures_at(r, which, x);
      const auto above = figures_at(r, which, x + step);
      for (std::size_t f = 0; f < at.size(); ++f) {
        const double slope = e[f].slope[static_cast<std::size_t>(i)];
        CAPTURE(number);
        CAPTURE(i);
        CAPTURE(f);
        CAPTURE(slope);
        CAPTURE((above[f] - below[f]) / (2.0 * step));
        CAPTURE(laws::describe(r));
        REQUIRE(matches(slope, below[f], at[f], above[f], step, std::fabs(slope)));
      }
    }
  }
}

TEST_CASE("times are homogeneous: rates and latencies together explain all of it (Euler)") {
  // f(t latency, rate / t) = t f: latency f_latency - sum of rate f_rate = f. Network latency and
  // launches are constants here, so they are set to zero.
  dice d(33);
  for (int number = 0; number < 500; ++number) {
    deployed r = laws::random_deployment(d);
    flatten(r.cluster);
    r.cluster.network.latency = {};
    r.cluster.accelerator.efficiency.launch = {};
    const auto c = lifted(r.cluster);
    for (const auto& t : {prefill(c, r.model, r.layout, lifted(r.workload)).total().value(),
                          decode(c, r.model, r.layout, lifted(r.workload)).total().value()}) {
      const auto part = [&](by which) {
        return t.slope[static_cast<std::size_t>(which)] * value_of_input(r.cluster, which);
      };
      CAPTURE(number);
      REQUIRE(part(by::latency) - part(by::memory_rate) - part(by::peak) - part(by::scale_up) -
                  part(by::network) ==
              doctest::Approx(t.value).epsilon(1e-9));
      // mfu and peak only occur as their product.
      REQUIRE(part(by::mfu) == doctest::Approx(part(by::peak)).epsilon(1e-9));
    }
  }
}

// A derivative at compile time, with the data sheet's efficiency. Decoding one sequence of a small
// dense model is bound by memory throughout: d t / d rate = -t / rate.
namespace {

using one = dual<1>;

constexpr basic_cluster<one> cluster_of(double rate) noexcept {
  basic_accelerator<one> a;
  a.peak.bf16 = flop_rate<one>::from_value(1e18);
  a.memory = bytes<one>::from_value(1e12);
  a.memory_rate = bandwidth<one>::from_value(one::input(rate, 0));
  return make_cluster(a, 1);
}

constexpr model small{
    .name = "small",
    .hidden_size = 64,
    .layers = {{2,
                {grouped_query_attention{.heads = 4, .kv_heads = 2, .head_dim = 16},
                 dense_feed_forward{.width = 128}}}}};

constexpr basic_cluster<one> cluster = cluster_of(1e12);
constexpr basic_estimate<one> result = estimate(cluster, small, layout{}, basic_workload<one>{});

constexpr one decode_time = result.decode.total().value();
static_assert(decode_time.value > 0.0);
static_assert(decode_time.slope[0] < 0.0, "more bandwidth, less time, at compile time");
static_assert(-decode_time.slope[0] * 1e12 > decode_time.value * (1.0 - 1e-12) &&
                  -decode_time.slope[0] * 1e12 < decode_time.value * (1.0 + 1e-12),
              "bound by memory: t = bytes / rate");
static_assert(result.feasibility.feasible());

}  // namespace

TEST_CASE("a derivative of an estimate is a compile-time constant") {
  CHECK(decode_time.slope[0] == doctest::Approx(-decode_time.value / 1e12));
}
