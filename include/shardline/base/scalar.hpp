// SPDX-License-Identifier: BSL-1.0
/// Scalars that formulas are written over: `double` here, `dual<N>` in dual.hpp, `pack<N>` in
/// eigen/pack.hpp. A formula never branches on a scalar; it uses min, max, select and round_up, so
/// that one source prices a single case, its derivatives, or a batch of cases in SIMD.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "shardline/base/fwd.hpp"

namespace shardline {

/// A value whose operators return that same type at once.
/// Bars expression templates (Eigen::Array, AutoDiffScalar), which dangle inside a quantity, and
/// whole numbers, which lose what a quotient has behind the point.
template <class T>
concept eager_scalar =
    std::copyable<T> && std::constructible_from<T, double> && !std::integral<T> &&
    requires(T a, T b) {
  { a + b } -> std::same_as<T>;
  { a - b } -> std::same_as<T>;
  { a* b } -> std::same_as<T>;
  { a / b } -> std::same_as<T>;
  { -a } -> std::same_as<T>;
};

/// A scalar that is one case and no batch of them: one of two is the smaller, where a pack compares
/// lane by lane. What returns a whole number or a layout needs one.
template <class T>
concept single_case = eager_scalar<T> && requires(T a, T b) {
  { a < b } -> std::same_as<bool>;
};

/// The number a plain decision is made on (which bound wins, is it feasible): the scalar itself, in
/// its own unit.
///   value_of(2.5) = 2.5   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr double value_of(double x) noexcept { return x; }

/// The smaller and the larger of two numbers of one unit; the first where they are equal or one is
/// NaN. Constant expressions, and for every scalar alike, which std::min and std::max are not.
///   min(2, 3) = 2, max(2, 3) = 3   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr double min(double a, double b) noexcept { return b < a ? b : a; }
[[nodiscard]] constexpr double max(double a, double b) noexcept { return a < b ? b : a; }

/// `condition ? if_true : if_false`, in the unit of both; element by element for packs.
///   select(2 < 3, 4.0, 5.0) = 4   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr double select(bool condition, double if_true, double if_false) noexcept {
  return condition ? if_true : if_false;
}

/// The largest number among a scalar's lanes, in their unit: for what is only priced where one of
/// them needs it. A plain number is one case: itself.
///   largest_of(2.5) = 2.5   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr double largest_of(double x) noexcept { return x; }

/// Smallest whole number >= x, in the same unit, as std::ceil gives it, which is not constexpr
/// before C++23. Beyond 2^52 every double is whole; NaN and infinities are returned as they are.
///   round_up(2.1) = 3, round_up(-2.1) = -2   (tests/base/scalar.cpp)
[[nodiscard]] constexpr double round_up(double x) noexcept {
  constexpr double whole_above = 4503599627370496.0;  // 2^52: every double beyond is whole
  if (!(x < whole_above && x > -whole_above)) return x;
  const auto truncated = static_cast<double>(static_cast<std::int64_t>(x));
  return truncated < x ? truncated + 1.0 : truncated;
}

/// Largest whole number <= x, in the same unit: -round_up(-x), of what round_up() takes.
///   round_down(2.9) = 2, round_down(-2.1) = -3   (tests/base/scalar.cpp)
template <eager_scalar T>
[[nodiscard]] constexpr T round_down(const T& x) noexcept {
  return T(0.0) - round_up(-x);  // 0 of a share, not -0
}

/// What has no end, in any unit: a queue that requests join faster than they leave it. IEEE 754's
/// positive infinity, which is above every number and not finite.
///   endless<double>() > 1e308   (tests/static/worked_numbers.cpp)
template <eager_scalar T>
[[nodiscard]] constexpr T endless() noexcept {
  return T(std::numeric_limits<double>::infinity());
}

/// A whole number as a scalar, in the same unit: exact where |n| <= 2^53, otherwise rounded to the
/// nearest double (IEEE 754).
///   real<double>(7) = 7.0   (tests/static/worked_numbers.cpp)
template <eager_scalar T>
[[nodiscard]] constexpr T real(std::int64_t n) noexcept {
  return T(static_cast<double>(n));
}

namespace detail {

// A whole number of at most 9e18 in size, which fits in 64 bits; NaN and what is endless count as
// the largest.
inline constexpr std::int64_t largest_whole = 9'000'000'000'000'000'000;
constexpr std::int64_t whole(double x) noexcept {
  constexpr auto largest = static_cast<double>(largest_whole);
  if (!(x < largest)) return largest_whole;
  return x > -largest ? static_cast<std::int64_t>(x) : -largest_whole;
}

// Whole figures of what is required and of what is available.
template <class T>
constexpr std::int64_t rounded_up(const T& x) noexcept {
  return whole(round_up(value_of(x)));
}
template <class T>
constexpr std::int64_t rounded_down(const T& x) noexcept {
  return whole(-round_up(-value_of(x)));
}

}  // namespace detail

/// Whether x is a number with an end; false for NaN too. By its bits (IEEE 754: an exponent that is
/// not all ones): under -ffast-math compilers take all comparisons to be of numbers.
///   is_finite(1e308), but not is_finite(endless<double>())   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr bool is_finite(double x) noexcept {
  constexpr std::uint64_t exponent = std::uint64_t{0x7FF} << 52U;
  return (std::bit_cast<std::uint64_t>(x) & exponent) != exponent;
}

namespace detail {

inline constexpr double ln2_high = 6.93147180369123816490e-01;  // ln 2 in two parts: k * high is
inline constexpr double ln2_low = 1.90821492927058770002e-10;   // exact for every exponent k

// Coefficients of the two series below, so that evaluating them divides nothing.
constexpr std::array<double, 14> inverse_factorials() noexcept {
  std::array<double, 14> c{};
  double factorial = 1.0;
  for (std::size_t i = 0; i < c.size(); ++i) {
    if (i > 0) factorial *= static_cast<double>(i);
    c[i] = 1.0 / factorial;
  }
  return c;
}
constexpr std::array<double, 13> inverse_odd_numbers() noexcept {
  std::array<double, 13> c{};
  for (std::size_t i = 0; i < c.size(); ++i) c[i] = 1.0 / static_cast<double>(2 * i + 1);
  return c;
}
inline constexpr std::array<double, 14> exp_coefficients = inverse_factorials();
inline constexpr std::array<double, 13> atanh_coefficients = inverse_odd_numbers();

// c[0] + c[1] x + c[2] x^2 + ... by Horner's rule.
template <std::size_t N>
constexpr double polynomial(const std::array<double, N>& c, double x) noexcept {
  double sum = 0.0;
  for (std::size_t i = N; i > 0; --i) sum = sum * x + c[i - 1];
  return sum;
}

// 2^k for -1022 <= k <= 1023.
constexpr double power_of_two(std::int64_t k) noexcept {
  return std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52U);
}

}  // namespace detail

namespace detail {

// a b - c exactly, for numbers of half the range of exponents: the low half of a product by
// Veltkamp's splitting and Dekker's product (T. J. Dekker, Numerische Mathematik 18, 1971).
constexpr double product_minus(double a, double b, double c) noexcept {
  constexpr double splitter = 134217729.0;  // 2^27 + 1
  const double a_big = a * splitter;
  const double a_high = a_big - (a_big - a);
  const double a_low = a - a_high;
  const double b_big = b * splitter;
  const double b_high = b_big - (b_big - b);
  const double b_low = b - b_high;
  const double product = a * b;
  const double rest =
      ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
  return (product - c) + rest;
}

// The square root of a number in [1, 4), rounded correctly as the hardware does: Newton's method
// from above, then a step of one unit in the last place where the residual asks for it.
constexpr double root_of_mantissa(double x) noexcept {
  constexpr double unit = 2.220446049250313e-16;  // of numbers in [1, 2)
  double root = 0.5 * (x + 1.0);
  for (int i = 0; i < 6; ++i) root = 0.5 * (root + x / root);
  const double excess = product_minus(root, root, x);
  if (excess > root * unit) return root - unit;
  return excess < -root * unit ? root + unit : root;
}

// The same for any positive number of the normal range.
constexpr double correctly_rounded_root(double x) noexcept {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const auto exponent = static_cast<std::int64_t>(bits >> 52U) - 1023;
  const std::int64_t half = exponent >= 0 ? exponent / 2 : (exponent - 1) / 2;
  return root_of_mantissa(x * power_of_two(-half) * power_of_two(-half)) * power_of_two(half);
}

}  // namespace detail

/// The square root of x >= 0 (0 for x below 2.2e-308, the normal range), both without a unit, the
/// same bits at compile time and at run time: std::sqrt is not constexpr, but rounds correctly
/// (IEEE 754), and so does what stands in for it.
///   square_root(2) = 1.4142135623730951   (tests/base/scalar.cpp)
[[nodiscard]] constexpr double square_root(double x) noexcept {
  if (!(x >= (std::numeric_limits<double>::min)())) return 0.0;
  return std::is_constant_evaluated() ? detail::correctly_rounded_root(x) : std::sqrt(x);
}

/// e^x for x <= 0, both without a unit, relative error below 1e-15; 0 below x = -700.
/// std::exp is not constexpr, and its run-time bits differ between C libraries; this one's do not.
/// Method: x = k ln 2 + r with |r| <= ln 2 / 2, degree-13 Taylor polynomial of e^r.
///   exp_nonpositive(-1) = 0.36787944117144233   (tests/base/scalar.cpp)
[[nodiscard, gnu::noinline]] constexpr double exp_nonpositive(double x) noexcept {
  if (!(x > -700.0)) return 0.0;
  const auto k = static_cast<std::int64_t>(x * 1.4426950408889634 - 0.5);
  const auto steps = static_cast<double>(k);
  const double r = (x - steps * detail::ln2_high) - steps * detail::ln2_low;
  return detail::polynomial(detail::exp_coefficients, r) * detail::power_of_two(k);
}

/// ln(1 - p) for a share or probability 0 <= p < 1, without a unit, relative error below 1e-14.
/// Method: 1 - p = 2^k m, ln m by the atanh series in (m - 1) / (m + 1).
///   log_one_minus(0.5) = -0.6931471805599453   (tests/base/scalar.cpp)
[[nodiscard, gnu::noinline]] constexpr double log_one_minus(double p) noexcept {
  double numerator = -p;  // m - 1, kept apart so that a small p loses no digits
  double m = 1.0 - p;
  double halvings = 0.0;
  while (m < 0.70710678118654752) {
    m *= 2.0;
    numerator = m - 1.0;
    halvings += 1.0;
  }
  const double s = numerator / (m + 1.0);
  const double series = detail::polynomial(detail::atanh_coefficients, s * s);
  return 2.0 * s * series - halvings * (detail::ln2_high + detail::ln2_low);
}

/// e^x, both without a unit, for any x: relative error below 2e-15, the same bits at compile time
/// and at run time; 0 below x = -700 and infinite from 700 on. exponential(-x) = 1 /
/// exponential(x).
///   exponential(1) = 2.718281828459045   (tests/base/scalar.cpp)
[[nodiscard]] constexpr double exponential(double x) noexcept {
  if (x >= 700.0) return std::numeric_limits<double>::infinity();
  return x > 0.0 ? 1.0 / exp_nonpositive(-x) : exp_nonpositive(x);
}

/// ln x of a number x > 0 of the normal range, both without a unit, absolute error below
/// 1e-15 (1 + |ln x|), the same bits at compile time and at run time.
/// Method: x = 2^k m, m from sqrt(1/2) to sqrt(2), ln m by the atanh series in (m - 1) / (m + 1).
///   natural_log(10) = 2.302585092994046   (tests/base/scalar.cpp)
[[nodiscard, gnu::noinline]] constexpr double natural_log(double x) noexcept {
  constexpr double root_of_two = 1.4142135623730951;
  constexpr std::uint64_t fraction = (std::uint64_t{1} << 52U) - 1U;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  std::int64_t k = static_cast<std::int64_t>(bits >> 52U) - 1023;
  auto m = std::bit_cast<double>((bits & fraction) | std::bit_cast<std::uint64_t>(1.0));
  if (m > root_of_two) {
    m *= 0.5;
    ++k;
  }
  const double s = (m - 1.0) / (m + 1.0);
  const double series = 2.0 * s * detail::polynomial(detail::atanh_coefficients, s * s);
  const auto doublings = static_cast<double>(k);
  return doublings * detail::ln2_high + (doublings * detail::ln2_low + series);
}

/// x^y = e^(y ln x) of a number x > 0 and any y, without a unit: relative error below
/// 1e-15 (2 + |y ln x|); 0 or infinite where |y ln x| is 700 or more.
///   power(2, 0.5) = 1.4142135623730951   (tests/base/scalar.cpp)
[[nodiscard]] constexpr double power(double x, double y) noexcept {
  return exponential(y * natural_log(x));
}

}  // namespace shardline
