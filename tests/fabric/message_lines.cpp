// SPDX-License-Identifier: BSL-1.0
#include "shardline/fabric/message_lines.hpp"

#include <doctest/doctest.h>

#include "../laws/random_inputs.hpp"

using namespace shardline;

namespace {

using line = message_line<double>;

constexpr message_lines<double> of(const line& a, const line& b) noexcept {
  message_lines<double> lines;
  lines.push_back(a);
  lines.push_back(b);
  return lines;
}

// Half of the lines have no root, half no floor.
line random_line(laws::dice& d) {
  line l;
  l.start = laws::log_between(d, 1e-7, 1e-4);
  l.each = laws::log_between(d, 1e-13, 1e-9);
  if (d.flip()) l.root = laws::log_between(d, 1e-10, 1e-7);
  if (d.flip()) {
    l.floor_start = laws::log_between(d, 1e-7, 1e-3);
    l.floor_each = laws::log_between(d, 1e-13, 1e-9);
  }
  return l;
}

// A ring of few bytes a second and a tree of a late start: they cross at 100 bytes.
constexpr line early{.start = 1.0, .each = 0.05};
constexpr line late{.start = 5.0, .each = 0.01};
static_assert(fastest(of(early, late), 50.0) == 3.5);
static_assert(fastest(of(early, late), 100.0) == 6.0);
static_assert(fastest(of(early, late), 200.0) == 7.0);
static_assert(fastest(only(late), 50.0) == 5.5);

}  // namespace

TEST_CASE("a line has a start, a share of each byte and of their root, and a floor") {
  const line rooted{.start = 1.0, .each = 2.0, .root = 3.0};
  CHECK(rooted.time(16.0, 4.0) == 1.0 + 32.0 + 12.0);
  CHECK(any_root(only(rooted)));
  CHECK(fastest(only(rooted), 16.0) == 45.0);
  const line floored{.start = 1.0, .each = 1.0, .floor_start = 10.0, .floor_each = 0.5};
  CHECK_FALSE(any_root(of(floored, early)));
  CHECK(floored.time(4.0, 0.0) == 12.0);
  CHECK(floored.time(40.0, 0.0) == 41.0);
}

TEST_CASE("one way after another takes the sum of both, and units change what a message is") {
  laws::dice d(2105);
  for (int number = 0; number < 2000; ++number) {
    line a = random_line(d);
    line b = random_line(d);
    const double m = laws::log_between(d, 1.0, 1e9);
    const double units = laws::log_between(d, 1.0, 1e5);
    CAPTURE(number);
    REQUIRE(fastest(only(in_units_of(a, units)), m) ==
            doctest::Approx(fastest(only(a), m * units)).epsilon(1e-13).scale(0.0));
    a.floor_start = a.floor_each = b.floor_start = b.floor_each = 0.0;
    REQUIRE(fastest(only(a + b), m) ==
            doctest::Approx(fastest(only(a), m) + fastest(only(b), m)).epsilon(1e-13).scale(0.0));
  }
}

TEST_CASE("the fastest of several ways is one of them and none of the others is faster") {
  laws::dice d(2106);
  for (int number = 0; number < 5000; ++number) {
    message_lines<double> lines;
    const integer ways = d.whole(1, static_cast<integer>(max_message_lines));
    for (integer i = 0; i < ways; ++i) lines.push_back(random_line(d));
    const double m = laws::log_between(d, 1.0, 1e10);
    const double found = fastest(lines, m);
    bool is_one = false;
    CAPTURE(number);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const double own = fastest(only(lines[i]), m);
      REQUIRE(found <= own);
      is_one = is_one || found == own;
    }
    REQUIRE(is_one);
    REQUIRE(fastest(lines, m * 2.0) >= found);
  }
}

static_assert(in_units_of(line{.each = 2.0}, 4.0).each == 8.0);
static_assert(all_straight(only(late)) && !all_straight(only(line{.root = 3.0})));
static_assert(any_root(only(line{.root = 3.0})) && !any_root(only(late)));
static_assert(fastest_straight(of(early, late), 50.0) == 3.5 &&
              fastest_straight(of(early, late), 200.0) == 7.0);
