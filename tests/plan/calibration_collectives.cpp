// SPDX-License-Identifier: BSL-1.0
#include "shardline/plan/calibration/collectives.hpp"

#include "calibration_cases.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"

using namespace shardline;
using namespace shardline::literals;
using namespace calibration_cases;

namespace {

using timed_cluster = basic_cluster<double, fitted>;

const timed_cluster start = make_cluster(with_fitted_kernels(catalog::h20), 64);

timed_cluster made_up() {
  timed_cluster c = start;
  collective_curve<>& curve = c.accelerator.efficiency.collectives;
  curve.launch = 7_us;
  curve.bulk_share = 0.7;
  curve.engine_barrier = 2.5_us;
  curve.one_shot_share = 0.3;
  curve.switch_start = 30_us;
  curve.switch_share = 0.6;
  curve.network_hop = 12_us;
  curve.network_share = 0.6;
  curve.exchange_share = 0.5;
  return c;
}

const truth in_a_domain{{"launch", 7.0}, {"bulk_share", 0.7}};
const truth of_the_engine{{"engine_barrier", 2.5}, {"one_shot_share", 0.3}};
const truth everywhere{{"launch", 7.0},         {"bulk_share", 0.7},    {"engine_barrier", 2.5},
                       {"one_shot_share", 0.3}, {"switch_start", 30.0}, {"switch_share", 0.6},
                       {"network_hop", 12.0},   {"network_share", 0.6}, {"exchange_share", 0.5}};

std::vector<collective_timing> timings_of(const std::vector<collective_kind>& kinds,
                                          const std::vector<integer>& sizes, double most = 1e9) {
  const timed_cluster c = made_up();
  std::vector<collective_timing> all;
  for (const collective_kind kind : kinds) {
    for (const integer n : sizes) {
      for (double m = 1024.0; m < most; m *= 2.0) {
        const collective<double> op{kind, {n, 1}, bytes<>::from_value(m)};
        all.push_back({op, 8, time_of(c, op)});
      }
    }
  }
  return all;
}

constexpr auto all_reduce = collective_kind::all_reduce;
constexpr auto all_gather = collective_kind::all_gather;
constexpr auto all_to_all = collective_kind::all_to_all;

}  // namespace

TEST_CASE("constants of collectives are found from exact timings, those that show in them") {
  const auto gathered = calibrate_collectives(start, timings_of({all_gather}, {2, 4, 8}));
  REQUIRE(gathered.fault == "");
  check_exact(gathered.curves.front(), in_a_domain);
  REQUIRE(gathered.curves.front().validated_mape.has_value());
  CHECK(*gathered.curves.front().validated_mape < 1e-6);

  const auto all = calibrate_collectives(
      start, timings_of({all_reduce, all_gather, all_to_all}, {2, 4, 8, 16, 32}));
  REQUIRE(all.fault == "");
  check_exact(all.curves.front(), everywhere);
  // The switch shows in one group alone, without which it is open.
  CHECK_FALSE(all.curves.front().validated_mape.has_value());
  CHECK(all.curves.front().not_validated ==
        "switch_start: not determined by these measurements; allowed: measurements that it changes "
        "on its own");
  CHECK(all.policy.source == provenance::transferred);  // collectives are a part of a step
}

TEST_CASE("timings of which one in five is three times too long fit the same constants") {
  const auto found = [](std::vector<collective_timing> timings, bool outliers) {
    disturbance d(4, outliers);
    for (collective_timing& t : timings) t.measured = seconds<>::from_value(d(t.measured.value()));
    return calibrate_collectives(start, timings);
  };
  const auto gathers = timings_of({all_gather}, {2, 4, 8});
  const auto reduces = timings_of({all_reduce}, {2, 4, 8}, 2e6);
  for (const auto& [timings, constants] :
       {std::pair{gathers, in_a_domain}, std::pair{reduces, of_the_engine}}) {
    const auto with = found(timings, true);
    const auto without = found(timings, false);
    REQUIRE(with.fault == "");
    REQUIRE(without.fault == "");
    check_robust(with.curves.front(), without.curves.front(), constants);
  }
}

TEST_CASE("short messages leave the share of the link open") {
  CHECK(calibrate_collectives(start, timings_of({all_gather}, {2, 4, 8}, 1e4), {"bulk_share"})
            .fault ==
        "collectives: bulk_share: not determined by these measurements; allowed: "
        "measurements that it changes on its own");
}

TEST_CASE("wrong timings are refused by field, value and what is allowed") {
  const auto fault = [](const collective_timing& t) {
    return calibrate_collectives(start, {t}).fault;
  };
  CHECK(calibrate_collectives(start, {}).fault == "timings: none; allowed: at least one");
  CHECK(fault({{all_reduce, {8, 1}, 1_MB}, 8, seconds<>{}}) ==
        "timings[0].measured [s]: 0; allowed: a positive number");
  CHECK(fault({{all_reduce, {8, 1}, {}}, 8, 5_us}) ==
        "timings[0].op.message [bytes]: 0; allowed: a positive number");
  CHECK(fault({{all_reduce, {1, 1}, 1_MB}, 8, 5_us}) ==
        "timings[0].op.group.size: 1; allowed: 2 or more ranks");
  CHECK(fault({{all_reduce, {8, 0}, 1_MB}, 8, 5_us}) ==
        "timings[0].op.group.stride: 0; allowed: a positive number");
  CHECK(fault({{all_reduce, {8, 1}, 1_MB}, 0, 5_us}) ==
        "timings[0].gpus_per_domain: 0; allowed: a positive number");
  CHECK(fault({{all_gather, {8, 1}, 1_MB}, 8, 5_us}) ==
        "collectives: measurements: 1; allowed: more than the 2 unknowns");
  const std::string unknown_name =
      calibrate_collectives(start, {{{all_gather, {8, 1}, 1_MB}, 8, 5_us}}, {"latency"}).fault;
  CHECK(unknown_name.starts_with("constant: latency; allowed: launch, hop, "));
}

TEST_CASE("documented: constants of collectives that can be fitted") {
  CHECK(constants_of(collective_curve<>{}).size() == 36);
}
