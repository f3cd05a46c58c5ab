// SPDX-License-Identifier: BSL-1.0
#include "../../bench/accuracy/study.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "../../bench/accuracy/constants.hpp"
#include "shardline/plan/calibration.hpp"

using namespace accuracy;

namespace {

// time = launch + size / share
struct line {
  double share = 1.0;
  shardline::seconds<> launch{};
  double unused = 3.0;
};

double time_on(const line& c, const double& size) { return c.launch.value() + size / c.share; }

constexpr double share_of_first = 0.5;
constexpr double share_of_second = 0.25;
constexpr double launch = 4e-6;

// Two curves that share a launch, six groups of rows each, without noise.
study<line, double> two_lines() {
  study<line, double> s{{"first", "second"}, {{}, {}}, {}, {}, &time_on};
  s.constants = {shared("share of first", &line::share, {0}, 0.8, 0.1, 1.0),
                 shared("share of second", &line::share, {1}, 0.8, 0.1, 1.0),
                 shared("launch", &line::launch, {0, 1}, 1.0, 0.0, 20.0)};
  for (int group = 0; group < 6; ++group) {
    for (int curve = 0; curve < 2; ++curve) {
      sample<double> row;
      row.curve = static_cast<std::size_t>(curve);
      row.op = 1e-6 * (1 + group);
      row.gpu = curve == 0 ? "a" : "b";
      row.group = std::to_string(group);
      row.table = "lines";
      row.line = s.names[row.curve];
      row.seen.measured = launch + row.op / (curve == 0 ? share_of_first : share_of_second);
      s.samples.push_back(row);
    }
  }
  return s;
}

}  // namespace

TEST_CASE("A fit finds the constants of all curves at once") {
  const auto s = two_lines();
  const auto found = fit(s, detail::first_numbers(s.samples.size()));
  CHECK(found.curves[0].share == doctest::Approx(share_of_first));
  CHECK(found.curves[1].share == doctest::Approx(share_of_second));
  CHECK(found.curves[1].launch.value() == doctest::Approx(launch));
  CHECK(found.determined.size() == 3);
}

TEST_CASE("A constant that no row shows stays where its search starts") {
  const auto s = two_lines();
  indices first;
  for (std::size_t i = 0; i < s.samples.size(); ++i) {
    if (s.samples[i].curve == 0) first.push_back(i);
  }
  const auto found = fit(s, first);
  CHECK(found.curves[0].share == doctest::Approx(share_of_first));
  CHECK(found.curves[1].share == 0.8);
  CHECK(found.determined == indices{0, 2});
}

TEST_CASE("A constant that ends at the edge of its range is the edge, without an error") {
  auto s = two_lines();
  s.constants[1].of.lowest = 0.251;  // 0.25 is out of reach
  const auto found = fit(s, detail::first_numbers(s.samples.size()));
  CHECK(found.curves[1].share == 0.251);
  CHECK(found.fit.deviations[1] == 0.0);
}

TEST_CASE("Rows that may not determine anything are scored all the same") {
  auto s = two_lines();
  for (auto& row : s.samples) {
    if (row.curve == 1) row.fitted = false;
  }
  validate(s, fit(s, detail::first_numbers(s.samples.size())));
  for (const auto& row : s.samples) {
    const double error = row.seen.validated / row.seen.measured - 1.0;
    CHECK((row.curve == 0) == (std::abs(error) < 1e-4));
  }
}

TEST_CASE("Groups stay together, in five folds or one each where they are few") {
  const auto s = two_lines();
  const indices fold = folds_of(s.samples);
  CHECK(std::set<std::size_t>(fold.begin(), fold.end()).size() == 6);
  for (std::size_t i = 0; i < fold.size(); i += 2) CHECK(fold[i] == fold[i + 1]);
  std::vector<sample<double>> many(100);
  for (std::size_t i = 0; i < many.size(); ++i) many[i].group = std::to_string(i / 2);
  const indices folds = folds_of(many);
  CHECK(std::set<std::size_t>(folds.begin(), folds.end()).size() == 5);
}

TEST_CASE("Of several forms of a kernel the one that fits best is taken") {
  auto s = two_lines();
  s.constants.erase(s.constants.begin() + 2);  // launches are no longer searched for
  const auto starts_after = [](double seconds_before) {
    return [=](line& c) { c.launch = shardline::seconds<>::from_value(seconds_before); };
  };
  s.forms = {starts_after(1e-6), starts_after(launch), starts_after(9e-6)};
  const auto found = fit(s, detail::first_numbers(s.samples.size()));
  CHECK(found.form == 1);
  CHECK(found.curves[0].share == doctest::Approx(share_of_first));
  CHECK(found.curves[1].launch.value() == launch);
}

TEST_CASE("A curve is written as its header has it, members as by default left out") {
  const std::vector<member<line>> members{
      {"share", &line::share}, {"launch", &line::launch}, {"unused", &line::unused}};
  const line c{0.25, shardline::seconds<>::from_value(4.0821e-6), 3.0};
  CHECK(initialiser("line", members, c) == "line{.share = 0.25, .launch = 4.082_us}");
}
