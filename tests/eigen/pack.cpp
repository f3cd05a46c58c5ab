// SPDX-License-Identifier: BSL-1.0
// pack: one estimate prices N cases. Every lane must be the estimate of that lane's case alone.
#include "shardline/eigen/pack.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "../laws/random_inputs.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

constexpr int width = 4;
using scalar = pack<width>;

static_assert(eager_scalar<scalar>, "a pack's sum is a pack, and no expression");
static_assert(!eager_scalar<Eigen::Array<double, width, 1>>, "an Eigen array's sum is a recipe");

scalar of_lanes(double a, double b, double c, double d) {
  return scalar(Eigen::Array<double, width, 1>(a, b, c, d));
}

template <class Case>
scalar lane_by_lane(const std::array<laws::deployed, width>& cases, Case value) {
  return of_lanes(value(cases[0]), value(cases[1]), value(cases[2]), value(cases[3]));
}

double share_of(const runtime& r) {
  return std::visit([](const auto& rule) { return rule.share; }, r.budget);
}

// The hardware of four cases in one cluster: one engine, with a share of its own in each.
basic_cluster<scalar, basic_constant<scalar>> together(
    const std::array<laws::deployed, width>& cases) {
  using one = laws::deployed;
  const auto lanes = [&](auto value) { return lane_by_lane(cases, value); };
  basic_cluster<scalar, basic_constant<scalar>> c;
  const auto peak = flop_rate<scalar>::from_value(
      lanes([](const one& r) { return r.cluster.accelerator.peak.bf16.value(); }));
  c.accelerator.peak = {peak, peak, peak, peak, peak, peak, peak, peak};
  c.accelerator.memory = bytes<scalar>::from_value(
      lanes([](const one& r) { return r.cluster.accelerator.memory.value(); }));
  c.accelerator.memory_rate = bandwidth<scalar>::from_value(
      lanes([](const one& r) { return r.cluster.accelerator.memory_rate.value(); }));
  c.accelerator.efficiency = {
      lanes([](const one& r) { return r.cluster.accelerator.efficiency.mfu; }),
      lanes([](const one& r) { return r.cluster.accelerator.efficiency.bandwidth; }),
      lanes([](const one& r) { return r.cluster.accelerator.efficiency.link; }),
      seconds<scalar>::from_value(
          lanes([](const one& r) { return r.cluster.accelerator.efficiency.launch.value(); }))};
  c.gpus = cases[0].cluster.gpus;
  c.gpus_per_domain = cases[0].cluster.gpus_per_domain;
  c.scale_up = {bandwidth<scalar>::from_value(
                    lanes([](const one& r) { return r.cluster.scale_up.rate.value(); })),
                seconds<scalar>::from_value(
                    lanes([](const one& r) { return r.cluster.scale_up.latency.value(); }))};
  c.network = {bandwidth<scalar>::from_value(
                   lanes([](const one& r) { return r.cluster.network.rate.value(); })),
               seconds<scalar>::from_value(
                   lanes([](const one& r) { return r.cluster.network.latency.value(); }))};
  c.runtime = laws::over<scalar>(cases[0].cluster.runtime);
  const scalar shares = lanes([](const one& r) { return share_of(r.cluster.runtime); });
  std::visit([&shares](auto& rule) { rule.share = shares; }, c.runtime.budget);
  return c;
}

// Their concurrencies; prompts alike, since lanes share the number of chunks.
basic_workload<scalar> loads(const std::array<laws::deployed, width>& cases) {
  const workload& first = cases[0].workload;
  basic_workload<scalar> w;
  w.concurrency =
      lane_by_lane(cases, [](const laws::deployed& r) { return r.workload.concurrency; });
  w.input = cast<scalar>(first.input);
  w.output = cast<scalar>(first.output);
  if (first.chunk) w.chunk = cast<scalar>(*first.chunk);
  w.expert_imbalance = scalar(first.expert_imbalance);
  return w;
}

// Four cases of one model and layout on different hardware at different loads.
std::array<laws::deployed, width> four_cases(laws::dice& d) {
  const laws::deployed first = laws::random_deployment(d);
  std::array<laws::deployed, width> cases{first, first, first, first};
  for (laws::deployed& r : cases) {
    const integer per_domain = r.cluster.gpus_per_domain;
    const auto runtime_of_all = first.cluster.runtime;
    r.cluster = laws::random_cluster(d, r.layout);
    r.cluster.gpus_per_domain = per_domain;
    r.cluster.runtime = runtime_of_all;
    const double share = d.between(0.5, 1.0);
    std::visit([share](auto& rule) { rule.share = share; }, r.cluster.runtime.budget);
    r.cluster.accelerator.memory = bytes<>::from_value(d.between(1e13, 1e14));
    const auto peak = r.cluster.accelerator.peak.bf16;
    r.cluster.accelerator.peak = {peak, peak, peak, peak, peak, peak, peak, peak};
    r.workload.concurrency = static_cast<double>(d.whole(1, 300));
  }
  return cases;
}

// The same with a memory that holds few of the sequences in some, at a rate in most, in a run that
// ends in some of the others, and with guesses.
std::array<laws::deployed, width> four_served(laws::dice& d) {
  std::array<laws::deployed, width> cases = four_cases(d);
  const integer draft = d.flip() ? 0 : d.whole(1, 4);
  const double step_sequences = cases[0].cluster.runtime.step_sequences;
  for (laws::deployed& r : cases) {
    workload& w = r.workload;
    w.prefix_hit = cases[0].workload.prefix_hit;
    w.speculation = {draft, d.unit(), seconds<>::from_value(d.flip() ? 0.0 : 1e-4)};
    r.cluster.runtime.reserved_output = d.flip() ? 1.0 : d.unit();
    r.cluster.runtime.receive_interval = 1.0 + 50.0 * (1.0 - r.cluster.runtime.reserved_output);
    r.cluster.runtime.step_sequences = step_sequences > 0.0 && d.flip() ? 0.0 : step_sequences;
    const auto held = memory(r.cluster, r.model, r.layout, w);
    if (d.flip()) {
      r.cluster.accelerator.memory = held.total() - held.withheld - held.kv_cache * d.unit();
    }
    const auto full = serving(r.cluster, r.model, r.layout, w);
    if (d.whole(0, 3) > 0) {
      w.rate = full.requests_per_s * laws::log_between(d, 1e-3, 1.5);
    } else if (d.flip()) {
      w.num_prompts = std::ceil(w.concurrency * d.between(0.5, 4.0));
    }
  }
  return cases;
}

template <class Case>
void set_served(const std::array<laws::deployed, width>& cases,
                basic_cluster<scalar, basic_constant<scalar>>& c, basic_workload<scalar>& w,
                Case lanes) {
  using one = laws::deployed;
  c.runtime.reserved_output = lanes([](const one& r) { return r.cluster.runtime.reserved_output; });
  c.runtime.receive_interval =
      lanes([](const one& r) { return r.cluster.runtime.receive_interval; });
  c.runtime.step_sequences = lanes([](const one& r) { return r.cluster.runtime.step_sequences; });
  w.rate =
      request_rate<scalar>::from_value(lanes([](const one& r) { return r.workload.rate.value(); }));
  w.num_prompts = lanes([](const one& r) { return r.workload.num_prompts; });
  w.speculation = {cases[0].workload.speculation.draft_tokens,
                   lanes([](const one& r) { return r.workload.speculation.acceptance; }),
                   seconds<scalar>::from_value(lanes(
                       [](const one& r) { return r.workload.speculation.draft_time.value(); }))};
}

template <class T>
std::array<T, 14> figures_of(const basic_serving<T>& s, const basic_bands<T>& bands) {
  return {s.concurrency,
          s.running,
          s.utilisation,
          s.requests_per_s.value(),
          s.waiting.value(),
          s.ttft.value(),
          s.tpot.value(),
          s.output_tokens_per_s.value(),
          s.output_tokens_per_s_per_gpu.value(),
          s.total_tokens_per_s_per_gpu.value(),
          bands.ttft.low.value(),
          bands.ttft.high.value(),
          bands.tpot.low.value(),
          bands.tpot.high.value()};
}

template <class T>
void compare(const std::array<scalar, 14>& packed, const std::array<T, 14>& alone, int lane) {
  CAPTURE(lane);
  for (std::size_t i = 0; i < alone.size(); ++i) {
    CAPTURE(i);
    REQUIRE(packed[i][lane] == alone[i]);
  }
}

// What each lane must be: memory, prefill, decode and serving of the case alone.
template <class T>
std::array<T, 10> figures_of(const basic_estimate<T>& e) {
  return {e.memory.total().value(),         e.memory.state.value(),
          e.memory.withheld.value(),        e.memory.kv_capacity.value(),
          e.prefill.total().value(),        e.decode.total().value(),
          e.decode[bound::compute].value(), e.serving.ttft.value(),
          e.serving.tpot.value(),           e.serving.output_tokens_per_s.value()};
}

}  // namespace

TEST_CASE("every lane of an estimate is the estimate of that lane's case, bit for bit") {
  laws::dice d(111);
  for (int number = 0; number < 300; ++number) {
    const std::array<laws::deployed, width> cases = four_cases(d);
    const auto packed =
        figures_of(estimate(together(cases), cases[0].model, cases[0].layout, loads(cases)));
    for (int lane = 0; lane < width; ++lane) {
      const laws::deployed& r = cases[static_cast<std::size_t>(lane)];
      const auto alone = figures_of(estimate(r.cluster, r.model, r.layout, r.workload));
      CAPTURE(number);
      CAPTURE(lane);
      CAPTURE(laws::describe(r));
      for (std::size_t i = 0; i < alone.size(); ++i) {
        CAPTURE(i);
        REQUIRE(packed[i][lane] == alone[i]);
      }
    }
  }
}

TEST_CASE("every lane has its own number in flight: at a rate, in a memory that holds few") {
  laws::dice d(112);
  int endless = 0;
  int short_of_memory = 0;
  for (int number = 0; number < 400; ++number) {
    const std::array<laws::deployed, width> cases = four_served(d);
    auto c = together(cases);
    auto w = loads(cases);
    set_served(cases, c, w, [&](auto value) { return lane_by_lane(cases, value); });
    const auto e = estimate(c, cases[0].model, cases[0].layout, w);
    const auto packed = figures_of(e.serving, e.bands);
    CAPTURE(number);
    for (int lane = 0; lane < width; ++lane) {
      const laws::deployed& r = cases[static_cast<std::size_t>(lane)];
      CAPTURE(laws::describe(r));
      const auto one = estimate(r.cluster, r.model, r.layout, r.workload);
      compare(packed, figures_of(one.serving, one.bands), lane);
      endless += one.serving.stable() ? 0 : 1;
      short_of_memory += one.memory.total() > one.memory.capacity ? 1 : 0;
    }
  }
  CHECK(endless > 50);
  CHECK(short_of_memory > 200);
}

TEST_CASE("every lane of two pools is the two pools of that lane's case") {
  laws::dice d(113);
  for (int number = 0; number < 100; ++number) {
    std::array<laws::deployed, width> cases = four_served(d);
    for (laws::deployed& r : cases) {
      r.workload.num_prompts = 0.0;
      r.workload.output = std::max(cases[0].workload.output, 2_tokens);
    }
    auto c = together(cases);
    auto w = loads(cases);
    set_served(cases, c, w, [&](auto value) { return lane_by_lane(cases, value); });
    using pool_type = basic_pool<scalar, basic_constant<scalar>>;
    const pool_type pool{c, cases[0].layout, 2};
    const auto found = disaggregate(pool, pool, cases[0].model, w);
    const auto packed = figures_of(found.serving, found.bands);
    CAPTURE(number);
    for (int lane = 0; lane < width; ++lane) {
      const laws::deployed& r = cases[static_cast<std::size_t>(lane)];
      CAPTURE(laws::describe(r));
      const basic_pool<double, constant> alone{r.cluster, r.layout, 2};
      const auto one = disaggregate(alone, alone, r.model, r.workload);
      compare(packed, figures_of(one.serving, one.bands), lane);
    }
  }
}

template <class T>
concept counts_what_fits = requires(basic_cluster<T> c, model m, layout l, basic_workload<T> w) {
  sequences_that_fit(c, m, l, w);
};
static_assert(counts_what_fits<double>);
static_assert(!counts_what_fits<scalar>, "one number would be that of a single lane");

TEST_CASE("operations are lane by lane") {
  const scalar a = of_lanes(1.0, -2.5, 3.0, 0.5);
  const scalar b = of_lanes(2.0, 2.0, -1.0, 0.5);
  const auto is = [](const scalar& x, double p, double q, double r, double s) {
    return x[0] == p && x[1] == q && x[2] == r && x[3] == s;
  };
  CHECK(is(a + b, 3.0, -0.5, 2.0, 1.0));
  CHECK(is(a - b, -1.0, -4.5, 4.0, 0.0));
  CHECK(is(a * b, 2.0, -5.0, -3.0, 0.25));
  CHECK(is(a / b, 0.5, -1.25, -3.0, 1.0));
  CHECK(is(-a, -1.0, 2.5, -3.0, -0.5));
  CHECK(is(min(a, b), 1.0, -2.5, -1.0, 0.5));
  CHECK(is(max(a, b), 2.0, 2.0, 3.0, 0.5));
  CHECK(is(select(a < b, a, b), 1.0, -2.5, -1.0, 0.5));
  CHECK(is(select(a >= b, a, b), 2.0, 2.0, 3.0, 0.5));
  CHECK(is(round_up(a), 1.0, -2.0, 3.0, 1.0));
  CHECK(value_of(a) == 1.0);
  scalar c = a;
  c += b;
  c *= scalar(2.0);
  CHECK(is(c, 6.0, -1.0, 4.0, 2.0));
}

TEST_CASE("exp and log of a lane are those of the scalar, bit for bit") {
  const scalar x = exp_nonpositive(of_lanes(0.0, -1.0, -30.5, -800.0));
  CHECK(x[1] == exp_nonpositive(-1.0));
  CHECK(x[2] == exp_nonpositive(-30.5));
  CHECK(x[3] == 0.0);
  const scalar y = log_one_minus(of_lanes(0.0, 0.25, 0.5, 0.999));
  CHECK(y[1] == log_one_minus(0.25));
  CHECK(y[3] == log_one_minus(0.999));
  const scalar e = exponential(of_lanes(0.0, 2.0, -3.5, 1.0));
  CHECK(e[1] == exponential(2.0));
  CHECK(e[2] == exponential(-3.5));
  const scalar l = natural_log(of_lanes(1.0, 0.3, 7.0, 1e9));
  CHECK(l[1] == natural_log(0.3));
  CHECK(l[3] == natural_log(1e9));
}

TEST_CASE("skewed routing of a lane is that of its tokens") {
  static constexpr std::array<double, 4> loads{5.0, 1.0, 2.0, 1.0};
  const auto group = [](const auto& tokens) {
    return basic_expert_group<std::remove_cvref_t<decltype(tokens)>>{4, 1, 2, tokens, 2};
  };
  const scalar tokens = of_lanes(3.0, 40.0, 500.0, 6000.0);
  const auto by_law = power_law_load(group(tokens), of_lanes(0.5, 1.0, 1.5, 2.0));
  const auto by_loads = observed_load(std::span<const double>(loads), group(tokens));
  for (int lane = 0; lane < 4; ++lane) {
    const double exponent = 0.5 * (lane + 1.0);
    CHECK(by_law.imbalance[lane] ==
          doctest::Approx(power_law_load(group(tokens[lane]), exponent).imbalance).epsilon(1e-12));
    CHECK(
        by_loads.distinct[lane] ==
        doctest::Approx(observed_load(std::span<const double>(loads), group(tokens[lane])).distinct)
            .epsilon(1e-12));
  }
}

TEST_CASE("a pack is finite if all its lanes are") {
  CHECK(is_finite(of_lanes(1.0, 2.0, 3.0, 4.0)));
  CHECK_FALSE(is_finite(of_lanes(1.0, 2.0, 3.0, 4.0) / of_lanes(1.0, 1.0, 0.0, 1.0)));
}

TEST_CASE("the documented lanes of a pack") {
  const scalar x = of_lanes(1.0, 2.0, 3.0, 4.0);
  CHECK(value_of(x) == 1.0);
  CHECK(largest_of(x) == 4.0);
  CHECK(min(x, scalar(2.0))[3] == 2.0);
  CHECK(max(x, scalar(2.0))[3] == 4.0);
  CHECK(select(x < scalar(2.0), scalar(1.0), scalar(4.0))[3] == 4.0);
  CHECK(round_up(scalar(2.5))[0] == 3.0);
  CHECK(square_root(x)[3] == 2.0);
  CHECK(exp_nonpositive(scalar(-1.0))[0] == 0.36787944117144233);
  CHECK(log_one_minus(scalar(0.5))[0] == -0.6931471805599453);
  CHECK(exponential(scalar(1.0))[0] == 2.718281828459045);
  CHECK(natural_log(scalar(10.0))[0] == 2.302585092994046);
}
