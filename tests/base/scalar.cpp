// SPDX-License-Identifier: BSL-1.0
#include "shardline/base/scalar.hpp"

#include <doctest/doctest.h>

#include "unit_dice.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

using namespace shardline;

namespace {

double relative_error(double x, long double exact) {
  const long double error = (static_cast<long double>(x) - exact) / exact;
  return static_cast<double>(error < 0.0L ? -error : error);
}

}  // namespace

TEST_CASE("round_up is ceil, over whole numbers, halves and 17 orders of magnitude") {
  unit_dice roll(7);
  for (int number = 0; number < 20000; ++number) {
    const double size = std::exp2(62.0 * roll() - 3.0);
    const double x = (roll() - 0.5) * 2.0 * size;
    CAPTURE(x);
    REQUIRE(round_up(x) == std::ceil(x));
    REQUIRE(round_up(std::floor(x)) == std::floor(x));
  }
}

TEST_CASE("round_down is floor, and leaves no zero with a sign") {
  CHECK(round_down(2.9) == 2.0);
  CHECK(round_down(-2.1) == -3.0);
  CHECK(round_down(7.0) == 7.0);
  CHECK_FALSE(std::signbit(round_down(0.5)));
}

TEST_CASE("round_up at the edges: the documented numbers, zeros, huge numbers and NaN") {
  CHECK(round_up(2.1) == 3.0);
  CHECK(round_up(-2.1) == -2.0);
  CHECK(round_up(0.0) == 0.0);
  CHECK(round_up(-0.5) == 0.0);
  CHECK(round_up(4503599627370495.5) == 4503599627370496.0);
  CHECK(round_up(1e300) == 1e300);
  CHECK(round_up(-1e300) == -1e300);
  CHECK(round_up(std::numeric_limits<double>::infinity()) ==
        std::numeric_limits<double>::infinity());
  CHECK(std::isnan(round_up(std::numeric_limits<double>::quiet_NaN())));
}

TEST_CASE("exp_nonpositive is e^x to 1e-15, from -700 to the smallest steps below 0") {
  unit_dice roll(7);
  for (int number = 0; number < 50000; ++number) {
    const double x = number % 2 == 0 ? -700.0 * roll() : -std::exp2(-60.0 * roll());
    CAPTURE(x);
    REQUIRE(relative_error(exp_nonpositive(x), std::exp(static_cast<long double>(x))) < 1e-15);
  }
}

TEST_CASE("exp_nonpositive at the edges") {
  CHECK(exp_nonpositive(0.0) == 1.0);
  CHECK(exp_nonpositive(-1.0) == 0.36787944117144233);
  CHECK(exp_nonpositive(-700.0) == 0.0);
  CHECK(exp_nonpositive(-699.999) > 0.0);
  CHECK(exp_nonpositive(-1e300) == 0.0);
  CHECK(exp_nonpositive(-std::numeric_limits<double>::infinity()) == 0.0);
}

TEST_CASE("log_one_minus is ln(1 - p) to 1e-14, for tiny p and for p next to 1") {
  unit_dice roll(7);
  for (int number = 0; number < 50000; ++number) {
    const double small = std::exp2(-60.0 * roll());
    const double p = number % 3 == 0 ? roll() : (number % 3 == 1 ? small : 1.0 - small);
    if (p >= 1.0 || p == 0.0) continue;
    CAPTURE(p);
    REQUIRE(relative_error(log_one_minus(p), std::log1p(-static_cast<long double>(p))) < 1e-14);
  }
}

TEST_CASE("log_one_minus at the edges") {
  CHECK(log_one_minus(0.0) == 0.0);
  CHECK(log_one_minus(0.5) == -0.6931471805599453);
  CHECK(log_one_minus(0x1.fffffffffffffp-1) == doctest::Approx(-53.0 * 0.6931471805599453));
}

TEST_CASE("the two together are a power: (1 - p)^n") {
  unit_dice roll(7);
  for (int number = 0; number < 5000; ++number) {
    const double p = roll();
    const double n = std::floor(1000.0 * roll());
    const double power = std::pow(1.0 - p, n);
    CAPTURE(p);
    CAPTURE(n);
    REQUIRE(exp_nonpositive(n * log_one_minus(p)) == doctest::Approx(power).epsilon(1e-11));
  }
}

TEST_CASE("exponential is e^x to 2e-15 on both sides of 0, natural_log its inverse") {
  unit_dice roll(7);
  for (int number = 0; number < 50000; ++number) {
    const double y = 1399.0 * (roll() - 0.5);
    CAPTURE(y);
    REQUIRE(relative_error(exponential(y), std::exp(static_cast<long double>(y))) < 2e-15);
    const double x = std::exp2(2044.0 * (roll() - 0.5)) * (1.0 + roll());
    CAPTURE(x);
    const long double exact = std::log(static_cast<long double>(x));
    const auto error = static_cast<double>(static_cast<long double>(natural_log(x)) - exact);
    REQUIRE(std::fabs(error) < 1e-15 * (1.0 + std::fabs(static_cast<double>(exact))));
  }
}

TEST_CASE("exponential and natural_log at the edges, at compile time too") {
  static_assert(exponential(0.0) == 1.0 && natural_log(1.0) == 0.0);
  static_assert(exponential(1.0) == 2.718281828459045 && natural_log(10.0) == 2.302585092994046);
  CHECK(exponential(1.0) == 2.718281828459045);
  CHECK(exponential(700.0) == std::numeric_limits<double>::infinity());
  CHECK(exponential(-700.0) == 0.0);
  CHECK(natural_log((std::numeric_limits<double>::max)()) == doctest::Approx(709.782712893384));
  CHECK(natural_log((std::numeric_limits<double>::min)()) == doctest::Approx(-708.3964185322641));
}

TEST_CASE("a power is a power, of whole and of broken exponents") {
  static_assert(power(2.0, 0.5) == 1.4142135623730951);
  CHECK(power(10.0, 3.0) == doctest::Approx(1000.0).epsilon(1e-14));
  unit_dice roll(7);
  for (int number = 0; number < 20000; ++number) {
    const double x = std::exp2(40.0 * (roll() - 0.5));
    const double y = 10.0 * (roll() - 0.5);
    CAPTURE(x);
    CAPTURE(y);
    const long double exact = std::pow(static_cast<long double>(x), static_cast<long double>(y));
    REQUIRE(relative_error(power(x, y), exact) < 1e-15 * (2.0 + std::fabs(y * std::log(x))));
  }
}

TEST_CASE("min, max, select and value_of") {
  CHECK(min(1.0, 2.0) == 1.0);
  CHECK(min(2.0, 1.0) == 1.0);
  CHECK(max(1.0, 2.0) == 2.0);
  CHECK(max(2.0, 1.0) == 2.0);
  CHECK(select(true, 1.0, 2.0) == 1.0);
  CHECK(select(false, 1.0, 2.0) == 2.0);
  CHECK(value_of(3.5) == 3.5);
  CHECK(real<double>(1LL << 53) == 9007199254740992.0);
}

TEST_CASE("finite is neither infinite nor NaN") {
  CHECK(is_finite(0.0));
  CHECK(is_finite((std::numeric_limits<double>::max)()));
  CHECK(is_finite(-(std::numeric_limits<double>::max)()));
  CHECK_FALSE(is_finite(std::numeric_limits<double>::infinity()));
  CHECK_FALSE(is_finite(-std::numeric_limits<double>::infinity()));
  CHECK_FALSE(is_finite(std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE(
    "square_root is std::sqrt to the last bit, and so is what stands in for it at compile time") {
  static_assert(square_root(2.0) == 1.4142135623730951);
  static_assert(square_root(0.25) == 0.5);
  static_assert(square_root(1e-30) == 1e-15);
  static_assert(square_root(0.0) == 0.0);
  std::mt19937_64 engine(20261121);
  for (int number = 0; number < 1000000; ++number) {
    constexpr std::uint64_t fraction = 0x000fffffffffffffULL;
    const std::uint64_t exponent = 1 + engine() % 2046;
    const auto x = std::bit_cast<double>((engine() & fraction) | exponent << 52U);
    if (detail::correctly_rounded_root(x) != std::sqrt(x)) FAIL(x);
    if (square_root(x) != std::sqrt(x)) FAIL(x);
  }
}

TEST_CASE("square_root at the edges") {
  CHECK(square_root(0.0) == 0.0);
  CHECK(square_root(-1.0) == 0.0);
  CHECK(square_root((std::numeric_limits<double>::min)()) == 0x1p-511);
  CHECK(square_root(std::numeric_limits<double>::denorm_min()) == 0.0);
  CHECK(square_root((std::numeric_limits<double>::max)()) ==
        std::sqrt((std::numeric_limits<double>::max)()));
  for (const double whole : {1.0, 4.0, 9.0, 1e10, 4503599627370496.0}) {
    CHECK(square_root(whole * whole) == whole);
  }
}
