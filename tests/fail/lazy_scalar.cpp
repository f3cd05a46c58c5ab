// SPDX-License-Identifier: BSL-1.0
// A scalar whose sum is a recipe and not a number dangles inside a quantity; `lazy` stands for
// Eigen::Array and AutoDiffScalar, whose operators return expressions.
#include <shardline/base/units.hpp>

struct expression {};

struct lazy {
  double value = 0.0;
  constexpr lazy(double x) : value(x) {}
#ifdef SHARDLINE_TEST_BAD
  friend constexpr expression operator+(lazy, lazy) { return {}; }
#else
  friend constexpr lazy operator+(lazy a, lazy b) { return a.value + b.value; }
#endif
  friend constexpr lazy operator-(lazy a, lazy b) { return a.value - b.value; }
  friend constexpr lazy operator*(lazy a, lazy b) { return a.value * b.value; }
  friend constexpr lazy operator/(lazy a, lazy b) { return a.value / b.value; }
  friend constexpr lazy operator-(lazy a) { return -a.value; }
};

constexpr auto size = shardline::bytes<lazy>::from_value(lazy(1.0));

static_assert(size.value().value > 0.0);
