// SPDX-License-Identifier: BSL-1.0
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

namespace detail {

using byte_unit = boost::units::unit<boost::units::information_dimension, unit_system>;
using second_unit = boost::units::unit<boost::units::time_dimension, unit_system>;
using flop_unit = boost::units::unit<flop_base_dimension::dimension_type, unit_system>;
using token_unit = boost::units::unit<token_base_dimension::dimension_type, unit_system>;
using no_unit = boost::units::unit<boost::units::dimensionless_type, unit_system>;

template <class A, class B>
using product_unit = typename boost::units::multiply_typeof_helper<A, B>::type;
template <class A, class B>
using quotient_unit = typename boost::units::divide_typeof_helper<A, B>::type;

using byte_rate_unit = quotient_unit<byte_unit, second_unit>;
using flop_rate_unit = quotient_unit<flop_unit, second_unit>;
using token_rate_unit = quotient_unit<token_unit, second_unit>;
using request_rate_unit = quotient_unit<no_unit, second_unit>;
using byte_per_token_unit = quotient_unit<byte_unit, token_unit>;

// The power to which a base dimension stands in a list of Boost's.
template <class Dimension, class List>
inline constexpr int power_of = 0;
template <class Dimension, boost::units::integer_type N, boost::units::integer_type D, class Rest>
inline constexpr int power_of<
    Dimension,
    boost::units::list<boost::units::dim<Dimension, boost::units::static_rational<N, D>>, Rest>> =
    int{N};
template <class Dimension, class Other, class Power, class Rest>
inline constexpr int
    power_of<Dimension, boost::units::list<boost::units::dim<Other, Power>, Rest>> =
        power_of<Dimension, Rest>;
using byte_dimension = boost::units::information_base_dimension;
using second_dimension = boost::units::time_base_dimension;

template <class Unit, int Power>
using power_unit =
    typename boost::units::power_typeof_helper<Unit, boost::units::static_rational<Power>>::type;
template <int Bytes, int Seconds, int Flops, int Tokens>
using unit_of_powers =
    product_unit<product_unit<power_unit<byte_unit, Bytes>, power_unit<second_unit, Seconds>>,
                 product_unit<power_unit<flop_unit, Flops>, power_unit<token_unit, Tokens>>>;

}  // namespace detail

/// Units by name, as compilers print them; each knows its unit of Boost.Units.
namespace unit {

struct bytes {
  using boost_unit = detail::byte_unit;
};
struct seconds {
  using boost_unit = detail::second_unit;
};
struct flops {
  using boost_unit = detail::flop_unit;
};
struct tokens {
  using boost_unit = detail::token_unit;
};
struct bytes_per_second {
  using boost_unit = detail::byte_rate_unit;
};
struct flops_per_second {
  using boost_unit = detail::flop_rate_unit;
};
struct tokens_per_second {
  using boost_unit = detail::token_rate_unit;
};
struct requests_per_second {
  using boost_unit = detail::request_rate_unit;
};
struct bytes_per_token {
  using boost_unit = detail::byte_per_token_unit;
};

/// Of a quotient whose units cancel: a plain number wherever one is wanted.
struct one {
  using boost_unit = detail::no_unit;
};
/// What has no name: byte_second_flop_token<1, 0, -1, 0> is bytes per FLOP.
template <int Bytes, int Seconds, int Flops, int Tokens>
struct byte_second_flop_token {
  using boost_unit = detail::unit_of_powers<Bytes, Seconds, Flops, Tokens>;
};

}  // namespace unit

namespace detail {

// The name of a unit of Boost.Units. Only declared.
unit::one named(no_unit);
unit::bytes named(byte_unit);
unit::seconds named(second_unit);
unit::flops named(flop_unit);
unit::tokens named(token_unit);
unit::bytes_per_second named(byte_rate_unit);
unit::flops_per_second named(flop_rate_unit);
unit::tokens_per_second named(token_rate_unit);
unit::requests_per_second named(request_rate_unit);
unit::bytes_per_token named(byte_per_token_unit);
template <class Dimensions>
unit::byte_second_flop_token<
    power_of<byte_dimension, Dimensions>, power_of<second_dimension, Dimensions>,
    power_of<flop_base_dimension, Dimensions>, power_of<token_base_dimension, Dimensions>>
    named(boost::units::unit<Dimensions, unit_system>);

// A plain number of another type than a quantity's scalar.
template <class Number, class T>
concept other_number = (std::integral<Number> ||
                        std::floating_point<Number>)&&!std::same_as<Number, T>;

}  // namespace detail

/// A number of a unit. Sums and comparisons are of one unit; products and quotients have the unit
/// that Boost.Units works out. A type of our own: a mistake is one line that names both units, not
/// a page of Boost's lists, and a quantity is copied as its number is. It converts by itself to and
/// from a quantity of Boost.Units of the same unit, in our system of units or another.
///   6_GB / 3_GBps == 2_s   (tests/base/units.cpp)
template <class Unit, eager_scalar T = double>
class quantity {
 public:
  using value_type = T;
  using boost_unit = typename Unit::boost_unit;
  using boost_quantity = boost::units::quantity<boost_unit, T>;

  constexpr quantity() = default;
  template <class OtherUnit, class Y>
  requires std::convertible_to<boost::units::quantity<OtherUnit, Y>, boost_quantity>
  // NOLINTNEXTLINE(google-explicit-constructor): as Boost.Units converts
  constexpr quantity(const boost::units::quantity<OtherUnit, Y>& of_boost)
      : number_(boost_quantity(of_boost).value()) {}
  template <class OtherUnit, class Y>
  requires std::convertible_to<boost_quantity, boost::units::quantity<OtherUnit, Y>>
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr operator boost::units::quantity<OtherUnit, Y>() const {
    return boost_quantity::from_value(number_);
  }

  /// Of another type: what does not convert is told by both units, in one line.
  template <class Other>
  requires(!std::same_as<Other, quantity>) constexpr quantity& operator=(const Other& other) {
    const quantity converted = other;
    *this = converted;
    return *this;
  }

  // NOLINTNEXTLINE(google-explicit-constructor): a ratio is a number
  constexpr operator T() const noexcept requires std::same_as<Unit, unit::one> { return number_; }

  /// So many of the unit.
  [[nodiscard]] static constexpr quantity from_value(const T& number_of_units) noexcept {
    return {exactly{}, number_of_units};
  }
  [[nodiscard]] constexpr const T& value() const noexcept { return number_; }

  friend constexpr quantity operator+(const quantity& a, const quantity& b) noexcept {
    return from_value(a.number_ + b.number_);
  }
  friend constexpr quantity operator-(const quantity& a, const quantity& b) noexcept {
    return from_value(a.number_ - b.number_);
  }
  friend constexpr quantity operator-(const quantity& a) noexcept { return from_value(-a.number_); }
  template <class Other>
  constexpr quantity& operator+=(const Other& other) {
    const quantity added = other;
    return *this = *this + added;
  }
  template <class Other>
  constexpr quantity& operator-=(const Other& other) {
    const quantity taken = other;
    return *this = *this - taken;
  }

  friend constexpr quantity operator*(const quantity& q, const T& number) noexcept {
    return from_value(q.number_ * number);
  }
  friend constexpr quantity operator*(const T& number, const quantity& q) noexcept {
    return from_value(number * q.number_);
  }
  friend constexpr quantity operator/(const quantity& q, const T& number) noexcept {
    return from_value(q.number_ / number);
  }
  template <detail::other_number<T> Number>
  friend constexpr quantity operator*(const quantity& q, Number number) noexcept {
    return from_value(q.number_ * T(static_cast<double>(number)));
  }
  template <detail::other_number<T> Number>
  friend constexpr quantity operator*(Number number, const quantity& q) noexcept {
    return from_value(T(static_cast<double>(number)) * q.number_);
  }
  template <detail::other_number<T> Number>
  friend constexpr quantity operator/(const quantity& q, Number number) noexcept {
    return from_value(q.number_ / T(static_cast<double>(number)));
  }

  template <class Number>
  constexpr quantity& operator*=(const Number& number) noexcept {
    return *this = *this * number;
  }
  template <class Number>
  constexpr quantity& operator/=(const Number& number) noexcept {
    return *this = *this / number;
  }

  friend constexpr bool operator==(const quantity& a, const quantity& b) noexcept {
    return a.number_ == b.number_;
  }
  friend constexpr bool operator<(const quantity& a, const quantity& b) noexcept {
    return a.number_ < b.number_;
  }
  friend constexpr bool operator>(const quantity& a, const quantity& b) noexcept {
    return a.number_ > b.number_;
  }
  friend constexpr bool operator<=(const quantity& a, const quantity& b) noexcept {
    return a.number_ <= b.number_;
  }
  friend constexpr bool operator>=(const quantity& a, const quantity& b) noexcept {
    return a.number_ >= b.number_;
  }

 private:
  struct exactly {};
  constexpr quantity(exactly, const T& number_of_units) noexcept : number_(number_of_units) {}

  T number_{};
};

namespace detail {

template <class Unit, class T>
constexpr auto quantity_of(const T& number) noexcept {
  return quantity<decltype(named(Unit())), T>::from_value(number);
}

}  // namespace detail

template <class A, class B, class T>
[[nodiscard]] constexpr auto operator*(const quantity<A, T>& a, const quantity<B, T>& b) noexcept {
  using unit_of_both = detail::product_unit<typename A::boost_unit, typename B::boost_unit>;
  return detail::quantity_of<unit_of_both>(a.value() * b.value());
}
template <class A, class B, class T>
[[nodiscard]] constexpr auto operator/(const quantity<A, T>& a, const quantity<B, T>& b) noexcept {
  using unit_of_both = detail::quotient_unit<typename A::boost_unit, typename B::boost_unit>;
  return detail::quantity_of<unit_of_both>(a.value() / b.value());
}
template <class B, class T>
[[nodiscard]] constexpr auto operator/(const T& number, const quantity<B, T>& b) noexcept {
  using inverse = detail::quotient_unit<detail::no_unit, typename B::boost_unit>;
  return detail::quantity_of<inverse>(number / b.value());
}

// Named without their scalar here, before anything else: then g++ leaves it out of messages too.
static_assert(sizeof(quantity<unit::bytes>) == sizeof(double) &&
                  sizeof(quantity<unit::seconds>) == sizeof(double) &&
                  sizeof(quantity<unit::flops>) == sizeof(double) &&
                  sizeof(quantity<unit::tokens>) == sizeof(double) &&
                  sizeof(quantity<unit::bytes_per_second>) == sizeof(double) &&
                  sizeof(quantity<unit::flops_per_second>) == sizeof(double) &&
                  sizeof(quantity<unit::tokens_per_second>) == sizeof(double) &&
                  sizeof(quantity<unit::requests_per_second>) == sizeof(double) &&
                  sizeof(quantity<unit::bytes_per_token>) == sizeof(double),
              "shardline: a quantity is as large as its number");

/// Quantities over a scalar T. `.value()` is in bytes, seconds, FLOP, tokens and their quotients.
template <eager_scalar T = double>
using bytes = quantity<unit::bytes, T>;
template <eager_scalar T = double>
using seconds = quantity<unit::seconds, T>;
template <eager_scalar T = double>
using flops = quantity<unit::flops, T>;
template <eager_scalar T = double>
using tokens = quantity<unit::tokens, T>;
template <eager_scalar T = double>
using bandwidth = quantity<unit::bytes_per_second, T>;
template <eager_scalar T = double>
using flop_rate = quantity<unit::flops_per_second, T>;
template <eager_scalar T = double>
using token_rate = quantity<unit::tokens_per_second, T>;
template <eager_scalar T = double>
using request_rate = quantity<unit::requests_per_second, T>;
template <eager_scalar T = double>
using bytes_per_token = quantity<unit::bytes_per_token, T>;

/// The smaller and the larger of two of one unit; of equals the first, and of duals its slope.
///   min(2 s, 3 s) = 2 s, max(2 s, 3 s) = 3 s   (tests/static/worked_numbers.cpp)
template <class Unit, class T>
[[nodiscard]] constexpr quantity<Unit, T> min(const quantity<Unit, T>& a,
                                              const quantity<Unit, T>& b) noexcept {
  return quantity<Unit, T>::from_value(min(a.value(), b.value()));
}
template <class Unit, class T>
[[nodiscard]] constexpr quantity<Unit, T> max(const quantity<Unit, T>& a,
                                              const quantity<Unit, T>& b) noexcept {
  return quantity<Unit, T>::from_value(max(a.value(), b.value()));
}

/// `condition ? if_true : if_false` of two of one unit, lane by lane as select() of scalars.
///   select(2 < 3, 4 s, 5 s) = 4 s   (tests/static/worked_numbers.cpp)
template <class Condition, class Unit, class T>
[[nodiscard]] constexpr quantity<Unit, T> select(const Condition& condition,
                                                 const quantity<Unit, T>& if_true,
                                                 const quantity<Unit, T>& if_false) noexcept {
  return quantity<Unit, T>::from_value(select(condition, if_true.value(), if_false.value()));
}

/// A quantity of doubles in the scalar T, of the same unit and value: catalog figures enter a dual
/// or pack calculation.  cast<dual<1>>(2 s).value().value = 2   (worked_numbers.cpp)
template <eager_scalar T, class Unit>
[[nodiscard]] constexpr quantity<Unit, T> cast(const quantity<Unit, double>& q) noexcept {
  return quantity<Unit, T>::from_value(T(q.value()));
}

/// `using namespace shardline::literals;` then `64_GB`, `1.5_TB`, `64_GiB`, `1.8_TBps`,
/// `400_TFLOPS`, `1.98_PFLOPS`, `3_us`, `500_ns`, `2.5_per_s`, `2048_tokens`; fractions of
/// everything that has any. A small b is bits, as networks are sold: `400_Gbps` is `50_GBps`.
namespace literals {

// Both literal forms of one unit: whole numbers and decimals.
// clang-format off
constexpr quantity<unit::bytes> operator""_B(unsigned long long x) noexcept { return quantity<unit::bytes>::from_value(static_cast<double>(x)); }
constexpr quantity<unit::bytes> operator""_KB(unsigned long long x) noexcept { return quantity<unit::bytes>::from_value(static_cast<double>(x) * 1e3); }
constexpr quantity<unit::bytes> operator""_KB(long double x) noexcept { return quantity<unit::bytes>::from_value(static_cast<double>(x) * 1e3); }
constexpr quantity<unit::bytes> operator""_MB(unsigned long long x) noexcept { return quantity<unit::bytes>::from_value(static_cast<double>(x) * 1e6); }
constexpr quantity<unit::bytes> operator""_MB(long double x) noexcept { return quantity<unit::bytes>::from_value(static_cast<double>(x) * 1e6); }
constexpr quantity<unit::bytes> operator""_GB(unsigned long long x) noexcept { return quantity<unit::bytes>::from_value(static_cast<double>(x) * 1e9); }
constexpr quantity<unit::bytes> operator""_GB(long double x) noexcept { return quantity<unit::bytes>::from_value(static_cast<double>(x) * 1e9); }
constexpr quantity<unit::bytes> operator""_TB(unsigned long long x) noexcept { return quantity<unit::bytes>::from_value(static_cast<double>(x) * 1e12); }
constexpr quantity<unit::bytes> operator""_TB(long double x) noexcept { return quantity<unit::bytes>::from_value(static_cast<double>(x) * 1e12); }
constexpr quantity<unit::bytes> operator""_KiB(unsigned long long x) noexcept { return quantity<unit::bytes>::from_value(static_cast<double>(x) * 1024.0); }
constexpr quantity<unit::bytes> operator""_KiB(long double x) noexcept { return quantity<unit::bytes>::from_value(static_cast<double>(x) * 1024.0); }
constexpr quantity<unit::bytes> operator""_MiB(unsigned long long x) noexcept { return quantity<unit::bytes>::from_value(static_cast<double>(x) * 1048576.0); }
constexpr quantity<unit::bytes> operator""_MiB(long double x) noexcept { return quantity<unit::bytes>::from_value(static_cast<double>(x) * 1048576.0); }
constexpr quantity<unit::bytes> operator""_GiB(unsigned long long x) noexcept { return quantity<unit::bytes>::from_value(static_cast<double>(x) * 1073741824.0); }
constexpr quantity<unit::bytes> operator""_GiB(long double x) noexcept { return quantity<unit::bytes>::from_value(static_cast<double>(x) * 1073741824.0); }
constexpr quantity<unit::bytes> operator""_TiB(unsigned long long x) noexcept { return quantity<unit::bytes>::from_value(static_cast<double>(x) * 1099511627776.0); }
constexpr quantity<unit::bytes> operator""_TiB(long double x) noexcept { return quantity<unit::bytes>::from_value(static_cast<double>(x) * 1099511627776.0); }
constexpr quantity<unit::bytes_per_second> operator""_GBps(unsigned long long x) noexcept { return quantity<unit::bytes_per_second>::from_value(static_cast<double>(x) * 1e9); }
constexpr quantity<unit::bytes_per_second> operator""_GBps(long double x) noexcept { return quantity<unit::bytes_per_second>::from_value(static_cast<double>(x) * 1e9); }
constexpr quantity<unit::bytes_per_second> operator""_TBps(unsigned long long x) noexcept { return quantity<unit::bytes_per_second>::from_value(static_cast<double>(x) * 1e12); }
constexpr quantity<unit::bytes_per_second> operator""_TBps(long double x) noexcept { return quantity<unit::bytes_per_second>::from_value(static_cast<double>(x) * 1e12); }
constexpr quantity<unit::bytes_per_second> operator""_Gbps(unsigned long long x) noexcept { return quantity<unit::bytes_per_second>::from_value(static_cast<double>(x) * 1e9 / 8.0); }
constexpr quantity<unit::bytes_per_second> operator""_Gbps(long double x) noexcept { return quantity<unit::bytes_per_second>::from_value(static_cast<double>(x) * 1e9 / 8.0); }
constexpr quantity<unit::bytes_per_second> operator""_Tbps(unsigned long long x) noexcept { return quantity<unit::bytes_per_second>::from_value(static_cast<double>(x) * 1e12 / 8.0); }
constexpr quantity<unit::bytes_per_second> operator""_Tbps(long double x) noexcept { return quantity<unit::bytes_per_second>::from_value(static_cast<double>(x) * 1e12 / 8.0); }
constexpr quantity<unit::flops_per_second> operator""_TFLOPS(unsigned long long x) noexcept { return quantity<unit::flops_per_second>::from_value(static_cast<double>(x) * 1e12); }
constexpr quantity<unit::flops_per_second> operator""_TFLOPS(long double x) noexcept { return quantity<unit::flops_per_second>::from_value(static_cast<double>(x) * 1e12); }
constexpr quantity<unit::flops_per_second> operator""_PFLOPS(unsigned long long x) noexcept { return quantity<unit::flops_per_second>::from_value(static_cast<double>(x) * 1e15); }
constexpr quantity<unit::flops_per_second> operator""_PFLOPS(long double x) noexcept { return quantity<unit::flops_per_second>::from_value(static_cast<double>(x) * 1e15); }
constexpr quantity<unit::seconds> operator""_s(unsigned long long x) noexcept { return quantity<unit::seconds>::from_value(static_cast<double>(x)); }
constexpr quantity<unit::seconds> operator""_s(long double x) noexcept { return quantity<unit::seconds>::from_value(static_cast<double>(x)); }
constexpr quantity<unit::seconds> operator""_ms(unsigned long long x) noexcept { return quantity<unit::seconds>::from_value(static_cast<double>(x) / 1e3); }
constexpr quantity<unit::seconds> operator""_ms(long double x) noexcept { return quantity<unit::seconds>::from_value(static_cast<double>(x) / 1e3); }
constexpr quantity<unit::seconds> operator""_us(unsigned long long x) noexcept { return quantity<unit::seconds>::from_value(static_cast<double>(x) / 1e6); }
constexpr quantity<unit::seconds> operator""_us(long double x) noexcept { return quantity<unit::seconds>::from_value(static_cast<double>(x) / 1e6); }
constexpr quantity<unit::seconds> operator""_ns(unsigned long long x) noexcept { return quantity<unit::seconds>::from_value(static_cast<double>(x) / 1e9); }
constexpr quantity<unit::seconds> operator""_ns(long double x) noexcept { return quantity<unit::seconds>::from_value(static_cast<double>(x) / 1e9); }
constexpr quantity<unit::requests_per_second> operator""_per_s(unsigned long long x) noexcept { return quantity<unit::requests_per_second>::from_value(static_cast<double>(x)); }
constexpr quantity<unit::requests_per_second> operator""_per_s(long double x) noexcept { return quantity<unit::requests_per_second>::from_value(static_cast<double>(x)); }
constexpr quantity<unit::tokens> operator""_tokens(unsigned long long x) noexcept { return quantity<unit::tokens>::from_value(static_cast<double>(x)); }
// clang-format on

}  // namespace literals

}  // namespace shardline
