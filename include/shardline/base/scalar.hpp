/// Scalars that formulas are written over: `double` here, `dual<N>` in dual.hpp, `pack<N>` in
/// eigen/pack.hpp. A formula never branches on a scalar; it uses min, max, select and round_up, so
/// that one source prices a single case, its derivatives, or a batch of cases in SIMD.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace shardline {

/// A value whose operators return that same type at once.
/// Bars expression templates (Eigen::Array, AutoDiffScalar): inside a quantity they dangle.
template <class T>
concept eager_scalar = std::copyable<T> && std::constructible_from<T, double> &&
    requires(T a, T b) {
  { a + b } -> std::same_as<T>;
  { a - b } -> std::same_as<T>;
  { a* b } -> std::same_as<T>;
  { a / b } -> std::same_as<T>;
  { -a } -> std::same_as<T>;
};

/// The number a plain decision is made on (which bound wins, is it feasible): the scalar itself.
[[nodiscard]] constexpr double value_of(double x) noexcept { return x; }

[[nodiscard]] constexpr double min(double a, double b) noexcept { return b < a ? b : a; }
[[nodiscard]] constexpr double max(double a, double b) noexcept { return a < b ? b : a; }

/// `condition ? if_true : if_false`, element by element for packs.
[[nodiscard]] constexpr double select(bool condition, double if_true, double if_false) noexcept {
  return condition ? if_true : if_false;
}

/// Smallest whole number >= x, for |x| < 2^62; std::ceil is not constexpr before C++23.
///   round_up(2.1) = 3, round_up(-2.1) = -2   (tests/base/scalar.cpp)
[[nodiscard]] constexpr double round_up(double x) noexcept {
  constexpr double whole_above = 4503599627370496.0;  // 2^52: every double beyond is whole
  if (!(x < whole_above && x > -whole_above)) return x;
  const auto truncated = static_cast<double>(static_cast<std::int64_t>(x));
  return truncated < x ? truncated + 1.0 : truncated;
}

/// A whole number as a scalar; exact up to 2^53.
template <eager_scalar T>
[[nodiscard]] constexpr T real(std::int64_t n) noexcept {
  return T(static_cast<double>(n));
}

namespace detail {

// A whole number of at most 9e18 in size, which fits in 64 bits; NaN counts as the largest.
constexpr std::int64_t whole(double x) noexcept {
  constexpr double largest = 9e18;
  if (!(x < largest)) return static_cast<std::int64_t>(largest);
  return x > -largest ? static_cast<std::int64_t>(x) : -static_cast<std::int64_t>(largest);
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

[[nodiscard]] constexpr bool is_finite(double x) noexcept {
  constexpr double largest = (std::numeric_limits<double>::max)();
  return x <= largest && x >= -largest;  // false for NaN too
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

/// e^x for x <= 0, relative error below 1e-15; 0 below x = -700.
/// std::exp is not constexpr, and its run-time bits differ between C libraries; this one's do not.
/// Method: x = k ln 2 + r with |r| <= ln 2 / 2, degree-13 Taylor polynomial of e^r.
///   exp_nonpositive(-1) = 0.36787944117144233   (tests/base/scalar.cpp)
[[nodiscard]] constexpr double exp_nonpositive(double x) noexcept {
  if (!(x > -700.0)) return 0.0;
  const auto k = static_cast<std::int64_t>(x * 1.4426950408889634 - 0.5);
  const auto steps = static_cast<double>(k);
  const double r = (x - steps * detail::ln2_high) - steps * detail::ln2_low;
  return detail::polynomial(detail::exp_coefficients, r) * detail::power_of_two(k);
}

/// ln(1 - p) for 0 <= p < 1, relative error below 1e-14.
/// Method: 1 - p = 2^k m, ln m by the atanh series in (m - 1) / (m + 1).
///   log_one_minus(0.5) = -0.6931471805599453   (tests/base/scalar.cpp)
[[nodiscard]] constexpr double log_one_minus(double p) noexcept {
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

}  // namespace shardline
