#include "shardline/base/scalar.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace shardline;

namespace {

// Uniform in [0, 1), from the engine's bits.
class unit_dice {
 public:
  double operator()() { return static_cast<double>(engine_() >> 11U) * 0x1p-53; }

 private:
  std::mt19937_64 engine_{7};
};

double relative_error(double x, long double exact) {
  const long double error = (static_cast<long double>(x) - exact) / exact;
  return static_cast<double>(error < 0.0L ? -error : error);
}

}  // namespace

TEST_CASE("round_up is ceil, over whole numbers, halves and 17 orders of magnitude") {
  unit_dice roll;
  for (int number = 0; number < 20000; ++number) {
    const double size = std::exp2(62.0 * roll() - 3.0);
    const double x = (roll() - 0.5) * 2.0 * size;
    CAPTURE(x);
    REQUIRE(round_up(x) == std::ceil(x));
    REQUIRE(round_up(std::floor(x)) == std::floor(x));
  }
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
  unit_dice roll;
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
  unit_dice roll;
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
  unit_dice roll;
  for (int number = 0; number < 5000; ++number) {
    const double p = roll();
    const double n = std::floor(1000.0 * roll());
    const double power = std::pow(1.0 - p, n);
    CAPTURE(p);
    CAPTURE(n);
    REQUIRE(exp_nonpositive(n * log_one_minus(p)) == doctest::Approx(power).epsilon(1e-11));
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
