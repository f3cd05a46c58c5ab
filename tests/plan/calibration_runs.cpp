// SPDX-License-Identifier: BSL-1.0
#include "shardline/plan/calibration/runs.hpp"

#include <limits>

#include "calibration_cases.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/vllm.hpp"

using namespace shardline;
using namespace shardline::literals;
using namespace calibration_cases;

namespace {

measured_run run_of(const accelerator& a, const model& m, integer tp, double concurrency,
                    double input) {
  measured_run r;
  r.cluster = make_cluster(a, tp);
  r.model = m;
  r.layout = to_layout(vllm{.tp = tp});
  r.workload.concurrency = concurrency;
  r.workload.input = tokens<>::from_value(input);
  r.workload.output = 256_tokens;
  return r;
}

// Runs as a deployment under this policy would show them.
template <class Policy>
std::vector<measured_run> runs_under(const Policy& policy, const accelerator& a,
                                     const std::vector<integer>& degrees) {
  std::vector<measured_run> runs;
  for (const model& m : {catalog::llama_3_1_8b, catalog::llama_3_1_70b}) {
    for (const integer tp : degrees) {
      for (const double concurrency : {1.0, 16.0, 64.0, 256.0}) {
        for (const double input : {512.0, 4096.0}) {
          measured_run r = run_of(a, m, tp, concurrency, input);
          const auto c = make_cluster(with_efficiency(a, policy), tp);
          const auto s = serving(c, r.model, r.layout, r.workload);
          r.ttft = s.ttft;
          r.tpot = s.tpot;
          runs.push_back(r);
        }
      }
    }
  }
  return runs;
}

std::vector<measured_run> disturbed(std::vector<measured_run> runs, bool outliers) {
  disturbance d(5, outliers);
  for (measured_run& r : runs) {
    r.ttft = seconds<>::from_value(d(r.ttft->value()));
    r.tpot = seconds<>::from_value(d(r.tpot->value()));
  }
  return runs;
}

constexpr constant guessed{.mfu = 0.6, .bandwidth = 0.8, .link = 0.8, .launch = 2_us};
constexpr constant shares{.mfu = 0.42, .bandwidth = 0.7, .link = 0.55, .launch = 8_us};
const std::vector<std::string> all_shares{"mfu", "bandwidth", "link", "launch"};
const truth of_shares{{"mfu", 0.42}, {"bandwidth", 0.7}, {"link", 0.55}, {"launch", 8.0}};

// The catalog's policy of an accelerator, with another host and a lower clock.
fitted slowed(const accelerator& a) {
  fitted f = with_fitted(a).efficiency;
  f.host.step = 1500_us;
  f.host.sequence = 12_us;
  for (gemm_curve<>& c : f.gemm.of) c.compute *= 0.8;
  for (prefill_curve<>& c : f.prefill.of) c.compute *= 0.8;
  for (decode_curve<>& c : f.decode.of) c.compute *= 0.8;
  return f;
}
const std::vector<std::string> of_a_step{"step", "sequence", "sustained"};
const truth of_slowed{{"step", 1500.0}, {"sequence", 12.0}, {"sustained", 0.8}};

}  // namespace

TEST_CASE("the shares of constant are found from exact runs") {
  const auto runs = runs_under(shares, catalog::h100_sxm, {1, 4, 8});
  const auto found = calibrate_runs(guessed, runs, all_shares);
  REQUIRE(found.fault == "");
  check_exact(found.curves.front(), of_shares);
  CHECK(found.policy.mfu == doctest::Approx(0.42).epsilon(1e-6));
  CHECK(found.policy.launch.value() == doctest::Approx(8e-6).epsilon(1e-6));
  CHECK(*found.curves.front().validated_mape < 1e-6);
  CHECK(found.curves.front().timings.size() == 2 * runs.size());

  // Two of them where no more is asked for.
  constant two = guessed;
  two.mfu = 0.3;
  two.bandwidth = 0.9;
  const auto both = calibrate_runs(guessed, runs_under(two, catalog::h100_sxm, {1, 4}));
  REQUIRE(both.fault == "");
  check_exact(both.curves.front(), {{"mfu", 0.3}, {"bandwidth", 0.9}});
}

TEST_CASE("host and clock of fitted are found from exact runs on accelerators never measured") {
  for (const accelerator& a : {catalog::h20, catalog::mi325x}) {
    CAPTURE(a.name.view());
    const fitted start = with_fitted(a).efficiency;
    REQUIRE(start.source == provenance::transferred);
    const auto found = calibrate_runs(start, runs_under(slowed(a), a, {1, 4}), of_a_step);
    REQUIRE(found.fault == "");
    check_exact(found.curves.front(), of_slowed);
    CHECK(found.policy.source == provenance::measured);
    const auto c = make_cluster(with_efficiency(a, found.policy), 4);
    const measured_run r = run_of(a, catalog::llama_3_1_8b, 4, 8.0, 1000.0);
    CHECK(estimate(c, r.model, r.layout, r.workload).source == provenance::measured);
  }
}

TEST_CASE("times of which one in five is three times too long fit the same constants") {
  const auto runs = runs_under(shares, catalog::h100_sxm, {1, 4, 8});
  const auto with = calibrate_runs(guessed, disturbed(runs, true), all_shares);
  const auto without = calibrate_runs(guessed, disturbed(runs, false), all_shares);
  REQUIRE(with.fault == "");
  REQUIRE(without.fault == "");
  check_robust(with.curves.front(), without.curves.front(), of_shares);

  const accelerator& a = catalog::gb200;
  const fitted start = with_fitted(a).efficiency;
  const auto hosted = runs_under(slowed(a), a, {1, 4});
  const auto bad = calibrate_runs(start, disturbed(hosted, true), of_a_step);
  const auto good = calibrate_runs(start, disturbed(hosted, false), of_a_step);
  REQUIRE(bad.fault == "");
  REQUIRE(good.fault == "");
  check_robust(bad.curves.front(), good.curves.front(), of_slowed);
}

TEST_CASE("runs on one GPU leave the share of the link open") {
  const auto runs = runs_under(shares, catalog::h100_sxm, {1});
  CHECK(calibrate_runs(guessed, runs, {"mfu", "bandwidth", "link"}).fault ==
        "whole runs: link: not determined by these measurements; allowed: measurements that it "
        "changes on its own");
}

TEST_CASE("wrong runs are refused by field, value and what is allowed") {
  measured_run good = run_of(catalog::h100_sxm, catalog::llama_3_1_8b, 1, 8.0, 512.0);
  good.tpot = 10_ms;
  const auto fault = [&](const measured_run& r) {
    return calibrate_runs(guessed, {good, r}).fault;
  };
  CHECK(calibrate_runs(guessed, {}).fault == "runs: none; allowed: at least one");
  CHECK(calibrate_runs(guessed, {good}).fault ==
        "whole runs: measurements: 1; allowed: more than the 2 unknowns");
  CHECK(calibrate_runs(guessed, {good}, {"step"}).fault ==
        "constant: step; allowed: mfu, bandwidth, link, launch");
  measured_run r = good;
  r.tpot.reset();
  CHECK(fault(r) == "runs[1].ttft, tpot: neither; allowed: one or both");
  r.ttft = seconds<>::from_value(std::numeric_limits<double>::quiet_NaN());
  CHECK(fault(r) == "runs[1].ttft [s]: nan; allowed: a positive number");
  r = good;
  r.tpot = seconds<>{};
  CHECK(fault(r) == "runs[1].tpot [s]: 0; allowed: a positive number");
  r = good;
  r.workload.concurrency = -3.0;
  CHECK(fault(r) ==
        "runs[1].workload.concurrency: -3; allowed: a whole number from 1 to 1000000000");
  r = good;
  r.workload.output = 1_tokens;
  CHECK(fault(r) == "runs[1].tpot: of 1 output token; allowed: that of 2 or more");
  r = good;
  r.layout.pp = 64;
  CHECK(fault(r) == "runs[1].layout: cannot be priced; allowed: one that check() finds priceable");
}

TEST_CASE("documented: constants that whole runs can determine") {
  CHECK(constants_of(constant{}).size() == 4);
  CHECK(usual_constants(constant{}) == std::vector<std::string>{"mfu", "bandwidth"});
  CHECK(usual_constants(constant{}).size() == 2);
  CHECK(constants_of(fitted{}).size() == 10);
  CHECK(usual_constants(fitted{}) == std::vector<std::string>{"step", "sustained"});
}
