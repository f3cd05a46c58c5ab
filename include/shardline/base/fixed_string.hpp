// SPDX-License-Identifier: BSL-1.0
/// Text as a template argument, and lines of text put together in constant expressions.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "shardline/base/integer.hpp"
#include "shardline/base/scalar.hpp"

namespace shardline {

/// Text that can be a template argument: g++ prints it in the name of the type.
///   fixed_string{"tokens"}.view() == "tokens"
template <std::size_t N>
struct fixed_string {
  char text[N + 1]{};  // NOLINT(modernize-avoid-c-arrays): std::array would be printed around it

  constexpr fixed_string() = default;
  // NOLINTNEXTLINE(google-explicit-constructor, modernize-avoid-c-arrays)
  constexpr fixed_string(const char (&literal)[N + 1]) noexcept {
    for (std::size_t i = 0; i < N; ++i) text[i] = literal[i];
  }
  constexpr explicit fixed_string(std::string_view of_n_characters) noexcept {
    for (std::size_t i = 0; i < N; ++i) text[i] = of_n_characters[i];
  }
  /// The characters without the terminating 0.
  [[nodiscard]] constexpr std::string_view view() const noexcept { return {text, N}; }
  friend constexpr bool operator==(const fixed_string&, const fixed_string&) noexcept = default;
};
template <std::size_t Size>
fixed_string(const char (&)[Size]) -> fixed_string<Size - 1>;  // NOLINT(modernize-avoid-c-arrays)

/// A line of text of up to 400 characters that allocates nothing; `overflowed` says that one was
/// longer.
///   text_line{}.add("tp: ").add(-3.0).view() == "tp: -3"   (tests/base/fixed_string.cpp)
struct text_line {
  std::array<char, 400> text{};
  std::size_t length = 0;
  bool overflowed = false;

  /// What was added so far.
  [[nodiscard]] constexpr std::string_view view() const noexcept { return {text.data(), length}; }

  /// Adds a piece at the end; what has no room sets `overflowed`.
  constexpr text_line& add(char c) noexcept {
    overflowed = overflowed || length == text.size();
    if (!overflowed) text[length++] = c;
    return *this;
  }
  /// What still fits of them.
  constexpr text_line& add(std::string_view words) noexcept {
    for (const char c : words) add(c);
    return *this;
  }
  constexpr text_line& add(integer n) noexcept;
  /// At most 15 significant digits: whole numbers below 10^15 without a point, others as short as
  /// std::to_chars writes them: 1e-06, 0.25, 1e+21, nan, -inf.
  constexpr text_line& add(double x) noexcept;
};

namespace detail {

// x 10^power, by at most nine factors: each rounds once.
constexpr double times_power_of_ten(double x, integer power) noexcept {
  constexpr std::array<double, 9> powers{1e1, 1e2, 1e4, 1e8, 1e16, 1e32, 1e64, 1e128, 1e256};
  const integer size = power < 0 ? -power : power;
  for (std::size_t i = 0; i < powers.size(); ++i) {
    if (((size >> i) & 1) != 0) x = power < 0 ? x / powers[i] : x * powers[i];
  }
  return x;
}

// The power of ten of the first digit of x > 0.
constexpr integer leading_power_of_ten(double x) noexcept {
  integer power = 0;
  while (times_power_of_ten(x, -power) >= 10.0) ++power;
  while (times_power_of_ten(x, -power) < 1.0) --power;
  return power;
}

// Digits of x > 0, at most 15 and no zero behind them, and the power of ten of the first.
struct decimal {
  text_line digits{};
  integer power = 0;

  constexpr explicit decimal(double positive) noexcept : power(leading_power_of_ten(positive)) {
    // It is positive, and lround() is no constant expression.
    // NOLINTNEXTLINE(bugprone-incorrect-roundings)
    auto whole = static_cast<integer>(times_power_of_ten(positive, 14 - power) + 0.5);
    if (whole >= integer{1'000'000'000'000'000}) ++power;  // 9.9...9 was rounded up
    while (whole % 10 == 0) whole /= 10;
    digits.add(whole);
  }
  [[nodiscard]] constexpr std::string_view first(integer number) const noexcept {
    return digits.view().substr(0, static_cast<std::size_t>(number));
  }
  [[nodiscard]] constexpr std::string_view after(integer number) const noexcept {
    return digits.view().substr(static_cast<std::size_t>(number));
  }
};

constexpr text_line zeros(integer number) noexcept {
  text_line line;
  for (integer i = 0; i < number; ++i) line.add('0');
  return line;
}

// 1.2, 0.0025, 12000.
constexpr text_line with_point(const decimal& d) noexcept {
  const auto number = static_cast<integer>(d.digits.length);
  const integer before = d.power + 1;
  text_line line;
  if (before <= 0) return line.add("0.").add(zeros(-before).view()).add(d.digits.view());
  if (before >= number) return line.add(d.digits.view()).add(zeros(before - number).view());
  return line.add(d.first(before)).add('.').add(d.after(before));
}

// 1.2e-07, 4e+15.
constexpr text_line with_exponent(const decimal& d) noexcept {
  const integer size = d.power < 0 ? -d.power : d.power;
  text_line line;
  line.add(d.first(1)).add(d.digits.length > 1 ? "." : "").add(d.after(1));
  return line.add(d.power < 0 ? "e-" : "e+").add(size < 10 ? "0" : "").add(size);
}

constexpr text_line shorter(const decimal& d) noexcept {
  const text_line plain = with_point(d);
  const text_line scientific = with_exponent(d);
  return scientific.length < plain.length ? scientific : plain;
}

constexpr bool is_nan(double x) noexcept {
  constexpr std::uint64_t fraction = (std::uint64_t{1} << 52U) - 1U;
  return !is_finite(x) && (std::bit_cast<std::uint64_t>(x) & fraction) != 0;
}

}  // namespace detail

constexpr text_line& text_line::add(integer n) noexcept {
  if (n < 0) add('-');
  integer unit = 1;
  while (n / unit >= 10 || n / unit <= -10) unit *= 10;
  for (; unit > 0; unit /= 10) {
    const integer digit = n / unit % 10;
    add(static_cast<char>('0' + (digit < 0 ? -digit : digit)));
  }
  return *this;
}

constexpr text_line& text_line::add(double x) noexcept {
  constexpr double exact = 1e15;
  if (detail::is_nan(x)) return add("nan");
  if (is_finite(x) && x < exact && x > -exact && round_up(x) == x) {
    return add(static_cast<integer>(x));
  }
  if (x < 0.0) add('-');
  if (!is_finite(x)) return add("inf");
  return add(detail::shorter(detail::decimal(x < 0.0 ? -x : x)).view());
}

}  // namespace shardline
