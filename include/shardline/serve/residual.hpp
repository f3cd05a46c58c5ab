// SPDX-License-Identifier: BSL-1.0
/// What is left of answers of many lengths, at a time when nobody looked at how long they are.
#pragma once

#include "shardline/base/dual.hpp"
#include "shardline/base/scalar.hpp"

namespace shardline {

namespace detail {

// Mills' ratio (1 - Phi(x)) / phi(x): of x >= 0 between its bounds 2 / (x + sqrt(x^2 + 4)) and
// 2 / (x + sqrt(x^2 + 8 / pi)), the latter; of x < 0 by 1 - Phi(x) = Phi(-x).
template <class T>
constexpr T mills_ratio(const T& x) noexcept {
  const T none(0.0);
  const T far = select(x < none, none - x, x);
  const T ratio = T(2.0) / (far + square_root(far * far + T(2.5464790894703255)));
  const T whole = exponential(min(far * far * T(0.5), T(600.0))) * T(2.5066282746310002);
  return select(x < none, whole - ratio, ratio);
}

}  // namespace detail

/// Mean of what is left of answers in flight, in mean answers [1], whose lengths spread by
/// `cv` >= 0 [1]:
///   (1 + cv^2) / 2
/// Long ones are met more often than short ones. Source: renewal theory (Kleinrock, Queueing
/// Systems I, 1975, section 5.2).
///   cv 1: 1, cv 2: 2.5   (tests/serve/residual.cpp)
template <class T>
[[nodiscard]] constexpr T mean_residual(const T& cv) noexcept {
  return (T(1.0) + cv * cv) * T(0.5);
}

/// The longest of what is left of `number` answers in flight, in mean answers, if their lengths are
/// lognormal with the coefficient of variation cv: that which e^-gamma of them exceed on average,
///   number E[(length - x)+] = 0.5615,   E[(length - x)+] = phi(a) (m(a) - m(a + s))
///   s^2 = ln(1 + cv^2),   x = exp(s a + s^2 / 2),   m(x) = Mills' ratio
/// by four steps of Newton's method in a. One alone: less than the mean.
/// Source: the mean of a Gumbel distribution; renewal theory (Cox, Renewal Theory, 1962).
///   100 answers, cv 1: 7.6 mean answers, 7.8 by drawing
template <class T>
[[nodiscard]] constexpr T longest_residual(const T& number, const T& cv) noexcept {
  const T half(0.5);
  const T one(1.0);
  const T s = square_root(natural_log(one + max(cv * cv, T(1e-4))));
  const T asked = natural_log(max(number, one)) + T(0.5772156649015329 - 0.9189385332046727);
  // From where 1 - 1 / number would be without a spread, or the tail of a normal distribution.
  const T tail = square_root(max(asked * T(2.0), one) - one);
  T a = max(tail - s * half, T(0.0) - T(0.56) / (max(number, one) * s));
  for (int i = 0; i < 4; ++i) {
    const T beyond = detail::mills_ratio(a + s);
    const T over = detail::mills_ratio(a) - beyond;
    const T missed = asked - a * a * half + natural_log(max(over, T(1e-300)));
    a = a + missed * over / (s * beyond);
  }
  return exponential(s * a + s * s * half);
}

}  // namespace shardline
