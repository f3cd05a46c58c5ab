// SPDX-License-Identifier: BSL-1.0
/// Figures as people read them: three significant digits and the prefix that fits.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "shardline/base/integer.hpp"
#include "shardline/base/units.hpp"

namespace shardline {

namespace detail {

// std::to_chars, unlike printf, is the same in every locale. No figure of ours is longer than 400.
inline std::string characters(double x, std::chars_format format, int precision) {
  std::array<char, 400> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), x, format, precision);
  return {buffer.data(), end.ptr};
}

// The power of ten of x's first digit, after rounding to `digits` digits: 9.996 in three has 1.
inline int leading_power(double x, int digits) {
  const std::string text = characters(x, std::chars_format::scientific, digits - 1);
  int power = 0;
  const char* begin = text.data() + text.find('e') + 1;
  std::from_chars(*begin == '+' ? begin + 1 : begin, text.data() + text.size(), power);
  return power;
}

struct prefix {
  double factor = 1.0;
  std::string_view unit{};
};

// The largest prefix of which x is at least one, or the smallest; prefixes ascend.
inline const prefix& fitting(double x, std::span<const prefix> prefixes) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < prefixes.size(); ++i) {
    // 0.9995 rounds up to one.
    if (x >= prefixes[i].factor * 0.9995) best = i;
  }
  return prefixes[best];
}

}  // namespace detail

/// A number with `digits` >= 1 significant digits and no exponent, and all digits before the point;
/// rounded as std::to_chars rounds. "inf", "-inf" or "nan" where it is not finite.
///   significant(1234.5) = "1234";  significant(0.012345) = "0.0123";  significant(0) = "0"
[[nodiscard]] inline std::string significant(double x, int digits = 3) {
  if (!is_finite(x)) return x > 0 ? "inf" : (x < 0 ? "-inf" : "nan");
  if (x == 0.0) return "0";
  const int decimals = digits - 1 - detail::leading_power(x, digits);
  return detail::characters(x, std::chars_format::fixed, decimals < 0 ? 0 : decimals);
}

/// A number in full: a whole one between -10^15 and 10^15 without a point, else the fewest digits
/// that tell it apart (std::to_chars).
///   in_full(-3) = "-3";  in_full(1e-6) = "1e-06"
[[nodiscard]] inline std::string in_full(double x) {
  constexpr double exact = 1e15;
  if (is_finite(x) && x < exact && x > -exact && round_up(x) == x) {
    return std::to_string(static_cast<integer>(x));
  }
  std::array<char, 40> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), x);
  return {buffer.data(), end.ptr};
}

/// A finite `x` by the largest of `prefixes`, one or more, that it reaches: significant(x / factor)
/// and the prefix's unit.
///   scaled(2150, {{1, ""}, {1000, "k"}}) = "2.15k"   (tests/io/documented.cpp)
[[nodiscard]] inline std::string scaled(double x, std::span<const detail::prefix> prefixes,
                                        int digits = 3) {
  const detail::prefix& p = detail::fitting(x < 0.0 ? -x : x, prefixes);
  return significant(x / p.factor, digits) + std::string(p.unit);
}

/// Bytes in powers of ten, with the prefixes of the SI: "1.23 GB" of 1.234e9.
///   (tests/io/documented.cpp)
[[nodiscard]] inline std::string decimal_bytes(double x, int digits = 3) {
  static constexpr std::array<detail::prefix, 6> prefixes{
      {{1.0, " B"}, {1e3, " KB"}, {1e6, " MB"}, {1e9, " GB"}, {1e12, " TB"}, {1e15, " PB"}}};
  return scaled(x, prefixes, digits);
}

/// Bytes in powers of 2^10, with the prefixes of IEC 80000-13: "1.15 GiB" of 1.234e9.
///   (tests/io/documented.cpp)
[[nodiscard]] inline std::string binary_bytes(double x, int digits = 3) {
  constexpr double k = 1024.0;
  static constexpr std::array<detail::prefix, 6> prefixes{{{1.0, " B"},
                                                           {k, " KiB"},
                                                           {k * k, " MiB"},
                                                           {k * k * k, " GiB"},
                                                           {k * k * k * k, " TiB"},
                                                           {k * k * k * k * k, " PiB"}}};
  return scaled(x, prefixes, digits);
}

/// A number without a unit, with k, M, B, T for 10^3, 10^6, 10^9, 10^12: "2.15k" of 2150, "671B" of
/// 671e9.   (tests/io/documented.cpp)
[[nodiscard]] inline std::string short_number(double x, int digits = 3) {
  static constexpr std::array<detail::prefix, 5> prefixes{
      {{1.0, ""}, {1e3, "k"}, {1e6, "M"}, {1e9, "B"}, {1e12, "T"}}};
  return scaled(x, prefixes, digits);
}

/// Seconds with the prefixes of the SI: "12.3 ms" of 0.0123.
///   (tests/io/documented.cpp)
[[nodiscard]] inline std::string short_seconds(double x, int digits = 3) {
  static constexpr std::array<detail::prefix, 4> prefixes{
      {{1e-9, " ns"}, {1e-6, " us"}, {1e-3, " ms"}, {1.0, " s"}}};
  return x == 0.0 ? "0 s" : scaled(x, prefixes, digits);
}

/// A share [1] in per cent, 100 share, with one decimal whatever its size: "47.1 %" of 0.471.
///   (tests/io/documented.cpp)
[[nodiscard]] inline std::string percent(double share) {
  return detail::characters(share * 100.0, std::chars_format::fixed, 1) + " %";
}

/// Bytes both ways, decimal_bytes() / binary_bytes(): "15.0 GB / 14.0 GiB" of 15 GB.
///   (tests/io/documented.cpp)
template <class T>
[[nodiscard]] std::string to_text(const bytes<T>& b) {
  return decimal_bytes(value_of(b.value())) + " / " + binary_bytes(value_of(b.value()));
}

/// A time by short_seconds(): "12.3 ms" of 12.3 ms.   (tests/io/documented.cpp)
template <class T>
[[nodiscard]] std::string to_text(const seconds<T>& s) {
  return short_seconds(value_of(s.value()));
}

/// A rate of tokens by short_number(), with its unit: "2.15k tokens/s" of 2150.
///   (tests/io/documented.cpp)
template <class T>
[[nodiscard]] std::string to_text(const token_rate<T>& r) {
  return short_number(value_of(r.value())) + " tokens/s";
}

/// A rate of requests [1/s] by short_number(), with its unit: "2.15k requests/s" of 2150.
///   (tests/io/documented.cpp)
[[nodiscard]] inline std::string requests_per_s(double x, int digits = 3) {
  return short_number(x, digits) + " requests/s";
}
template <class T>
[[nodiscard]] std::string to_text(const request_rate<T>& r) {
  return requests_per_s(value_of(r.value()));
}

/// "1 GPU", "8 GPUs": a count of what has a plain plural, with an s but for 1.
///   counted(8, "GPU") = "8 GPUs"   (tests/io/documented.cpp)
[[nodiscard]] inline std::string counted(integer n, std::string_view of) {
  return std::to_string(n) + " " + std::string(of) + (n == 1 ? "" : "s");
}

}  // namespace shardline
