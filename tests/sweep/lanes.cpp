// SPDX-License-Identifier: BSL-1.0
#include "shardline/sweep/lanes.hpp"

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <random>

using namespace shardline;

namespace {

using four = lanes<4>;

static_assert(eager_scalar<four>);
static_assert(!single_case<four>, "comparing two gives four answers");
static_assert(std::is_trivially_copyable_v<four>);

four of(const std::array<double, 4>& values) {
  four x;
  for (std::size_t i = 0; i < 4; ++i) x.set(i, values[i]);
  return x;
}

// Of all sizes, signs and fractions, whole numbers and what lies around 2^51 among them.
class numbers {
 public:
  double operator()() {
    constexpr std::array<double, 12> special{0.0,
                                             -0.0,
                                             0.5,
                                             -0.5,
                                             1.0,
                                             2251799813685247.75,
                                             2251799813685248.0,
                                             4503599627370497.0,
                                             -2251799813685248.5,
                                             1e300,
                                             -1e300,
                                             3.0};
    const auto drawn = engine_();
    if (drawn % 4 == 0) return special[drawn / 4 % special.size()];
    const double unit = static_cast<double>(engine_() >> 11U) * 0x1p-53 - 0.5;
    return unit * static_cast<double>(1ULL << (drawn / 4 % 60));
  }

 private:
  std::mt19937_64 engine_{5};
};

template <class Lanes, class Plain>
void check_each(const Lanes& of_lanes, const Plain& of_double) {
  numbers next;
  for (int i = 0; i < 2000; ++i) {
    const std::array<double, 4> x{next(), next(), next(), next()};
    const std::array<double, 4> y{next(), next(), next(), next()};
    const four z = of_lanes(of(x), of(y));
    for (std::size_t lane = 0; lane < 4; ++lane) {
      CAPTURE(x[lane]);
      CAPTURE(y[lane]);
      const double expected = of_double(x[lane], y[lane]);
      if (expected == expected) CHECK(z[lane] == expected);
    }
  }
}

}  // namespace

TEST_CASE("the documented example: one lane is set, the others keep their number") {
  four x(1.0);
  x.set(2, 5.0);
  CHECK(x[2] == 5.0);
  CHECK(x[3] == 1.0);
  CHECK(four{}[1] == 0.0);
}

TEST_CASE("every lane has the bits of a double in its place") {
  const auto both = [](const auto& f) { check_each(f, f); };
  both([](const auto& a, const auto& b) { return a + b; });
  both([](const auto& a, const auto& b) { return a - b; });
  both([](const auto& a, const auto& b) { return a * b; });
  both([](const auto& a, const auto& b) { return a / b; });
  both([](const auto& a, const auto&) { return -a; });
  both([](const auto& a, const auto& b) { return min(a, b); });
  both([](const auto& a, const auto& b) { return max(a, b); });
  both([](const auto& a, const auto&) { return round_up(a); });
  both([](const auto& a, const auto&) { return square_root(a * a); });
  both([](const auto& a, const auto&) { return exp_nonpositive(min(a, -a)); });
  both([](const auto& a, const auto&) { return exponential(a); });
  both([](const auto& a, const auto& b) { return select(a < b, a, b); });
  both([](const auto& a, const auto& b) { return select(a <= b, b, a); });
  both([](const auto& a, const auto& b) { return select(a > b, a, b); });
  both([](const auto& a, const auto& b) { return select(a >= b, b, a); });
}

TEST_CASE("logarithms lane by lane") {
  const four x = of({0.25, 0.5, 0.75, 0.0});
  const four logs = log_one_minus(x);
  const four naturals = natural_log(x + four(1.0));
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(logs[i] == log_one_minus(x[i]));
    CHECK(naturals[i] == natural_log(x[i] + 1.0));
  }
}

TEST_CASE("decisions that all lanes share are lane 0's, the largest is any lane's") {
  const four x = of({2.0, 7.0, -1.0, 3.0});
  CHECK(value_of(x) == 2.0);
  CHECK(largest_of(x) == 7.0);
  CHECK(is_finite(x));
  CHECK(!is_finite(of({0.0, 0.0, std::numeric_limits<double>::infinity(), 0.0})));
}

TEST_CASE("the documented lanes") {
  const lanes<2> a = [] {
    lanes<2> x(2.0);
    x.set(1, 7.0);
    return x;
  }();
  const lanes<2> b = [] {
    lanes<2> x(5.0);
    x.set(1, 1.0);
    return x;
  }();
  CHECK(value_of(a) == 2.0);
  CHECK(min(a, b)[0] == 2.0);
  CHECK(min(a, b)[1] == 1.0);
  CHECK(max(a, b)[0] == 5.0);
  CHECK(max(a, b)[1] == 7.0);
  CHECK(select(a < b, a, b)[1] == 1.0);
  CHECK(largest_of(a) == 7.0);
  CHECK(round_up(lanes<2>(2.1))[0] == 3.0);
  CHECK(square_root(lanes<2>(4.0))[1] == 2.0);
  CHECK(exp_nonpositive(lanes<2>(-1.0))[0] == 0.36787944117144233);
  CHECK(log_one_minus(lanes<2>(0.5))[0] == -0.6931471805599453);
  CHECK(exponential(lanes<2>(1.0))[0] == 2.718281828459045);
  CHECK(natural_log(lanes<2>(10.0))[0] == 2.302585092994046);
  CHECK(is_finite(a));
}
