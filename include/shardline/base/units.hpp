/// Typed quantities: bytes, seconds, FLOP and tokens, and their rates, on Boost.Units.
///
/// GB is 10^9 bytes and GiB is 2^30. A link's bandwidth is bytes per second, per GPU and per
/// direction. A peak is dense (no sparsity). A wrong dimension does not compile.
/// The only header that includes Boost.
#pragma once

#include <boost/units/base_dimension.hpp>
#include <boost/units/base_unit.hpp>
#include <boost/units/base_units/information/byte.hpp>
#include <boost/units/base_units/si/second.hpp>
#include <boost/units/make_system.hpp>
#include <boost/units/physical_dimensions/information.hpp>
#include <boost/units/physical_dimensions/time.hpp>
#include <boost/units/quantity.hpp>
#include <boost/units/unit.hpp>
#include <concepts>

#include "shardline/base/scalar.hpp"

namespace shardline {

// Boost.Units numbers base dimensions and base units across the whole program; 7760xx is ours.
struct flop_base_dimension : boost::units::base_dimension<flop_base_dimension, 776001> {};
struct token_base_dimension : boost::units::base_dimension<token_base_dimension, 776002> {};
struct flop_base_unit
    : boost::units::base_unit<flop_base_unit, flop_base_dimension::dimension_type, 776001> {};
struct token_base_unit
    : boost::units::base_unit<token_base_unit, token_base_dimension::dimension_type, 776002> {};

using unit_system = boost::units::make_system<boost::units::information::byte_base_unit,
                                              boost::units::si::second_base_unit, flop_base_unit,
                                              token_base_unit>::type;

using byte_unit = boost::units::unit<boost::units::information_dimension, unit_system>;
using second_unit = boost::units::unit<boost::units::time_dimension, unit_system>;
using flop_unit = boost::units::unit<flop_base_dimension::dimension_type, unit_system>;
using token_unit = boost::units::unit<token_base_dimension::dimension_type, unit_system>;

using byte_per_second_unit = boost::units::divide_typeof_helper<byte_unit, second_unit>::type;
using flop_per_second_unit = boost::units::divide_typeof_helper<flop_unit, second_unit>::type;
using token_per_second_unit = boost::units::divide_typeof_helper<token_unit, second_unit>::type;
using per_second_unit = boost::units::divide_typeof_helper<token_per_second_unit, token_unit>::type;
using byte_per_token_unit = boost::units::divide_typeof_helper<byte_unit, token_unit>::type;

/// Quantities over a scalar T. `.value()` is in bytes, seconds, FLOP, tokens and their quotients.
template <eager_scalar T = double>
using bytes = boost::units::quantity<byte_unit, T>;
template <eager_scalar T = double>
using seconds = boost::units::quantity<second_unit, T>;
template <eager_scalar T = double>
using flops = boost::units::quantity<flop_unit, T>;
template <eager_scalar T = double>
using tokens = boost::units::quantity<token_unit, T>;
template <eager_scalar T = double>
using bandwidth = boost::units::quantity<byte_per_second_unit, T>;
template <eager_scalar T = double>
using flop_rate = boost::units::quantity<flop_per_second_unit, T>;
template <eager_scalar T = double>
using token_rate = boost::units::quantity<token_per_second_unit, T>;
template <eager_scalar T = double>
using request_rate = boost::units::quantity<per_second_unit, T>;
template <eager_scalar T = double>
using bytes_per_token = boost::units::quantity<byte_per_token_unit, T>;

namespace detail {

template <class Unit>
inline constexpr bool is_our_unit = false;
template <class Dimension>
inline constexpr bool is_our_unit<boost::units::unit<Dimension, unit_system>> = true;

// Boost.Units multiplies a quantity<U, T> by a T only; a plain number of another type is allowed
// here, and found by argument-dependent lookup because flop_base_unit is in this namespace.
template <class Number, class Unit, class T>
concept mixed_scalar = is_our_unit<Unit> &&
    (std::integral<Number> || std::floating_point<Number>)&&!std::same_as<Number, T>;

}  // namespace detail

template <class Number, class Unit, class T>
requires detail::mixed_scalar<Number, Unit, T>
[[nodiscard]] constexpr boost::units::quantity<Unit, T> operator*(
    Number number, const boost::units::quantity<Unit, T>& q) noexcept {
  return boost::units::quantity<Unit, T>::from_value(T(static_cast<double>(number)) * q.value());
}

template <class Number, class Unit, class T>
requires detail::mixed_scalar<Number, Unit, T>
[[nodiscard]] constexpr boost::units::quantity<Unit, T> operator*(
    const boost::units::quantity<Unit, T>& q, Number number) noexcept {
  return boost::units::quantity<Unit, T>::from_value(q.value() * T(static_cast<double>(number)));
}

template <class Number, class Unit, class T>
requires detail::mixed_scalar<Number, Unit, T>
[[nodiscard]] constexpr boost::units::quantity<Unit, T> operator/(
    const boost::units::quantity<Unit, T>& q, Number number) noexcept {
  return boost::units::quantity<Unit, T>::from_value(q.value() / T(static_cast<double>(number)));
}

template <class Unit, class T>
[[nodiscard]] constexpr boost::units::quantity<Unit, T> min(
    const boost::units::quantity<Unit, T>& a, const boost::units::quantity<Unit, T>& b) noexcept {
  return boost::units::quantity<Unit, T>::from_value(min(a.value(), b.value()));
}

template <class Unit, class T>
[[nodiscard]] constexpr boost::units::quantity<Unit, T> max(
    const boost::units::quantity<Unit, T>& a, const boost::units::quantity<Unit, T>& b) noexcept {
  return boost::units::quantity<Unit, T>::from_value(max(a.value(), b.value()));
}

/// Lane by lane as select() of scalars.
template <class Condition, class Unit, class T>
[[nodiscard]] constexpr boost::units::quantity<Unit, T> select(
    const Condition& condition, const boost::units::quantity<Unit, T>& if_true,
    const boost::units::quantity<Unit, T>& if_false) noexcept {
  return boost::units::quantity<Unit, T>::from_value(
      select(condition, if_true.value(), if_false.value()));
}

/// A quantity of plain doubles in the scalar T: catalog figures enter a dual or pack calculation.
template <eager_scalar T, class Unit>
[[nodiscard]] constexpr boost::units::quantity<Unit, T> cast(
    const boost::units::quantity<Unit, double>& q) noexcept {
  return boost::units::quantity<Unit, T>::from_value(T(q.value()));
}

/// `using namespace shardline::literals;` then `64_GB`, `64_GiB`, `1.8_TBps`, `400_TFLOPS`, `3_us`,
/// `2048_tokens`.
namespace literals {

// Both literal forms of one unit: whole numbers and decimals.
// clang-format off
constexpr bytes<> operator""_B(unsigned long long x) noexcept { return bytes<>::from_value(static_cast<double>(x)); }
constexpr bytes<> operator""_KB(unsigned long long x) noexcept { return bytes<>::from_value(static_cast<double>(x) * 1e3); }
constexpr bytes<> operator""_MB(unsigned long long x) noexcept { return bytes<>::from_value(static_cast<double>(x) * 1e6); }
constexpr bytes<> operator""_GB(unsigned long long x) noexcept { return bytes<>::from_value(static_cast<double>(x) * 1e9); }
constexpr bytes<> operator""_TB(unsigned long long x) noexcept { return bytes<>::from_value(static_cast<double>(x) * 1e12); }
constexpr bytes<> operator""_KiB(unsigned long long x) noexcept { return bytes<>::from_value(static_cast<double>(x) * 1024.0); }
constexpr bytes<> operator""_MiB(unsigned long long x) noexcept { return bytes<>::from_value(static_cast<double>(x) * 1048576.0); }
constexpr bytes<> operator""_GiB(unsigned long long x) noexcept { return bytes<>::from_value(static_cast<double>(x) * 1073741824.0); }
constexpr bytes<> operator""_MB(long double x) noexcept { return bytes<>::from_value(static_cast<double>(x) * 1e6); }
constexpr bytes<> operator""_GB(long double x) noexcept { return bytes<>::from_value(static_cast<double>(x) * 1e9); }
constexpr bytes<> operator""_MiB(long double x) noexcept { return bytes<>::from_value(static_cast<double>(x) * 1048576.0); }
constexpr bytes<> operator""_GiB(long double x) noexcept { return bytes<>::from_value(static_cast<double>(x) * 1073741824.0); }
constexpr bandwidth<> operator""_GBps(unsigned long long x) noexcept { return bandwidth<>::from_value(static_cast<double>(x) * 1e9); }
constexpr bandwidth<> operator""_TBps(unsigned long long x) noexcept { return bandwidth<>::from_value(static_cast<double>(x) * 1e12); }
constexpr bandwidth<> operator""_GBps(long double x) noexcept { return bandwidth<>::from_value(static_cast<double>(x) * 1e9); }
constexpr bandwidth<> operator""_TBps(long double x) noexcept { return bandwidth<>::from_value(static_cast<double>(x) * 1e12); }
constexpr bandwidth<> operator""_Gbps(unsigned long long x) noexcept { return bandwidth<>::from_value(static_cast<double>(x) * 1e9 / 8.0); }
constexpr flop_rate<> operator""_TFLOPS(unsigned long long x) noexcept { return flop_rate<>::from_value(static_cast<double>(x) * 1e12); }
constexpr flop_rate<> operator""_TFLOPS(long double x) noexcept { return flop_rate<>::from_value(static_cast<double>(x) * 1e12); }
constexpr seconds<> operator""_s(unsigned long long x) noexcept { return seconds<>::from_value(static_cast<double>(x)); }
constexpr seconds<> operator""_ms(unsigned long long x) noexcept { return seconds<>::from_value(static_cast<double>(x) / 1e3); }
constexpr seconds<> operator""_us(unsigned long long x) noexcept { return seconds<>::from_value(static_cast<double>(x) / 1e6); }
constexpr seconds<> operator""_s(long double x) noexcept { return seconds<>::from_value(static_cast<double>(x)); }
constexpr seconds<> operator""_ms(long double x) noexcept { return seconds<>::from_value(static_cast<double>(x) / 1e3); }
constexpr seconds<> operator""_us(long double x) noexcept { return seconds<>::from_value(static_cast<double>(x) / 1e6); }
constexpr tokens<> operator""_tokens(unsigned long long x) noexcept { return tokens<>::from_value(static_cast<double>(x)); }
// clang-format on

}  // namespace literals

}  // namespace shardline
