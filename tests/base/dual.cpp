// SPDX-License-Identifier: BSL-1.0
#include "shardline/base/dual.hpp"

#include <doctest/doctest.h>

#include "unit_dice.hpp"

#include <cmath>

using namespace shardline;

namespace {

using two = dual<2>;

// A formula with every operation, smooth where x and y are positive.
template <class T>
T everything(const T& x, const T& y) {
  T sum = x * y + x / (y + T(2.0)) - (-x) * T(0.5);
  sum += exp_nonpositive(-x * y);
  sum -= log_one_minus(x / (x + y)) * y;
  sum *= T(1.5);
  sum /= y + T(1.0);
  return sum;
}

// Value and both slopes by definition.
two two_inputs(double x, double y) { return everything(two::input(x, 0), two::input(y, 1)); }

}  // namespace

TEST_CASE("the documented example: x x at 3 is 9 with slope 6") {
  const dual<1> x = dual<1>::input(3.0, 0);
  CHECK((x * x).value == 9.0);
  CHECK((x * x).slope[0] == 6.0);
}

TEST_CASE("a number is a constant: slope 0") {
  const two c = 4.0;
  CHECK(c.value == 4.0);
  CHECK(c.slope[0] == 0.0);
  CHECK(c.slope[1] == 0.0);
  CHECK(two{}.value == 0.0);
}

TEST_CASE("the chain rule matches central differences") {
  unit_dice roll(11);
  for (int number = 0; number < 2000; ++number) {
    const double x = 0.1 + 3.0 * roll();
    const double y = 0.1 + 3.0 * roll();
    const double step = 1e-6;
    const two at = two_inputs(x, y);
    const double by_x = (everything(x + step, y) - everything(x - step, y)) / (2.0 * step);
    const double by_y = (everything(x, y + step) - everything(x, y - step)) / (2.0 * step);
    CAPTURE(x);
    CAPTURE(y);
    REQUIRE(at.value == everything(x, y));
    REQUIRE(at.slope[0] == doctest::Approx(by_x).epsilon(1e-6));
    REQUIRE(at.slope[1] == doctest::Approx(by_y).epsilon(1e-6));
  }
}

TEST_CASE("min and max take the slope of the one they take, and of the first at a tie") {
  const two low = two::input(1.0, 0);
  const two high = two::input(2.0, 1);
  CHECK(min(low, high).slope[0] == 1.0);
  CHECK(min(high, low).slope[0] == 1.0);
  CHECK(max(low, high).slope[1] == 1.0);
  CHECK(max(high, low).slope[1] == 1.0);
  const two a = two::input(5.0, 0);
  const two b = two::input(5.0, 1);
  CHECK(min(a, b).slope[0] == 1.0);
  CHECK(min(b, a).slope[1] == 1.0);
  CHECK(max(a, b).slope[0] == 1.0);
  CHECK(max(b, a).slope[1] == 1.0);
}

TEST_CASE("a rounded number does not move: slope 0") {
  const two x = round_up(two::input(2.5, 0));
  CHECK(x.value == 3.0);
  CHECK(x.slope[0] == 0.0);
}

TEST_CASE("comparisons are of values, and select takes all of one side") {
  const two a = two::input(1.0, 0);
  const two b = two::input(2.0, 1);
  CHECK(a < b);
  CHECK(b > a);
  CHECK(a <= b);
  CHECK(a <= two(1.0));
  CHECK(b >= a);
  CHECK_FALSE(b < a);
  CHECK(select(true, a, b).slope[0] == 1.0);
  CHECK(select(false, a, b).slope[1] == 1.0);
  CHECK(value_of(b) == 2.0);
  CHECK(is_finite(a));
  CHECK_FALSE(is_finite(a / two(0.0)));
}

static_assert(eager_scalar<two>, "a dual's sum is a dual");
static_assert((dual<1>::input(3.0, 0) * 2.0).slope[0] == 2.0, "derivatives at compile time");

TEST_CASE("exponentials and logarithms have the slopes of analysis") {
  const dual<1> x = dual<1>::input(1.5, 0);
  CHECK(exponential(x).value == exponential(1.5));
  CHECK(exponential(x).slope[0] == exponential(1.5));
  CHECK(natural_log(x).value == natural_log(1.5));
  CHECK(natural_log(x).slope[0] == doctest::Approx(1.0 / 1.5).epsilon(1e-15));
}

TEST_CASE("slopes of the documented numbers") {
  const dual<1> four = dual<1>::input(4.0, 0);
  CHECK(square_root(four).value == 2.0);
  CHECK(square_root(four).slope[0] == 0.25);
  CHECK(square_root(dual<1>::input(0.0, 0)).slope[0] == 0.0);
  CHECK(natural_log(four).slope[0] == 0.25);
  CHECK(is_finite(four));
  CHECK(log_one_minus(dual<1>::input(0.5, 0)).slope[0] == -2.0);
  const dual<1> zero = dual<1>::input(0.0, 0);
  CHECK(exp_nonpositive(zero).value == 1.0);
  CHECK(exp_nonpositive(zero).slope[0] == 1.0);
  CHECK(exponential(zero).value == 1.0);
  CHECK(exponential(zero).slope[0] == 1.0);
}
