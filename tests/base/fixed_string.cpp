// SPDX-License-Identifier: BSL-1.0
#include "shardline/base/fixed_string.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "shardline/io/text/units.hpp"

using namespace shardline;

namespace {

template <fixed_string Text>
constexpr std::string_view text_of_argument() {
  return Text.view();
}

static_assert(text_of_argument<"bytes per second">() == "bytes per second",
              "text is a template argument");
static_assert(fixed_string("tp") == fixed_string<2>(std::string_view("tp")),
              "made of a literal or of other text");
static_assert(text_line{}.add("tp: ").add(-3.0).view() == "tp: -3", "lines at compile time");
static_assert(text_line{}.add(1e-6).view() == "1e-06", "of numbers too");

std::string written(double x) { return std::string(text_line{}.add(x).view()); }

}  // namespace

TEST_CASE("numbers of at most 15 digits are written as in_full() writes them") {
  for (const double x : {0.0,    1.0,      -3.0,   1e6,       123456789.0, 999999999999999.0,
                         1e15,   4e15,     1e21,   -1e18,     0.5,         -0.5,
                         0.25,   1.5,      50.25,  0.1,       0.001,       1e-4,
                         12e-4,  0.000125, 1e-6,   1e-9,      1.5e-7,      2.5e22,
                         -1e-12, 1e300,    1e-300, 123456.75, 0.9999,      1.7e308}) {
    CAPTURE(x);
    CHECK(written(x) == in_full(x));
  }
}

TEST_CASE("what has more digits is rounded to 15") {
  CHECK(written(1.0 / 3.0) == "0.333333333333333");
  CHECK(written(2.0 / 3.0) == "0.666666666666667");
  CHECK(written(0.1 + 0.2) == "0.3");
  CHECK(written(1.0 + std::numeric_limits<double>::epsilon()) == "1");
  CHECK(written(99999999999999999.0) == "1e+17");
}

TEST_CASE("what is no number is said to be none") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  CHECK(written(infinity) == "inf");
  CHECK(written(-infinity) == "-inf");
  CHECK(written(std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("counts are written to both ends of 64 bits") {
  using limits = std::numeric_limits<integer>;
  CHECK(text_line{}.add((limits::max)()).view() == "9223372036854775807");
  CHECK(text_line{}.add((limits::min)()).view() == "-9223372036854775808");
  CHECK(text_line{}.add(integer{0}).view() == "0");
  CHECK(text_line{}.add(integer{1000}).view() == "1000");
}

TEST_CASE("a line holds 400 characters, and says so when one more comes") {
  text_line line;
  line.add(std::string(400, 'x'));
  CHECK_FALSE(line.overflowed);
  CHECK(line.length == 400);
  line.add('y');
  CHECK(line.overflowed);
  CHECK(line.view() == std::string(400, 'x'));
}
