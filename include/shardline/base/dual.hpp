// SPDX-License-Identifier: BSL-1.0
/// A value with its exact derivatives by N inputs, constexpr: `d TTFT / d bandwidth` is one call.
#pragma once

#include <array>
#include <cstddef>

#include "shardline/base/scalar.hpp"

namespace shardline {

/// value and slope[i] = d value / d input i. Arithmetic follows the chain rule.
/// At a tie `min(a, b)` and `max(a, b)` take the slope of `a`: a roofline exactly at its ridge has
/// a one-sided derivative. round_up is piecewise constant, so its slope is 0.
///   x = dual<1>::input(3, 0):  (x * x).value = 9, (x * x).slope[0] = 6   (tests/base/dual.cpp)
template <int N>
struct dual {
  double value = 0.0;
  std::array<double, static_cast<std::size_t>(N)> slope{};

  constexpr dual() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a number is a dual of slope 0, as on paper
  constexpr dual(double plain_number) noexcept : value(plain_number) {}

  /// Input number `index` at `value`: slope 1 by itself, 0 by the others.
  [[nodiscard]] static constexpr dual input(double value, std::size_t index) noexcept {
    dual x(value);
    x.slope[index] = 1.0;
    return x;
  }

  /// value with slope = a * da + b * db, the shape of every chain rule below.
  [[nodiscard]] static constexpr dual chain(double value, double a, const dual& da, double b,
                                            const dual& db) noexcept {
    dual x(value);
    for (std::size_t i = 0; i < x.slope.size(); ++i) {
      x.slope[i] = a * da.slope[i] + b * db.slope[i];
    }
    return x;
  }

  friend constexpr dual operator+(const dual& a, const dual& b) noexcept {
    return chain(a.value + b.value, 1.0, a, 1.0, b);
  }
  friend constexpr dual operator-(const dual& a, const dual& b) noexcept {
    return chain(a.value - b.value, 1.0, a, -1.0, b);
  }
  friend constexpr dual operator*(const dual& a, const dual& b) noexcept {
    return chain(a.value * b.value, b.value, a, a.value, b);
  }
  friend constexpr dual operator/(const dual& a, const dual& b) noexcept {
    const double quotient = a.value / b.value;
    return chain(quotient, 1.0 / b.value, a, -quotient / b.value, b);
  }
  friend constexpr dual operator-(const dual& a) noexcept {
    return chain(-a.value, -1.0, a, 0.0, a);
  }
  constexpr dual& operator+=(const dual& b) noexcept { return *this = *this + b; }
  constexpr dual& operator-=(const dual& b) noexcept { return *this = *this - b; }
  constexpr dual& operator*=(const dual& b) noexcept { return *this = *this * b; }
  constexpr dual& operator/=(const dual& b) noexcept { return *this = *this / b; }

  // Comparisons are of the values: a decision does not depend on a slope.
  friend constexpr bool operator<(const dual& a, const dual& b) noexcept {
    return a.value < b.value;
  }
  friend constexpr bool operator>(const dual& a, const dual& b) noexcept { return b < a; }
  friend constexpr bool operator<=(const dual& a, const dual& b) noexcept { return !(b < a); }
  friend constexpr bool operator>=(const dual& a, const dual& b) noexcept { return !(a < b); }
};

/// The number without its slopes, in the unit of x. Decisions are made on it.
///   value_of(dual<1>::input(2.5, 0)) = 2.5   (tests/static/worked_numbers.cpp)
template <int N>
[[nodiscard]] constexpr double value_of(const dual<N>& x) noexcept {
  return x.value;
}

/// The same: a dual is one case.
///   largest_of(dual<1>::input(2.5, 0)) = 2.5   (tests/static/worked_numbers.cpp)
template <int N>
[[nodiscard]] constexpr double largest_of(const dual<N>& x) noexcept {
  return x.value;
}

/// The smaller and the larger, the one chosen and the whole number above, in the unit of the
/// arguments, each with its own slopes: where two are equal those of the first (the derivative on
/// one side), and of a whole number none.
///   round_up(dual<1>::input(2.1, 0)) = 3, slope 0   (tests/static/worked_numbers.cpp)
template <int N>
[[nodiscard]] constexpr dual<N> min(const dual<N>& a, const dual<N>& b) noexcept {
  return b < a ? b : a;
}
template <int N>
[[nodiscard]] constexpr dual<N> max(const dual<N>& a, const dual<N>& b) noexcept {
  return a < b ? b : a;
}
template <int N>
[[nodiscard]] constexpr dual<N> select(bool condition, const dual<N>& if_true,
                                       const dual<N>& if_false) noexcept {
  return condition ? if_true : if_false;
}
template <int N>
[[nodiscard]] constexpr dual<N> round_up(const dual<N>& x) noexcept {
  return dual<N>(round_up(x.value));
}
/// The functions of scalar.hpp, of numbers without a unit, in the ranges that stand there. Slopes
/// are those of analysis: 1 / (2 sqrt x), e^x, -1 / (1 - x), e^x, 1 / x; that of a square root at
/// 0, which is none, is taken as 0. The last says whether the number is finite, whatever its
/// slopes.
///   at x = 4:  square_root(x) = 2, slope 0.25       at x = 0.5:  log_one_minus(x) has slope -2
///   at x = 0:  exp_nonpositive(x) = exponential(x) = 1, slope 1
///   at x = 4:  natural_log(x) has slope 0.25, is_finite(x) = true   (tests/base/dual.cpp)
template <int N>
[[nodiscard]] constexpr dual<N> square_root(const dual<N>& x) noexcept {
  const double y = square_root(x.value);
  return dual<N>::chain(y, y > 0.0 ? 0.5 / y : 0.0, x, 0.0, x);
}
template <int N>
[[nodiscard]] constexpr dual<N> exp_nonpositive(const dual<N>& x) noexcept {
  const double y = exp_nonpositive(x.value);
  return dual<N>::chain(y, y, x, 0.0, x);
}
template <int N>
[[nodiscard]] constexpr dual<N> log_one_minus(const dual<N>& x) noexcept {
  return dual<N>::chain(log_one_minus(x.value), -1.0 / (1.0 - x.value), x, 0.0, x);
}
template <int N>
[[nodiscard]] constexpr dual<N> exponential(const dual<N>& x) noexcept {
  const double y = exponential(x.value);
  return dual<N>::chain(y, y, x, 0.0, x);
}
template <int N>
[[nodiscard]] constexpr dual<N> natural_log(const dual<N>& x) noexcept {
  return dual<N>::chain(natural_log(x.value), 1.0 / x.value, x, 0.0, x);
}
template <int N>
[[nodiscard]] constexpr bool is_finite(const dual<N>& x) noexcept {
  return is_finite(x.value);
}

}  // namespace shardline
